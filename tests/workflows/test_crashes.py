from __future__ import annotations

from typing import Any

from temporalio.testing import WorkflowEnvironment

from activities.journey import JourneyActivities
from milepost.channels.protocol import TemporaryDeliveryError
from milepost.planner import facts as told
from milepost.planner.instants import text
from milepost.planner.state import State
from milepost.planner.written_facts import WrittenFact
from milepost.store import customers, facts, journeys, maps, timeline
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.erasure import forget
from milepost.wire.activities import AdvanceOrder
from tests.workflows.crashes import CrashAfter
from tests.workflows.example import CUSTOMER, FILES, MAP, START
from tests.workflows.rig import eventually, rig_on

HOUR = 3600


async def test_an_advance_that_crashed_after_its_commit_is_done_again_and_doubles_nothing(
    server: WorkflowEnvironment, store: Store
) -> None:
    crash = CrashAfter("advance", spared=1)
    async with rig_on(server, store, interceptors=[crash]) as rig:
        await rig.enrol()
        await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
        await rig.settled()
        await rig.pass_time(START + 24 * HOUR)

        assert crash.crashed == 1
        kinds = await rig.kinds()
        assert kinds.count("step_done") == 1
        assert kinds.count("message_sent") == 1
        assert await rig.timeline() == await rig.simulated()


async def test_a_delivery_that_crashed_after_it_was_recorded_is_not_sent_again(
    server: WorkflowEnvironment, store: Store
) -> None:
    crash = CrashAfter("deliver")
    async with rig_on(server, store, interceptors=[crash]) as rig:
        await rig.enrol()
        await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
        await rig.settled()
        await rig.pass_time(START + 24 * HOUR)

        async def over() -> bool:
            return not (await rig.status()).in_flight

        await eventually(over)
        assert crash.crashed == 1
        assert len(rig.channel.attempts) == 1


async def test_a_failure_that_crashed_after_it_was_recorded_gives_one_task(
    server: WorkflowEnvironment, store: Store
) -> None:
    crash = CrashAfter("record_failure")
    async with rig_on(server, store, interceptors=[crash]) as rig:
        rig.channel.fail_always(TemporaryDeliveryError("away", retry_after=6 * 24 * 3600.0))
        await rig.enrol()
        await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
        await rig.settled()

        async def failed() -> bool:
            return "task_opened" in await rig.kinds()

        await eventually(failed)
        assert crash.crashed == 1
        assert (await rig.kinds()).count("task_opened") == 1


async def test_an_advance_that_is_done_again_with_more_facts_comes_to_what_all_of_them_make(store: Store) -> None:
    journey, version, state = await _begun(store)
    at = START + HOUR
    first = told.to_json(told.StepDone(id="1", at=at, step="kickoff", result="held"))
    second = told.to_json(told.StepDone(id="2", at=at + 60, step="connect"))
    advance = JourneyActivities(store, CompiledMaps(store)).advance

    await advance(AdvanceOrder(journey, version, state, [first], at))
    advanced = await advance(AdvanceOrder(journey, version, state, [first, second], at + 60))

    assert advanced.deliveries == ["connect/1/opening/1"]
    async with store.reading() as session:
        mirror = await journeys.get(session, journey)
        entries = await timeline.of_journey(session, journey)
    assert (mirror.revision, mirror.state) == (1, advanced.state)
    assert len(entries) == State.from_json(advanced.state).entries
    assert [entry.kind for entry in entries].count("step_done") == 2


async def test_a_change_of_the_map_among_other_facts_is_one_decision(store: Store) -> None:
    journey, version, state = await _begun(store)
    renamed = MAP.replace("action: connect", "action: link_up").replace("after: connect", "after: link_up")
    async with store.transaction() as session:
        other = (
            await maps.publish(session, "pilot", "Pilot customers", {**FILES, "map.yaml": renamed}, START)
        ).version.hash
    at = START + HOUR
    given = [
        told.to_json(told.StepDone(id="1", at=at, step="kickoff", result="held")),
        told.to_json(told.MapChanged(id="2", at=at + 60, version=other)),
        told.to_json(told.StepDone(id="3", at=at + 120, step="link_up")),
    ]
    order = AdvanceOrder(journey, version, state, given, at + 120)
    advance = JourneyActivities(store, CompiledMaps(store)).advance

    once, again = await advance(order), await advance(order)

    assert once == again
    assert once.version == other
    async with store.reading() as session:
        row = await journeys.get(session, journey)
        entries = [timeline.entry_of(entry).to_json() for entry in await timeline.of_journey(session, journey)]
    assert (row.version, row.revision) == (other, 1)
    told_of = [(entry["kind"], entry.get("step")) for entry in entries]
    assert told_of.index(("step_done", "kickoff")) < told_of.index(("step_opened", "connect"))
    assert told_of.index(("step_opened", "connect")) < told_of.index(("map_changed", None))
    assert told_of.index(("map_changed", None)) < told_of.index(("step_done", "link_up"))


async def test_an_advance_that_is_done_again_by_a_clock_put_back_catches_up(store: Store) -> None:
    journey, version, state = await _begun(store)
    advance = JourneyActivities(store, CompiledMaps(store)).advance

    once = await advance(AdvanceOrder(journey, version, state, [], START + 9 * 24 * HOUR))
    again = await advance(AdvanceOrder(journey, version, state, [], START + HOUR))

    assert again == once


async def test_a_run_that_later_plans_have_overtaken_ends_and_writes_nothing(store: Store) -> None:
    journey, version, state = await _begun(store)
    advance = JourneyActivities(store, CompiledMaps(store)).advance
    first = await advance(AdvanceOrder(journey, version, state, [], START))
    second = await advance(AdvanceOrder(journey, version, first.state, [], START + HOUR))

    stray = await advance(AdvanceOrder(journey, version, state, [], START + 9 * 24 * HOUR))

    assert stray.ended
    async with store.reading() as session:
        assert (await journeys.get(session, journey)).state == second.state


async def test_a_fact_that_came_late_is_kept_with_the_instant_at_which_it_acted(store: Store) -> None:
    journey, version, state = await _begun(store)
    advance = JourneyActivities(store, CompiledMaps(store)).advance
    fact = told.to_json(told.StepDone(id="late", at=START + 60, step="kickoff", result="held"))
    async with store.transaction() as session:
        await facts.record(session, "acme", fact, START + 60)
    first = await advance(AdvanceOrder(journey, version, state, [], START + HOUR))

    await advance(AdvanceOrder(journey, version, first.state, [fact], START + HOUR))

    async with store.reading() as session:
        [row] = await facts.of_customer(session, "acme")
        done = [line for line in await timeline.of_journey(session, journey) if line.kind == "step_done"]
    assert (row.status, row.at, row.data["at"]) == ("delivered", done[0].at, text(START + HOUR))


async def test_a_fact_that_cannot_be_read_stops_no_journey(store: Store) -> None:
    journey, version, state = await _begun(store)
    broken = {"kind": "no_such_kind", "id": "1", "at": text(START)}

    advanced = await JourneyActivities(store, CompiledMaps(store)).advance(
        AdvanceOrder(journey, version, state, [broken], START)
    )

    assert advanced.wake_at is not None


async def test_a_journey_whose_customer_was_forgotten_ends_quietly(store: Store) -> None:
    journey, version, state = await _begun(store)
    await forget(store, "acme")

    advanced = await JourneyActivities(store, CompiledMaps(store)).advance(
        AdvanceOrder(journey, version, state, [], START)
    )

    assert advanced.ended
    assert advanced.deliveries == []


async def _begun(store: Store) -> tuple[str, str, dict[str, Any]]:
    """A journey that has not had its first plan: its id, its version and its state."""
    async with store.transaction() as session:
        version = (await maps.publish(session, "pilot", "Pilot customers", FILES, START)).version.hash
        await customers.save(session, [CUSTOMER], START)
        state = State.begin(CUSTOMER, "pilot", version, START)
        return (await journeys.begin(session, state)).id, version, state.to_json()
