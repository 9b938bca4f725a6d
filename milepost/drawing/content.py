"""The words of a picture, before it is laid out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

TRACKS = ("company", "outcomes", "customer")
"""From top to bottom; the gates stand between what we do and what the customer does."""
TRACK_TITLES = {
    "company": "What we do",
    "outcomes": "What the customer confirms",
    "customer": "What the customer does",
}


class Mark(StrEnum):
    """The sign before a line, or how it is written."""

    PERSON = "person"
    MAIL = "mail"
    CLOCK = "clock"
    BRANCH = "branch"
    OPTIONAL = "optional"
    TARGET = "target"
    RAISED = "raised"
    FORM = "form"
    DONE = "done"
    COUNT = "count"
    """No sign: how many stand here now, to be read from afar."""
    LIVE = "live"
    """No sign: what else is so now."""
    USUAL = "usual"
    """No sign: how long it usually took; left out where the picture is to be read from afar."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a box says under its title."""

    text: str
    mark: Mark = Mark.NONE


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact about a play under a label, such as what starts it."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """A step. `after` are the steps of the same stage or play that it waits for, `elsewhere` those of others."""

    id: str
    track: str
    title: str
    lines: tuple[Line, ...]
    after: tuple[str, ...]
    elsewhere: tuple[str, ...]

    @property
    def description(self) -> str:
        """The whole card as one text."""
        return ". ".join([self.title, *(line.text for line in self.lines)])


@dataclass(frozen=True, slots=True)
class Column:
    """A stage or a play, with its cards from top to bottom."""

    id: str
    mark: str
    title: str
    lines: tuple[Line, ...]
    facts: tuple[Fact, ...]
    tone: str
    cards: tuple[Card, ...]

    @property
    def description(self) -> str:
        """The head of the column as one text."""
        facts = [f"{fact.label}: {fact.text}" for fact in self.facts]
        return ". ".join([f"{self.mark}, {self.title}", *(line.text for line in self.lines), *facts])

    def on(self, track: str) -> tuple[Card, ...]:
        """Returns the cards of one track."""
        return tuple(card for card in self.cards if card.track == track)


Numbers = Mapping[tuple[str, str], tuple[Line, ...]]
"""Lines by `stage`, `play` or `step`, and its id."""


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that a picture says.

    `missing` says, by track or for `plays`, what it means that a map has none of them. `from_afar`: it is to be read
    from two metres.
    """

    title: str
    lead: tuple[str, ...]
    footer: str
    description: str
    stages: tuple[Column, ...]
    plays: tuple[Column, ...]
    missing: Mapping[str, str] = field(default_factory=dict)
    from_afar: bool = False

    def with_numbers(self, lead: str, numbers: Numbers) -> Content:
        """Returns the same with live numbers; `lead` says of what and when they are."""

        def column(kind: str, of: Column) -> Column:
            cards = tuple(replace(each, lines=(*numbers.get(("step", each.id), ()), *each.lines)) for each in of.cards)
            return replace(of, cards=cards, lines=(*numbers.get((kind, of.id), ()), *of.lines))

        stages = tuple(column("stage", each) for each in self.stages)
        plays = tuple(column("play", each) for each in self.plays)
        return replace(self, lead=(lead, *self.lead), stages=stages, plays=plays)

    def in_large_letters(self) -> Content:
        """Returns titles and live numbers alone, to be read from afar; no arrows, and of plays how many run."""

        def column(of: Column, cards: tuple[Card, ...]) -> Column:
            kept = tuple(replace(each, lines=_numbers_of(each.lines), after=(), elsewhere=()) for each in cards)
            return replace(of, cards=kept, lines=_numbers_of(of.lines), facts=())

        stages = tuple(column(each, each.cards) for each in self.stages)
        plays = tuple(column(each, ()) for each in self.plays)
        return replace(self, lead=self.lead[:1], stages=stages, plays=plays, from_afar=True)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The stages, then the plays."""
        return (*self.stages, *self.plays)

    @property
    def cards(self) -> tuple[Card, ...]:
        """Every step."""
        return tuple(card for column in self.columns for card in column.cards)

    @property
    def marks(self) -> frozenset[Mark]:
        """The signs that it uses."""
        lines = [line for column in self.columns for line in column.lines]
        return frozenset(line.mark for line in (*lines, *(line for card in self.cards for line in card.lines)))


def _numbers_of(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    return tuple(line for line in lines if line.mark in (Mark.COUNT, Mark.LIVE))
