"""How a map writes when a calendar is open: clock times, closed days, days of a country, business hours."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from pydantic import ValidationError

from milepost.language.durations import Duration, TimeTextError, Unit, any_duration
from milepost.language.model import WorkingTime
from milepost.language.opening_hours import END_OF_DAY, ClockTime, ClosedDays
from tests.language.broken import address_of, example_with, problems_of

WINDOW = 'from: "08:00", to: "16:00"}'


@pytest.mark.parametrize(("text", "minutes"), [("09:00", 540), ("9:05", 545), ("00:00", 0), ("24:00", 1440)])
def test_a_clock_time_is_minutes_after_midnight(text: str, minutes: int) -> None:
    assert ClockTime.parse(text) == ClockTime(minutes)
    assert str(ClockTime(minutes)) == text.zfill(5)


@pytest.mark.parametrize("text", ["24:01", "25:00", "9", "09:60", "nine", "09:00:00", "\u0660\u0669:\u0660\u0660", ""])
def test_what_is_no_clock_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a clock time"):
        ClockTime.parse(text)


def test_a_window_may_end_with_the_day_but_not_begin_then() -> None:
    assert WorkingTime.model_validate({"from": "18:00", "to": "24:00"}).to == END_OF_DAY
    with pytest.raises(ValidationError, match="from 24:00 isn't before to 17:00"):
        WorkingTime.model_validate({"from": "24:00"})


@pytest.mark.parametrize(
    ("text", "first", "last", "count"),
    [
        ("2026-12-24", date(2026, 12, 24), date(2026, 12, 24), 1),
        ("2026-12-24..2027-01-02", date(2026, 12, 24), date(2027, 1, 2), 10),
        ("08-01", date(2024, 8, 1), date(2024, 8, 1), 1),
        ("02-29", date(2024, 2, 29), date(2024, 2, 29), 1),
        ("12-27..12-31", date(2024, 12, 27), date(2024, 12, 31), 5),
        ("12-27..01-02", date(2024, 12, 27), date(2024, 1, 2), 7),
        ("02-28..03-01", date(2024, 2, 28), date(2024, 3, 1), 3),
        ("2026-01-01..2026-12-31", date(2026, 1, 1), date(2026, 12, 31), 365),
    ],
)
def test_closed_days_are_read_and_written_alike(text: str, first: date, last: date, count: int) -> None:
    closed = ClosedDays.parse(text)
    assert (closed.first, closed.last, closed.yearly) == (first, last, first.year == 2024)
    assert len(closed) == len(set(closed)) == count
    assert str(closed) == text
    assert set(closed) >= {first, last}
    assert ClosedDays.parse(f" {text.replace('..', ' .. ')} ") == closed


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("12-24 to 12-26", "write '12-24..12-26'"),
        ("8-1", "write '08-01'"),
        ("24.12.", r"write a date \('2026-12-24'\)"),
        ("christmas", "isn't a day off"),
        ("02-30", "there is no day '02-30'"),
        ("13-01", "there is no day '13-01'"),
        ("24-12", "there is no day '24-12'; write the month before the day: '12-24'"),
        ("2027-02-29", "there is no day '2027-02-29'"),
        ("2026-12-24..12-26", "mixes a date with a day of each year"),
        ("2027-01-02..2026-12-24", "ends before it begins; write '2026-12-24..2027-01-02'"),
        ("2026-01-01..2027-01-02", "longer than a year"),
    ],
)
def test_what_is_no_day_is_refused_with_what_to_write(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ClosedDays.parse(text)


def test_dates_arrive_as_yaml_reads_them() -> None:
    working_time = WorkingTime.model_validate({"closed": [date(2026, 12, 24), "08-01"]})
    assert [str(each) for each in working_time.closed] == ["2026-12-24", "08-01"]
    assert [str(each) for each in WorkingTime.model_validate({"closed": "02-29"}).closed] == ["02-29"]
    with pytest.raises(ValidationError, match="isn't a day off"):
        WorkingTime.model_validate({"closed": [datetime(2026, 12, 24)]})


def test_a_calendar_has_to_open_now_and_then() -> None:
    WorkingTime.model_validate({"closed": "03-08..01-01"})
    with pytest.raises(ValidationError, match="'closed' has 301 days of each year; at most 300 are allowed"):
        WorkingTime.model_validate({"closed": ["03-08..01-01", "02-29"]})
    years = [f"{year}-01-01..{year}-12-31" for year in range(2026, 2031)]
    WorkingTime.model_validate({"closed": years})
    with pytest.raises(ValidationError, match="'closed' has 1856 days; at most 1830 are allowed"):
        WorkingTime.model_validate({"closed": [*years, "2031-01-01..2031-01-30"]})


@pytest.mark.parametrize(
    ("code", "old", "new", "word"),
    [
        ("M103", WINDOW, 'from: "08:00", to: "24:01"}', '"24:01"'),
        ("M103", WINDOW, 'from: "08:00", to: "16:00", closed: [12-24, 02-30]}', "02-30"),
        ("M103", WINDOW, 'from: "08:00", to: "16:00", closed: 01-01..12-31}', "closed"),
        ("M103", "country: AT", "country: AT-X", "AT-X"),
        ("M103", "country: AT", "country: AUT", "AUT"),
        ("M103", "days: [mon, tue, wed, thu], ", "days: weekdays, ", "weekdays"),
        ("M103", "days: [mon, tue, wed, thu], ", "days: [mon, country], ", "country]"),
        ("M102", "{days: [mon, tue, wed, thu, fri], ", "{days: country, ", "days: country, from"),
        ("M106", "within: 15 business days", "within: 15 business hours", "15 business h"),
        ("M106", "reenter: after 90 days", "reenter: after 90 business hours", "after 90 b"),
        ("M106", "limit: 3 per 7 days", "limit: 3 per 7 business hours", "3 per 7"),
        ("M106", "        wait: 2 weeks", "        wait: 2 business hours", "2 business h"),
        ("M106", "[3 business days before, on the day]", "[3 business hours before]", "3 business h"),
        ("M106", "due: 10 business days\n", "due: 10 business hours\n", "10 business h"),
        ("M106", "due: 20 business days", "due: 401 business hours", "401 business h"),
        ("M106", "        to: coordinator\n", "        to: coordinator\n        due: 2 business hours\n", "due: 2 b"),
    ],
)
def test_what_can_not_be_read_is_told_with_its_place(code: str, old: str, new: str, word: str) -> None:
    text = example_with((old, new))
    if code == "M102":
        text = text.replace(", country: AT", "")
    found = [(each.line, each.column, each.code) for each in problems_of(text) if each.code.startswith("M")]
    assert found == [(*address_of(text, word), code)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (WINDOW, 'from: "08:00", to: "24:00", closed: [2026-12-24, 12-27..01-02]}'),
        ("days: [mon, tue, wed, thu], ", "days: country, "),
        ("{days: [mon, tue, wed, thu, fri], ", "{days: country, "),
        ("country: AT", "country: AT-9"),
        ("due: 20 business days", "due: 4 business hours\n        escalate: {after: 400 business hours, to: csm}"),
    ],
)
def test_what_can_be_read_is_no_problem(old: str, new: str) -> None:
    assert problems_of(example_with((old, new))) == []


def test_business_hours_are_read_where_they_are_allowed_and_where_a_state_keeps_them() -> None:
    assert any_duration("4 business hours") == Duration(4, Unit.BUSINESS_HOUR)
    assert any_duration(str(Duration(1, Unit.BUSINESS_HOUR))) == Duration(1, Unit.BUSINESS_HOUR)
    assert any_duration("2 weeks") == Duration(2, Unit.WEEK)
    with pytest.raises(TimeTextError, match="business hours are for 'due' and"):
        Duration.parse("4 business hours")
