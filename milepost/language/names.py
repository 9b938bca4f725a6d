"""The names that a map defines, and suggestions for the ones it doesn't."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from milepost import text
from milepost.customer import BUILT_IN_ATTRIBUTES
from milepost.language.asks import Ask
from milepost.language.field_types import AttributeType
from milepost.language.model import Map
from milepost.language.steps import Action, Touchpoint

BUILT_IN: Mapping[str, AttributeType] = {
    "id": AttributeType.TEXT,
    **dict.fromkeys(BUILT_IN_ATTRIBUTES, AttributeType.TEXT),
    "started_on": AttributeType.DATE,
}
"""The attributes that every customer has, with their types; no map declares them."""


@dataclass(frozen=True)
class Names:
    """The names that the conditions of one map may use, by what they stand for."""

    attributes: Mapping[str, AttributeType] = field(default_factory=dict)
    steps: frozenset[str] = frozenset()
    results: frozenset[str] = frozenset()
    outcomes: frozenset[str] = frozenset()
    plays: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    answers: Mapping[str, Ask] = field(default_factory=dict)
    """What is asked for, by `STEP.FIELD`."""

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
            answers={f"{step.id}.{ask.field}": ask for step in steps if isinstance(step, Action) for ask in step.asks},
        )

    def within(self, root: str) -> Iterable[str]:
        """The names that may follow `root.`; none for `event`, where any may."""
        return self.attributes if root == "customer" else getattr(self, root, ())


_SYNONYMS = (
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
    ("multiple", "multi", "many"),
    ("select", "dropdown", "options", "choice"),
    ("textarea", "paragraph", "long_text"),
    ("upload", "attachment", "document", "file"),
    ("string", "str", "text"),
    ("int", "integer", "float", "numeric", "number"),
    ("bool", "boolean", "yes_no", "flag"),
    ("datetime", "day", "date"),
)
"""Other words for the same thing; the map language's own word comes last.

A word may have several meanings: the first valid one counts.
"""
_OUR_WORDS = {word: same[-1] for same in reversed(_SYNONYMS) for word in same[:-1]}


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """The valid name to suggest: a synonym, else the one spelled most like `name`; None if none is near."""
    names = sorted(valid)
    synonym = next((same[-1] for same in _SYNONYMS if name in same[:-1] and same[-1] in names), None)
    if synonym is not None:
        return synonym
    in_our_words = "_".join(_OUR_WORDS.get(word, word) for word in name.split("_"))
    return in_our_words if in_our_words in names else text.nearest(name, names, cutoff=0.5)
