"""What entries of the timeline look like: which fields each kind has, and the words that some of them take."""

from __future__ import annotations

from collections.abc import Mapping

from milepost.planner.timeline import Kind
from milepost.planner.written_facts import KINDS

_STEP = ("stage", "play", "step", "occurrence")
_MORE: Mapping[Kind, tuple[str, ...]] = {
    Kind.JOURNEY_STARTED: ("map", "version"),
    Kind.STAGE_OPENED: ("stage",),
    Kind.STAGE_CLOSED: ("stage", "why"),
    Kind.STAGE_STUCK: ("stage",),
    Kind.STEP_OPENED: (*_STEP, "track", "role", "persona", "due"),
    Kind.STEP_DUE_CHANGED: (*_STEP, "due", "why"),
    Kind.STEP_OVERDUE: _STEP,
    Kind.STEP_ESCALATED: (*_STEP, "role"),
    Kind.STEP_DONE: (*_STEP, "by", "result", "note"),
    Kind.STEP_SKIPPED: (*_STEP, "why", "by"),
    Kind.STEP_WITHDRAWN: (*_STEP, "why"),
    Kind.STEP_SNOOZED: (*_STEP, "until", "why", "by"),
    Kind.MESSAGE_SENT: (*_STEP, "message", "template", "persona", "contact", "reason", "steps"),
    Kind.MESSAGE_HELD: (*_STEP, "message", "why", "until"),
    Kind.MESSAGE_DROPPED: (*_STEP, "message", "why"),
    Kind.OUTCOME_ASKED: (*_STEP, "due"),
    Kind.OUTCOME_ANSWERED: (*_STEP, "verdict", "value", "by", "method"),
    Kind.OUTCOME_SILENT: _STEP,
    Kind.OUTCOME_REVOKED: (*_STEP, "why", "by"),
    Kind.PLAY_STARTED: ("play", "why"),
    Kind.PLAY_BLOCKED: ("play", "why"),
    Kind.PLAY_ENDED: ("play", "why"),
    Kind.TASK_OPENED: (*_STEP, "role", "why", "message"),
    Kind.JOURNEY_PAUSED: ("why",),
    Kind.JOURNEY_RESUMED: ("why",),
    Kind.MAP_CHANGED: ("from", "to"),
    Kind.FACT_IGNORED: (*_STEP, "why", "fact", "by"),
    Kind.JOURNEY_ENDED: ("reason",),
}

ENTRY_FIELDS = tuple(dict.fromkeys(("at", "kind", *(name for names in _MORE.values() for name in names))))
"""Every field that some entry has."""

ONE_OF: Mapping[str, tuple[str, ...]] = {
    "track": ("company", "customer", "outcome"),
    "verdict": ("verified", "partial", "disputed"),
    "fact": KINDS,
}
"""The words of fields that mean the same in every kind."""

WORDS_BY_KIND: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("message_sent", "reason"): ("opening", "reminder", "request", "touchpoint"),
    ("message_held", "why"): ("window", "limit", "play", "pause", "contact"),
    ("play_blocked", "why"): ("open", "cooldown", "only_if"),
    ("task_opened", "why"): ("contact", "message_failed", "stuck", "idle"),
}
"""The words of fields that mean something else in each kind."""


def fields_of(kind: str) -> tuple[str, ...]:
    """The fields that entries of a kind may have."""
    return ("at", "kind", *_MORE[Kind(kind)])
