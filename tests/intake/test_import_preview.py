"""An import is previewed without anything being written, and what it says is what the import does."""

from __future__ import annotations

from sqlalchemy import func, select

from milepost.customer import Customer
from milepost.imports.customer_book import read_book
from milepost.imports.row_reader import BookRow
from milepost.intake.book import import_customers
from milepost.intake.enrolment import Enrolment
from milepost.intake.import_account import ImportAccount
from milepost.intake.import_preview import ImportPreview, PreviewedCustomer, TaskCount, preview_import
from milepost.intake.intake import Intake
from milepost.intake.likely_doubles import Doubles
from milepost.planner.entry_point import DoneBefore, EntryPoint
from milepost.planner.state import State
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


def in_rows(customers: list[Customer]) -> list[BookRow]:
    return [BookRow(number, customer) for number, customer in enumerate(customers, 2)]


async def previewed(intake: Intake, records: list[Customer]) -> list[PreviewedCustomer]:
    return [each async for each in preview_import(intake, in_rows(records), PLACES)]


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

    did = [each async for each in import_customers(intake, in_rows(BOOK), PLACES)]
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
    assert preview.tasks == {"csm": TaskCount(2, 2, 60)}
    assert preview.titles == {("csm", "Kickoff call"): TaskCount(2, 2, 60)}


async def test_whom_a_map_needs_and_customers_lack_is_said_with_what_is_for_them(intake: Intake) -> None:
    await publish_with_a_mail_at_once(intake)
    preview = ImportPreview()
    for each in await previewed(intake, [CUSTOMER.having(id=f"c{n}", contacts=(), team={}) for n in range(3)]):
        preview.add(each)
    assert [absent.sentence(count) for absent, count in preview.absent.items()] == [
        "Nobody is Sponsor at 3 customers (Pilot customers): 2 steps and 4 messages of theirs reach nobody.",
        (
            "Nobody is Customer success manager at 3 customers (Pilot customers): "
            "2 tasks of theirs go to everybody in that role."
        ),
    ]
    told = preview.to_json()
    assert [(each["name"], each["customers"]) for each in told["nobody"]] == [("sponsor", 3), ("csm", 3)]
    (role,) = told["tasks"]
    named = {each["title"]: each["without_effort"] for each in role["titles"]}
    assert named == {"Kickoff call": 0, "Name a contact: nobody is Sponsor": 3}
    assert preview.titles["csm", "Name a contact: nobody is Sponsor"].hours == "3 without effort"
    assert preview.tasks["csm"].hours == "1.5 + 3 without effort"


async def test_a_customer_who_enters_in_the_middle_begins_there_and_gets_no_mail_of_before(intake: Intake) -> None:
    await publish_with_a_mail_at_once(intake)
    entry = EntryPoint(
        "start", "2026-02-20", {"connect": DoneBefore("2026-02-10"), "kickoff": DoneBefore(None, "held")}
    )
    row = BookRow(2, CUSTOMER.having(id="beta"), entry)
    (said,) = [each async for each in preview_import(intake, [row], PLACES)]
    assert said.journey is not None
    assert [mail.template for mail in said.journey.mails] == ["verify.md"]  # what is next, and no welcome
    assert said.journey.tasks == ()
    (did,) = [each async for each in import_customers(intake, [row], PLACES)]
    assert isinstance(did.enrolment, Enrolment)
    state = await intake_state(intake, did.enrolment.journey)
    assert state.start is not None
    assert state.start.enters == entry


async def test_a_row_that_enters_where_the_map_has_nothing_is_refused_and_nothing_is_stored(intake: Intake) -> None:
    row = BookRow(7, CUSTOMER.having(id="beta"), EntryPoint("middle"))
    before = await rows(intake)
    (said,) = [each async for each in preview_import(intake, [row], PLACES)]
    (did,) = [each async for each in import_customers(intake, [row], PLACES)]
    assert (said.becomes, did.became) == ("refused", "refused")
    assert did.problem is not None
    assert (did.problem.row, did.problem.message) == (7, f"Customer 'beta': {said.why_not}")
    assert said.why_not == "Unknown stage 'middle' in map 'pilot'. Its stages are start."
    assert await rows(intake) == before
    preview = ImportPreview()
    preview.add(said)
    assert preview.to_json()["refused_customers"] == {said.why_not: ["beta"]}
    assert (preview.customers, preview.refusals, preview.why_not) == ({"refused": 1}, {said.why_not: 1}, {})


async def intake_state(intake: Intake, journey: str) -> State:
    async with intake.context.store.reading() as session:
        return State.from_json((await session.get_one(JourneyRow, journey)).state)


async def test_a_cell_that_leaves_name_and_zone_open_changes_neither(intake: Intake) -> None:
    data = f"id,name,timezone,tier\n{CUSTOMER.id},,,pilot\nnew,,,pilot\n".encode()
    read = read_book(data)
    did = [each async for each in import_customers(intake, read.read, read.places)]
    assert [each.became for each in did] == ["unchanged", "imported"]
    assert [(each.customer.name, each.customer.timezone) for each in did] == [
        (CUSTOMER.name, CUSTOMER.timezone), ("new", "UTC"),
    ]  # fmt: skip


async def test_a_new_customer_with_a_name_or_a_contact_of_one_who_is_there_may_be_the_same(intake: Intake) -> None:
    named = CUSTOMER.having(id="crm-7", name=CUSTOMER.name.upper(), contacts=())
    known = CUSTOMER.having(id="crm-8", name="Quite another one")
    other = CUSTOMER.having(id="crm-9", name=f"{CUSTOMER.name} Two", contacts=())
    records = [named, known, other, CUSTOMER.having(name="Renamed")]
    preview, account = ImportPreview(), ImportAccount()
    for each in await previewed(intake, records):
        preview.add(each)
    async for imported in import_customers(intake, in_rows(records), PLACES):
        account.add(imported)
    for doubles, last in (
        (preview.doubles, "milepost rename STORED_ID ID"),
        (account.doubles, "milepost merge ID STO"),
    ):
        sentences = list(doubles.sentences(are_stored=doubles is account.doubles))
        assert sentences[:3] == [
            "2 new customers may be there already, under another id.",
            f"'crm-7' ({named.name}) may be the same as '{CUSTOMER.id}' ({CUSTOMER.name}): they have one name.",
            (
                f"'crm-8' (Quite another one) may be the same as '{CUSTOMER.id}' ({CUSTOMER.name}): "
                "they have a contact's address in common."
            ),
        ]
        assert last in sentences[3]
        assert Doubles.from_json(doubles.to_json()) == doubles
    assert [each.doubles for each in await previewed(intake, records)] == [()] * 4  # they are stored
