"""The tables of a forecast, in narrow and in wide windows."""

from __future__ import annotations

import re
from datetime import date

import pytest

from milepost.capacity.report import Report, build_report
from milepost.capacity.tally import Weeks
from milepost.capacity.verdict import hours_text
from milepost.cli.forecasts.assumptions import assumptions
from milepost.cli.forecasts.layout import Column, figures, percents, show_columns
from milepost.cli.forecasts.tables import show
from tests.capacity.conftest import SMALL, behaving, chart_from, forecast_of, gold

LONG = SMALL.replace("csm: Customer success manager", "csm: Customer success manager for hospitals").replace(
    "statement: Saved", "statement: Your receptionists telephone ten hours less a week than they did before"
)
WORDS = re.compile(r"[A-Za-z]\w*")
LEFT_OUT = "Left out to fit the window: . A wider window shows all; so does --json."


@pytest.fixture(scope="module")
def report() -> Report:
    team = {"csm": {"people": 1, "hours_per_week": 4}}
    book = [gold(number) for number in range(12)]
    return build_report(*forecast_of((chart_from(LONG),), book, behaving(team=team), runs=3))


def printed(report: Report, width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    show(report, "a map")
    return capsys.readouterr().out


def table_of(text: str, title: str) -> list[str]:
    """The lines of one table, its heading first."""
    return text.split(f"\n{title}", 1)[1].split("\n\n", 1)[0].splitlines()[1:]


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_no_word_is_broken_and_no_line_is_wider_than_the_window(report, width, monkeypatch, capsys):
    text = printed(report, width, monkeypatch, capsys)
    words = set(WORDS.findall(printed(report, 300, monkeypatch, capsys)))
    assert set(WORDS.findall(text)) - words <= set(WORDS.findall(LEFT_OUT))
    tables = text.split("What stands out", 1)[0]
    rows = [line for line in tables.splitlines() if not line.startswith(("Left out", "*"))]
    assert max(map(len, rows)) <= max(width, 81)
    assert [line for line in rows if re.search(r"\d-$", line.rstrip())] == []


def test_columns_that_are_left_out_are_named(report, monkeypatch, capsys):
    narrow, wide = (printed(report, width, monkeypatch, capsys) for width in (80, 200))
    assert "Left out to fit the window: Busiest week of" in narrow
    assert "Left out" not in wide


def test_figures_of_a_column_end_in_one_place_with_one_number_of_digits(report, monkeypatch, capsys):
    lines = table_of(printed(report, 120, monkeypatch, capsys), "Hours by role and week")
    weeks = [line for line in lines if re.match(r" \d{4}-", line)]
    assert len(weeks) == 13
    assert len({tuple(match.end() for match in re.finditer(r"(?<![+(\d])\d+\.\d(?= )", line)) for line in weeks}) == 1


def test_numbers_of_one_column_have_one_format():
    assert figures([1, 2, 30]) == ["1", "2", "30"]
    assert figures([2, 2.6, 3]) == ["2.0", "2.6", "3.0"]
    assert figures([30.2, 12.7]) == ["30", "13"]
    assert figures([None, 4.5]) == ["?", "4.5"]
    assert percents([0.8, 0.2, 0]) == ["80 %", "20 %", "0 %"]
    assert percents([0.8, 0.002, 0.0001]) == ["80.0 %", "0.2 %", "<0.1 %"]


def test_a_column_says_less_before_one_is_dropped(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "32")
    cells = ["12 (9 to 16)"]
    show_columns(
        [Column("Name", ["Anna Beta"], text=True), Column("Sure", cells, ["12"]), Column("More", ["1"], drop=1)]
    )
    text = capsys.readouterr().out
    assert "(9 to 16)" in text
    monkeypatch.setenv("COLUMNS", "26")
    show_columns(
        [Column("Name", ["Anna Beta"], text=True), Column("Sure", cells, ["12"]), Column("More", ["1"], drop=1)]
    )
    text = capsys.readouterr().out
    assert "(9 to 16)" not in text
    assert "More" in text


def test_weeks_that_lie_in_the_forecast_in_part_are_marked(small, monkeypatch, capsys):
    weeks = Weeks(date(2026, 7, 1), date(2026, 8, 1))  # from a Wednesday to a Saturday
    text = printed(build_report(*forecast_of((small,), [gold(1)], weeks=weeks)), 120, monkeypatch, capsys)
    assert "2026-06-29*" in text
    assert "2026-07-27*" not in text
    assert "* Only part of this week lies in the forecast" in text


def test_people_are_as_many_everywhere_as_the_behaviour_says(report, monkeypatch, capsys):
    text = printed(report, 200, monkeypatch, capsys)
    work = next(each for each in report.roles if each.role == "csm")
    load = next(each for each in report.loads if each.role == "csm")
    assert work.capacity.people == load.people == 1
    assert "Customer success manager for hospitals: 1 person with 4 hours a week, as the behaviour says." in text


def assumed(**given: object) -> str:
    behaviour = behaving(**given)
    report = build_report(*forecast_of((chart_from(LONG),), [gold(1)], behaviour))
    return "\n".join(assumptions(behaviour, report))


def test_steps_that_differ_are_among_what_is_assumed():
    usual = assumed()
    assert "within 10 business days: 55 % verified" in usual
    assert "as the behaviour says" not in usual
    own = assumed(
        steps={"saved": {"answers": {"verified": 5, "silent": 5}}, "call": {"results": {"good": 3, "bad": 1}}},
        events={"champion_left": 0.5},
    )
    assert "55 %" not in own
    assert "before” (saved): 50 % verified, 50 % silent, as the behaviour says." in own
    assert "“Call” (call): ends as 75 % good, 25 % bad" in own
    assert "The event 'champion_left' comes 0.5 times a year." in own


def test_the_verdict_on_the_busiest_week_includes_chance(report, monkeypatch, capsys):
    text = printed(report, 200, monkeypatch, capsys)
    work = next(each for each in report.roles if each.role == "ae")
    busiest = work.hours[work.busiest]
    assert busiest.high == max(spread.high for spread in work.hours) > busiest.mean
    assert f"on average {hours_text(busiest.mean)}, in none of 3 runs more than {hours_text(busiest.high)}" in text
    assert f"{busiest.mean:.1f}, {busiest.low:.1f} to {busiest.high:.1f}" in text
    row = next(line for line in table_of(text, "Work by role") if line.startswith(" Account"))
    assert f"({busiest.low:.1f} to {busiest.high:.1f})" in row


def test_people_for_the_busiest_week_are_enough_for_nine_runs_of_ten(report, monkeypatch, capsys):
    work = next(each for each in report.roles if each.role == "csm")
    rows = table_of(printed(report, 200, monkeypatch, capsys), "Work by role")
    row = next(line for line in rows if line.startswith(" Customer"))
    assert f" {work.hours[work.busiest].high / work.capacity.each:.1f} " in row


def test_one_run_of_chance_has_no_ranges(monkeypatch, capsys):
    one = build_report(*forecast_of((chart_from(SMALL),), [gold(1)]))
    text = printed(one, 200, monkeypatch, capsys)
    assert "eight of ten runs" not in text.lower()
    assert re.search(r"Customer success manager: at most \d", text)


def test_figures_that_wander_are_among_what_is_assumed():
    assert (
        "'health' wanders: every 1 week by up to 12 up or down and 15 % of the way back to where it began" in assumed()
    )
    calm = assumed(attributes={"health": {"every": "1 month", "swing": 3, "towards": 70}})
    assert "every 1 month by up to 3 up or down and 15 % of the way back to 70, from 0 to 100" in calm
    assert "wanders" not in assumed(attributes={})


def test_where_the_hours_go_is_shown_by_stage_and_play(report, monkeypatch, capsys):
    rows = table_of(printed(report, 200, monkeypatch, capsys), "Where the hours go")
    assert sum(place.hours for place in report.places) == pytest.approx(sum(work.total.mean for work in report.roles))
    assert sum(place.share for place in report.places) == pytest.approx(1)
    assert [place.hours for place in report.places] == sorted((place.hours for place in report.places), reverse=True)
    assert {(place.kind, place.title) for place in report.places} >= {("stage", "Start"), ("play", "Rescue")}
    start = next(place for place in report.places if place.title == "Start")
    assert any(re.search(rf"Start +stage +Small +{start.hours:.1f} +{100 * start.share:.0f} %", row) for row in rows)
