from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from milepost.wire.journey import workflow_id
from tests.workflows.sandbox import sandboxed
from workflows.book_import import BookImport
from workflows.customer_journey import CustomerJourney
from workflows.hand_over import HandOver
from workflows.rollout import Rollout

FOLDER = Path(__file__).parent.parent / "histories"
RECORDED = sorted(path for path in FOLDER.glob("*.json") if path.name != "known_bad.json")


def history(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(workflow_id("acme"), path.read_text())


def replayer() -> Replayer:
    return Replayer(
        workflows=[CustomerJourney, Rollout, BookImport, HandOver],
        workflow_runner=sandboxed(),
        data_converter=pydantic_data_converter,
    )


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
async def test_a_recorded_journey_replays(path: Path) -> None:
    await replayer().replay_workflow(history(path))


async def test_a_known_bad_history_does_not_replay() -> None:
    with pytest.raises(NondeterminismError):
        await replayer().replay_workflow(history(FOLDER / "known_bad.json"))


def test_the_histories_go_past_timers_and_over_a_continue_as_new() -> None:
    kinds = {path.stem: path.read_text() for path in RECORDED}

    assert len(kinds) >= 3
    assert "EVENT_TYPE_TIMER_FIRED" in kinds["past_its_timers"]
    assert "EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW" in kinds["over_a_continue_as_new_1"]
    assert '"attempt": 2' in kinds["mail_that_never_arrives"]
    events = [event["eventType"] for event in json.loads(kinds["heartbeats"])["events"]]
    assert ("EVENT_TYPE_WORKFLOW_TASK_COMPLETED", "EVENT_TYPE_WORKFLOW_TASK_SCHEDULED") in itertools.pairwise(events)
    assert "EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED" in kinds["to_its_end"]
    assert "EVENT_TYPE_TIMER_FIRED" in kinds["book_import"]
    assert "EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED" in kinds["book_import_looks"]
    assert "EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED" in kinds["hand_over"]
