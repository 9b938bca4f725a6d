"""The files that pictures are written to: SVG, PNG and HTML."""

from __future__ import annotations

import base64
import re
import struct
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from fontTools.ttLib import TTFont

from milepost.drawing.map_text import content_of
from milepost.drawing.page import page_of
from milepost.drawing.raster import png_of
from milepost.drawing.sheet import draw_map
from milepost.drawing.svg import svg_of
from milepost.drawing.text_metrics import Style, width_of, wrap
from milepost.language.loader import load
from milepost.language.model import Map
from tests.drawing.large import large
from tests.drawing.painted import texts

SVG = "{http://www.w3.org/2000/svg}"
ENTERPRISE = Path(__file__).parents[2] / "maps" / "enterprise-save-time"


@pytest.fixture(scope="module")
def enterprise() -> Map:
    map_ = load(ENTERPRISE).map
    assert map_ is not None
    return map_


@pytest.fixture(scope="module")
def svg(enterprise: Map) -> str:
    return svg_of(draw_map(enterprise))


def test_svg_has_a_title_and_a_description_that_tells_every_step(enterprise: Map, svg: str) -> None:
    root = ET.fromstring(svg)
    texts_by_id = {each.get("id"): each.text for each in root if each.tag in (f"{SVG}title", f"{SVG}desc")}
    assert root.get("role") == "img"
    title, description = (texts_by_id[name] for name in root.get("aria-labelledby", "").split())
    assert enterprise.title in title
    for _, step in enterprise.all_steps():
        assert getattr(step, "statement", None) or step.title in description


def test_svg_is_in_landscape_on_paper_that_fits_and_its_ids_are_unique(svg: str) -> None:
    root = ET.fromstring(svg)
    assert (root.get("width"), root.get("height")) == ("594mm", "420mm")
    ids = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids))


def test_svg_needs_nothing_from_elsewhere_and_has_every_letter_in_its_fonts(enterprise: Map, svg: str) -> None:
    assert not re.search(r"(?:href|src)=|url\((?!data:)|<script", svg)
    fonts = {
        weight: TTFont(BytesIO(base64.b64decode(data)))
        for weight, data in re.findall(r"font-weight:(\d+);src:url\(data:font/woff;base64,([^)]+)\)", svg)
    }
    for text in texts(draw_map(enterprise)):
        font = fonts[str(text.style.weight)]
        letters = font.getBestCmap()
        advance = sum(font["hmtx"][letters[ord(letter)]][0] for letter in text.text) / 1000 * text.style.size
        assert advance == pytest.approx(text.box.width)


def test_the_same_map_gives_the_same_svg(enterprise: Map, svg: str) -> None:
    assert svg_of(draw_map(enterprise)) == svg


def test_texts_are_escaped_and_what_xml_cannot_hold_is_replaced() -> None:
    data = large(1, 1)
    data["title"] = "Less <b>&</b> more \x07 ]]> \ufffe"
    root = ET.fromstring(svg_of(draw_map(Map.model_validate(data))))
    assert root.findtext(f"{SVG}title") == "Map: Less <b>&</b> more \ufffd ]]> \ufffd"


def test_png_has_the_size_and_the_resolution_of_its_paper(enterprise: Map) -> None:
    png = png_of(draw_map(enterprise), dots_per_inch=100)
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    assert (width, height) == (pytest.approx(2339, abs=1), pytest.approx(1654, abs=1))
    assert png[37:41] == b"pHYs"
    assert struct.unpack(">IIB", png[41:50]) == (3937, 3937, 1)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: dict[str, int] = {}
        self.cells: list[str] = []

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        self.seen[tag] = self.seen.get(tag, 0) + 1
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if {"table", "th"} & set(self.open):
            self.cells.append(data)


def test_the_page_has_the_picture_and_every_step_in_a_table(enterprise: Map) -> None:
    page = _Page()
    html = page_of(content_of(enterprise), draw_map(enterprise))
    page.feed(html)
    assert page.seen["svg"] == 1
    assert page.seen["table"] == len(enterprise.stages) + len(enterprise.plays)
    for _, step in enterprise.all_steps():
        assert (getattr(step, "statement", None) or step.title) in page.cells
    assert not re.search(r"(?:href|src)=[\"'](?!#)|<script", html)


def test_lines_are_never_wider_than_asked_and_lose_no_letter() -> None:
    style = Style(10)
    for text in (
        "a bb ccc",
        "Donaudampfschifffahrtsgesellschaft fährt",
        "\u00a0 no\u00a0break\u00a0spaces here",
        "字" * 30,
    ):
        for width in (14.0, 33.0, 80.0, 400.0):
            lines = wrap(text, style, width)
            assert all(width_of(line, style) <= width for line in lines)
            assert "".join("".join(lines).split()) == "".join(text.split())
