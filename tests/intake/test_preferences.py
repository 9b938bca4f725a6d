"""What a person chooses holds at every customer, whatever records, files and facts say later."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from milepost.channels.bounces import EventKind, ProviderEvent
from milepost.customer import ChoiceWay, Contact, Customer, Mail
from milepost.imports.layout import COLUMNS
from milepost.imports.row_reader import BookRow
from milepost.intake.book import import_row
from milepost.intake.bounces import TakenEvents, take_events
from milepost.intake.errors import ReasonMissingError, UnknownContactError
from milepost.intake.fact_admission import IncomingFact
from milepost.intake.facts import FactStatus
from milepost.intake.intake import Intake
from milepost.intake.preferences import ChosenMail, choose, preference_of
from milepost.planner.fact_errors import InvalidFactError
from milepost.planner.written_facts import WrittenFact
from milepost.store import customers, facts, mail_choices
from milepost.store.mail_choices import Choice
from tests.workflows.example import CUSTOMER as PILOT

CUSTOMER = PILOT.having(attributes={"tier": "other"})
"""No map is for it, so that its record shows each change at once."""
SAM = Contact("Sam Poe", "sam@acme.example", ("sponsor",))
BOLT = Customer(
    "bolt", "Bolt", contacts=(Contact("S. Poe", "SAM@acme.example", ("user",)), Contact("Kim", "kim@b.example"))
)


@pytest.fixture
async def book(intake: Intake) -> Intake:
    await intake.upsert_customer(CUSTOMER.having(contacts=(SAM,)))
    await intake.upsert_customer(BOLT)
    return intake


async def mail_at(intake: Intake, customer: str) -> list[Mail]:
    async with intake.context.store.reading() as session:
        return [each.mail for each in (await customers.get(session, customer)).contacts]


async def make(
    intake: Intake, mail: Mail, how: ChoiceWay = ChoiceWay.PAGE, request: str = "", reason: str | None = None
) -> ChosenMail:
    choice = Choice("Sam@Acme.example", mail, how, request or intake.context.new_id(), "sam@acme.example", reason)
    return await choose(intake.context, choice)


async def hows(intake: Intake) -> list[tuple[str, str]]:
    async with intake.context.store.reading() as session:
        rows = await session.run_sync(mail_choices.history, "sam@acme.example")
        return [(row.how, row.mail) for row in rows]


async def test_a_choice_holds_at_every_customer_with_that_address_and_for_nobody_else(book: Intake) -> None:
    made = await make(book, Mail.ESSENTIAL)
    assert made.new
    assert made.preference.customers == (("acme", CUSTOMER.name), ("bolt", "Bolt"))
    assert await mail_at(book, "acme") == [Mail.ESSENTIAL]
    assert await mail_at(book, "bolt") == [Mail.ESSENTIAL, Mail.ALL]
    assert (await preference_of(book.context, "SAM@acme.example")).mail is Mail.ESSENTIAL


async def test_the_same_request_and_the_same_choice_count_once_also_at_once(book: Intake) -> None:
    results = await asyncio.gather(*(make(book, Mail.NONE, request="r") for _ in range(5)))
    results += await asyncio.gather(*(make(book, Mail.NONE) for _ in range(5)))
    assert [each.new for each in results].count(True) == 1
    await make(book, Mail.ALL)
    assert not (await make(book, Mail.NONE, request="r")).new, "a form that is sent again later"
    assert await hows(book) == [("page", "none"), ("page", "all")]


async def test_no_record_file_or_fact_opts_anybody_in_again(book: Intake) -> None:
    await make(book, Mail.NONE, ChoiceWay.ONE_CLICK)
    await book.upsert_customer(CUSTOMER.having(contacts=(replace(SAM, name="Samantha"),)))
    await book.change_customer("acme", lambda record: record.having(contacts=(replace(SAM, mail=Mail.ESSENTIAL),)))
    await import_row(book, BookRow(2, CUSTOMER.having(contacts=(replace(SAM, name="S"),))), COLUMNS)
    fact = {"contacts": [{"name": "Sam", "email": "sam@ACME.example", "mail": "all"}]}
    await book.record_fact("bolt", WrittenFact.model_validate(fact))
    await book.upsert_customer(Customer("new", "New", contacts=(SAM,)))
    for customer in ("acme", "bolt", "new"):
        assert await mail_at(book, customer) == [Mail.NONE]
    assert await hows(book) == [("one_click", "none")]


async def test_a_contact_that_is_gone_and_comes_back_is_not_written_to(book: Intake) -> None:
    await make(book, Mail.NONE)
    await book.upsert_customer(CUSTOMER.having(contacts=()))
    await book.upsert_customer(CUSTOMER.having(contacts=(SAM,)))
    assert await mail_at(book, "acme") == [Mail.NONE]


async def test_a_file_that_wants_less_mail_for_somebody_is_kept_as_a_choice(book: Intake) -> None:
    row = BookRow(2, CUSTOMER.having(contacts=(replace(SAM, mail=Mail.ESSENTIAL),)))
    assert (await import_row(book, row, COLUMNS)).became == "changed"
    assert await hows(book) == [("import", "essential")]
    assert (await import_row(book, row, COLUMNS)).became == "unchanged"
    await book.upsert_customer(BOLT.having(contacts=(replace(BOLT.contacts[0], mail=Mail.NONE),)), by="crm")
    assert await hows(book) == [("import", "essential"), ("record", "none")]


async def test_a_colleague_needs_a_reason_for_more_mail_and_none_for_less(book: Intake) -> None:
    await make(book, Mail.NONE, ChoiceWay.COLLEAGUE)
    with pytest.raises(ReasonMissingError):
        await make(book, Mail.ESSENTIAL, ChoiceWay.COLLEAGUE)
    assert await mail_at(book, "acme") == [Mail.NONE]
    await make(book, Mail.ALL, ChoiceWay.COLLEAGUE, reason="Asked for it on the phone")
    assert await mail_at(book, "bolt") == [Mail.ALL, Mail.ALL]


@pytest.mark.parametrize("how", [ChoiceWay.ONE_CLICK, ChoiceWay.COMPLAINT, ChoiceWay.PROVIDER])
async def test_a_click_in_an_old_mail_never_brings_more(book: Intake, how: ChoiceWay) -> None:
    await make(book, Mail.NONE)
    assert not (await make(book, Mail.ESSENTIAL, how)).new
    assert await mail_at(book, "acme") == [Mail.NONE]


async def test_an_address_that_was_refused_is_tried_again_only_when_somebody_says_so(book: Intake) -> None:
    await book.upsert_customer(CUSTOMER.having(contacts=(replace(SAM, refused=True),)))
    with pytest.raises(ReasonMissingError):
        await make(book, Mail.ALL, ChoiceWay.COLLEAGUE)
    made = await make(book, Mail.ALL, ChoiceWay.COLLEAGUE, reason="Their mailbox is back")
    assert made.new
    assert not made.preference.refused
    assert not (await preference_of(book.context, SAM.email)).refused


async def test_the_fact_of_one_customer_is_a_colleagues_choice_for_all(book: Intake) -> None:
    told = {"mail_chosen": "sam@acme.example", "mail": "none"}
    receipt = await book.record_fact("acme", WrittenFact.model_validate(told), by="ana@vendor.example")
    assert receipt.status is FactStatus.KEPT
    assert await mail_at(book, "bolt") == [Mail.NONE, Mail.ALL]
    again = await book.record_fact("acme", WrittenFact.model_validate(told), by="ana@vendor.example")
    assert again.status is FactStatus.KNOWN
    with pytest.raises(UnknownContactError, match=r"kim@b\.example"):
        await book.record_fact("acme", WrittenFact.model_validate({**told, "mail_chosen": "kim@b.example"}))
    async with book.context.store.reading() as session:
        [row] = [each for each in await facts.of_customer(session, "bolt") if each.kind == "mail_chosen"]
    assert (row.told_by, row.data["how"]) == ("ana@vendor.example", "colleague")


async def test_a_list_of_facts_does_not_take_it(book: Intake) -> None:
    fact = WrittenFact.model_validate({"mail_chosen": "sam@acme.example", "mail": "none"})
    [refused] = await book.record_facts([IncomingFact("acme", fact)])
    assert isinstance(refused, InvalidFactError)
    assert "/api/v1/preferences" in str(refused)


async def test_a_list_of_contacts_and_a_choice_at_the_same_time_never_opt_anybody_in(book: Intake) -> None:
    contacts = WrittenFact.model_validate({"contacts": [{"name": "Sam", "email": "sam@acme.example"}]})
    for number in range(5):
        await make(book, Mail.ALL, ChoiceWay.COLLEAGUE, reason="Again")
        await asyncio.gather(
            *(book.record_fact("acme", contacts) for _ in range(3)),
            make(book, Mail.NONE, request=f"r{number}"),
            *(book.upsert_customer(CUSTOMER.having(contacts=(SAM,))) for _ in range(3)),
        )
        assert await mail_at(book, "acme") == [Mail.NONE]


async def test_a_provider_that_tells_of_a_refusal_reaches_journeys_and_records(intake: Intake) -> None:
    await intake.upsert_customer(PILOT.having(contacts=(SAM,)))
    await intake.upsert_customer(BOLT)
    event = ProviderEvent(EventKind.REFUSED, "SAM@acme.example", "550 5.1.1 no such user")
    stranger = ProviderEvent(EventKind.REFUSED, "eve@else.example")
    assert await take_events(intake.context, [event, stranger, event]) == TakenEvents(taken=2, unknown=1)
    assert (await preference_of(intake.context, SAM.email)).refused
    async with intake.context.store.reading() as session:
        [waiting] = [each for each in await facts.of_customer(session, "acme") if each.kind == "mail_chosen"]
        assert [each.refused for each in (await customers.get(session, "bolt")).contacts] == [True, False]
    assert (waiting.data["how"], waiting.status) == ("bounce", "pending")
    assert await hows(intake) == [("bounce", "none")]
