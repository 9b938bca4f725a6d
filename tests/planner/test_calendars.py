"""Dates and clock times: right to the minute wherever the customer is."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from milepost.language.durations import Duration
from milepost.language.opening_hours import ClockTime
from milepost.planner.calendars import Calendar, NeverOpensError, add_months, shift_date
from milepost.planner.instants import parse, text

WEEKDAYS = frozenset(range(5))


def calendar(timezone="UTC", country=None, days=WEEKDAYS, opens=time(9), closes=time(17)):
    from_, to = (ClockTime.parse(f"{clock:%H:%M}") for clock in (opens, closes))
    return Calendar(timezone, country, days, from_, to)


NEW_YORK = calendar("America/New_York", "US")


def test_business_days_count_from_today_while_it_is_still_working_time():
    assert text(NEW_YORK.deadline(parse("2026-03-02T10:00:00-05:00"), Duration.parse("2 business days"))) == (
        "2026-03-04T22:00:00Z"
    )


def test_business_days_count_from_the_next_working_day_once_the_day_is_over():
    at_five_sharp = parse("2026-03-06T17:00:00-05:00")  # a Friday
    assert text(NEW_YORK.opening(at_five_sharp, Duration.parse("1 business day"))) == "2026-03-10T13:00:00Z"


def test_a_date_that_is_no_working_day_moves_to_the_next_one():
    thursday = parse("2026-07-01T12:00:00-04:00")
    assert text(NEW_YORK.deadline(thursday, Duration.parse("2 days"))) == "2026-07-06T21:00:00Z"  # the 3rd is observed


def test_minutes_and_hours_are_exact_even_at_night_and_over_a_change_of_the_clock():
    before = parse("2026-03-08T00:30:00-05:00")
    assert NEW_YORK.opening(before, Duration.parse("3 hours")) == before + 3 * 3600


def test_the_offset_is_that_of_the_target():
    winter = parse("2026-03-05T16:00:00Z")
    assert text(NEW_YORK.opening(winter, Duration.parse("1 week"))) == "2026-03-12T13:00:00Z"


@pytest.mark.parametrize(
    ("zone_name", "local", "expected"),
    [
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:00:00Z"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00Z"),
        ("Australia/Lord_Howe", "2026-10-04T02:10", "2026-10-03T15:30:00Z"),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00:00Z"),
    ],
)
def test_a_local_time_in_a_gap_is_the_first_instant_after_it_and_of_two_the_first(zone_name, local, expected):
    moment = datetime.fromisoformat(local)
    assert text(calendar(zone_name).on(moment.date(), moment.time())) == expected


def test_months_take_the_last_day_where_a_month_is_shorter():
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2028, 2, 29), 12) == date(2029, 2, 28)
    assert add_months(date(2026, 1, 15), -1) == date(2025, 12, 15)


def test_a_window_belongs_to_its_beginning_but_not_to_its_end():
    cal = calendar("Asia/Kolkata", "IN")
    assert cal.is_open(parse("2026-03-02T09:00:00+05:30"))
    assert not cal.is_open(parse("2026-03-02T17:00:00+05:30"))
    assert text(cal.next_open(parse("2026-03-06T17:00:00+05:30"))) == "2026-03-09T03:30:00Z"


def test_a_calendar_that_never_opens_says_so_instead_of_searching_for_ever():
    with pytest.raises(NeverOpensError, match="no working day"):
        calendar(days=frozenset()).working_from(date(2026, 1, 1))


def test_a_calendar_without_a_working_day_says_that_it_never_opens():
    closed = calendar(days=frozenset())
    with pytest.raises(NeverOpensError, match="no working hour"):
        closed.next_open(parse("2026-03-02T10:00:00Z"))
    with pytest.raises(NeverOpensError, match="nothing fits"):
        closed.first_from(parse("2026-03-02T10:00:00Z"), lambda _: False)


def test_a_country_that_nobody_knows_has_no_holidays():
    new_year = parse("2026-01-01T10:00:00Z")  # a Thursday
    assert calendar(country="XX").is_open(new_year)
    assert not calendar(country="US").is_open(new_year)


def test_hours_before_a_date_count_from_its_opening_hour():
    opening = calendar().opening_from_date(date(2026, 3, 2), Duration.parse("3 hours"), before=True)
    assert text(opening) == "2026-03-02T06:00:00Z"


def test_a_period_of_business_days_keeps_the_clock_time():
    friday = parse("2026-03-06T11:30:00Z")
    assert text(calendar().plus(friday, Duration.parse("2 business days"))) == "2026-03-10T11:30:00Z"
    assert text(calendar().plus(friday, Duration.parse("1 month"), -1)) == "2026-02-06T11:30:00Z"


def test_business_days_are_no_number_of_calendar_days():
    with pytest.raises(ValueError, match="calendar days"):
        shift_date(date(2026, 3, 2), Duration.parse("2 business days"), 1)
