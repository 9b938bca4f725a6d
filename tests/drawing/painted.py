"""Reads a picture as an eye does: what is painted where, on what, and in which contrast."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from milepost.drawing.scene import Arrow, Box, Group, Item, Rect, Scene, Shape, Text, flatten
from milepost.fonts import is_known


def meets(one: Box, other: Box, slack: float = 0.01) -> bool:
    """Tells whether two boxes share more than an edge."""
    across = min(one.right, other.right) - max(one.x, other.x)
    down = min(one.bottom, other.bottom) - max(one.y, other.y)
    return across > slack and down > slack


def holds(outer: Box, inner: Box, slack: float = 0.01) -> bool:
    """Tells whether one box lies inside the other."""
    return (
        outer.x - slack <= inner.x
        and outer.y - slack <= inner.y
        and inner.right <= outer.right + slack
        and inner.bottom <= outer.bottom + slack
    )


def groups(items: Iterable[Item]) -> Iterator[Group]:
    """Every group, outer ones first."""
    for item in items:
        if isinstance(item, Group):
            yield item
            yield from groups(item.items)


def smallest_letters(scene: Scene) -> float:
    """The size of the smallest letters on the paper, in points."""
    return min(text.style.size for text in texts(scene)) * scene.millimetres[0] / 25.4 * 72 / scene.width


def texts(scene: Scene) -> list[Text]:
    return [item for item in flatten(scene.items) if isinstance(item, Text)]


def arrows(scene: Scene) -> list[Arrow]:
    return [item for item in flatten(scene.items) if isinstance(item, Arrow)]


def group(scene: Scene, kind: str, name: str) -> Group:
    (match,) = [each for each in groups(scene.items) if (each.kind, each.name) == (kind, name)]
    return match


def text_of(match: Group) -> str:
    """All text of a group in its order, words apart by one space."""
    return " ".join(item.text for item in flatten(match.items) if isinstance(item, Text)).replace("\u00a0", " ")


def grounds(scene: Scene) -> Iterator[tuple[Text, str, Box]]:
    """Each text with the colour and the box of what it stands on: what was painted last under its middle."""
    under: list[tuple[Box, str]] = [(Box(0, 0, scene.width, scene.height), "#ffffff")]
    for item in flatten(scene.items):
        if isinstance(item, Rect | Shape) and item.fill:
            under.append((item.box, item.fill))
        elif isinstance(item, Text):
            middle = Box(item.box.x + item.box.width / 2, item.box.y + item.box.height / 2, 0, 0)
            box, fill = next(each for each in reversed(under) if holds(each[0], middle))
            yield item, fill, box


def strokes(arrow: Arrow) -> Iterator[Box]:
    """The straight parts of an arrow, as thick as they are drawn."""
    for one, other in zip(arrow.points, arrow.points[1:], strict=False):
        x, y = min(one[0], other[0]), min(one[1], other[1])
        yield Box(x - 0.7, y - 0.7, abs(one[0] - other[0]) + 1.4, abs(one[1] - other[1]) + 1.4)


def overlapping(scene: Scene) -> list[tuple[str, str]]:
    """Texts that share ground."""
    match, near = [], []
    for text in sorted(texts(scene), key=lambda text: text.box.y):
        near = [other for other in near if other.box.bottom > text.box.y]
        match += [(other.text, text.text) for other in near if meets(other.box, text.box, slack=0.3)]
        near.append(text)
    return match


def crossed(scene: Scene) -> list[tuple[Arrow, str]]:
    """Texts that an arrow runs through."""
    boxes = [(text.box, text.text) for text in texts(scene)]
    return [
        (arrow, text)
        for arrow in arrows(scene)
        for stroke in strokes(arrow)
        for box, text in boxes
        if meets(stroke, box)
    ]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2 defines it, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def all_known(scene: Scene) -> bool:
    return all(is_known(text.text) for text in texts(scene))


def box_of(match: Group) -> Box:
    """Returns the area that the boxes of a step cover together."""
    boxes = [item.box for item in match.items if isinstance(item, Rect)]
    x, y = min(box.x for box in boxes), min(box.y for box in boxes)
    return Box(x, y, max(box.right for box in boxes) - x, max(box.bottom for box in boxes) - y)
