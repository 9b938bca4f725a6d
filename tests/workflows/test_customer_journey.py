from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from temporalio.testing import WorkflowEnvironment

from milepost.channels.protocol import TemporaryDeliveryError, UndeliverableError
from milepost.planner.instants import parse
from milepost.planner.written_facts import WrittenFact
from milepost.store import messages
from milepost.store.database import Store
from tests.inbox import put
from tests.workflows.example import START
from tests.workflows.rig import Rig, eventually, rig_on

DAY = 86_400


async def test_a_journey_begins_with_its_first_task(rig: Rig) -> None:
    await rig.enrol()

    assert await rig.kinds() == ["journey_started", "stage_opened", "step_opened"]
    assert (await rig.timeline())[0]["version"] == rig.version


async def test_a_told_fact_moves_the_journey_on_and_its_message_goes_out(rig: Rig) -> None:
    await rig.enrol()

    told = await rig.intake.record_fact(
        "acme", WrittenFact(step_done="kickoff", result="held"), by="ana.ruiz@vendor.example"
    )

    assert told.delivered
    await rig.settled()
    await eventually(_delivered(rig, 1))
    sent = rig.channel.delivered[0]
    assert sent.subject == "Acme: connect your first system"
    assert sent.to_address == "sam@acme.example"
    assert "by 9 March 2026" in sent.text or "by March 9, 2026" in sent.text
    assert "https://plans.vendor.example/plan/" in sent.text


async def test_timers_fire_at_their_own_instants_however_late_the_worker_is(rig: Rig) -> None:
    await rig.enrol()

    await rig.pass_time(START + 10 * DAY)

    timeline = await rig.timeline()
    overdue = [entry for entry in timeline if entry["kind"] in ("step_overdue", "step_escalated")]
    assert [entry["at"] for entry in overdue] == ["2026-03-04T22:00:00Z", "2026-03-06T22:00:00Z"]


async def test_a_fact_that_comes_twice_changes_nothing(rig: Rig) -> None:
    await rig.enrol()
    fact = WrittenFact(id="once", step_done="kickoff", result="held")

    await rig.intake.record_fact("acme", fact)
    again = await rig.intake.record_fact("acme", fact)

    assert not again.new
    await rig.settled()
    assert (await rig.kinds()).count("step_done") == 1


async def test_a_fact_that_is_still_ahead_waits_for_its_instant(rig: Rig) -> None:
    await rig.enrol()
    ahead = {"kind": "step_done", "id": "early", "at": "2026-03-05T12:00:00Z", "step": "kickoff", "result": "held"}
    async with rig.store.transaction() as session:
        await put(session, "acme", ahead, parse("2026-03-05T12:00:00Z"))

    await rig.intake.context.journey_client.nudge(rig.journey)
    await rig.server.sleep(DAY)
    assert (await rig.status()).wake_at == parse("2026-03-04T22:00:00Z")  # the task that is due before

    await rig.pass_time(parse("2026-03-05T12:00:00Z"))
    done = [entry for entry in await rig.timeline() if entry["kind"] == "step_done"]
    assert [entry["at"] for entry in done] == ["2026-03-05T12:00:00Z"]


async def test_a_mail_server_that_is_away_is_tried_again_and_holds_up_nothing(rig: Rig) -> None:
    rig.channel.fail_next(TemporaryDeliveryError("greylisted"), TemporaryDeliveryError("greylisted", retry_after=600.0))
    await rig.enrol()

    await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
    await rig.settled()
    await rig.intake.record_fact("acme", WrittenFact(event="connected"))

    await rig.settled()
    assert (await rig.state()).steps["connect"].status == "done"
    await eventually(_delivered(rig, 1, while_passing=600.0))
    assert len(rig.channel.attempts) == 3
    assert len({attempt.idempotency_key for attempt in rig.channel.attempts}) == 1


async def test_a_message_that_cannot_arrive_becomes_a_task_for_a_person(rig: Rig) -> None:
    rig.channel.fail_always(UndeliverableError("no such mailbox"))
    await rig.enrol()

    await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))

    task = await eventually(_entry(rig, "task_opened"))
    assert (task["why"], task["role"]) == ("message_failed", "csm")
    async with rig.store.reading() as session:
        row = await messages.get(session, rig.journey, "connect/1/opening/1")
    assert (row.status, row.last_error) == ("failed", "no such mailbox")
    assert len(rig.channel.attempts) == 1


async def test_a_mail_server_that_stays_away_for_days_is_given_up(rig: Rig) -> None:
    rig.channel.fail_always(TemporaryDeliveryError("connection refused"))
    await rig.enrol()
    await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
    await rig.settled()

    await rig.pass_time(START + 4 * DAY)
    assert await _entry(rig, "task_opened")() is None

    await rig.pass_time(START + 6 * DAY)
    task = await eventually(_entry(rig, "task_opened"))
    assert task["why"] == "message_failed"


async def test_an_ended_journey_is_over_and_its_workflow_too(rig: Rig) -> None:
    await rig.enrol()

    await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="refused"))

    await rig.handle.result()
    assert (await rig.kinds())[-1] == "journey_ended"
    assert (await rig.state()).reason == "refused"


async def test_the_last_messages_of_an_ended_journey_still_go_out(rig: Rig) -> None:
    rig.channel.fail_next(TemporaryDeliveryError("busy", retry_after=0.1))
    await rig.enrol()

    await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
    await rig.settled()
    await rig.intake.record_fact("acme", WrittenFact(ended="merged"))

    await rig.handle.result()
    assert [message.message for message in rig.channel.delivered] == ["connect/1/opening/1"]


async def test_continuing_as_new_keeps_everything(server: WorkflowEnvironment, store: Store) -> None:
    async with rig_on(server, store, max_advances=5) as rig:
        await rig.enrol()
        first_run = (await rig.handle.describe()).run_id

        for day in range(1, 12):
            await rig.intake.record_fact("acme", WrittenFact(set={"health": 50 + day}))
            await rig.pass_time(START + day * DAY)
        await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
        await rig.settled()

        assert (await rig.handle.describe()).run_id != first_run
        timeline = await rig.timeline()
        assert timeline[0]["kind"] == "journey_started"
        assert [entry["kind"] for entry in timeline].count("step_overdue") == 1
        assert timeline[-1]["kind"] == "message_sent"
        assert len(timeline) == (await rig.state()).entries


async def test_without_a_cache_every_task_replays_the_whole_history(server: WorkflowEnvironment, store: Store) -> None:
    async with rig_on(server, store, cached_workflows=0) as rig:
        await rig.enrol()
        await rig.pass_time(START + 5 * DAY)
        await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
        await rig.settled()
        await rig.pass_time(START + 20 * DAY)

        assert await rig.timeline() == await rig.simulated()
        assert (await rig.kinds()).count("message_sent") > 1


async def test_deliveries_under_way_are_carried_over_when_the_history_grows_far_too_long(
    server: WorkflowEnvironment, store: Store
) -> None:
    async with rig_on(server, store, max_advances=2) as rig:
        rig.channel.fail_always(TemporaryDeliveryError("away"))
        await rig.enrol()
        await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
        await rig.settled()
        first_run = (await rig.handle.describe()).run_id

        for number in range(30):
            await rig.intake.record_fact("acme", WrittenFact(set={"health": 60 + number % 3}))
            await rig.settled()
        assert (await rig.handle.describe()).run_id != first_run
        rig.channel.fail_always(None)

        await eventually(_delivered(rig, 1, while_passing=600.0))
        assert (await rig.state()).steps["connect"].status == "open"


def _delivered(rig: Rig, count: int, *, while_passing: float = 0.0) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        if while_passing:
            await rig.server.sleep(while_passing)
        return len(rig.channel.delivered) == count

    return ask


def _entry(rig: Rig, kind: str) -> Callable[[], Awaitable[dict[str, Any] | None]]:
    async def ask() -> dict[str, Any] | None:
        return next((entry for entry in await rig.timeline() if entry["kind"] == kind), None)

    return ask
