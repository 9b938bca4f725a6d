"""Guesses what a column holds whose heading nobody knows: by the shape of its values alone."""

from __future__ import annotations

import re
from enum import Enum, auto

from milepost.imports.dates import patterns_of
from milepost.imports.proposed_columns import MOST_DATES, Seen, is_country, share
from milepost.text import parse_flag

ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
NUMBER = re.compile(r"[-+]?\d[\d.,' ]*%?")
_PERSON = re.compile(r"(?:[^\W\d_a-zß-ü][\w'\u2019-]+\.? ){1,2}[^\W\d_a-zß-ü][\w'\u2019-]+")
_ID = re.compile(r"[\w.:/-]*\d[\w.:/-]*")
_LETTERS = re.compile(r"[^\W\d_]{2}")
_SITE = re.compile(r"(https?://|www\.)|^\S+\.[a-z]{2,6}$", re.IGNORECASE)
_MOST = 0.8  # of the values that must be of a shape
_FEW = 0.5  # of the rows that name different people, if these are colleagues
_ENOUGH = 3  # rows from which on it shows that all values differ


class Shape(Enum):
    """What the values of a column look like."""

    ADDRESSES = auto()
    FLAGS = auto()
    COUNTRIES = auto()
    DATES = auto()
    IDS = auto()
    NUMBERS = auto()
    PEOPLE = auto()
    NAMES = auto()


def shape_of(column: Seen, rows: int) -> Shape | None:
    """Returns what the values of a column look like, in a file with so many rows; None: nothing in particular."""
    values = column.values
    if not values:
        return None
    shapes = {
        Shape.ADDRESSES: share(values, ADDRESS.search) >= _MOST,
        Shape.FLAGS: {parse_flag(value) for value in values} == {True, False} and not any(map(str.isdigit, values)),
        Shape.COUNTRIES: share(values, is_country) >= _MOST,
        Shape.DATES: bool(patterns_of(values, share=MOST_DATES)),
        Shape.IDS: share(values, _ID.fullmatch) == 1 and len(values) == rows >= _ENOUGH,
        Shape.NUMBERS: share(values, NUMBER.fullmatch) >= _MOST,
        Shape.PEOPLE: share(values, _PERSON.fullmatch) >= _MOST,
        Shape.NAMES: _are_names(column, rows),
    }
    return next((shape for shape, fits in shapes.items() if fits), None)


def _are_names(column: Seen, rows: int) -> bool:
    """Returns whether nearly each row has a text of its own, and no web site."""
    values = column.values
    differ = rows >= _ENOUGH and len(values) >= _MOST * rows
    return differ and share(values, _LETTERS.search) >= _MOST and share(values, _SITE.search) < 1 - _MOST


def are_colleagues(column: Seen, rows: int) -> bool:
    """Returns whether the people of a column look like our own: few of them for many rows, of one house."""
    hosts = {value.rpartition("@")[2].rstrip(">) ").casefold() for value in column.values if "@" in value}
    return rows >= _ENOUGH and len(column.values) <= _FEW * rows and len(hosts) <= 1
