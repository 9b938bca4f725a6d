"""A rollout moves the open journeys of a map in batches; it can be paused, cancelled and taken back at any time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from activities.journey import JourneyActivities
from milepost.intake import rollouts
from milepost.intake.errors import RolloutRefusedError
from milepost.intake.intake import Intake
from milepost.intake.rollouts import Pace, Reason
from milepost.planner.written_facts import WrittenFact
from milepost.store import customers, facts, journeys, maps, timeline
from milepost.store import rollouts as stored
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.errors import RolloutOpenError, UnknownRolloutError
from milepost.store.rollouts import MovePolicy
from milepost.store.tables import MapVersionRow, RolloutRow
from milepost.wire.activities import AdvanceOrder
from milepost.wire.rollout import BatchDone
from tests.intake.conftest import Hands
from tests.workflows.example import CIRCLE, CUSTOMER, FILES, MAP, START

IDS = [f"c{number}" for number in range(5)]
TWO_STAGES = MAP.replace(
    "plays:\n",
    "  - {stage: value, title: Value, touchpoints: [{touchpoint: review, title: Review, role: csm}]}\nplays:\n",
)
OTHER = TWO_STAGES.replace("title: Review", "title: Quarterly review").replace("due: 2 business days", "due: 1 week")
BY = Reason("ops@vendor.example", "The review is quarterly")


class Book:
    """Five customers with open journeys on version 1; version 2 is published."""

    def __init__(self, intake: Intake, wall: Hands) -> None:
        self.intake = intake
        self.context = intake.context
        self.wall = wall
        self._activities = JourneyActivities(intake.context.store, CompiledMaps(intake.context.store))

    async def publish(self, map_text: str) -> MapVersionRow:
        async with self.context.store.transaction() as session:
            return (await maps.publish(session, "pilot", "Pilot", FILES | {"map.yaml": map_text}, START)).version

    async def start(self, version: MapVersionRow, policy: MovePolicy = MovePolicy.NOW, batch: int = 2) -> RolloutRow:
        return await rollouts.start(self.context, version, policy, Pace(batch, 60), BY)

    async def take(self, row: RolloutRow) -> BatchDone:
        return await rollouts.take_batch(self.context, row.number)

    async def take_all(self, row: RolloutRow) -> int:
        batches = 1
        while (await self.take(row)).seconds is not None:
            batches += 1
        return batches

    async def advance(self) -> None:
        """Every journey takes in what waits for it."""
        self.wall.at += 60
        async with self.context.store.reading() as session:
            rows = await journeys.running(session)
        for row in rows:
            await self._activities.advance(AdvanceOrder(row.id, row.revision + 1, self.context.now()))

    async def versions(self) -> list[str]:
        async with self.context.store.reading() as session:
            return [row.version for row in await journeys.running(session)]

    async def counts(self, row: RolloutRow) -> dict[str, int]:
        async with self.context.store.reading() as session:
            return (await stored.counts(session, [row.number]))[row.number]

    async def status(self, row: RolloutRow) -> str:
        async with self.context.store.reading() as session:
            return (await stored.get(session, row.number)).status

    async def kinds(self, customer: str) -> list[str]:
        async with self.context.store.reading() as session:
            return [entry.kind for entry in await timeline.of_journey(session, f"{customer}/1")]


@pytest.fixture
async def book(intake: Intake, wall: Hands) -> Book:
    opened = Book(intake, wall)
    await opened.publish(TWO_STAGES)
    async with intake.context.store.transaction() as session:
        await customers.save(session, [CUSTOMER.having(id=each) for each in IDS], START)
    for each in IDS:
        await intake.enrol(each)
    await opened.advance()
    return opened


async def test_it_moves_every_open_journey_in_batches_at_its_rate(book: Book) -> None:
    second = await book.publish(OTHER)
    row = await book.start(second)
    assert await book.counts(row) == {"waiting": 5}

    first = await book.take(row)

    assert (first.journeys, first.seconds) == (2, 2.0)  # two at once and sixty a minute
    assert await book.counts(row) == {"told": 2, "waiting": 3}
    assert await book.take_all(row) == 2
    await book.advance()
    assert await book.versions() == [second.hash] * 5
    assert (await book.counts(row), await book.status(row)) == ({"moved": 5}, "done")
    async with book.context.store.reading() as session:
        task = [each for each in await timeline.of_journey(session, "c0/1") if each.kind == "map_changed"]
    assert len(task) == 1


async def killed_after_telling(book: Book, row: RolloutRow, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker ends between telling a batch and noting that it has."""

    def killed(*_args: object, **_more: object) -> None:
        raise ConnectionError("the worker died before it noted what it had told")

    with monkeypatch.context() as patch:
        patch.setattr(stored, "mark", killed)
        with pytest.raises(ConnectionError):
            await book.take(row)


async def test_a_batch_that_is_taken_again_tells_nobody_twice(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    row = await book.start(await book.publish(OTHER))
    await killed_after_telling(book, row, monkeypatch)
    assert await book.counts(row) == {"waiting": 5}

    await book.take_all(row)
    await book.advance()

    assert await book.counts(row) == {"moved": 5}
    assert [(await book.kinds(each)).count("map_changed") for each in IDS] == [1] * 5
    assert [(await book.kinds(each)).count("fact_ignored") for each in IDS] == [0] * 5


async def test_a_paused_one_tells_nobody_until_it_is_resumed(book: Book) -> None:
    row = await book.start(await book.publish(OTHER))
    await book.take(row)

    await rollouts.pause(book.context, row.number)

    assert (await book.take(row)).seconds is None
    assert (await book.counts(row))["waiting"] == 3
    await rollouts.resume(book.context, row.number)
    await book.take_all(row)
    assert (await book.counts(row)) == {"told": 5}


async def test_a_cancelled_one_leaves_the_others_where_they_are(book: Book) -> None:
    row = await book.start(await book.publish(OTHER))
    await book.take(row)

    await rollouts.cancel(book.context, row.number)

    assert (await book.take(row)).seconds is None
    await book.advance()
    assert (await book.counts(row), await book.status(row)) == ({"moved": 2, "kept": 3}, "cancelled")


async def test_back_moves_journeys_to_the_versions_where_they_were(book: Book) -> None:
    before = await book.versions()
    row = await book.start(await book.publish(OTHER))
    await book.take(row)
    await book.advance()

    back = await rollouts.back(book.context, row.number, Reason())
    await book.take_all(back)
    await book.advance()

    assert await book.versions() == before
    assert (await book.counts(row))["kept"] == 3
    assert (await book.counts(back), await book.status(row)) == ({"moved": 2}, "cancelled")


@pytest.mark.parametrize("is_done", [False, True])
async def test_back_has_those_too_who_were_told_while_it_began(
    book: Book, monkeypatch: pytest.MonkeyPatch, *, is_done: bool
) -> None:
    before = await book.versions()
    row = await book.start(await book.publish(OTHER))
    await book.take(row)
    backs: list[RolloutRow] = []
    tell = rollouts.record_facts

    async def taken_back_meanwhile(*args: Any, **more: Any) -> Any:
        monkeypatch.setattr(rollouts, "record_facts", tell)
        results = await tell(*args, **more)
        backs.append(await rollouts.back(book.context, row.number, BY))
        if is_done:
            await book.take_all(backs[0])
        return results

    monkeypatch.setattr(rollouts, "record_facts", taken_back_meanwhile)
    assert (await book.take(row)).seconds is None
    await book.take_all(backs[0])
    await book.advance()

    assert await book.versions() == before
    assert await book.counts(backs[0]) == {"moved": 4}
    assert (await book.status(row), await book.status(backs[0])) == ("cancelled", "done")


@pytest.mark.parametrize("is_retried_first", [False, True])
async def test_back_has_those_too_whom_a_killed_worker_had_told(
    book: Book, monkeypatch: pytest.MonkeyPatch, *, is_retried_first: bool
) -> None:
    before = await book.versions()
    row = await book.start(await book.publish(OTHER))
    await killed_after_telling(book, row, monkeypatch)

    back = await rollouts.back(book.context, row.number, BY)
    for each in (row, back) if is_retried_first else (back, row, back):
        await book.take_all(each)
    await book.advance()

    assert await book.versions() == before
    assert (await book.counts(back), await book.status(row)) == ({"moved": 2}, "cancelled")


async def test_back_goes_on_for_those_whom_a_worker_told_that_was_killed_after_it_began(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await book.versions()
    row = await book.start(await book.publish(OTHER))
    backs: list[RolloutRow] = []
    tell = rollouts.record_facts

    async def taken_back_before(*args: Any, **more: Any) -> Any:
        backs.append(await rollouts.back(book.context, row.number, BY))
        return await tell(*args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(rollouts, "record_facts", taken_back_before)
        await killed_after_telling(book, row, monkeypatch)
    await book.take_all(backs[0])
    assert (await book.counts(backs[0]), await book.status(backs[0])) == ({}, "done")

    await book.take(row)
    await book.take_all(backs[0])
    await book.advance()

    assert await book.versions() == before
    assert (await book.counts(backs[0]), await book.status(backs[0])) == ({"moved": 2}, "done")


async def test_a_cancelled_move_at_the_next_stage_is_taken_back_from_those_whom_a_killed_worker_had_told(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await book.start(await book.publish(OTHER), MovePolicy.NEXT_STAGE)
    await killed_after_telling(book, row, monkeypatch)

    await rollouts.cancel(book.context, row.number)
    await book.take_all(row)

    async with book.context.store.reading() as session:
        told = [fact.id for id_ in IDS for fact in await facts.of_customer(session, id_)]
    assert sorted(told) == sorted([stored.told_id(row.number), stored.stay_id(row.number)] * 2)
    assert (await book.counts(row), await book.status(row)) == ({"kept": 5}, "cancelled")


async def test_at_the_next_stage_journeys_move_one_by_one(book: Book) -> None:
    second = await book.publish(OTHER)
    row = await book.start(second, MovePolicy.NEXT_STAGE)
    await book.take_all(row)
    await book.advance()
    assert (await book.counts(row), await book.status(row)) == ({"at_next_stage": 5}, "done")

    await book.intake.record_fact("c1", WrittenFact(step_done="kickoff", result="held"))
    await book.intake.record_fact("c1", WrittenFact(step_done="connect"))
    await book.intake.record_fact("c1", WrittenFact(answer="faster", verdict="partial"))
    await book.advance()

    assert await book.counts(row) == {"at_next_stage": 4, "moved": 1}
    kinds = await book.kinds("c1")
    assert kinds.index("stage_closed") < kinds.index("map_changed") < len(kinds) - 1 - kinds[::-1].index("stage_opened")


async def test_cancelling_takes_back_the_moves_that_wait_for_a_next_stage(book: Book) -> None:
    before = await book.versions()
    row = await book.start(await book.publish(OTHER), MovePolicy.NEXT_STAGE)
    await book.take_all(row)
    await book.advance()

    await rollouts.cancel(book.context, row.number)
    assert await book.status(row) == "cancelling"
    await book.take_all(row)
    await book.advance()

    assert (await book.counts(row), await book.status(row)) == ({"kept": 5}, "cancelled")
    await book.intake.record_fact("c1", WrittenFact(step_done="kickoff", result="held"))
    await book.intake.record_fact("c1", WrittenFact(step_done="connect"))
    await book.intake.record_fact("c1", WrittenFact(answer="faster", verdict="partial"))
    await book.advance()
    assert await book.versions() == before


async def test_a_journey_that_cannot_be_planned_there_is_parked_and_stays(book: Book) -> None:
    await book.intake.record_fact("c2", WrittenFact(set={"health": 10}))
    await book.advance()
    row = await book.start(await book.publish(CIRCLE.replace("kickoff", "first_call")))

    await book.take_all(row)
    await book.advance()

    assert await book.counts(row) == {"moved": 4, "parked": 1}
    async with book.context.store.reading() as session:
        [parked] = await stored.stuck(session, row.number, limit=9)
        assert (await journeys.get(session, "c2/1")).blocked_since is None
    assert (parked.customer, parked.state) == ("c2", "parked")
    assert "at one instant" in parked.why or "more and more" in parked.why


async def test_journeys_that_end_meanwhile_are_left_out(book: Book) -> None:
    row = await book.start(await book.publish(OTHER))
    await book.intake.record_fact("c0", WrittenFact(ended="churned"))
    await book.advance()

    await book.take_all(row)
    await book.advance()

    assert await book.counts(row) == {"moved": 4, "ended": 1}


async def test_of_two_that_begin_at_once_one_is_refused(book: Book) -> None:
    second = await book.publish(OTHER)

    results = await asyncio.gather(book.start(second), book.start(second), return_exceptions=True)

    assert sorted(type(each).__name__ for each in results) == ["RolloutOpenError", "RolloutRow"]


async def test_a_map_has_one_at_a_time_and_refuses_what_makes_no_sense(book: Book) -> None:
    row = await book.start(await book.publish(OTHER))
    with pytest.raises(RolloutOpenError, match=f"Rollout {row.number} of the map 'pilot' isn't over"):
        await book.start(await book.publish(TWO_STAGES))
    with pytest.raises(RolloutRefusedError, match="is running, so it can't be resumed"):
        await rollouts.resume(book.context, row.number)
    await book.take_all(row)
    with pytest.raises(RolloutRefusedError, match="is done, so it can't be cancelled"):
        await rollouts.cancel(book.context, row.number)
    with pytest.raises(UnknownRolloutError, match="no rollout 99"):
        await rollouts.pause(book.context, 99)
