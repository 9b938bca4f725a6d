"""The signs before lines: a person, a mail, a clock, a branch; ten units wide and high."""

from __future__ import annotations

from milepost.drawing.content import Mark
from milepost.drawing.scene import Box, Shape

SIZE = 10.0
_PATHS = {
    Mark.PERSON: (
        "M5 0.6a2.3 2.3 0 1 0 0.01 0ZM0.9 9.6C0.9 6.9 2.6 5.9 5 5.9S9.1 6.9 9.1 9.6Z",
        True,
    ),
    Mark.MAIL: ("M0.7 2H9.3V8.6H0.7ZM0.7 2.3L5 5.8L9.3 2.3", False),
    Mark.CLOCK: ("M5 0.9a4.2 4.2 0 1 0 0.01 0ZM5 2.6V5.2L6.9 6.3", False),
    Mark.OPTIONAL: ("M5 1.2L8.8 5L5 8.8L1.2 5Z", False),
    Mark.TARGET: ("M5 0.9a4.2 4.2 0 1 0 0.01 0ZM5 3.4a1.7 1.7 0 1 0 0.01 0Z", False),
    Mark.RAISED: ("M5 9.2V1.4M2 4.4L5 1.2L8 4.4", False),
    Mark.FORM: ("M1.4 0.8H8.6V9.2H1.4ZM3.2 3.3H6.8M3.2 5.3H6.8M3.2 7.3H5.4", False),
    Mark.DONE: ("M1 5.4L4 8.4L9.2 2", False),
    Mark.BRANCH: ("M0.8 5H8.6M5.8 2.2L8.8 5L5.8 7.8", False),
}


def icon(mark: Mark, x: float, y: float, colour: str) -> Shape:
    """Returns the sign with its upper left corner at (x, y)."""
    path, filled = _PATHS[mark]
    box = Box(x, y, SIZE, SIZE)
    if filled:
        return Shape(path, box, fill=colour, at=(x, y))
    return Shape(path, box, stroke=colour, line=1.1, at=(x, y))
