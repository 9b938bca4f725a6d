"""The columns of a file whose mapping is proposed: their headings in words, and what their values can be read as."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from milepost import places
from milepost.imports.cell_parsers import read_language
from milepost.imports.dates import EXCEL, ISO, patterns_of, read_date
from milepost.imports.known_words import value_akin, value_meant
from milepost.imports.rows import Row
from milepost.imports.targets import Target
from milepost.text import listing, nearest

EXAMPLES = 3
SUCH_AS = "such as"
"""What begins the examples in a comment."""
_MOST_ALLOWED = 10
MOST_DATES = 0.8  # of the values of a column of dates: a few are always wrong
_STEM = 5  # letters


@dataclass(slots=True)
class Seen:
    """A column of the file: its heading, and the different values of the rows looked at with how often they come."""

    heading: str
    values: Counter[str] = field(default_factory=Counter)

    @property
    def said(self) -> str:
        """What stands below the heading, in a comment."""
        return f"{SUCH_AS} {self.examples}" if self.values else "always empty"

    @property
    def examples(self) -> str:
        return ", ".join(json.dumps(value, ensure_ascii=False) for value in islice(self.values, EXAMPLES))


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a column may fill; `fields` are those of its entry besides the target.

    `doubt` is what somebody has to decide, `remark` what there is to know of it.
    """

    target: Target
    fields: Mapping[str, object] = field(default_factory=dict)
    doubt: str | None = None
    remark: str | None = None


def columns_of(heading: Row, rows: Iterable[Row]) -> list[Seen]:
    """Returns the columns of a file with what stands in some rows of it."""
    columns = [Seen(cell.strip()) for cell in heading.cells]
    for row in rows:
        for column, cell in zip(columns, row.cells, strict=False):
            if cell.strip():
                column.values[cell.strip()] += 1
    return columns


def choice_of(target: Target, values: Iterable[str], allowed: Sequence[str]) -> Proposed:
    """Returns which of the allowed values of an attribute others stand for, and which of them somebody has to say."""
    found: dict[str, object] = {}
    akin, near, unknown = [], [], []
    for value in values:
        meant = value_meant(value, allowed)
        if meant is None and (meant := value_akin(value, allowed)):
            akin.append(f"{value!r} is taken for {meant}")
        if meant is None:
            meant = nearest(words(value).replace(" ", "_"), allowed)
            near += [f"{value!r} {meant}"] if meant else []
            unknown += [] if meant else [repr(value)]
        found[value] = meant
    known = listing(list(allowed), most=_MOST_ALLOWED)
    doubts = [f"is {listing(near, most=EXAMPLES)}? The maps know {known}"] if near else []
    if unknown:
        verb = "is" if len(unknown) == 1 else "are"
        doubts.append(f"write which of {known} {listing(unknown, most=EXAMPLES)} {verb}; null: nothing is known")
    return Proposed(target, {"values": found}, "; ".join(doubts) or None, "; ".join(akin[:EXAMPLES]) or None)


def date_fields(column: Seen) -> tuple[dict[str, object], str | None]:
    patterns = patterns_of(column.values, share=MOST_DATES)
    strange = [json.dumps(value, ensure_ascii=False) for value in column.values if not is_date(value, patterns)]
    wrong = f"not dates: {listing(strange, most=EXAMPLES)}" if strange else None
    if patterns[:1] == [ISO]:
        return {}, wrong
    if patterns:
        other = f"or is it {listing(patterns[1:], last='or')}? No value shows it" if len(patterns) > 1 else None
        return {"dates": patterns[0]}, "; ".join(filter(None, (other, wrong))) or None
    if column.values and all(re.fullmatch(r"\d{5}", value) for value in column.values):
        return {"dates": EXCEL}, "day numbers of a spreadsheet"
    return {}, "some values aren't dates" if column.values else None


def is_date(text: str, patterns: Sequence[str]) -> bool:
    try:
        read_date(text, patterns)
    except ValueError:
        return False
    return True


def words(text: str | None) -> str:
    return " ".join(re.findall(r"\w+", (text or "").casefold().replace("_", " ")))


def stems(text: str) -> set[str]:
    """The beginnings of the longer words of a text: `renews` and `renewal` share `renew`."""
    return {word[:_STEM] for word in words(text).split() if len(word) >= _STEM}


def is_country(value: str) -> bool:
    try:
        places.country_named(value)
    except places.UnknownPlaceError:
        return False
    return True


def language_of(country: str) -> str:
    """Returns the code of the language that most people of a country read; empty where that isn't known."""
    try:
        return places.language_of_country(places.country_named(country))
    except places.UnknownPlaceError:
        return ""


def speaks_several(country: str) -> bool:
    """Returns whether several languages are official in a country, so that it doesn't say what somebody reads."""
    try:
        return len(places.languages_of_country(places.country_named(country))) > 1
    except places.UnknownPlaceError:
        return False


def is_language(value: str) -> bool:
    try:
        read_language(value)
    except ValueError:
        return False
    return True


def has_zones(column: Seen) -> bool:
    return not column.values or any(value in places.timezones() for value in column.values)


def share(values: Collection[str], test: Callable[[str], object]) -> float:
    """Returns which part of some values passes a test; there must be values."""
    return sum(1 for value in values if test(value)) / len(values)
