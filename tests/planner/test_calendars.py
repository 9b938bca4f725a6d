"""Dates and clock times: right to the minute wherever the customer is."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from milepost.language.durations import Duration, any_duration
from milepost.language.model import Window
from milepost.language.opening_hours import ClockTime
from milepost.planner.calendars import Calendar, Calendars, NeverOpensError, add_months, shift_date
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


BERLIN = Window.model_validate({"from": "09:00", "to": "17:00"})


def working_days(window, country, first, count):
    cal = Calendar.of(Window.model_validate(window), "UTC", country)
    return [day for day in range(count) if cal.is_working(first + timedelta(days=day))]


def test_a_region_has_the_holidays_of_its_country_and_its_own():
    corpus_christi, unity = date(2026, 6, 4), date(2025, 10, 3)
    for country, works in (("DE", True), ("DE-BE", True), ("DE-BY", False)):
        cal = Calendar.of(BERLIN, "Europe/Berlin", country)
        assert cal.is_working(corpus_christi) is works
        assert not cal.is_working(unity)


def test_a_region_that_nobody_knows_has_no_holidays():
    assert Calendar.of(BERLIN, "UTC", "DE-XX").is_working(date(2026, 1, 1))
    assert Calendar.of(BERLIN, "UTC", "XX-YY").is_working(date(2026, 1, 1))


@pytest.mark.parametrize(
    ("country", "days"),
    [
        (None, {0, 1, 2, 3, 4}),
        ("XX", {0, 1, 2, 3, 4}),
        ("DE-BY", {0, 1, 2, 3, 4}),
        ("SA", {6, 0, 1, 2, 3}),
        ("IL", {6, 0, 1, 2, 3}),
        ("HK", {0, 1, 2, 3, 4, 5}),
        ("BN", {0, 1, 2, 3, 5}),
        ("IR", {5, 6, 0, 1, 2, 3}),
    ],
)
def test_the_days_of_a_country_are_those_usual_there(country, days):
    window = Window()
    assert Calendar.of(window, "UTC", country).days == days
    assert Calendar.of(Window(days=("sat",)), "UTC", country).days == {5}
    assert Calendars(window).at("UTC", country).days == days


def test_the_calendar_of_a_place_is_made_once():
    calendars = Calendars(Window())
    assert calendars.at("UTC", "DE") is calendars.at("UTC", "DE")
    assert len({calendars.at("UTC", "DE"), calendars.at("UTC", "FR"), calendars.at("Europe/Paris", "FR")}) == 3


def test_closed_days_are_off_in_their_year_or_in_each():
    every_day = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}
    new_year = date(2026, 12, 26)
    assert working_days(every_day | {"closed": "12-27..01-02"}, None, new_year, 9) == [0, 8]
    assert working_days(every_day | {"closed": "2026-12-27..2027-01-02"}, None, new_year, 9) == [0, 8]
    assert working_days(every_day | {"closed": "12-27..01-02"}, None, date(2030, 12, 26), 9) == [0, 8]
    assert working_days(every_day | {"closed": "2026-12-27..2027-01-02"}, None, date(2030, 12, 26), 9) == list(range(9))
    assert working_days(every_day | {"closed": "02-29"}, None, date(2028, 2, 28), 3) == [0, 2]
    assert working_days(every_day | {"closed": "02-28..03-01"}, None, date(2027, 2, 27), 4) == [0, 3]
    assert working_days(every_day | {"closed": "08-01"}, "CH", date(2026, 7, 31), 3) == [0, 2]


MIDNIGHT = Window.model_validate({"from": "00:00", "to": "24:00"})


def test_a_day_that_ends_at_midnight_ends_where_the_next_begins():
    cal = Calendar.of(MIDNIGHT, "Europe/Berlin", None)
    end = cal.closes_on(date(2026, 3, 2))
    assert text(end) == "2026-03-02T23:00:00Z"
    assert end == cal.opens_on(date(2026, 3, 3))
    assert cal.due_day(end) == date(2026, 3, 2)
    assert cal.due_day(end - 1) == date(2026, 3, 2)
    assert cal.due_day(end + 1) == date(2026, 3, 3)
    assert calendar().due_day(parse("2026-03-03T00:00:00Z")) == date(2026, 3, 3)


def test_a_day_that_ends_at_midnight_ends_where_the_clock_skips_it():
    cal = Calendar.of(MIDNIGHT, "Africa/Cairo", None)  # 24 April 2026 begins at 01:00
    end = cal.closes_on(date(2026, 4, 23))
    assert cal.local(end) == datetime(2026, 4, 24, 1)
    assert cal.due_day(end) == date(2026, 4, 23)
    assert cal.deadline_after_due(end, Duration.parse("1 business day")) == cal.closes_on(date(2026, 4, 24))


def test_an_opening_at_midnight_belongs_to_the_day_that_begins():
    cal = Calendar.of(MIDNIGHT, "UTC", None)
    start, end = parse("2026-03-02T12:00:00Z"), parse("2026-03-03T00:00:00Z")  # takes Monday
    day = Duration.parse("1 business day")
    friday, saturday = parse("2026-03-06T00:00:00Z"), parse("2026-03-07T00:00:00Z")
    assert text(cal.opening_after_pause(friday, day, start, end)) == "2026-03-09T00:00:00Z"
    assert text(cal.deadline_after_pause(friday, day, start, end)) == text(saturday)
    assert text(cal.deadline_after_pause(saturday, day, start, end)) == "2026-03-10T00:00:00Z"


@pytest.mark.parametrize(
    ("at", "hours", "expected"),
    [
        ("2026-03-06T16:00:00Z", 0, "2026-03-06T16:00:00Z"),
        ("2026-03-06T16:00:00Z", 1, "2026-03-06T17:00:00Z"),
        ("2026-03-06T16:00:00Z", 2, "2026-03-09T10:00:00Z"),
        ("2026-03-06T16:30:10Z", 1, "2026-03-09T09:30:10Z"),
        ("2026-03-06T22:00:00Z", 8, "2026-03-09T17:00:00Z"),
        ("2026-03-07T12:00:00Z", 41, "2026-03-16T10:00:00Z"),
        ("2026-03-02T09:00:00Z", 400, "2026-05-08T17:00:00Z"),
    ],
)
def test_business_hours_pass_in_working_hours_alone(at, hours, expected):
    cal, wait = calendar(), any_duration(f"{hours} business hours")
    assert text(cal.deadline(parse(at), wait)) == expected
    assert text(cal.deadline_after_due(parse(at), wait)) == expected


def test_an_hour_that_the_clock_skips_is_not_worked_and_one_that_comes_twice_is_worked_twice():
    cal = Calendar.of(Window.model_validate({"days": ["sun"], "from": "01:00", "to": "05:00"}), "Europe/Berlin", None)
    spring, autumn, usual = (parse(f"{day}T00:00:00+01:00") for day in ("2026-03-29", "2026-10-25", "2026-11-01"))
    assert [cal.working_time(at, at + 86_400) // 3600 for at in (spring, autumn, usual)] == [3, 5, 4]


def test_a_pause_gives_back_the_working_time_in_it():
    cal, hours = calendar(), any_duration("4 business hours")
    due = parse("2026-03-02T14:00:00Z")
    noon, morning = parse("2026-03-02T12:00:00Z"), parse("2026-03-03T10:00:00Z")
    assert text(cal.deadline_after_pause(due, hours, noon, morning)) == "2026-03-03T12:00:00Z"
    assert cal.deadline_after_pause(noon, hours, noon, morning) == noon
    night = parse("2026-03-02T17:00:00Z"), parse("2026-03-03T09:00:00Z")
    assert cal.deadline_after_pause(parse("2026-03-03T10:00:00Z"), hours, *night) == parse("2026-03-03T10:00:00Z")


def test_business_hours_of_a_calendar_that_never_opens_are_refused():
    with pytest.raises(NeverOpensError):
        calendar(days=frozenset()).deadline(parse("2026-03-02T10:00:00Z"), any_duration("1 business hour"))
