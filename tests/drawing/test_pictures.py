"""Pictures of every shipped map and of one with sixty steps: complete, legible, nothing cut, nothing over anything."""

from __future__ import annotations

from functools import cache

import pytest

from milepost.drawing.scene import Box, Scene
from milepost.drawing.sheet import draw_map
from milepost.explain.phrases import Phrases
from milepost.language.loader import load
from milepost.language.model import Map, Stage
from milepost.language.steps import Outcome
from milepost.shipped import patterns, shipped_maps
from tests.drawing.large import large, large_map
from tests.drawing.painted import (
    all_known,
    arrows,
    box_of,
    contrast,
    crossed,
    grounds,
    group,
    groups,
    holds,
    meets,
    overlapping,
    smallest_letters,
    text_of,
    texts,
)

FOLDERS = {**shipped_maps(), **patterns()}
NAMES = (
    *FOLDERS,
    "sixty steps",
    "one step",
    "nothing to confirm",
    "large paper",
)
ON_A2 = ("enterprise-save-time", "germany-increase-security")
ON_A3 = tuple(name for name in NAMES[:-1] if name not in ON_A2)


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
    if name == "nothing to confirm":
        data = large(4, 2)
        for container in (*data["stages"], *data["plays"]):
            container.pop("outcomes", None)
        data["plays"] = []
        data["stages"][0]["actions"][0].pop("wait")
        for action in (step for stage in data["stages"] for step in stage["actions"]):
            action.pop("overdue", None)
        return Map.model_validate(data)
    loaded = load(FOLDERS[name]).map
    assert loaded is not None
    return loaded


@cache
def drawn(name: str) -> Scene:
    return draw_map(map_called(name))


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
    outside = [
        text.text for text, _, ground in grounds(scene) if not (holds(ground, text.box) and holds(page, text.box))
    ]
    assert not outside
    assert all_known(scene)  # else its width would be a guess


@every_map
def test_every_stage_and_play_is_there_with_its_title(name: str) -> None:
    map_ = map_called(name)
    for container in (*map_.stages, *map_.plays):
        found = group(drawn(name), "stage" if isinstance(container, Stage) else "play", container.id)
        assert container.title in text_of(found)


@every_map
def test_every_step_is_there_in_full_with_who_and_when(name: str) -> None:
    map_ = map_called(name)
    for _, step in map_.all_steps():
        told = text_of(group(drawn(name), "step", step.id))
        assert (step.statement if isinstance(step, Outcome) else step.title) in told
        due = step.within if isinstance(step, Outcome) else step.due
        assert due is None or str(due) in told
        who = map_.roles.get(getattr(step, "role", None) or "")
        whom = map_.personas.get(getattr(step, "persona", None) or getattr(step, "to", None) or "")
        assert (who or whom).title in told


@every_map
def test_every_after_is_an_arrow_and_every_arrow_an_after(name: str) -> None:
    wanted = sorted({(each.step, step.id) for _, step in map_called(name).all_steps() for each in step.awaits})
    assert sorted((arrow.source, arrow.target) for arrow in arrows(drawn(name))) == wanted


@every_map
def test_arrows_touch_what_they_point_at_and_cross_no_text(name: str) -> None:
    scene = drawn(name)
    boxes = {each.name: each for each in groups(scene.items) if each.kind == "step"}
    for arrow in arrows(scene):
        box = box_of(boxes[arrow.target])
        tip = arrow.points[-1]
        assert meets(Box(*tip, 0, 0), box, slack=-0.01)
        assert tip[0] in (box.x, box.right) or tip[1] == box.y
    assert not crossed(scene)


@every_map
def test_no_step_lies_over_another(name: str) -> None:
    boxes = [box_of(each) for each in groups(drawn(name).items) if each.kind == "step"]
    assert not [(one, other) for place, one in enumerate(boxes) for other in boxes[:place] if meets(one, other)]


@every_map
def test_contrast_is_at_least_four_and_a_half(name: str) -> None:
    low = {(text.fill, ground) for text, ground, _ in grounds(drawn(name)) if contrast(text.fill, ground) < 4.5}
    assert not low


@pytest.mark.parametrize("name", ON_A3)
def test_the_smallest_letters_have_six_points_on_a3(name: str) -> None:
    scene = drawn(name)
    assert (scene.paper, scene.millimetres) == ("A3", (420, 297))
    assert smallest_letters(scene) >= 6
    assert scene.width / scene.height == pytest.approx(420 / 297, rel=0.001)


@pytest.mark.parametrize("name", ON_A2)
def test_the_largest_shipped_maps_are_legible_on_a2(name: str) -> None:
    scene = drawn(name)
    assert scene.paper == "A2"
    assert smallest_letters(scene) >= 6


def test_a_map_that_is_illegible_on_a3_gets_larger_paper() -> None:
    scene = drawn("large paper")
    assert scene.paper != "A3"
    assert smallest_letters(scene) >= 6


def test_a_play_says_what_starts_and_ends_it() -> None:
    told = text_of(group(drawn("enterprise-save-time"), "play", "rescue"))
    outcome = "“Weekly reporting takes us as many hours less as we set out to save”"
    for part in (
        "“Health score from 0 to 100” < 40",
        "champion left",
        f"no to {outcome}",
        "“Health score from 0 to 100” ≥ 60",
        f"{outcome} is verified",
        "30 business days",
        "play B",
    ):
        assert part in told


def test_answers_that_lead_to_one_play_are_named_together() -> None:
    data = large(1, 1)
    data["stages"][0]["outcomes"][0]["then"] = {key: {"play": "p0"} for key in ("partial", "disputed", "silent")}
    told = text_of(group(draw_map(Map.model_validate(data)), "play", "p0"))
    assert "partly to, no to or silence on “The group spends" in told


def test_steps_of_one_title_are_told_apart_by_their_stages() -> None:
    told = text_of(group(drawn("sixty steps"), "play", "p0"))
    assert "late: “Connect the data warehouse” (stage 1, stage 3 and stage 5)" in told


def whole_text(scene: Scene) -> str:
    return " ".join(text.text for text in texts(scene)).replace("\u00a0", " ")


def test_what_a_map_lacks_is_noted_in_its_place() -> None:
    for name, missing in (
        ("nothing to confirm", "No outcome to confirm: nobody will know whether it helped."),
        ("nothing to confirm", "No play: nothing is planned for a customer at risk"),
        ("one step", "Nothing for the customer to do"),
    ):
        assert missing in whole_text(drawn(name))
        assert missing in drawn(name).description
        assert "What the customer confirms" in whole_text(drawn(name))
    assert "No outcome" not in whole_text(drawn("enterprise-save-time"))


def test_only_signs_that_are_there_are_explained() -> None:
    keys = ("a gate", "automatic mail", "where it leads", "may be left out", "play for a risk", "waits for")
    assert all(key in whole_text(drawn("enterprise-save-time")) for key in keys)
    assert not [key for key in keys if key in whole_text(drawn("one step"))]


def test_escalations_are_named_for_roles_and_for_tasks() -> None:
    scene = drawn("enterprise-save-time")
    assert "from Customer success manager to Head of customer success after 3 business days" in whole_text(scene)
    assert "2 business days late: also Head of customer success" in text_of(group(scene, "step", "kickoff"))


def test_the_version_is_shown_if_it_is_known() -> None:
    map_ = map_called("one step")
    assert "large · version 19059dbead57 of 2 Mar 2026 · owner" in whole_text(
        draw_map(map_, "version 19059dbead57 of 2 Mar 2026")
    )
    assert "large · owner" in whole_text(draw_map(map_))


def test_conditions_are_written_in_words() -> None:
    say = Phrases(map_called("enterprise-save-time"))
    for written_, words in (
        ("!has(customer.seats)", "“Seats in the contract” is not known"),
        (
            "has(customer.seats) && customer.seats < 5",
            "“Seats in the contract” is known and “Seats in the contract” < 5",
        ),
        ("days_until(customer.renews_on) <= 30", "days until “Day on which the contract renews” ≤ 30"),
        ("!customer.single_sign_on", "not “Signs in through a company directory”"),
        ('results.handoff == "a && b"', "the result of “Sales-to-success handoff meeting” is a && b"),
    ):
        assert say.condition(written_).replace("\u00a0", " ") == words


def test_a_mail_looks_different_from_the_work_of_a_person() -> None:
    scene = drawn("enterprise-save-time")
    assert "automatic mail to Day-to-day coordinator" in text_of(group(scene, "step", "recap"))
    assert "automatic" not in text_of(group(scene, "step", "kickoff"))


def test_the_heading_says_when_we_work_where_a_date_counts_business_hours() -> None:
    small = map_called("one step").model_dump(by_alias=True, exclude_defaults=True, mode="json")
    assert "We work" not in whole_text(draw_map(Map.model_validate(small)))
    hours = {"days": "country", "to": "24:00", "timezone": "Asia/Riyadh", "country": "SA", "closed": "12-31"}
    small["stages"][0]["touchpoints"][0]["due"] = "4 business hours"
    scene = draw_map(Map.model_validate(small | {"working_time": hours}))
    said = "We work Sunday to Thursday, 09:00 to 24:00 in Asia/Riyadh, not on holidays of SA and closed days"
    assert said in whole_text(scene)
    assert "4 business hours" in whole_text(scene)
