"""The picture of a forecast."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree as ET

import pytest

from milepost.capacity.picture import draw_forecast
from milepost.capacity.report import Report, build_report
from milepost.capacity.tally import Weeks
from milepost.drawing.raster import png_of
from milepost.drawing.scene import Box, Rect, Scene, Text, flatten
from milepost.drawing.svg import svg_of
from tests.capacity.conftest import QUARTER, SMALL, YEAR, behaving, chart_from, forecast_of, gold
from tests.drawing.painted import groups, holds, meets

FEW_HOURS = behaving(team={"csm": {"people": 1, "hours_per_week": 4}}, starts={"over": "8 weeks"})
SPANS = [YEAR, QUARTER, Weeks(date(2026, 3, 31), date(2026, 4, 1)), Weeks(date(2026, 3, 31), date(2031, 3, 2))]


@pytest.fixture(params=SPANS, ids=["a year", "a quarter", "two days", "five years"])
def report(request, small) -> Report:
    return build_report(
        *forecast_of((small,), [gold(number) for number in range(12)], FEW_HOURS, weeks=request.param, runs=3)
    )


def test_no_text_is_cut_or_written_over_another(report):
    scene = draw_forecast(report)
    page = Box(0, 0, scene.width, scene.height)
    texts = [item for item in flatten(scene.items) if isinstance(item, Text)]
    assert [text.text for text in texts if not holds(page, text.box)] == []
    over = [(a.text, b.text) for n, a in enumerate(texts) for b in texts[n + 1 :] if meets(a.box, b.box)]
    assert over == []


def test_the_bars_are_as_high_as_the_hours(report):
    scene = draw_forecast(report)
    bars = [group for group in groups(scene.items) if group.kind == "week"]
    assert len(bars) == len(report.roles) * len(report.mondays)
    work = report.roles[0]
    heights = [
        sum(item.box.height for item in bar.items if isinstance(item, Rect) and item.fill == "#1d5fa8")
        for bar in bars[: len(report.mondays)]
    ]
    needed = [spread.mean for spread in work.hours]
    per_hour = max(heights) / max(*needed, 1e-9)
    assert heights == pytest.approx([hours * per_hour for hours in needed], abs=0.01)


def test_the_hours_of_the_team_are_drawn_and_described(report):
    scene = draw_forecast(report)
    drawn = svg_of(scene)
    root = ET.fromstring(drawn)
    assert root.get("role") == "img"
    for work in report.roles:
        assert work.title in scene.description
        assert any(work.title in group.title for group in groups(scene.items))
    assert "hours that the team has" in drawn


def test_the_picture_can_be_a_png(small):
    report = build_report(*forecast_of((small,), [gold(1)]))
    assert png_of(draw_forecast(report)).startswith(b"\x89PNG")


def test_a_forecast_without_work_is_a_picture_too(small):
    report = build_report(*forecast_of((small,), [gold(1).having(attributes={})]))
    assert "No work at all." in svg_of(draw_forecast(report))


def words_of(scene: Scene) -> str:
    return " ".join(item.text for item in flatten(scene.items) if isinstance(item, Text))


def test_maps_are_called_by_their_titles_and_an_uneven_line_is_explained(small):
    weeks = Weeks(date(2026, 7, 1), date(2026, 9, 30))  # from a Wednesday to a Wednesday
    team = behaving(team={"csm": {"people": 1, "hours_per_week": 2}})
    text = words_of(draw_forecast(build_report(*forecast_of((small,), [gold(1)], team, weeks=weeks))))
    assert "Small hours that the team has, fewer in parts of weeks" in text
    assert "part of a week: 1 Jul to 5 Jul" in text
    assert "part of a week: 28 Sep to 30 Sep" in text
    assert "Jul 2026" in text


def test_a_level_line_needs_no_explanation(small):
    team = behaving(team={"csm": {"people": 1, "hours_per_week": 2}})
    text = words_of(draw_forecast(build_report(*forecast_of((small,), [gold(1)], team))))
    assert "hours that the team has" in text
    assert "fewer" not in text
    assert "part of a week" not in text


def test_long_names_of_roles_and_maps_are_written_in_full():
    role = "Customer success manager for hospitals, practices, laboratories and everybody else who is in need of one"
    text = SMALL.replace("csm: Customer success manager", f"csm: '{role}'").replace(
        "title: Small", f"title: {role * 2}"
    )
    report = build_report(*forecast_of((chart_from(text),), [gold(number) for number in range(12)], FEW_HOURS, runs=3))
    test_no_text_is_cut_or_written_over_another(report)
    assert role in words_of(draw_forecast(report))
    assert role * 2 in words_of(draw_forecast(report)).replace("\n", " ")


def test_no_room_is_wasted_below_the_last_role(report):
    scene = draw_forecast(report)
    texts = [item for item in flatten(scene.items) if isinstance(item, Text)]
    *_, before, last = sorted(texts, key=lambda text: text.box.bottom)
    assert last.box.y - before.box.bottom < 30
    assert scene.height - last.box.bottom < 30
