"""What is known of people survives records and books that say nothing of it."""

from __future__ import annotations

from dataclasses import replace

from milepost.customer import Contact, Customer, Mail, keep_refused, mail_wanted, merged_contact
from milepost.imports.layout import COLUMNS
from milepost.imports.row_reader import BookRow
from milepost.intake.book import import_row
from milepost.intake.intake import Intake
from milepost.planner.written_facts import WrittenFact
from milepost.store import customers
from tests.workflows.example import CUSTOMER

SAM = Contact("Sam Poe", "sam@acme.example", ("sponsor",))
REFUSED = replace(SAM, refused=True)


async def contacts_of(intake: Intake) -> tuple[Contact, ...]:
    async with intake.context.store.reading() as session:
        return (await customers.get(session, CUSTOMER.id)).contacts


def customer_with(*contacts: Contact) -> Customer:
    return CUSTOMER.having(contacts=contacts)


async def save(intake: Intake, *contacts: Contact) -> None:
    async with intake.context.store.transaction() as session:
        await customers.save(session, [customer_with(*contacts)], intake.context.now())


async def test_every_field_of_a_contact_is_stored(intake: Intake) -> None:
    full = Contact(
        "Sam Poe", "sam@acme.example", ("sponsor",), "Europe/Berlin", "DE", "de", "Sam", "Poe", "Dear Sam", Mail.NONE,
        refused=True,
    )  # fmt: skip
    await save(intake, full, SAM)
    assert await contacts_of(intake) == (full, SAM)
    assert Contact.from_json(full.to_json()) == full


async def test_a_record_with_the_same_contact_keeps_its_address_refused_and_another_name_does_not(
    intake: Intake,
) -> None:
    await save(intake, REFUSED)
    again = await intake.upsert_customer(customer_with(replace(SAM, email="SAM@acme.example", personas=())))
    assert [each.refused for each in await contacts_of(intake)] == [True]
    assert again.receipts == ()
    await intake.upsert_customer(customer_with(replace(SAM, name="Samantha Poe")))
    assert [each.refused for each in await contacts_of(intake)] == [False]


async def test_a_fact_about_contacts_without_a_journey_keeps_it_too(intake: Intake) -> None:
    await save(intake, REFUSED)
    fact = WrittenFact.model_validate({"contacts": [{"name": "Sam Poe", "email": "sam@acme.example"}]})
    await intake.record_fact("acme", fact)
    assert await contacts_of(intake) == (replace(REFUSED, personas=()),)


async def test_a_book_that_says_nothing_of_opting_out_opts_nobody_in_again(intake: Intake) -> None:
    known = replace(REFUSED, mail=Mail.ESSENTIAL, salutation="Dear Sam", timezone="Europe/Berlin")
    await save(intake, known)
    assert (await import_row(intake, BookRow(2, customer_with(SAM)), COLUMNS)).became == "unchanged"
    imported = await import_row(intake, BookRow(2, customer_with(replace(SAM, mail=Mail.NONE))), COLUMNS)
    assert imported.became == "changed"
    assert await contacts_of(intake) == (replace(known, mail=Mail.NONE, refused=False),)


def test_of_several_settings_for_one_address_the_strictest_holds() -> None:
    people = [SAM, replace(SAM, email="SAM@ACME.example", mail=Mail.ESSENTIAL), replace(SAM, email="eva@acme.example")]
    assert mail_wanted(people, "sam@acme.example") is Mail.ESSENTIAL
    assert mail_wanted([*people, REFUSED], "sam@acme.example") is Mail.NONE
    assert mail_wanted(people, "somebody@else.example") is Mail.ALL


def test_only_what_a_mail_server_could_mind_makes_another_contact() -> None:
    assert keep_refused([REFUSED], [replace(SAM, personas=("other",))]) == (replace(REFUSED, personas=("other",)),)
    for other in (replace(SAM, email="poe@acme.example"), replace(SAM, mail=Mail.NONE), replace(SAM, name="Sam")):
        assert keep_refused([REFUSED], [other]) == (other,)
    assert merged_contact([], SAM) is SAM
