"""Pictures with live numbers: large where many stand, nothing covered, and stages that lead to their customers."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from milepost.drawing import palette, svg
from milepost.drawing.content import Line, Mark, Numbers
from milepost.drawing.map_text import content_of
from milepost.drawing.scene import Scene
from milepost.drawing.sheet import draw, draw_map
from milepost.language.model import Map
from tests.drawing.large import large_map
from tests.drawing.painted import crossed, group, overlapping, text_of, texts
from tests.drawing.test_pictures import NAMES, map_called

ON_LARGE_PAPER = {"germany-increase-security": ("A1",), "sixty steps": ("A1",), "large paper": ("A0",)}
CAPITALS = 0.66
"""The height of capitals of Source Sans, of the size of its letters."""
FIVE_MINUTES_OF_ARC_AT_TWO_METRES = 2.9
"""In millimetres: what an eye of normal sharpness (20/20) tells apart."""
_LINES = (
    Line("1,204 here", Mark.COUNT),
    Line("for 112 days, 88 late", Mark.LIVE),
    Line("84 % of 950 done", Mark.LIVE),
    Line("half took 112 days", Mark.USUAL),
)


def with_numbers(map_: Map, *, large: bool = False) -> Scene:
    numbers: Numbers = {
        **{("stage", stage.id): _LINES for stage in map_.stages},
        **{("play", play.id): _LINES[:1] for play in map_.plays},
        **{("step", step.id): _LINES for _, step in map_.all_steps()},
    }
    content = content_of(map_).with_numbers("2,000 customers on the way", numbers)
    return draw(content.in_large_letters() if large else content)


@pytest.mark.parametrize("name", NAMES)
def test_numbers_on_every_step_cover_nothing_and_are_the_largest_there(name: str) -> None:
    map_ = map_called(name)
    scene = with_numbers(map_)
    assert overlapping(scene) == []
    assert crossed(scene) == []
    counts = [text for text in texts(scene) if text.style == palette.COUNT]
    assert len(counts) >= len(map_.stages) + len(map_.plays) + sum(1 for _ in map_.all_steps())
    for _, step in map_.all_steps():
        words = text_of(group(scene, "step", step.id))
        assert "1,204 here" in words
        assert "84 % of 950 done" in words
        assert "half took 112 days" in words


@pytest.mark.parametrize("name", NAMES)
def test_in_large_letters_titles_and_numbers_are_legible_from_two_metres(name: str) -> None:
    map_ = map_called(name)
    scene = with_numbers(map_, large=True)
    assert overlapping(scene) == []
    assert scene.paper in ON_LARGE_PAPER.get(name, ("A3", "A2"))
    millimetres = scene.millimetres[0] / scene.width
    read = [
        text for text in texts(scene) if text.style in (palette.HEADING, palette.TITLE, palette.LIVE, palette.COUNT)
    ]
    assert min(text.style.size for text in read) * CAPITALS * millimetres >= FIVE_MINUTES_OF_ARC_AT_TWO_METRES
    words = " ".join(text.text for text in texts(scene))
    assert "half took" not in words
    for stage in map_.stages:
        assert text_of(group(scene, "stage", stage.id)).count("1,204 here") == 1 + len(stage.steps)
    assert words.count("1,204 here") == len(map_.plays) + sum(1 + len(stage.steps) for stage in map_.stages)


def test_a_large_map_has_room_for_numbers() -> None:
    scene = with_numbers(large_map())
    assert overlapping(scene) == []


def test_without_numbers_the_picture_is_as_it_was() -> None:
    map_ = map_called(NAMES[0])
    assert draw(content_of(map_)) == draw_map(map_)


def test_a_stage_leads_where_it_is_told_to_and_others_nowhere() -> None:
    map_ = map_called(NAMES[0])
    first = map_.stages[0].id
    root = ET.fromstring(svg.svg_of(draw_map(map_), {("stage", first): "/customers?a=1&b=2"}))
    links = root.findall(".//{http://www.w3.org/2000/svg}a")
    assert [link.attrib["href"] for link in links] == ["/customers?a=1&b=2"]
    assert links[0][0].attrib["id"] == f"stage-{first}"
