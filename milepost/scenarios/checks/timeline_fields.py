"""The words that some fields of the timeline take; the fields themselves come from the classes of entries."""

from __future__ import annotations

from collections.abc import Mapping

from milepost.planner import timeline
from milepost.planner.timeline import ENTRIES, json_keys
from milepost.planner.written_facts import KINDS

ENTRY_FIELDS = tuple(dict.fromkeys(key for entry in ENTRIES.values() for key in json_keys(entry)))
"""Every field that some entry has."""

ONE_OF: Mapping[str, tuple[str, ...]] = {
    "track": ("company", "customer", "outcome"),
    "verdict": ("verified", "partial", "disputed"),
    "fact": KINDS,
}
"""The words of fields that mean the same in every kind."""

WORDS_BY_KIND: Mapping[tuple[str, str], tuple[str, ...]] = {
    (timeline.MessageSent.kind, "reason"): ("opening", "reminder", "request", "touchpoint"),
    (timeline.MessageHeld.kind, "why"): ("window", "limit", "play", "pause", "contact"),
    (timeline.PlayBlocked.kind, "why"): ("open", "cooldown", "only_if"),
    (timeline.TaskOpened.kind, "why"): ("contact", "message_failed", "stuck", "idle"),
}
"""The words of fields that mean something else in each kind."""
