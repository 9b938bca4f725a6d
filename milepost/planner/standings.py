"""Where a stored journey stands, stage by stage and step by step, read off its state without building it.

Building the states of twenty thousand journeys takes many times as long. It reads the formats that `State.from_json`
reads as they are written today; what an older one writes otherwise is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from milepost.planner.enums import PlayStatus, StageStatus, StepKind, StepStatus
from milepost.planner.instants import Instant

_DONE = frozenset({StageStatus.CLOSED, StepStatus.DONE, StepStatus.VERIFIED})
_RUNS = frozenset({StageStatus.OPEN, PlayStatus.OPEN, StepStatus.OPEN, StepStatus.ASKED})


class Part(StrEnum):
    """What of a map something is."""

    STAGE = "stage"
    PLAY = "play"
    STEP = "step"


@dataclass(frozen=True, slots=True)
class Standing:
    """A stage, play or step that a journey has come to, in its latest visit, instance or occurrence.

    `since` is when that began, `until` when what was open closed, but for mails, which close as they go; `due_at` is
    None where nothing is due.
    """

    part: Part
    id: str
    status: str
    since: Instant | None
    due_at: Instant | None
    until: Instant | None = None

    @property
    def took(self) -> int | None:
        """For how many seconds it was open that was done, confirmed or, for a stage, gone through; None for others."""
        if self.status not in _DONE or self.since is None or self.until is None:
            return None
        return max(self.until - self.since, 0)

    @property
    def is_running(self) -> bool:
        """Whether the customer stands here now."""
        return self.status in _RUNS


def standings(state: Mapping[str, Any]) -> Iterator[Standing]:
    """Yields all that a journey has come to, of its stored state."""
    for id_, record in state.get("stages", {}).items():
        since, until = record.get("opened_at"), record.get("closed_at")
        yield Standing(Part.STAGE, id_, record.get("status", StageStatus.WAITING), since, None, until)
    for id_, record in state.get("plays", {}).items():
        yield Standing(Part.PLAY, id_, record.get("status", PlayStatus.NEVER), record.get("started_at"), None)
    for id_, record in state.get("steps", {}).items():
        status, since = record.get("status", StepStatus.WAITING), record.get("asked_at") or record.get("opened_at")
        if status != StepStatus.WAITING:
            until = None if record.get("kind") == StepKind.MAIL else record.get("closed_at")
            yield Standing(Part.STEP, id_, status, since, record.get("due_at"), until)
