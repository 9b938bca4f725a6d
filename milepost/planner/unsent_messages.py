"""Messages that wait and will not be sent: they are dropped, and what they were for is done otherwise."""

from __future__ import annotations

from milepost.planner import deferred
from milepost.planner.closings import skip_step
from milepost.planner.enums import MessageReason, StepKind, SystemTaskReason
from milepost.planner.messages import drop
from milepost.planner.state import Queued
from milepost.planner.system_tasks import open_reach_otherwise
from milepost.planner.turn import Turn


def drop_for_good(
    turn: Turn, queued: Queued, why: SystemTaskReason, *, by: str | None = None, note: str | None = None
) -> None:
    """Drop a message: a mail touchpoint is skipped, else the csm is to reach the person otherwise.

    An action's reminders give no task: its opening mail did, or was read.
    """
    step = turn.compiled_map.steps.get(queued.step)
    drop(turn, queued, why, by=by, note=note)
    if step is None:
        return  # it called off a step that the map no longer has
    if queued.reason is MessageReason.TOUCHPOINT:
        skip_step(turn, step, why, by)
    elif queued.reason is MessageReason.REMINDER and step.kind is not StepKind.OUTCOME:
        return
    elif turn.state.paused:
        turn.state.deferred.append(deferred.ReachOtherwise(queued.message, why))
    else:
        open_reach_otherwise(turn, queued.message, why)
