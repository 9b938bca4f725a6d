"""What the conditions and references of a map may name, and which name was perhaps meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from milepost.language.model import AttributeType, Map, Touchpoint

BUILT_IN: Mapping[str, AttributeType] = {
    "id": AttributeType.TEXT,
    "name": AttributeType.TEXT,
    "timezone": AttributeType.TEXT,
    "country": AttributeType.TEXT,
    "language": AttributeType.TEXT,
    "started_on": AttributeType.DATE,
}
"""What every customer has, whatever the map declares."""


@dataclass(frozen=True)
class Names:
    """What the conditions of one map may name."""

    attributes: Mapping[str, AttributeType] = field(default_factory=dict)
    steps: frozenset[str] = frozenset()
    results: frozenset[str] = frozenset()
    outcomes: frozenset[str] = frozenset()
    plays: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()

    @staticmethod
    def of(map: Map) -> Names:  # noqa: A002 - the word of the map language
        steps = [step for _, step in map.all_steps()]
        return Names(
            attributes={**{name: each.type for name, each in map.attributes.items()}, **BUILT_IN},
            steps=frozenset(step.id for step in steps),
            results=frozenset(step.id for step in steps if isinstance(step, Touchpoint) and step.results),
            outcomes=frozenset(outcome.id for each in (*map.stages, *map.plays) for outcome in each.outcomes),
            plays=frozenset(play.id for play in map.plays),
            stages=frozenset(stage.id for stage in map.stages),
        )

    def within(self, root: str) -> Iterable[str]:
        """The names that may follow `root.`; none for `event`, where any may."""
        return self.attributes if root == "customer" else getattr(self, root, ())


_SAME = (
    ("completed", "finished", "complete", "finish", "done"),
    ("began", "begun", "started"),
    ("stopped", "closed", "cancelled", "canceled", "finished", "completed", "done", "over", "ended"),
    ("done", "finished", "completed", "complete", "ended", "over", "closed"),
    ("closed", "ended", "done"),
    ("started", "active", "running", "open"),
    ("pending", "planned", "waiting"),
    ("cancelled", "canceled", "withdrawn"),
    ("confirmed", "accepted", "yes", "verified"),
    ("rejected", "refused", "no", "disputed"),
    ("no_answer", "silence", "silent"),
    ("deadline", "due_date", "due_in", "due"),
    ("depends_on", "requires", "needs", "after"),
    ("delay", "wait"),
    ("repeat", "interval", "repeats", "every"),
    ("assignee", "assigned_to", "role"),
    ("name", "label", "title"),
    ("mail", "email", "template", "message"),
    ("condition", "when", "if"),
    ("string", "str", "text"),
    ("int", "integer", "float", "numeric", "number"),
    ("bool", "boolean", "yes_no", "flag"),
    ("datetime", "day", "date"),
)
"""What other tools and other people call it; the word of the map language comes last.

A word may have several meanings: the first that is valid counts.
"""
_WORDS = {word: same[-1] for same in reversed(_SAME) for word in same[:-1]}


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """The valid name that was perhaps meant: one that is another word for the same, or one written much alike."""
    names = sorted(valid)
    meant = next((same[-1] for same in _SAME if name in same[:-1] and same[-1] in names), None)
    if meant is not None:
        return meant
    in_parts = "_".join(_WORDS.get(word, word) for word in name.split("_"))
    if in_parts in names:
        return in_parts
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return close[0] if close else None


def did_you_mean(suggestion: str | None) -> str:
    return f"; did you mean {suggestion!r}?" if suggestion else ""
