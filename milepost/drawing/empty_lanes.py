"""What stands where a map has nothing: which part is missing, and what that means."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.drawing import palette
from milepost.drawing.scene import Box, Text
from milepost.drawing.text_metrics import ASCENT, balanced

_STYLE = palette.LEAD
_CLEAR = 8.0


def note_width(track: str, card: float) -> float:
    """How wide a note in an empty lane may be: arrows that cross the middle lane run down the middle of the cards."""
    return card / 2 - _CLEAR if track == "outcomes" else card


def note_height(said: str, width: float) -> float:
    return _STYLE.leading * len(balanced(said, _STYLE, width))


def note_items(said: str, box: Box) -> Iterator[Text]:
    """The note in the middle of the height of its box."""
    y = box.y + (box.height - note_height(said, box.width)) / 2
    for line in balanced(said, _STYLE, box.width):
        base = y + (_STYLE.leading - _STYLE.size) / 2 + ASCENT * _STYLE.size
        yield Text(box.x, base, line, _STYLE, palette.SOFT)
        y += _STYLE.leading
