"""Proposes which stage each value of a column means: one for all maps, or another one on each of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from milepost.imports.known_words import folded
from milepost.imports.mapped_stages import Stages
from milepost.imports.mapping import STAGE
from milepost.imports.proposed_columns import Proposed, words
from milepost.imports.vocabulary import Vocabulary
from milepost.text import listing, nearest

_SHARE = 0.6  # of the values that must be those of a stage, where the heading alone doesn't say so
_NEAR = 0.75
_STAGE_WORDS = re.compile(r"\b(stage|phase|step|lebenszyklusphase)\b")
_STAGE_HEADINGS = (  # a CRM's own life cycle last: it ends where the journey begins
    *("journey stage", "customer stage", "current stage", "stage", "phase"),
    *("kundenphase", "aktuelle phase", "étape"),
    *("lifecycle stage", "lifecycle phase", "lebenszyklusphase", "lebenszyklus phase", "phase du cycle de vie"),
)
_BEGINNING = frozenset(
    (
        *("new", "new customer", "signed", "just signed", "won", "closed won", "not started", "to start"),
        *("neu", "neukunde", "unterschrieben", "gewonnen", "nicht begonnen"),
        *("nouveau", "nouveau client", "signé", "gagné", "pas commencé"),
    )
)
"""What companies call customers who haven't begun: for them it is the beginning, welcome included."""
_MOST_STAGES = 10


@dataclass(frozen=True, slots=True)
class StagesOfBook:
    """The stages that the customers of a book can be in: by map, the stages by their ids and titles in words.

    `values` are those of the column of stages at the customers of each map, as far as these are known.
    """

    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    values: Mapping[str, Collection[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, vocabulary: Vocabulary, values: Mapping[str, Collection[str]]) -> StagesOfBook:
        """Returns the stages of the maps that the book's customers are on, else those of all maps."""
        own = {map_id: names for map_id, names in vocabulary.stage_names.items() if map_id in values}
        return cls(own or vocabulary.stage_names, values)

    @property
    def stages(self) -> Stages:
        return {map_id: tuple(dict.fromkeys(names.values())) for map_id, names in self.names.items()}

    @property
    def everywhere(self) -> list[str]:
        """All stages, in their order on the maps."""
        return list(dict.fromkeys(stage for of_map in self.stages.values() for stage in of_map))

    def meant(self, value: str, map_id: str | None = None) -> str | None:
        """Returns the stage that is called like a value, on a map or on any; empty: the beginning; None: not known."""
        maps = [self.names[map_id]] if map_id else list(self.names.values())
        names = {folded(words(name)): stage for of_map in maps for name, stage in of_map.items()}
        word = folded(words(value))
        near = nearest(word, names, cutoff=_NEAR)
        return names[near] if near else "" if word in map(folded, _BEGINNING) else None


def stage_heading(headings: Collection[str]) -> str | None:
    """Returns the one of some headings, in small letters, that says best in which stage a customer is."""
    found = [heading for heading in headings if heading in _STAGE_HEADINGS]
    return min(found, key=_STAGE_HEADINGS.index, default=None)


def stages_by_values(heading: str, values: Collection[str], book: StagesOfBook) -> Proposed | None:
    """Returns the stages for a column of stages, phases or steps; None where too few of its values are like one."""
    if not values or not book.names or not _STAGE_WORDS.search(heading):
        return None
    known = sum(bool(book.meant(value)) for value in values)
    return _proposed(values, book) if known >= _SHARE * len(values) else None


def stages_by_heading(values: Collection[str], book: StagesOfBook) -> Proposed | None:
    """Returns the stages for a column that only its heading speaks for.

    Where none of its values is a stage's, it is a CRM's own life cycle, and all of them mean the beginning.
    """
    if not book.names:
        return None
    if values and not any(book.meant(value) for value in values):
        known = listing(book.everywhere, most=_MOST_STAGES)
        doubt = f"is it the stage that the customer is in? The maps have {known}; null is the beginning, with a welcome"
        return Proposed(STAGE, {"values": dict.fromkeys(values)}, doubt)
    return _proposed(values, book)


def _proposed(values: Collection[str], book: StagesOfBook) -> Proposed:
    """Returns what values stand for; what nobody knows is an empty text, which a mapping refuses.

    Whoever is taken for new gets the welcome, so that somebody has to say it.
    """
    everywhere: dict[str, str | None] = {}
    per_map: dict[str, dict[str, str | None]] = {}
    unknown: Counter[str] = Counter()
    for value in values:
        maps = _maps_with(value, book)
        found = {map_id: book.meant(value, map_id) for map_id in maps} or {"": book.meant(value)}
        unknown.update([value] if None in found.values() else [])
        if len(set(found.values())) == 1 and (len(found) == 1 or None not in found.values()):
            _put(everywhere, value, next(iter(found.values())))
            continue
        for map_id, stage in found.items():
            _put(per_map.setdefault(map_id, {}), value, stage)
    fields: dict[str, object] = {"values": everywhere} if everywhere else {}
    if per_map:
        fields["per_map"] = {map_id: per_map[map_id] for map_id in book.names if map_id in per_map}
    new = [f"“{value}”" for value in values if book.meant(value) == ""]
    remark = f"{listing(new)} {'is' if len(new) == 1 else 'are'} the beginning, welcome included" if new else None
    return Proposed(STAGE, fields, _doubt(list(unknown), book, differ=bool(per_map)), remark)


def _maps_with(value: str, book: StagesOfBook) -> Sequence[str]:
    """Returns the maps on which a value is said apart: those of the customers with it, if their stages differ."""
    if len(set(map(frozenset, book.stages.values()))) <= 1:
        return ()
    return [map_id for map_id in book.names if value in book.values.get(map_id, ())]


def _put(values: dict[str, str | None], value: str, stage: str | None) -> None:
    """Adds what a value stands for, unless it is that itself."""
    if value != stage:
        values[value] = "" if stage is None else stage or None


def _doubt(unknown: Sequence[str], book: StagesOfBook, *, differ: bool) -> str | None:
    if not unknown:
        return None
    which = listing([f"“{value}”" for value in unknown], most=_MOST_STAGES)
    verb, where = "means" if len(unknown) == 1 else "mean", " on each map" if differ else ""
    known = "" if differ else f": {listing(book.everywhere, most=_MOST_STAGES)}"
    beginning = "or null for the beginning, welcome included"
    return f"write which stage {which} {verb}{where}{known}, {beginning}; a stage that opens by a date opens beside it"
