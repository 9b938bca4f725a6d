"""Lists a page at a time, by key: a page begins behind the last line of the one before, so that each costs the same.

Begin with `read_page`. The query of a list must be served by an index on the keys of its segments.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, and_, select, tuple_, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from milepost.store.errors import InvalidCursorError

Key = tuple[str | int | float, ...]
Query = Select[*tuple[Any, ...]]
Row = Sequence[Any]
_LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a list: the rows that meet the conditions, ordered by the keys, all upwards or all `downwards`.

    The keys are never null, and no two rows have the same. A list whose order knows nulls is made of several segments.
    With `ways` it is the rows that meet all of one of them: each way is read by an index of its own, and only as far as
    the page goes. The conditions of such a list are all in the segment, and about the table of its keys.
    """

    keys: tuple[InstrumentedAttribute[Any], ...]
    conditions: tuple[ColumnElement[bool], ...] = ()
    downwards: bool = False
    ways: tuple[tuple[ColumnElement[bool], ...], ...] = ()

    def rows(self, query: Query, key: Key | None, limit: int, *, backwards: bool) -> Query:
        """Narrows a query to the segment's rows on one side of a key, the nearest first, with their keys at the end."""
        downwards = self.downwards != backwards
        order = [each.desc() if downwards else each.asc() for each in self.keys]
        conditions = list(self.conditions)
        if key is not None:
            here, there = tuple_(*self.keys), tuple_(*key)
            conditions.append(here < there if downwards else here > there)
        query = query.add_columns(*self.keys).order_by(*order).limit(limit)
        if len(self.ways) <= 1:
            return query.where(*conditions, *chain(*self.ways))
        nearest = (select(*self.keys).where(*conditions, *way).order_by(*order).limit(limit) for way in self.ways)
        either = union(*(select(each.subquery()) for each in nearest)).subquery()
        return query.join(either, and_(*(key == found for key, found in zip(self.keys, either.c, strict=True))))

    def fits(self, key: Key) -> bool:
        """Tells whether values can be a key of this segment."""
        return len(key) == len(self.keys) and all(map(_fits, self.keys, key))


def _fits(column: InstrumentedAttribute[Any], value: object) -> bool:
    kind = column.expression.type.python_type
    if isinstance(value, bool) or not isinstance(value, (int, float) if kind is float else kind):
        return False
    if isinstance(value, str):
        return "\0" not in value
    return isinstance(value, int | float) and abs(value) < _LARGEST


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list, between two lines: behind the one with this key or, `backwards`, before it.

    As text it is opaque: for addresses, and for programs that hand it back.
    """

    segment: int
    key: Key
    backwards: bool = False

    def __str__(self) -> str:
        data = json.dumps([self.segment, int(self.backwards), *self.key], ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(data.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Self:
        """Reads the text of a cursor.

        Raises:
            InvalidCursorError: it isn't one.
        """
        try:
            data = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            segment, backwards, *key = data
            json.dumps(data, ensure_ascii=False).encode()  # halves of characters, which no database takes
        except (ValueError, TypeError, RecursionError, binascii.Error) as error:
            raise InvalidCursorError from error
        if type(segment) is not int or backwards not in (0, 1):
            raise InvalidCursorError
        return cls(segment, tuple(key), bool(backwards))


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list in its order, with the places where the neighbouring pages begin; None where there is none."""

    rows: tuple[Row, ...]
    previous: Cursor | None
    next: Cursor | None


async def read_page(
    session: AsyncSession, query: Query, order: Sequence[Segment], cursor: Cursor | None, limit: int
) -> Page:
    """Reads the page of a list that a cursor leads to, the first without one. Rows end with the keys of their segment.

    A page before the first line of a full page is the first page.

    Raises:
        InvalidCursorError: the cursor is none of this list.
    """
    if cursor is not None and not (0 <= cursor.segment < len(order) and order[cursor.segment].fits(cursor.key)):
        raise InvalidCursorError
    backwards = cursor is not None and cursor.backwards
    lines: list[tuple[int, Row]] = []
    for number in _segments(len(order), cursor):
        key = cursor.key if cursor is not None and number == cursor.segment else None
        statement = order[number].rows(query, key, limit + 1 - len(lines), backwards=backwards)
        lines += [(number, row) for row in await session.execute(statement)]
        if len(lines) > limit:
            break
    has_more, lines = len(lines) > limit, lines[:limit]
    if backwards and not has_more:
        return await read_page(session, query, order, None, limit)
    if backwards:
        lines.reverse()
    previous = has_more if backwards else cursor is not None
    following = True if backwards else has_more
    return Page(
        tuple(row for _, row in lines),
        _place(order, lines[0], backwards=True) if previous and lines else None,
        _place(order, lines[-1]) if following and lines else None,
    )


def _segments(count: int, cursor: Cursor | None) -> range:
    """Returns the numbers of the segments that a cursor leads to, in the order in which they are read."""
    if cursor is None:
        return range(count)
    return range(cursor.segment, -1, -1) if cursor.backwards else range(cursor.segment, count)


def _place(order: Sequence[Segment], line: tuple[int, Row], *, backwards: bool = False) -> Cursor:
    segment, row = line
    return Cursor(segment, tuple(row[-len(order[segment].keys) :]), backwards)
