"""What a customer's year costs Temporal: events of histories, and the actions that Temporal Cloud bills.

A prompt customer on the shipped enterprise map, through the real workflow, on the test server that skips time.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.testing import WorkflowEnvironment

from benchmarks.figures import Figure
from benchmarks.installation import ROOT
from milepost.cli.temporal_runner import simulate_on, time_skipping_server
from milepost.people.sample_year import load_made_up
from milepost.wire.journey import workflow_id

MAP = ROOT / "maps" / "enterprise-save-time" / "map.yaml"
ACTIONS = (
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
    EventType.EVENT_TYPE_TIMER_STARTED,
    EventType.EVENT_TYPE_MARKER_RECORDED,
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
)
"""Starts (continued ones too), signals, activities, timers, local activities (one for those of a workflow task), search
attributes: docs.temporal.io/cloud/actions. A retry of an activity is one too; there is none here."""


def figures() -> Iterator[Figure]:
    """Events and actions."""
    events = asyncio.run(_events())
    kinds = Counter(event.event_type for event in events)
    yield Figure("a customer's year on the enterprise map: events", len(events), "", "400")
    yield Figure("a customer's year on the enterprise map: actions", sum(kinds[kind] for kind in ACTIONS), "", "150")


async def _events() -> Sequence[HistoryEvent]:
    scenario = load_made_up(MAP, "prompt").scenario
    assert scenario is not None
    async with time_skipping_server() as server:
        await simulate_on(server, scenario)
        return await _of_all_runs(server, workflow_id(scenario.customer.id))


async def _of_all_runs(server: WorkflowEnvironment, workflow: str) -> list[HistoryEvent]:
    """The events of the last run and of those that it continued."""
    events: list[HistoryEvent] = []
    run: str | None = None
    while True:
        history = await server.client.get_workflow_handle(workflow, run_id=run).fetch_history()
        events += history.events
        run = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
        if not run:
            return events
