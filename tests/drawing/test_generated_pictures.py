"""Pictures of generated maps, and of maps with odd texts."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from milepost.drawing.sheet import draw_map
from milepost.language.model import Map
from tests.drawing.large import large
from tests.drawing.painted import arrows, crossed, grounds, holds, overlapping
from tests.planner.generated import maps

odd_titles = st.text(  # forty times the longest is the longest title that a map takes
    st.characters(codec="utf-8", exclude_categories=("Cs",)) | st.sampled_from(" \u00a0\n\tW—"), min_size=1, max_size=50
)


def assert_clear(map_: Map) -> None:
    scene = draw_map(map_)
    assert not overlapping(scene)
    assert not crossed(scene)
    assert all(holds(ground, text.box) for text, _, ground in grounds(scene))
    wanted = sorted({(each.step, step.id) for _, step in map_.all_steps() for each in step.awaits})
    assert sorted((arrow.source, arrow.target) for arrow in arrows(scene)) == wanted


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(maps())
def test_generated_maps_have_clear_pictures(data: dict) -> None:
    assert_clear(Map.model_validate(data))


@settings(max_examples=30)
@given(st.lists(odd_titles, min_size=4, max_size=4))
def test_odd_and_long_titles_are_written_in_full_inside_their_boxes(titles: list[str]) -> None:
    data = large(2, 2)
    data["title"] = data["stages"][0]["title"] = data["stages"][0]["goal"] = titles[0]
    data["stages"][0]["touchpoints"][0]["title"] = titles[1] * 40
    data["plays"][0]["title"] = titles[2] * 9
    data["stages"][1]["outcomes"][0]["statement"] = titles[3]
    assert_clear(Map.model_validate(data))
