"""Records histories of real journeys for the replay test: `python -m tests.histories.record`.

Record anew only when journeys that run may break: the old files stand for them, and stay. A new file is for what the
workflow has learnt since. `known_bad.json` is made from a good one: it must never replay. `first_version/` has those
of journeys that kept their state in them, which are carried over.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session
from temporalio.client import WorkflowHandle, WorkflowHistory

from milepost.channels.protocol import TemporaryDeliveryError, UndeliverableError
from milepost.channels.recorder import RecordingChannel
from milepost.cli.temporal_runner import time_skipping_server
from milepost.intake import hand_over_runs, uploads
from milepost.intake.hand_over import HandOver
from milepost.intake.rollouts import Pace
from milepost.intake.uploads import UploadedFile
from milepost.planner.instants import Instant
from milepost.planner.written_facts import WrittenFact
from milepost.store import imports
from milepost.store.database import Store, open_store
from milepost.store.imports import ImportStatus
from milepost.store.schema_upgrade import upgrade
from milepost.wire.book_import import workflow_id as import_workflow_id
from milepost.wire.hand_over import workflow_id as hand_over_workflow_id
from milepost.wire.journey import DEFAULT_MAX_ADVANCES, workflow_id
from milepost.wire.rollout import workflow_id as rollout_workflow_id
from tests.workflows.example import CUSTOMER, START
from tests.workflows.real_server import LOCKED, enrolled, has, intake_at, locked, real_client, rolled_out
from tests.workflows.rig import LINKS, Rig, eventually, rig_on
from worker import make_worker

FOLDER = Path(__file__).parent
DAY = 86_400
BOOK = UploadedFile("book.csv", b"id,name,timezone,tier\nc1,Customer 1,Europe/Berlin,pilot\n")


async def past_its_timers(rig: Rig) -> None:
    """A task that is late, reminders, a question that nobody answers, a play."""
    await rig.pass_time(START + 7 * DAY)
    await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
    await rig.pass_time(START + 20 * DAY)
    await rig.intake.record_fact("acme", WrittenFact(event="connected"))
    await rig.pass_time(START + 60 * DAY)


async def over_a_continue_as_new(rig: Rig) -> None:
    """Facts every day, until the journey has gone through several runs."""
    for day in range(1, 16):
        await rig.intake.record_fact("acme", WrittenFact(set={"health": 50 + day}))
        await rig.pass_time(START + day * DAY)
    await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
    await rig.pass_time(START + 18 * DAY)


async def mail_that_never_arrives(rig: Rig) -> None:
    """A delivery that is tried again, one that fails for good, and the task that follows."""
    rig.channel.fail_next(TemporaryDeliveryError("greylisted"), UndeliverableError("no such mailbox"))
    await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
    await rig.settled()

    async def given_up() -> bool:
        return "task_opened" in await rig.kinds()

    await eventually(given_up)
    await rig.pass_time(START + 3 * DAY)


async def to_its_end(rig: Rig) -> None:
    """Paused and resumed, verified by the customer, and over."""
    await rig.intake.record_fact("acme", WrittenFact(paused=True))
    await rig.pass_time(START + 2 * DAY)
    await rig.intake.record_fact("acme", WrittenFact(resumed=True))
    await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
    await rig.intake.record_fact("acme", WrittenFact(event="connected"))
    await rig.pass_time(START + 12 * DAY)
    await rig.intake.record_fact("acme", WrittenFact(answer="faster", verdict="verified", value=12))
    await rig.handle.result()


STORIES: dict[str, tuple[Callable[[Rig], Awaitable[None]], int]] = {
    "past_its_timers": (past_its_timers, DEFAULT_MAX_ADVANCES),
    "over_a_continue_as_new": (over_a_continue_as_new, 5),
    "mail_that_never_arrives": (mail_that_never_arrives, DEFAULT_MAX_ADVANCES),
    "to_its_end": (to_its_end, DEFAULT_MAX_ADVANCES),
}


async def record(name: str) -> dict[str, WorkflowHistory]:
    """The histories of a story, one for each run of its workflow."""
    story, max_advances = STORIES[name]
    async with _fresh_rig(max_advances) as rig:
        await rig.enrol()
        await story(rig)
        found = []
        run: str | None = (await rig.handle.describe()).run_id
        while run:
            handle = rig.server.client.get_workflow_handle(rig.handle.id, run_id=run)
            history = await handle.fetch_history()
            found.append(history)
            run = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id or None
    runs = found[::-1]
    return {name if len(runs) == 1 else f"{name}_{number}": run for number, run in enumerate(runs, 1)}


@asynccontextmanager
async def _fresh_rig(max_advances: int) -> AsyncIterator[Rig]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/milepost.db"
        await upgrade(url)
        store = open_store(url)
        try:
            async with time_skipping_server() as server, rig_on(server, store, max_advances=max_advances) as rig:
                yield rig
        finally:
            await store.close()


async def heartbeats() -> WorkflowHistory:
    """A database that is locked for so long that workflow tasks beat, over two due times; then a fact."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/milepost.db"
        await upgrade(url)
        async with real_client() as client, intake_at(url, client, days_a_second=0.25) as intake:
            async with make_worker(client, intake.context.store, RecordingChannel(), LINKS):
                journey = await enrolled(intake)
                await eventually(has(intake, journey, "step_opened"))
                with locked(url):
                    await asyncio.sleep(LOCKED)
                await eventually(has(intake, journey, "step_escalated"))
                await intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
                await eventually(has(intake, journey, "message_sent"))
            return await client.get_workflow_handle(workflow_id("acme")).fetch_history()


async def rollout() -> WorkflowHistory:
    """Three journeys move, two at once."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/milepost.db"
        await upgrade(url)
        async with real_client() as client, intake_at(url, client) as intake:
            context = intake.context
            async with make_worker(client, context.store, RecordingChannel(), LINKS, journey_clock=context.clock):
                number = await rolled_out(intake, ["c1", "c2", "c3"], Pace(2, 120))
                await client.get_workflow_handle(rollout_workflow_id(number)).result()
            return await client.get_workflow_handle(rollout_workflow_id(number)).fetch_history()


async def book_import() -> dict[str, WorkflowHistory]:
    """A dry run, an import that waits for its turn behind another, and the import itself."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/milepost.db"
        await upgrade(url)
        async with real_client() as client, intake_at(url, client) as intake:
            context = intake.context
            async with make_worker(client, context.store, RecordingChannel(), LINKS, journey_clock=context.clock):
                sent = [await uploads.receive(context, form, BOOK, None, by=None) for form in ("one", "two")]
                number, before = (each.number for each in sent)
                handle = client.get_workflow_handle(import_workflow_id(number))
                await uploads.look(context, number)
                await handle.result()
                looked = await handle.fetch_history()
                await _occupy(context.store, before)
                await uploads.go(context, number, intake.now())
                await eventually(_has_slept(handle))
                await uploads.cancel(context, before)
                await context.store.write(partial(_end, before, context.now()))
                await handle.result()
            return {"book_import_looks": looked, "book_import": await handle.fetch_history()}


async def hand_over() -> WorkflowHistory:
    """One customer goes over behind the page."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/milepost.db"
        await upgrade(url)
        async with real_client() as client, intake_at(url, client) as intake:
            context = intake.context
            async with make_worker(client, context.store, RecordingChannel(), LINKS, journey_clock=context.clock):
                wish = HandOver(next(iter(CUSTOMER.team.values())), "cleo@vendor.example")
                number = await hand_over_runs.order(context, wish, form="one", by=None, source="desk")
                await context.journey_client.start_hand_over(number)
                handle = client.get_workflow_handle(hand_over_workflow_id(number))
                await handle.result()
            return await handle.fetch_history()


async def _occupy(store: Store, number: int) -> None:
    """Lets an import run that no worker goes on with."""

    def change(session: Session) -> None:
        imports.lock(session, number).status = ImportStatus.RUNNING

    await store.write(change)


def _end(number: int, now: Instant, session: Session) -> None:
    imports.end(session, imports.lock(session, number), ImportStatus.CANCELLED, now, now)


def _has_slept(handle: WorkflowHandle[Any, Any]) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        return any(event.HasField("timer_started_event_attributes") for event in (await handle.fetch_history()).events)

    return ask


def known_bad(good: str) -> str:
    """A history that no journey of ours can have: it called an activity that there is not."""
    history: dict[str, Any] = json.loads(good)
    for event in history["events"]:
        scheduled = event.get("activityTaskScheduledEventAttributes")
        if scheduled:
            scheduled["activityType"]["name"] = "carry_by_hand"
    return json.dumps(history, indent=1)


def _save(file: str, history: WorkflowHistory) -> None:
    path = FOLDER / f"{file}.json"
    path.write_text(json.dumps(json.loads(history.to_json()), indent=1) + "\n")
    print(f"{path}: {len(history.events)} events")  # noqa: T201 - a script


async def main() -> None:
    for name in STORIES:
        for file, history in (await record(name)).items():
            _save(file, history)
    _save("heartbeats", await heartbeats())
    _save("rollout", await rollout())
    for file, history in (await book_import()).items():
        _save(file, history)
    _save("hand_over", await hand_over())
    good = (FOLDER / "past_its_timers.json").read_text()
    (FOLDER / "known_bad.json").write_text(known_bad(good) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
