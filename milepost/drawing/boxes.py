"""The boxes of a picture: how high they are at a width, and the items in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from milepost.drawing import palette
from milepost.drawing.content import Card, Column, Fact, Line, Mark
from milepost.drawing.icons import icon
from milepost.drawing.palette import Tone
from milepost.drawing.scene import Box, Group, Item, Rect, Shape, Text, text_block
from milepost.drawing.text_metrics import Style, width_of, wrap, wrap_evenly

PAD_X, PAD_Y = 8.0, 5.5
STRIP = 4.0
INDENT = 14.0
_APART = 11.0
"""Between two pieces of one row."""
TONES = {"company": palette.WE, "customer": palette.CUSTOMER, "outcomes": palette.OUTCOME}
COLUMN_TONES = {
    "stage": palette.STAGE,
    "opens": palette.OPENS_ITSELF,
    "risk": palette.RISK,
    "expansion": palette.EXPANSION,
    "other": palette.OTHER,
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A text within a row, `x` from where the row begins; its sign stands before it."""

    x: float
    text: str
    style: Style
    mark: Mark = Mark.NONE


Row = tuple[Piece, ...]
_NUMBERS = {Mark.COUNT: palette.COUNT, Mark.LIVE: palette.LIVE, Mark.USUAL: palette.LIVE}
"""How the lines of live numbers are written: each in rows of its own."""


@lru_cache(maxsize=20_000)
def _rows(title: str, style: Style, lines: tuple[Line, ...], width: float) -> tuple[Row, ...]:
    """Returns the title, then the lines; short ones share a row, branches begin a new one."""
    rows: list[Row] = [(Piece(0.0, text, style),) for text in wrap_evenly(title, style, width)]
    before: Line | None = None
    many = sum(line.mark is Mark.BRANCH for line in lines) > 1
    x = 0.0
    for line in lines:
        if line.mark in _NUMBERS:
            _add_number(rows, line, width)
            before = None
            continue
        indent = 0.0 if line.mark is Mark.NONE else INDENT
        texts = wrap_evenly(line.text, palette.BODY, width - indent)
        wide = indent + width_of(texts[0], palette.BODY)
        joins = before is not None and len(texts) == 1 and _go_together(before, line, many) and x + wide <= width
        if joins:
            rows[-1] = (*rows[-1], Piece(x + indent, texts[0], palette.BODY, line.mark))
        else:
            x = 0.0
            rows.append((Piece(indent, texts[0], palette.BODY, line.mark),))
            rows += [(Piece(indent, text, palette.BODY),) for text in texts[1:]]
        x = x + wide + _APART if len(texts) == 1 else width
        before = line
    return tuple(rows)


def _add_number(rows: list[Row], line: Line, width: float) -> None:
    """Adds rows for a live number; what comes first after a count stands beside it, if there is room."""
    style, last = _NUMBERS[line.mark], rows[-1]
    x = width_of(last[0].text, palette.COUNT) + _APART
    if len(last) == 1 and last[0].style is palette.COUNT and x + width_of(line.text, style) <= width:
        rows[-1] = (*last, Piece(x, line.text, style))
    else:
        rows += [(Piece(0.0, text, style),) for text in wrap_evenly(line.text, style, width)]


def _go_together(one: Line, other: Line, many_branches: bool) -> bool:  # noqa: FBT001 - of the lines
    """Tells whether two lines may share a row: lines with a sign may, but several branches stay on their own."""
    if Mark.NONE in (one.mark, other.mark):
        return False
    return not many_branches or (one.mark is Mark.BRANCH) == (other.mark is Mark.BRANCH)


@lru_cache(maxsize=5_000)
def _fact_rows(facts: tuple[Fact, ...], width: float) -> tuple[Row, ...]:
    """Facts as a small table: labels in one column, texts in the other."""
    rows: list[Row] = []
    column = max((width_of(fact.label, palette.BODY_STRONG) for fact in facts), default=0.0) + 7
    for fact in facts:
        texts = wrap(fact.text, palette.BODY, width - column)
        rows.append((Piece(0.0, fact.label, palette.BODY_STRONG), Piece(column, texts[0], palette.BODY)))
        rows += [(Piece(column, text, palette.BODY),) for text in texts[1:]]
    return tuple(rows)


def _height(rows: Iterable[Row]) -> float:
    return sum(row[0].style.leading for row in rows)


def _row_items(rows: Iterable[Row], x: float, y: float, inks: tuple[str, str, str]) -> list[Item]:
    """Returns the rows from (x, y) downwards; `inks` are those of bold text, of other text and of signs."""
    fill, soft, sign = inks
    items: list[Item] = []
    for row in rows:
        base = row[0].style.base_line(y)
        for piece in row:
            style = piece.style
            if piece.mark is not Mark.NONE:
                items.append(icon(piece.mark, x + piece.x - INDENT, base - 8.2, sign))
            if piece.text:
                items.append(Text(x + piece.x, base, piece.text, style, fill if style.bold else soft))
        y += row[0].style.leading
    return items


# Steps.


def card_height(card: Card, width: float) -> float:
    return _height(_card_rows(card, width)) + 2 * PAD_Y


def _card_rows(card: Card, width: float) -> tuple[Row, ...]:
    return _rows(card.title, palette.TITLE, card.lines, width - 2 * PAD_X - STRIP)


def card_items(card: Card, box: Box) -> Group:
    """Returns a step: what we do, what the customer does or, as a gate, what the customer confirms."""
    tone = TONES[card.track]
    gate = card.track == "outcomes"
    strip = Box(box.x, box.y, STRIP + 3, box.height)
    inner = Box(box.x + STRIP, box.y, box.width - STRIP, box.height)
    items: list[Item] = [
        Rect(strip, tone.strong, radius=3),
        Rect(inner, tone.tint, tone.strong, 1.6 if gate else 0.9, radius=3),
    ]
    rows = _card_rows(card, box.width)
    items += _row_items(rows, inner.x + PAD_X, box.y + PAD_Y, (palette.INK, palette.SOFT, tone.strong))
    return Group("step", card.id, card.description, tuple(items))


# Headers of stages and plays.


def header_height(column: Column, width: float) -> float:
    return _height(_header_rows(column, width)) + 2 * PAD_Y


def _badge(column: Column) -> float:
    """Returns the width of the number of a stage, or the letter of a play, with its room."""
    return width_of(column.mark, palette.HEADING) + 15


def _header_rows(column: Column, width: float) -> tuple[Row, ...]:
    room = width - 2 * PAD_X - _badge(column) - 4
    return _rows(column.title, palette.HEADING, column.lines, room)


def header_items(column: Column, box: Box) -> list[Item]:
    """Returns the head of a stage (a sign post to the next, or a plain box if it opens by itself) or of a play."""
    tone = COLUMN_TONES[column.tone]
    items: list[Item] = [_sign_post(box, tone) if column.tone == "stage" else Rect(box, tone.strong, radius=4)]
    badge = _badge(column)
    mark = Box(box.x + PAD_X, box.y + PAD_Y, badge - 7, palette.HEADING.leading)
    items.append(Rect(mark, palette.PAPER, radius=4))
    items.append(Text(mark.x + 4, palette.HEADING.base_line(mark.y), column.mark, palette.HEADING, tone.strong))
    rows = _header_rows(column, box.width)
    on_dark = (palette.ON_DARK, palette.SOFT_ON_DARK, palette.SOFT_ON_DARK)
    return items + _row_items(rows, box.x + PAD_X + badge, box.y + PAD_Y, on_dark)


def _sign_post(box: Box, tone: Tone) -> Shape:
    tip, middle = box.right + 9, box.y + box.height / 2
    path = (
        f"M{box.x:.2f} {box.y:.2f}H{box.right:.2f}L{tip:.2f} {middle:.2f}L{box.right:.2f} {box.bottom:.2f}H{box.x:.2f}Z"
    )
    return Shape(path, box, fill=tone.strong)


def facts_height(column: Column, width: float) -> float:
    """Returns the height of what starts and ends a play, under its head."""
    return _height(_fact_rows(column.facts, width - 2 * PAD_X)) + PAD_Y


def facts_items(column: Column, box: Box) -> list[Item]:
    rows = _fact_rows(column.facts, box.width - 2 * PAD_X)
    return _row_items(rows, box.x + PAD_X, box.y + PAD_Y, (palette.INK, palette.SOFT, palette.SOFT))


# Notes on what a map doesn't have.


def note_width(track: str, card: float) -> float:
    """Returns the width for a note in an empty lane: arrows cross the middle lane along the middle of the cards."""
    return card / 2 - PAD_X if track == "outcomes" else card


def note_height(note: str, width: float) -> float:
    return palette.LEAD.leading * len(wrap_evenly(note, palette.LEAD, width))


def note_items(note: str, box: Box) -> Iterator[Text]:
    """Yields the note in the middle of the height of its box: what is missing, and what that means."""
    return text_block(wrap_evenly(note, palette.LEAD, box.width), palette.LEAD, box, palette.SOFT)
