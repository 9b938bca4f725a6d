"""Pictures of every shipped map and of one with sixty steps: complete, legible, nothing cut, nothing over anything."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from journeys.drawing.scene import Box, Scene, groups
from journeys.drawing.sheet import picture
from journeys.language.loader import load
from journeys.language.model import Map, Outcome, Stage
from tests.drawing.large import large_map
from tests.drawing.reading import (
    all_known,
    arrows,
    box_of,
    contrast,
    crossed,
    grounds,
    group,
    overlapping,
    texts,
    written,
)

MAPS = Path(__file__).parents[2] / "maps"
NAMES = (*sorted(file.parent.name for file in MAPS.glob("*/map.yaml")), "sixty steps", "one step", "large paper")
ON_A3 = NAMES[:-1]


@cache
def map_called(name: str) -> Map:
    if name == "sixty steps":
        return large_map(6, 6)
    if name == "large paper":
        return large_map(14, 9)
    if name == "one step":
        small = large_map(1, 1).model_dump(by_alias=True, exclude_defaults=True, mode="json")
        small["stages"][0] = {"stage": "s0", "title": "Go", "touchpoints": small["stages"][0]["touchpoints"][:1]}
        return Map.model_validate({**small, "plays": []})
    made = load(MAPS / name).map
    assert made is not None
    return made


@cache
def drawn(name: str) -> Scene:
    return picture(map_called(name))


every_map = pytest.mark.parametrize("name", NAMES)


def test_all_shipped_maps_are_looked_at() -> None:
    assert len(NAMES) >= 6
    assert len(list(map_called("sixty steps").all_steps())) == 60


@every_map
def test_no_two_texts_overlap(name: str) -> None:
    assert not overlapping(drawn(name))


@every_map
def test_every_text_lies_inside_what_it_is_written_on_and_on_the_page(name: str) -> None:
    scene = drawn(name)
    page = Box(0, 0, scene.width, scene.height)
    outside = [text.text for text, _, ground in grounds(scene) if not (ground.holds(text.box) and page.holds(text.box))]
    assert not outside
    assert all_known(scene)  # else its width would be a guess


@every_map
def test_every_stage_and_play_is_there_with_its_title(name: str) -> None:
    map_ = map_called(name)
    for container in (*map_.stages, *map_.plays):
        found = group(drawn(name), "stage" if isinstance(container, Stage) else "play", container.id)
        assert container.title in written(found)


@every_map
def test_every_step_is_there_in_full_with_who_and_when(name: str) -> None:
    map_ = map_called(name)
    for _, step in map_.all_steps():
        told = written(group(drawn(name), "step", step.id))
        assert (step.statement if isinstance(step, Outcome) else step.title) in told
        due = step.within if isinstance(step, Outcome) else step.due
        assert due is None or str(due) in told
        who = map_.roles.get(getattr(step, "role", None) or "")
        whom = map_.personas.get(getattr(step, "persona", None) or getattr(step, "to", None) or "")
        assert (who or whom).title in told


@every_map
def test_every_after_is_an_arrow_and_every_arrow_an_after(name: str) -> None:
    wanted = sorted({(other, step.id) for _, step in map_called(name).all_steps() for other in step.after})
    assert sorted((arrow.source, arrow.target) for arrow in arrows(drawn(name))) == wanted


@every_map
def test_arrows_touch_what_they_point_at_and_cross_no_text(name: str) -> None:
    scene = drawn(name)
    boxes = {each.name: each for each in groups(scene.items) if each.kind == "step"}
    for arrow in arrows(scene):
        box = box_of(boxes[arrow.target])
        tip = arrow.points[-1]
        assert Box(*tip, 0, 0).meets(box, slack=-0.01)
        assert tip[0] in (box.x, box.right) or tip[1] == box.y
    assert not crossed(scene)


@every_map
def test_no_step_lies_over_another(name: str) -> None:
    boxes = [box_of(each) for each in groups(drawn(name).items) if each.kind == "step"]
    assert not [(one, other) for place, one in enumerate(boxes) for other in boxes[:place] if one.meets(other)]


@every_map
def test_contrast_is_at_least_four_and_a_half(name: str) -> None:
    low = {(text.fill, ground) for text, ground, _ in grounds(drawn(name)) if contrast(text.fill, ground) < 4.5}
    assert not low


@pytest.mark.parametrize("name", ON_A3)
def test_the_smallest_letters_have_six_points_on_a3(name: str) -> None:
    scene = drawn(name)
    assert (scene.paper, scene.millimetres) == ("A3", (420, 297))
    assert min(text.style.size for text in texts(scene)) * scene.points_per_unit >= 6
    assert scene.width / scene.height == pytest.approx(420 / 297, rel=0.001)


def test_a_map_that_is_illegible_on_a3_gets_larger_paper() -> None:
    scene = drawn("large paper")
    assert scene.paper != "A3"
    assert min(text.style.size for text in texts(scene)) * scene.points_per_unit >= 6


def test_a_play_says_what_starts_and_ends_it() -> None:
    told = written(group(drawn("enterprise-save-time"), "play", "rescue"))
    for part in ("health < 40", "champion left", "no to “hours saved”", "health ≥ 60", "30 business days", "play B"):
        assert part in told


def test_a_mail_is_told_apart_from_the_work_of_a_person() -> None:
    scene = drawn("enterprise-save-time")
    assert "automatic mail to Day-to-day coordinator" in written(group(scene, "step", "recap"))
    assert "automatic" not in written(group(scene, "step", "kickoff"))
