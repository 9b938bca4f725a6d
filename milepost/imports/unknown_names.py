"""What a book speaks of and maps do not: what is nearly a word of theirs is a mistake, the rest is counted and told."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from milepost.customer import Contact
from milepost.imports.vocabulary import Vocabulary
from milepost.language.names import nearest
from milepost.text import did_you_mean

_NEAR_COLUMN = 0.75  # `industy` is `industry`; `health_score` may well be something else than `health`
_NEAR_NAME = 0.6  # `cms` is `csm`
_TOLD = 6


@dataclass(slots=True)
class UnknownNames:
    """Holds a book against what maps know, and counts what none of them does."""

    known: Vocabulary
    columns: tuple[str, ...]
    counted: Counter[tuple[str, str]] = field(default_factory=Counter)

    def misspelt_columns(self, built_in: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Columns that no map knows, each with the free name that was most likely meant."""
        if not self.known.types:
            return
        free = {*built_in, *self.known.types} - set(self.columns)
        for column in self._unknown(built_in):
            near = _near(column, free, _NEAR_COLUMN)
            if near is not None:
                yield column, near

    def contacts(self, contacts: tuple[Contact, ...]) -> tuple[Contact, ...]:
        """The contacts, if no persona of theirs is a misspelt one.

        Raises:
            ValueError: one is; the persona that was meant is named.
        """
        for contact in contacts:
            self._check("persona", contact.personas, self.known.personas)
        return contacts

    def team(self, team: dict[str, str]) -> dict[str, str]:
        """The team, if no role of it is a misspelt one.

        Raises:
            ValueError: one is; the role that was meant is named.
        """
        self._check("role", team, self.known.roles)
        return team

    def missing(self) -> Iterator[str]:
        """The columns that maps look at and the book has not, as people are told of them."""
        if not self.known.personas:
            return
        for name, maps in self.known.asked.items():
            if name not in self.columns and name != "timezone":
                yield f"The book has no column {name!r}, which {_listed(maps)} {_asks(maps)} for."
        if "timezone" not in self.columns:
            yield "The book has no column 'timezone': customers that are new are taken to be on the clock of UTC."
        if "team" not in self.columns:
            roles = _listed(sorted(self.known.roles))
            yield f"The book has no column 'team': nobody is named as {roles}, so tasks are for everybody of the role."

    def notes(self, built_in: Iterable[str]) -> Iterator[str]:
        """What the book, as far as it went by, speaks of and no map knows, as people are told of it."""
        if not self.known.personas:
            return
        yield from self._looked_at_by_none(self._unknown(built_in))
        for (what, name), many in sorted(self.counted.items()):
            times = "once" if many == 1 else f"{many} times"
            there = ", ".join(sorted(self.known.personas if what == "persona" else self.known.roles))
            yield f"No map has the {what} {name!r}, which the book names {times}; there are {there}."

    def _looked_at_by_none(self, ignored: Iterable[str]) -> Iterator[str]:
        """Columns that no map knows; each that may mean a name that maps know and the book has not, by itself."""
        free = set(self.known.types) - set(self.columns)
        meant = {column: nearest(column, free) for column in ignored}
        if strange := [column for column, near in meant.items() if near is None]:
            yield f"No map looks at {', '.join(map(repr, strange))}."
        yield from (f"No map looks at {column!r}{did_you_mean(near)}" for column, near in meant.items() if near)

    def _unknown(self, built_in: Iterable[str]) -> list[str]:
        return [column for column in self.columns if column not in (*built_in, *self.known.types)]

    def _check(self, what: str, given: Iterable[str], known: frozenset[str]) -> None:
        if not known:
            return
        for name in given:
            if name in known:
                continue
            near = _near(name, known, _NEAR_NAME)
            if near is not None:
                raise ValueError(f"No map has a {what} {name!r}; did you mean {near!r}?")
            self.counted[what, name] += 1


def _near(name: str, known: Iterable[str], cutoff: float) -> str | None:
    """The known name that is nearest; how it is capitalised does not count."""
    by_small = {each.lower(): each for each in known}
    close = difflib.get_close_matches(name.lower(), sorted(by_small), n=1, cutoff=cutoff)
    return by_small[close[0]] if close else None


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
    return ", ".join(names[:_TOLD]) + more


def _asks(maps: Sequence[str]) -> str:
    return "asks" if len(maps) == 1 else "ask"
