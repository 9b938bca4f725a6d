"""The picture of a forecast."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree as ET

import pytest

from journeys.drawing.raster import png_of
from journeys.drawing.scene import Box, Rect, Text, groups, painted
from journeys.drawing.svg import svg_of
from journeys.forecasting.picture import picture
from journeys.forecasting.report import Report, report
from journeys.forecasting.tally import Weeks
from tests.forecasting.conftest import QUARTER, YEAR, behaving, forecast_of, gold

FEW_HOURS = behaving(team={"csm": {"people": 1, "hours_per_week": 4}}, starts={"over": "8 weeks"})
SPANS = [YEAR, QUARTER, Weeks(date(2026, 3, 31), date(2026, 4, 1)), Weeks(date(2026, 3, 31), date(2031, 3, 2))]


@pytest.fixture(params=SPANS, ids=["a year", "a quarter", "two days", "five years"])
def made(request, small) -> Report:
    return report(
        *forecast_of((small,), [gold(number) for number in range(12)], FEW_HOURS, weeks=request.param, runs=3)
    )


def test_no_text_is_cut_or_written_over_another(made):
    scene = picture(made)
    page = Box(0, 0, scene.width, scene.height)
    texts = [item for item in painted(scene.items) if isinstance(item, Text)]
    assert [text.text for text in texts if not page.holds(text.box)] == []
    over = [(a.text, b.text) for n, a in enumerate(texts) for b in texts[n + 1 :] if a.box.meets(b.box)]
    assert over == []


def test_the_bars_are_as_high_as_the_hours(made):
    scene = picture(made)
    bars = [group for group in groups(scene.items) if group.kind == "week"]
    assert len(bars) == len(made.roles) * len(made.mondays)
    work = made.roles[0]
    heights = [
        sum(item.box.height for item in bar.items if isinstance(item, Rect) and item.fill == "#1d5fa8")
        for bar in bars[: len(made.mondays)]
    ]
    needed = [spread.mean for spread in work.hours]
    per_hour = max(heights) / max(*needed, 1e-9)
    assert heights == pytest.approx([hours * per_hour for hours in needed], abs=0.01)


def test_the_hours_that_there_are_are_drawn_and_said(made):
    scene = picture(made)
    drawn = svg_of(scene)
    root = ET.fromstring(drawn)
    assert root.get("role") == "img"
    for work in made.roles:
        assert work.title in scene.told
        assert any(work.title in group.title for group in groups(scene.items))
    assert "hours that the team has" in drawn


def test_it_can_be_had_as_png(small):
    made = report(*forecast_of((small,), [gold(1)]))
    assert png_of(picture(made)).startswith(b"\x89PNG")


def test_a_forecast_without_work_is_a_picture_too(small):
    made = report(*forecast_of((small,), [gold(1).having(attributes={})]))
    assert "No work at all." in svg_of(picture(made))
