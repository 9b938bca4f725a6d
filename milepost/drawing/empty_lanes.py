"""The note that stands where a map has nothing: which part is missing, and what that means."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.drawing import palette
from milepost.drawing.scene import Box, Text, text_block
from milepost.drawing.text_metrics import wrap_evenly

_STYLE = palette.LEAD
_CLEAR = 8.0


def note_width(track: str, card: float) -> float:
    """The most width for a note in an empty lane: arrows cross the middle lane along the middle of the cards."""
    return card / 2 - _CLEAR if track == "outcomes" else card


def note_height(note: str, width: float) -> float:
    return _STYLE.leading * len(wrap_evenly(note, _STYLE, width))


def note_items(note: str, box: Box) -> Iterator[Text]:
    """The note in the middle of the height of its box."""
    return text_block(wrap_evenly(note, _STYLE, box.width), _STYLE, box, palette.SOFT)
