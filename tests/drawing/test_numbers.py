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

_LINES = (Line("1,204 here", Mark.COUNT), Line("for 112 days, 88 late", Mark.LIVE), Line("84 % of 950 done", Mark.LIVE))


def with_numbers(map_: Map) -> Scene:
    numbers: Numbers = {
        **{("stage", stage.id): _LINES for stage in map_.stages},
        **{("play", play.id): _LINES[:1] for play in map_.plays},
        **{("step", step.id): _LINES for _, step in map_.all_steps()},
    }
    return draw(content_of(map_).with_numbers("2,000 customers on the way", numbers))


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
