"""Names in an import that no map defines: near misses are errors, the rest are counted and reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from milepost.customer import Customer
from milepost.imports.customer_checks import NEAR_COLUMN, misspelt
from milepost.imports.vocabulary import Vocabulary
from milepost.language.names import nearest
from milepost.text import did_you_mean, listing

_MOST_MAPS = 6


@dataclass(slots=True)
class UnknownNames:
    """Compares the columns, personas and roles of a book with those that maps define.

    `given` are the fields that a mapping's defaults fill.
    """

    vocabulary: Vocabulary
    columns: tuple[str, ...]
    given: frozenset[str] = frozenset()
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def misspelt_columns(self, built_in: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yields unknown columns, each with the unused name that was most likely meant."""
        if self.vocabulary.attributes:
            free = {*built_in, *self.vocabulary.attributes} - set(self.columns)
            yield from misspelt(self._unknown(built_in), free, NEAR_COLUMN)

    def count(self, customer: Customer) -> None:
        """Counts the personas and roles of a customer that no map defines."""
        if self.vocabulary.personas:
            names = (persona for contact in customer.contacts for persona in contact.personas)
            self.counts.update(("persona", name) for name in names if name not in self.vocabulary.personas)
        if self.vocabulary.roles:
            self.counts.update(("role", name) for name in customer.team if name not in self.vocabulary.roles)

    def missing(self) -> Iterator[str]:
        """Yields a sentence for each column that maps ask for and the book doesn't have."""
        if not self.vocabulary.personas:
            return
        for name, maps in self.vocabulary.segment_attributes.items():
            if name not in {*self.columns, *self.given} and name != "timezone":
                ask = "asks" if len(maps) == 1 else "ask"
                yield f"The book has no column {name!r}, which {listing(maps, most=_MOST_MAPS)} {ask} for."
        if "team" not in {*self.columns, *self.given}:
            roles = listing(sorted(self.vocabulary.roles), most=_MOST_MAPS, last="or")
            yield f"The book has no column 'team': nobody is named as {roles}, so tasks go to everybody in the role."

    def notes(self, built_in: Iterable[str]) -> Iterator[str]:
        """Yields a sentence for each name of the columns and rows so far that no map defines."""
        if not self.vocabulary.personas:
            return
        yield from self._unused_columns(built_in)
        for (what, name), count in sorted(self.counts.items()):
            times = "once" if count == 1 else f"{count} times"
            valid = ", ".join(sorted(self.vocabulary.personas if what == "persona" else self.vocabulary.roles))
            yield f"No map has the {what} {name!r}, which the book names {times}; there are {valid}."

    def _unused_columns(self, built_in: Iterable[str]) -> Iterator[str]:
        """Yields one sentence for all columns that no map uses, and one for each that may be misspelt."""
        free = set(self.vocabulary.attributes) - set(self.columns)
        suggestions = {column: nearest(column, free) for column in self._unknown(built_in)}
        if unused := [repr(column) for column, near in suggestions.items() if near is None]:
            yield f"No map uses {listing(unused, last='or')}."
        yield from (f"No map uses {column!r}{did_you_mean(near)}" for column, near in suggestions.items() if near)

    def _unknown(self, built_in: Iterable[str]) -> list[str]:
        return [column for column in self.columns if column not in (*built_in, *self.vocabulary.attributes)]
