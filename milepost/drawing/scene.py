"""The items of a picture: boxes, lines, texts and arrows, each at its place, in the order of painting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from milepost.drawing.text_metrics import ASCENT, DESCENT, Style, width_of

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the page."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Rect:
    """A filled rectangle with round corners."""

    box: Box
    fill: str
    stroke: str | None = None
    line: float = 1.0
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled or stroked path, relative to `at`; `box` is what it covers."""

    path: str
    box: Box
    fill: str | None = None
    stroke: str | None = None
    line: float = 1.0
    at: Point = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text; `x` is where it begins, `y` its base line."""

    x: float
    y: float
    text: str
    style: Style
    fill: str

    @property
    def box(self) -> Box:
        size = self.style.size
        return Box(self.x, self.y - ASCENT * size, width_of(self.text, self.style), (ASCENT + DESCENT) * size)


@dataclass(frozen=True, slots=True)
class Arrow:
    """An arrow from one step to another that waits for it, along straight lines between the points."""

    source: str
    target: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Items that belong together: a step, a stage or a play, with its id and its description as `title`."""

    kind: str
    name: str
    title: str
    items: tuple[Item, ...]


Item = Rect | Shape | Text | Arrow | Group


@dataclass(frozen=True, slots=True)
class Scene:
    """A whole picture: `width` and `height` in its own units, `paper` and its size in millimetres."""

    width: float
    height: float
    paper: str
    millimetres: tuple[float, float]
    title: str
    description: str
    items: tuple[Item, ...]

    @property
    def smallest_letters(self) -> float:
        """The size of the smallest letters, in the picture's own units."""
        return min(each.style.size for each in flatten(self.items) if isinstance(each, Text))


def flatten(items: Iterable[Item]) -> Iterator[Rect | Shape | Text | Arrow]:
    """Yields every item without its groups, in the order of painting."""
    for item in items:
        if isinstance(item, Group):
            yield from flatten(item.items)
        else:
            yield item


def text_block(lines: Sequence[str], style: Style, box: Box, fill: str) -> Iterator[Text]:
    """Lines of text in the middle of the height of a box."""
    top = box.y + (box.height - style.leading * len(lines)) / 2
    for number, line in enumerate(lines):
        yield Text(box.x, style.base_line(top + number * style.leading), line, style, fill)
