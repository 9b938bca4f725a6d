"""Layouts: which column of a file fills which field. A book in Milepost's own form has one by its headings.

Other files have one by a mapping. Nothing is read here; see `milepost.imports.row_reader`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from milepost.customer import BUILT_IN_ATTRIBUTES
from milepost.imports.mapping import Column, PersonColumn
from milepost.imports.targets import Target, parse_target
from milepost.text import did_you_mean, listing, nearest

COLUMNS = ("id", *BUILT_IN_ATTRIBUTES, "contacts", "team")
"""The columns of a book in Milepost's own form, besides those of an entry; every other one is an attribute."""
REFUSED_BECAUSE = "refused because"
"""The column that a file of refused rows has besides; it says nothing of the customer."""
REPEATED_ID = "id of another row"
"""Another one, for rows that are refused for as long as they have this id: it is that of another customer."""
BESIDES = (REFUSED_BECAUSE, REPEATED_ID)
WHOLE = {"team": "team.*", "contacts": "contacts.*"}
"""The place of what a file has in full: roles, or contacts, that it doesn't name are removed."""
_MOST_HEADINGS = 5  # that a sentence lists
_ENTRY = "enters."
_INDISPENSABLE = ("id", "customer", "email")


@dataclass(frozen=True, slots=True)
class PlacedColumn:
    """A column of a file: where it stands in a row, counted from 0, its heading, and what its cells mean."""

    index: int
    heading: str
    column: Column | PersonColumn

    @property
    def target(self) -> Target:
        return self.column.to

    @property
    def also(self) -> tuple[str, ...]:
        """The further personas of the contact whose address it holds."""
        is_one_persons = isinstance(self.column, Column) and self.target.field == "email"
        return self.column.also if is_one_persons and isinstance(self.column, Column) else ()


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a file that fill a field.

    `left_out` are the headings that the mapping doesn't name, `absent` those that it names and the file doesn't have.
    `repeated_id` is where a file of refused rows names the id that a row must not have.
    """

    columns: tuple[PlacedColumn, ...]
    width: int
    left_out: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    repeated_id: int | None = None

    @property
    def places(self) -> frozenset[str]:
        """What of a customer the file decides: `name`, `attributes.seats`, `team.csm`, `contacts.sponsor`, ..."""
        also = (f"contacts.{each}" for placed in self.columns for each in placed.also)
        return frozenset((*(placed.target.place for placed in self.columns), *also))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the fields as maps know them: attributes by their own name."""
        return tuple(
            dict.fromkeys(
                placed.target.name if placed.target.kind == "attributes" else placed.target.kind
                for placed in self.columns
                if placed.target.kind not in ("city", "enters")
            )
        )

    def heading_of(self, field: str) -> str:
        """The heading of the column behind a field such as `attributes.seats` or `contacts.0.email`."""
        kind, _, name = field.partition(".")
        exact = [placed.heading for placed in self.columns if str(placed.target) == field]
        alike = [placed.heading for placed in self.columns if placed.target.kind == kind != "attributes"]
        return next(iter((*exact, *alike)), name if kind == "attributes" else kind)


def standard_layout(headings: Sequence[str]) -> Layout:
    """The layout of a book in Milepost's own form."""
    columns = (
        PlacedColumn(index, heading, Column(to=_standard(heading)))
        for index, heading in enumerate(headings)
        if heading and heading not in BESIDES
    )
    return Layout(tuple(columns), len(headings), repeated_id=_repeated_id(headings))


def _standard(heading: str) -> Target:
    if heading.startswith(_ENTRY):
        with suppress(ValueError):  # `heading_problems` tells
            return parse_target(heading)
    return Target(heading) if heading in COLUMNS else Target("attributes", heading)


def mapped_layout(headings: Sequence[str], columns: Mapping[str, Column] | Mapping[str, PersonColumn]) -> Layout:
    """The layout of a file by a mapping; headings are compared without case."""
    by_heading = {heading.casefold(): heading for heading in columns}
    placed = tuple(
        PlacedColumn(index, heading, columns[by_heading[heading.casefold()]])
        for index, heading in enumerate(headings)
        if heading.casefold() in by_heading
    )
    known = {each.heading for each in placed}
    left_out = [each for each in headings if each and each not in known and each not in BESIDES]
    absent = tuple(absent_headings(headings, columns))
    return Layout(placed, len(headings), tuple(left_out), absent, _repeated_id(headings))


def _repeated_id(headings: Sequence[str]) -> int | None:
    return headings.index(REPEATED_ID) if REPEATED_ID in headings else None


def heading_problems(
    headings: Sequence[str], columns: Mapping[str, Column] | Mapping[str, PersonColumn] | None
) -> Iterator[tuple[str | None, str]]:
    """Yields what keeps a file from being used, each with the column that it is about."""
    if columns is None:
        yield from _standard_problems(headings)
        return
    for heading in absent_headings(headings, columns):
        if columns[heading].to.kind in _INDISPENSABLE:
            near = did_you_mean(nearest(heading, headings)) or f"; it has {listing(headings, most=_MOST_HEADINGS)}"
            yield heading, f"The file has no column {heading!r}, which the mapping needs{near}"
    yield from _repeated([each for each in headings if each.casefold() in {name.casefold() for name in columns}])


def absent_headings(headings: Sequence[str], columns: Iterable[str]) -> list[str]:
    """Returns the headings that a mapping names and the file doesn't have."""
    present = {heading.casefold() for heading in headings}
    return [heading for heading in columns if heading.casefold() not in present]


def _standard_problems(headings: Sequence[str]) -> Iterator[tuple[str | None, str]]:
    if "id" not in headings:
        near = nearest("id", headings)
        hint = f" Is it the column {near!r}?" if near else ""
        message = f"The first row must name the columns, and 'id' is not among them.{hint} Known: {', '.join(COLUMNS)}"
        if any(headings):
            message += ". A file with other headings needs a mapping: --propose writes one"
        yield "id", message
        return
    for heading in headings:
        if heading.startswith(_ENTRY):
            try:
                parse_target(heading)
            except ValueError as error:
                yield heading, str(error)
    yield from _repeated(headings)


def _repeated(headings: Sequence[str]) -> Iterator[tuple[str | None, str]]:
    for name, count in Counter(headings).items():
        if name and count > 1:
            yield name, f"There are several columns {name!r}; keep one"
