"""Journeys that a book began in the wrong place begin again where it says now, if nothing has happened in them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pytest
from sqlalchemy import select

from activities.journey import JourneyActivities
from milepost.imports.row_reader import BookRow
from milepost.intake.begin_again import BEGUN_AGAIN, Restart, Standing, StaysThere
from milepost.intake.book import ImportedCustomer, import_customers
from milepost.intake.enrolment import Enrolment
from milepost.intake.import_account import Foreseen, ImportAccount
from milepost.intake.import_preview import PreviewedCustomer, preview_import
from milepost.intake.intake import Intake
from milepost.planner.entry_point import DoneBefore, EntryPoint
from milepost.planner.facts import AttributesSet, Fact, Noted, StepDone
from milepost.store import journeys, maps, messages, timeline
from milepost.store.tables import JourneyRow, MessageRow, TaskRow
from milepost.wire.activities import AdvanceOrder
from tests.intake.conftest import Hands
from tests.workflows.example import CUSTOMER, FILES, MAP, START

VALUE = """
  - stage: value
    title: Value
    touchpoints:
      - touchpoint: review
        title: Review
        role: csm
        due: 2 business days
plays:
"""
TWO_STAGES = MAP.replace("\nplays:\n", VALUE, 1)
OTHER = (
    TWO_STAGES.replace("map: pilot", "map: other").replace('"pilot"', '"other"').replace("stage: value", "stage: use")
)
PLACES = {"id", "attributes.tier", "enters.stage", "enters.since"}
WHY = "Stages were mapped wrongly"


@pytest.fixture
async def book(intake: Intake, wall: Hands) -> Intake:
    async with intake.context.store.transaction() as session:
        await maps.publish(session, "pilot", "Pilot customers", FILES | {"map.yaml": TWO_STAGES}, START)
        await maps.publish(session, "other", "Other customers", FILES | {"map.yaml": OTHER}, START)
    wall.at += 60
    return intake


def _row(entry: EntryPoint | None, tier: str = "pilot", ended: str | None = None) -> BookRow:
    return BookRow(2, CUSTOMER.having(id="beta", attributes={"tier": tier}), entry, ended=ended)


async def _bring(intake: Intake, row: BookRow, again: str | None = None) -> ImportedCustomer:
    [result] = [each async for each in import_customers(intake, [row], PLACES, by="ops@v.example", again=again)]
    return result


async def _preview(intake: Intake, row: BookRow) -> PreviewedCustomer:
    [seen] = [each async for each in preview_import(intake, [row], PLACES, again=True)]
    return seen


async def _advance(intake: Intake, wall: Hands, seconds: int = 1) -> None:
    """Lets every open journey come up to now, as workers do."""
    wall.at += seconds
    worker = JourneyActivities(intake.context.store, intake.context.compiled_maps)
    async with intake.context.store.reading() as session:
        rows = await journeys.running(session)
    for row in rows:
        await worker.advance(AdvanceOrder(row.id, row.revision + 1, intake.now()))


async def _journeys(intake: Intake) -> list[JourneyRow]:
    async with intake.context.store.reading() as session:
        return await journeys.of_customer(session, "beta")


async def _open_tasks(intake: Intake) -> Sequence[tuple[str, str]]:
    async with intake.context.store.reading() as session:
        query = select(TaskRow.journey_id, TaskRow.step).where(TaskRow.status == "open")
        return [(row[0], row[1]) for row in await session.execute(query)]


async def _first_line(intake: Intake, journey: str) -> dict[str, object]:
    async with intake.context.store.reading() as session:
        return timeline.entry_of((await timeline.of_journey(session, journey, limit=1))[0]).to_json()


async def test_a_journey_that_began_at_the_beginning_begins_again_in_its_stage(book: Intake, wall: Hands) -> None:
    await _bring(book, _row(None))
    await _advance(book, wall)
    assert await _open_tasks(book) == [("beta/1", "kickoff")]

    row = _row(EntryPoint("value", "2026-02-02"))
    seen = await _preview(book, row)
    done = await _bring(book, row, WHY)
    await _advance(book, wall)

    restart = Restart("beta", "beta/1", Standing("pilot", ""), Standing("pilot", "value", "2026-02-02"))
    assert (seen.becomes, seen.again, done.became, done.again) == ("unchanged", restart, "unchanged", restart)
    assert str(restart) == "the beginning -> value since 2026-02-02"
    assert seen.journey is not None
    assert seen.journey.stages == ("value",)
    latest, first = await _journeys(book)
    assert (latest.id, latest.ended_at, first.reason) == ("beta/2", None, BEGUN_AGAIN)
    assert await _open_tasks(book) == [("beta/2", "review")]
    line = await _first_line(book, "beta/2")
    assert (line["stage"], line["again"], line["by"]) == ("value", WHY, "ops@v.example")


async def test_imported_once_more_nothing_begins_again(book: Intake, wall: Hands) -> None:
    for entry in (EntryPoint("value", "2026-02-02", {"kickoff": DoneBefore("2026-01-05", "held")}), None):
        await _bring(book, _row(entry), WHY)
        await _advance(book, wall, seconds=3600)
        before = len(await _journeys(book))
        assert (await _preview(book, _row(entry))).again is None
        assert (await _bring(book, _row(entry), WHY)).again is None
        assert len(await _journeys(book)) == before


@pytest.mark.parametrize(
    "entry",
    [
        EntryPoint("value"),
        EntryPoint("value", "2026-02-03"),
        EntryPoint("value", "2026-02-02", {"kickoff": DoneBefore("2026-01-05")}),
        EntryPoint("", "2026-02-02"),
        None,
    ],
)
async def test_another_stage_another_date_or_other_steps_that_were_done_are_another_place(
    book: Intake, wall: Hands, entry: EntryPoint | None
) -> None:
    await _bring(book, _row(EntryPoint("value", "2026-02-02")))
    await _advance(book, wall)
    assert isinstance((await _bring(book, _row(entry), WHY)).again, Restart)
    assert (await _bring(book, _row(entry), WHY)).again is None  # it hasn't begun yet, and waits to begin there


async def test_without_being_asked_an_open_journey_stays_where_it_is(book: Intake, wall: Hands) -> None:
    await _bring(book, _row(None))
    await _advance(book, wall)
    result = await _bring(book, _row(EntryPoint("value")))
    assert (result.became, result.again, len(await _journeys(book))) == ("unchanged", None, 1)


async def test_a_journey_that_temporal_has_not_begun_yet_begins_there_at_once(book: Intake, wall: Hands) -> None:
    await _bring(book, _row(None))
    result = await _bring(book, _row(EntryPoint("value")), WHY)
    await _advance(book, wall)
    assert isinstance(result.again, Restart)
    [only] = await _journeys(book)
    assert (only.id, only.ended_at) == ("beta/1", None)
    assert (await _first_line(book, "beta/1"))["stage"] == "value"


async def test_a_mended_value_may_lead_to_another_map(book: Intake, wall: Hands) -> None:
    """The record changes, and with it the map that is for it; stages per map are those of that map."""
    await _bring(book, _row(EntryPoint("value", stages={"other": "use"})))
    await _advance(book, wall)
    row = _row(EntryPoint("value", stages={"other": "use"}), tier="other")
    seen, done = await _preview(book, row), await _bring(book, row, WHY)
    await _advance(book, wall)
    assert (seen.becomes, done.became) == ("changed", "changed")
    assert str(done.again) == str(seen.again) == "pilot: value -> other: use"
    latest = (await _journeys(book))[0]
    assert (latest.map, latest.ended_at) == ("other", None)


@pytest.mark.parametrize(
    ("fact", "why"),
    [
        (
            StepDone(id="1", at=START, by="ana@v.example", step="kickoff", result="held"),
            "step_done kickoff was told since",
        ),
        (Noted(id="1", at=START, by="ana@v.example", text="Called them"), "note was told since it began"),
    ],
)
async def test_whatever_people_have_told_keeps_a_journey_where_it_is(
    book: Intake, wall: Hands, fact: Fact, why: str
) -> None:
    await _bring(book, _row(None))
    await _advance(book, wall)
    await book.record_fact("beta", fact, source="desk")
    row = _row(EntryPoint("value"))
    for result in (await _preview(book, row), await _bring(book, row, WHY)):
        assert isinstance(result.again, StaysThere)
        assert why in result.again.why
    assert len(await _journeys(book)) == 1


async def test_what_changed_of_the_record_is_known_to_the_new_journey(book: Intake, wall: Hands) -> None:
    await _bring(book, _row(None))
    await _advance(book, wall)
    await book.record_fact("beta", AttributesSet(id="1", at=START, by=None, attributes={"health": 70}), source="api")
    assert isinstance((await _bring(book, _row(EntryPoint("value")), WHY)).again, Restart)
    await _advance(book, wall)
    latest = (await _journeys(book))[0]
    assert latest.state["customer"]["attributes"]["health"] == 70


async def test_a_mail_that_is_on_its_way_keeps_a_journey_where_it_is(book: Intake, wall: Hands) -> None:
    files = FILES | {"map.yaml": TWO_STAGES.replace("        after: kickoff\n", "")}
    async with book.context.store.transaction() as session:
        await maps.publish(session, "pilot", "Pilot customers", files, START)
    await _bring(book, _row(None))
    await _advance(book, wall)
    async with book.context.store.reading() as session:
        assert await session.run_sync(partial(messages.queued, journey="beta/1"))
        assert (await session.scalars(select(MessageRow.template))).one() == "connect.md"
    result = await _bring(book, _row(EntryPoint("value")), WHY)
    assert result.again == StaysThere("beta", "its mail connect.md has left, or is leaving")


async def test_a_row_that_can_not_be_where_it_says_is_refused_and_nothing_moves(book: Intake, wall: Hands) -> None:
    await _bring(book, _row(None))
    await _advance(book, wall)
    seen = await _preview(book, _row(EntryPoint("valeu")))
    result = await _bring(book, _row(EntryPoint("valeu")), WHY)
    assert (seen.becomes, result.became) == ("refused", "refused")
    assert result.problem is not None
    assert "valeu" in result.problem.message
    assert [each.id for each in await _journeys(book)] == ["beta/1"]


async def test_nothing_begins_again_for_whom_the_book_says_that_it_is_over_or_whom_no_map_is_for(
    book: Intake, wall: Hands
) -> None:
    await _bring(book, _row(None))
    await _advance(book, wall)
    assert (await _bring(book, _row(EntryPoint("value"), ended="churned"), WHY)).again is None
    async with book.context.store.transaction() as session:
        nobodys = FILES | {"map.yaml": TWO_STAGES.replace('customer.tier == "pilot"', "customer.health > 99")}
        await maps.publish(session, "pilot", "Pilot customers", nobodys, START)
    assert (await _bring(book, _row(EntryPoint("value")), WHY)).again is None


async def test_a_new_customer_begins_as_ever(book: Intake) -> None:
    result = await _bring(book, _row(EntryPoint("value")), WHY)
    assert (result.became, result.again) == ("imported", None)
    assert isinstance(result.enrolment, Enrolment)


async def test_the_account_counts_them_and_remembers_what_a_killed_worker_had_done(book: Intake, wall: Hands) -> None:
    await _bring(book, _row(None))
    await _advance(book, wall)
    row = _row(EntryPoint("value"))
    foreseen = Foreseen.of(await _preview(book, row))
    first = await _bring(book, row, WHY)
    repeated = await _bring(book, row, WHY)
    for done in (first, repeated):
        account = ImportAccount()
        account.add(done, foreseen)
        read = ImportAccount.from_json(account.to_json())
        assert (read.again.begin, read.counts["unchanged"], read.counts["enrolled"]) == (1, 1, 0)
        assert read.summary()["begun_again"] == 1
        assert read.has_changed_anything
