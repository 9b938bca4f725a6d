"""The heading and the footer of a map: its title and lead, and the key to the signs and colours."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.drawing import palette
from milepost.drawing.boxes import COLUMN_TONES, TONES
from milepost.drawing.content import Content, Mark
from milepost.drawing.icons import icon
from milepost.drawing.routing import TRACK
from milepost.drawing.scene import Box, Item, Rect, Shape, Text
from milepost.drawing.text_metrics import Style, width_of, wrap, wrap_evenly

_KEY_GAP = 20.0
_KEY = 15.0
_BELOW = 14.0
_LEAD_WIDTH = 0.85  # of the page: longer lines are hard to read

_KEYS: tuple[tuple[str, str], ...] = (
    ("company", "what we do"),
    ("customer", "what the customer does"),
    ("outcomes", "what the customer confirms, a gate"),
    ("arrow", "waits for"),
    ("person", "done by a person"),
    ("mail", "automatic mail"),
    ("clock", "time"),
    ("optional", "may be left out"),
    ("target", "the number to reach"),
    ("form", "what is asked for"),
    ("done", "what does it by itself"),
    ("raised", "who else gets it when it is late"),
    ("branch", "where it leads"),
    ("stage", "stage"),
    ("opens", "stage that opens by itself"),
    ("risk", "play for a risk"),
    ("expansion", "play for an expansion"),
    ("other", "other play"),
)
"""The key: what is explained if the map has it."""


def _heading_rows(content: Content, width: float) -> list[tuple[str, Style, str]]:
    rows = [(text, palette.HEADLINE, palette.INK) for text in wrap_evenly(content.title, palette.HEADLINE, width)]
    for lead in content.lead:
        rows += [(text, palette.LEAD, palette.SOFT) for text in wrap_evenly(lead, palette.LEAD, width * _LEAD_WIDTH)]
    return rows


def heading_height(content: Content, width: float) -> float:
    return sum(style.leading for _, style, _ in _heading_rows(content, width)) + _BELOW


def heading_items(content: Content, box: Box) -> Iterator[Item]:
    y = box.y
    for text, style, fill in _heading_rows(content, box.width):
        yield Text(box.x, style.base_line(y), text, style, fill)
        y += style.leading


def _footer_rows(content: Content, width: float) -> list[list[tuple[str, str, float]]]:
    """Signs with their words and where each begins, and last the name of the map, in as many rows as it takes."""
    rows: list[list[tuple[str, str, float]]] = [[]]
    x = 0.0
    signs = _signs(content)
    keys = [key for key in _KEYS if key[0] in signs]
    for sign, words in (*keys, *(("", text) for text in wrap(content.footer, palette.BODY, width))):
        wide = (_KEY + 4 if sign else 0.0) + width_of(words, palette.BODY)
        if rows[-1] and x + wide > width:
            rows.append([])
            x = 0.0
        rows[-1].append((sign, words, x if sign else max(x, width - wide)))
        x += wide + _KEY_GAP
    return rows


def _signs(content: Content) -> set[str]:
    """Returns the signs of the key that the picture has."""
    arrows = {"arrow"} if any(card.after or card.elsewhere for card in content.cards) else set()
    tones = {column.tone for column in content.columns}
    return arrows | tones | {card.track for card in content.cards} | {mark.value for mark in content.marks}


def footer_height(content: Content, width: float) -> float:
    return len(_footer_rows(content, width)) * palette.BODY.leading * 1.25


def footer_items(content: Content, box: Box) -> Iterator[Item]:
    """Yields the key to the signs, and which map this is."""
    y = box.y
    for row in _footer_rows(content, box.width):
        base = palette.BODY.base_line(y)
        for sign, words, x in row:
            if sign:
                yield from _sign(sign, box.x + x, base - 8.2)
            yield Text(box.x + x + (_KEY + 4 if sign else 0), base, words, palette.BODY, palette.SOFT)
        y += palette.BODY.leading * 1.25


def _sign(sign: str, x: float, y: float) -> Iterator[Item]:
    if sign in TONES:
        tone = TONES[sign]
        yield Rect(Box(x, y, 4, 10), tone.strong, radius=1)
        yield Rect(Box(x + 3, y, _KEY - 3, 10), tone.band, tone.strong, 0.9, radius=1)
    elif sign in COLUMN_TONES:
        yield Rect(Box(x, y, _KEY, 10), COLUMN_TONES[sign].strong, radius=2)
    elif sign == "arrow":
        line = f"M{x:.2f} {y + 5:.2f}H{x + _KEY - 5:.2f}"
        yield Shape(line, Box(x, y, _KEY, 10), stroke=palette.ARROW, line=1.4)
        tip = f"M{x + _KEY:.2f} {y + 5:.2f}l-6 -3v6Z"
        yield Shape(tip, Box(x + TRACK, y, _KEY - TRACK, 10), fill=palette.ARROW)
    else:
        yield icon(Mark(sign), x + 4, y, palette.SOFT)
