"""Papers in landscape, and how wide a picture may be on each so that its smallest letters stay legible."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import log

from milepost.drawing.palette import SMALLEST

LEGIBLE = (13.5, 6.1)
"""The largest and the least size of the smallest letters on the paper, in points: larger ones look lost on a map."""
LEGIBLE_FROM_AFAR = (22.0, 10.9)
"""The same for a picture that is read from two metres. Capitals of its titles are then at least 2.9 mm high, the five
minutes of arc that good eyes need there, and those of its counts 5.3 mm."""


@dataclass(frozen=True)
class Paper:
    """A size of paper, in millimetres."""

    name: str
    width: float
    height: float

    @property
    def ratio(self) -> float:
        return self.width / self.height

    def units(self, points: float) -> float:
        """Returns the width of a picture whose smallest letters have this size, in points, on this paper."""
        return self.width / 25.4 * 72 * SMALLEST / points

    @cache  # noqa: B019 - there are six papers
    def widths(self, sizes: tuple[float, float]) -> tuple[float, ...]:
        """Widths to try, from the largest letters to the smallest, in steps of two in a hundred."""
        first, last = map(self.units, sizes)
        steps = int(log(last / first, 1.02))
        return (*(round(first * 1.02**step) for step in range(steps)), int(last))


PAPERS = (
    Paper("A3", 420, 297),
    Paper("A2", 594, 420),
    Paper("A1", 841, 594),
    Paper("A0", 1189, 841),
    Paper("2A0", 1682, 1189),
    Paper("4A0", 2378, 1682),
)
