"""A scene as SVG text, with the letters that it uses inside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from xml.etree import ElementTree as ET

from milepost.drawing import palette
from milepost.drawing.fonts import font_faces
from milepost.drawing.scene import Arrow, Group, Item, Point, Rect, Scene, Shape, Text, flatten
from milepost.drawing.text_metrics import FALLBACKS
from milepost.fonts import FAMILY, is_known

_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NO_LINKS: Mapping[tuple[str, str], str] = MappingProxyType({})
_HEAD = 6.5
_BEND = 4.0


def svg_of(scene: Scene, links: Mapping[tuple[str, str], str] = NO_LINKS) -> str:
    """Returns the picture as one SVG document with its fonts, and a title and description for screen readers.

    `links` are addresses that the groups of a kind and name lead to.
    """
    across, down = scene.millimetres
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": f"{across}mm",
            "height": f"{down}mm",
            "viewBox": f"0 0 {_n(scene.width)} {_n(scene.height)}",
            "role": "group" if links else "img",  # an image would hide its links from screen readers
            "aria-labelledby": "map-title map-desc",
            "font-family": f"'{FAMILY}', {FALLBACKS}",
        },
    )
    ET.SubElement(root, "title", id="map-title").text = clean(scene.title)
    ET.SubElement(root, "desc", id="map-desc").text = clean(scene.description)
    ET.SubElement(root, "style").text = font_faces(
        [(item.text, item.style.bold) for item in flatten(scene.items) if isinstance(item, Text)]
    )
    ET.SubElement(root, "rect", width=_n(scene.width), height=_n(scene.height), fill=palette.PAPER)
    for item in scene.items:
        _write(item, root, links)
    ET.indent(root, space=" ")
    return ET.tostring(root, encoding="unicode") + "\n"


def clean(text: str) -> str:
    """Returns the text without the characters that XML can't hold."""
    return _UNWRITABLE.sub("\ufffd", text)


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _write(item: Item, into: ET.Element, links: Mapping[tuple[str, str], str]) -> None:
    match item:
        case Group():
            if (link := links.get((item.kind, item.name))) is not None:
                into = ET.SubElement(into, "a", {"href": link})
            group = ET.SubElement(into, "g", {"id": f"{item.kind}-{item.name}", "class": item.kind})
            ET.SubElement(group, "title").text = clean(item.title)
            for inner in item.items:
                _write(inner, group, links)
        case Rect():
            _rect(item, into)
        case Shape():
            _shape(item, into)
        case Text():
            _text(item, into)
        case Arrow():
            _arrow(item, into)


def _rect(item: Rect, into: ET.Element) -> None:
    box = item.box
    attributes = {"x": _n(box.x), "y": _n(box.y), "width": _n(box.width), "height": _n(box.height), "fill": item.fill}
    if item.radius:
        attributes["rx"] = _n(item.radius)
    if item.stroke:
        attributes |= {"stroke": item.stroke, "stroke-width": _n(item.line)}
    ET.SubElement(into, "rect", attributes)


def _shape(item: Shape, into: ET.Element) -> None:
    attributes = {"d": item.path, "fill": item.fill or "none"}
    if item.stroke:
        attributes |= {"stroke": item.stroke, "stroke-width": _n(item.line), "stroke-linecap": "round"}
        attributes["stroke-linejoin"] = "round"
    if item.at != (0.0, 0.0):
        attributes["transform"] = f"translate({_n(item.at[0])} {_n(item.at[1])})"
    ET.SubElement(into, "path", attributes)


def _text(item: Text, into: ET.Element) -> None:
    attributes = {"x": _n(item.x), "y": _n(item.y), "font-size": _n(item.style.size), "fill": item.fill}
    if item.style.bold:
        attributes["font-weight"] = str(item.style.weight)
    if len(item.text) > 1 and is_known(item.text):  # where this font may not be loaded, another is drawn as narrow
        attributes |= {"textLength": _n(item.box.width), "lengthAdjust": "spacingAndGlyphs"}
    ET.SubElement(into, "text", attributes).text = clean(item.text)


def _arrow(item: Arrow, into: ET.Element) -> None:
    group = ET.SubElement(into, "g", {"class": "arrow", "data-from": item.source, "data-to": item.target})
    drawn = {"d": _line(item.points), "fill": "none", "stroke": palette.ARROW, "stroke-width": "1.4"}
    ET.SubElement(group, "path", drawn)
    ET.SubElement(group, "path", {"d": _head(item.points[-2], item.points[-1]), "fill": palette.ARROW})


def _line(points: tuple[Point, ...]) -> str:
    """Returns a line through the points with round bends, ending inside the arrow's head."""
    last = _towards(points[-1], points[-2], _HEAD - 1)
    path = f"M{_n(points[0][0])} {_n(points[0][1])}"
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        bend = min(_BEND, _distance(before, here) / 2, _distance(here, after) / 2)
        start, end = _towards(here, before, bend), _towards(here, after, bend)
        path += f"L{_n(start[0])} {_n(start[1])}Q{_n(here[0])} {_n(here[1])} {_n(end[0])} {_n(end[1])}"
    return path + f"L{_n(last[0])} {_n(last[1])}"


def _distance(one: Point, other: Point) -> float:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])  # all lines are level or upright


def _towards(here: Point, there: Point, by: float) -> Point:
    whole = _distance(here, there) or 1.0
    return here[0] + (there[0] - here[0]) * by / whole, here[1] + (there[1] - here[1]) * by / whole


def _head(before: Point, tip: Point) -> str:
    back = _towards(tip, before, _HEAD)
    across, down = (tip[1] - back[1]) * 0.48, (tip[0] - back[0]) * 0.48
    return (
        f"M{_n(tip[0])} {_n(tip[1])}L{_n(back[0] + across)} {_n(back[1] + down)}"
        f"L{_n(back[0] - across)} {_n(back[1] - down)}Z"
    )
