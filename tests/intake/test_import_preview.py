"""An import is previewed without anything being written, and what it says is what the import does."""

from __future__ import annotations

from sqlalchemy import func, select

from milepost.customer import Customer
from milepost.intake.book import import_customers
from milepost.intake.enrolment import Enrolment
from milepost.intake.import_preview import ImportPreview, PreviewedCustomer, preview_import
from milepost.intake.intake import Intake
from milepost.store import maps
from milepost.store.tables import CustomerRow, FactRow, JourneyRow
from tests.intake.conftest import Hands
from tests.intake.test_enrolment import DAY, end
from tests.workflows.example import CUSTOMER, FILES, MAP, START

PLACES = {"id", "name", "attributes.tier"}
BOOK = [
    CUSTOMER.having(id="beta"),
    CUSTOMER.having(name="Acme, renamed"),
    CUSTOMER.having(id="other", attributes={"tier": "other"}),
]


async def previewed(intake: Intake, records: list[Customer]) -> list[PreviewedCustomer]:
    return [each async for each in preview_import(intake, records, PLACES)]


async def rows(intake: Intake) -> list[int]:
    async with intake.context.store.reading() as session:
        kinds = (CustomerRow, JourneyRow, FactRow)
        return [await session.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds]


async def publish_with_a_mail_at_once(intake: Intake) -> None:
    files = FILES | {"map.yaml": MAP.replace("        after: kickoff\n", "")}
    async with intake.context.store.transaction() as session:
        await maps.publish(session, "pilot", "Pilot customers", files, START)


async def test_nothing_is_written_and_the_import_does_what_was_said(intake: Intake) -> None:
    before = await rows(intake)
    said = await previewed(intake, BOOK)
    assert await rows(intake) == before

    did = [each async for each in import_customers(intake, BOOK, PLACES)]
    assert [each.becomes for each in said] == ["new", "changed", "new"]
    assert [each.became for each in did] == ["imported", "changed", "imported"]
    begins = [isinstance(each.enrolment, Enrolment) for each in did]
    assert [each.journey is not None for each in said] == begins == [True, True, False]
    assert said[1].changes == did[1].changes == ("name",)
    assert said[2].why_not == "pilot: customer.tier == \"pilot\" is not true (tier is 'other')"
    assert [each.becomes for each in await previewed(intake, BOOK)] == ["unchanged"] * 3


async def test_a_journey_that_would_begin_is_told_with_its_mails_and_tasks_of_a_week(intake: Intake) -> None:
    await publish_with_a_mail_at_once(intake)
    (beta,) = await previewed(intake, BOOK[:1])
    journey = beta.journey
    assert journey is not None
    assert (journey.map, journey.stages) == ("pilot", ("start",))
    assert [(mail.template, mail.contact, mail.is_today) for mail in journey.mails] == [
        ("connect.md", CUSTOMER.contacts[0].email, is_today)
        for is_today in (True, False, False)  # two reminders
    ]
    assert [(task.role, task.is_today) for task in journey.tasks] == [("csm", True)]


async def test_a_customer_who_may_not_enter_again_is_told_why(intake: Intake, wall: Hands) -> None:
    enrolled = await intake.enrol(CUSTOMER.id)
    assert isinstance(enrolled, Enrolment)
    assert [each.journey for each in await previewed(intake, [CUSTOMER.having(name="Renamed")])] == [None]
    await end(intake, enrolled.journey, int(wall.at) + DAY)
    wall.at += 2 * DAY
    (again,) = await previewed(intake, [CUSTOMER.having(name="Renamed")])
    assert (again.journey, again.why_not) == (None, None)  # the record matched before already


async def test_a_preview_is_summed_up(intake: Intake) -> None:
    await publish_with_a_mail_at_once(intake)
    preview = ImportPreview()
    for each in await previewed(intake, BOOK):
        preview.add(each)
    assert preview.customers == {"new": 2, "changed": 1, "unmatched": 1, "journeys": 2}
    assert preview.stages == {("pilot", "start"): 2}
    assert preview.mails == {("pilot", "connect.md"): [2, 6]}
    assert preview.tasks == {"csm": [2, 2]}
