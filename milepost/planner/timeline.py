"""The timeline: what a journey reports, one entry a happening."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from milepost.planner.instants import Instant, text


class Kind(StrEnum):
    """Every kind of entry, with its own fields in `docs/map-language.md`."""

    JOURNEY_STARTED = "journey_started"
    STAGE_OPENED = "stage_opened"
    STAGE_CLOSED = "stage_closed"
    STAGE_STUCK = "stage_stuck"
    STEP_OPENED = "step_opened"
    STEP_DUE_CHANGED = "step_due_changed"
    STEP_OVERDUE = "step_overdue"
    STEP_ESCALATED = "step_escalated"
    STEP_DONE = "step_done"
    STEP_SKIPPED = "step_skipped"
    STEP_WITHDRAWN = "step_withdrawn"
    STEP_SNOOZED = "step_snoozed"
    MESSAGE_SENT = "message_sent"
    MESSAGE_HELD = "message_held"
    MESSAGE_DROPPED = "message_dropped"
    OUTCOME_ASKED = "outcome_asked"
    OUTCOME_ANSWERED = "outcome_answered"
    OUTCOME_SILENT = "outcome_silent"
    OUTCOME_REVOKED = "outcome_revoked"
    PLAY_STARTED = "play_started"
    PLAY_BLOCKED = "play_blocked"
    PLAY_ENDED = "play_ended"
    TASK_OPENED = "task_opened"
    JOURNEY_PAUSED = "journey_paused"
    JOURNEY_RESUMED = "journey_resumed"
    MAP_CHANGED = "map_changed"
    FACT_IGNORED = "fact_ignored"
    JOURNEY_ENDED = "journey_ended"


@dataclass(frozen=True, slots=True)
class Entry:
    """One happening at one instant.

    `more` holds `stage` or `play`, `step` and `occurrence` where they apply, and the fields of the kind; instants in
    it are text in UTC (`2026-03-02T15:00:00Z`).
    """

    at: Instant
    kind: Kind
    more: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The entry as `milepost simulate --json` prints it: `at` in UTC."""
        return {"at": text(self.at), "kind": self.kind.value, **self.more}
