"""The calendar against one that walks minute by minute: every question, in every zone, aimed at the awkward moments."""

from __future__ import annotations

import inspect
from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise, product
from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.language.durations import Duration, Unit
from milepost.language.field_types import WEEK
from milepost.language.model import Window
from milepost.planner.calendars import Calendar, add_months, shift_date
from milepost.planner.zones import zone
from tests.planner.naive_calendar import NaiveCalendar, naive_shift_date, working_days_usual_in

pytestmark = pytest.mark.filterwarnings("ignore:Requested Holidays are available only from:UserWarning")

EVERY_ZONE = sorted(available_timezones() - {"localtime"})
# fmt: off
ODD_ZONES = [
    "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Kwajalein", "Pacific/Chatham",
    "Antarctica/Troll", "Antarctica/Vostok", "Antarctica/Casey", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Gaza",
    "Asia/Tehran", "Africa/Casablanca", "Africa/Cairo", "America/St_Johns", "America/Nuuk", "America/Scoresbysund",
    "America/Santiago", "America/Havana", "America/Sao_Paulo", "America/Caracas", "America/New_York",
    "Atlantic/Azores", "Europe/Berlin", "Europe/Dublin", "Australia/Sydney", "Etc/GMT-14", "Etc/GMT+12",
]
COUNTRIES = [
    None, "XX", "US", "GB", "IE", "DE", "NO", "MA", "ZA", "JP", "CN", "TH", "NP", "IN", "IL", "SA", "AU", "NZ",
    "WS", "KI", "BR", "CL", "CA", "GB-ENG", "GB-SCT", "DE-BY", "CH-ZH", "CA-ON", "US-CA", "AU-VIC",
]
# fmt: on
FIRST, LAST = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (1977, 2038))
DAY, HOUR = 86_400, 3600
MOST = {
    Unit.MINUTE: 5000,
    Unit.HOUR: 200,
    Unit.BUSINESS_DAY: 40,
    Unit.DAY: 400,
    Unit.WEEK: 60,
    Unit.MONTH: 40,
    Unit.QUARTER: 12,
    Unit.YEAR: 4,
}
ABOUT = {
    Unit.MINUTE: 60,
    Unit.HOUR: HOUR,
    Unit.BUSINESS_DAY: 7 * DAY // 5,
    Unit.DAY: DAY,
    Unit.WEEK: 7 * DAY,
    Unit.MONTH: 2_629_746,
    Unit.QUARTER: 7_889_238,
    Unit.YEAR: 31_556_952,
}
thorough = settings(max_examples=120)

durations = st.sampled_from(list(MOST)).flatmap(
    lambda unit: st.builds(Duration, st.one_of(st.integers(0, 3), st.integers(0, MOST[unit])), st.just(unit))
)
business_hours = st.builds(Duration, st.integers(0, 40), st.just(Unit.BUSINESS_HOUR))
calendar_durations = durations.filter(lambda duration: not duration.exact)
nudges = st.one_of(
    st.integers(-20 * 60, 4 * 60).map(lambda minutes: minutes * 60),
    st.sampled_from([-1, -60, 0, 1, 60, -HOUR, HOUR, -DAY, DAY]),
    st.integers(-4 * HOUR, 4 * HOUR),
    st.integers(-9 * DAY, 9 * DAY),
)
clock_times = st.integers(0, 24 * 60 - 1)


def offset(timezone, at):
    return datetime.fromtimestamp(at, zone(timezone)).utcoffset()


@cache
def changes(timezone):
    """The instants from which on the zone's clock has another offset, from 1977 to 2037."""
    changes = []
    for start, end in pairwise(range(FIRST, LAST + 10 * DAY, 10 * DAY)):
        before = offset(timezone, start)
        if offset(timezone, end) != before:
            minutes = range(start, end + 60, 60)
            changes.append(minutes[bisect_left(minutes, 1, key=lambda at: offset(timezone, at) != before)])
    return changes


def minutes_of(shown):
    return shown.hour * 60 + shown.minute


def clock(minutes):
    return time(*divmod(minutes, 60))


class Place:
    """Both calendars of one place, and a moment there at which something may go wrong."""

    def __init__(self, naive, moment):
        usual = naive.days == working_days_usual_in(naive.country)
        window = Window.model_validate(naive.window | ({"days": "country"} if usual else {}))
        self.real = Calendar.of(window, naive.timezone, naive.country)
        self.naive = naive
        self.moment = moment

    def __repr__(self):
        return f"{self.naive} about {self.moment}"

    def agree(self, question, *asked, **more):
        expected = getattr(self.naive, question)(*asked, **more)
        assert getattr(self.real, question)(*asked, **more) == expected
        return expected


def minutes_shown(timezone, moment):
    """The clock just before and just after a moment: the two ends of what is skipped or repeated there."""
    return [minutes_of(datetime.fromtimestamp(at, zone(timezone))) for at in (moment - 60, moment)]


def office(timezone, moment):
    return Place(NaiveCalendar(timezone, None, frozenset(WEEK), 9 * 60, 17 * 60), moment)


@st.composite
def windows(draw, timezone, moment):
    """From and to, mostly near what the clock shows at a moment, so that it skips or repeats one of them or both."""
    ends = st.sampled_from(minutes_shown(timezone, moment))
    near = st.builds(lambda end, more: (end + more) % (24 * 60), ends, st.integers(-75, 75))
    times = st.one_of(ends, near, near, near, clock_times)
    hours = st.lists(times, min_size=2, max_size=2, unique=True)
    opens, closes = sorted(draw(st.one_of(hours, hours, st.just([540, 1020]))))
    return (opens, 24 * 60) if draw(st.integers(0, 4)) == 0 else (opens, closes)


@st.composite
def closed_days(draw, moment):
    """Days off about a moment: dates and days of each year, alone and in ranges."""
    first = datetime.fromtimestamp(moment, UTC).date() + timedelta(days=draw(st.integers(-9, 9)))
    last = first + timedelta(days=draw(st.integers(0, 12)))
    dated, yearly = (first.isoformat(), last.isoformat()), (f"{first:%m-%d}", f"{last:%m-%d}")
    ends = draw(st.sampled_from([dated, yearly]))
    return draw(st.sampled_from([ends[0], "..".join(ends), "02-29", "12-24..01-02"]))


@st.composite
def places(draw):
    timezone = draw(st.one_of(st.sampled_from(ODD_ZONES), st.sampled_from(EVERY_ZONE)))
    moment = draw(st.integers(FIRST // 60, LAST // 60)) * 60
    if (turning := changes(timezone)) and draw(st.integers(0, 3)) < 3:
        moment = draw(st.sampled_from(turning))
    country = draw(st.sampled_from(COUNTRIES))
    some = st.sets(st.sampled_from(WEEK), min_size=1)
    days = draw(st.one_of(st.just(WEEK), st.just(WEEK), st.just(working_days_usual_in(country)), some))
    opens, closes = draw(windows(timezone, moment))
    closed = tuple(draw(st.lists(closed_days(moment), max_size=2)))
    return Place(NaiveCalendar(timezone, country, frozenset(days), opens, closes, closed), moment)


@st.composite
def edges(draw, place):
    """Clock times to try: the place's `from` or `to` on a date around its moment, or a second or minute off."""
    shown = draw(st.sampled_from(minutes_shown(place.naive.timezone, place.moment)))
    edge = draw(st.sampled_from([place.naive.from_, place.naive.to]))
    days = draw(st.sampled_from([0, 0, 0, 1, -1, 2, 5]))
    return place.moment + days * DAY + (edge - shown) * 60 + draw(st.sampled_from([0, 0, 0, -1, 1, -60, 60]))


def instants(place):
    """Near the place's moment, or at the edge of a working day."""
    return st.one_of(nudges.map(lambda nudge: place.moment + nudge), edges(place))


@st.composite
def instants_before(draw, place, wait):
    """Such that, counted from them, the place's moment is about as far away as the wait."""
    back = wait.count * ABOUT[wait.unit] if draw(st.booleans()) else 0
    at = draw(instants(place)) - back
    return at if at > FIRST else draw(instants(place))


@st.composite
def dates(draw, place):
    shown = datetime.fromtimestamp(place.moment, zone(place.naive.timezone)).date()
    return draw(
        st.one_of(
            st.integers(-40, 40).map(lambda days: shown + timedelta(days=days)),
            st.dates(date(1977, 1, 1), date(2037, 12, 31)),
            st.sampled_from([date(2028, 2, 29), date(2026, 1, 31), date(2026, 12, 31), date(2011, 12, 30)]),
        )
    )


def test_the_walking_calendar_is_asked_everything_that_the_calendar_answers():
    questions = [  # without the copies that `make mutants` puts beside each function, under names that nobody types
        {name for name, _ in inspect.getmembers(kind, inspect.isfunction) if name[0] != "_" and name.isascii()}
        for kind in (Calendar, NaiveCalendar)
    ]
    assert questions[0] - {"of"} == questions[1]


@given(st.data())
@thorough
def test_both_find_the_same_instant_of_a_local_time_and_the_same_local_time_of_an_instant(data):
    place = data.draw(places())
    shown = place.agree("local", data.draw(instants(place)))
    place.agree("on", shown.date(), shown.time())
    place.agree("on", data.draw(dates(place)), clock(data.draw(clock_times)))


@pytest.mark.parametrize("timezone", ODD_ZONES)
def test_both_agree_on_every_minute_around_the_latest_changes_of_an_odd_zone(timezone):
    for change in changes(timezone)[-2:]:
        place = office(timezone, change)
        shown = place.agree("local", change - 2 * HOUR)
        for minutes in range(0, 4 * 60, 3):
            local = shown + timedelta(minutes=minutes)
            place.agree("on", local.date(), local.time())


def test_both_agree_at_the_latest_changes_of_every_zone():
    for timezone in EVERY_ZONE:
        for change in changes(timezone)[-2:]:
            place = office(timezone, change)
            before, after = place.agree("local", change - 60), place.agree("local", change)
            for local in (before + timedelta(minutes=1), before + timedelta(minutes=15), after):
                place.agree("on", local.date(), local.time())


@given(st.data())
@thorough
def test_both_count_the_same_working_days(data):
    place = data.draw(places())
    day = data.draw(dates(place))
    place.agree("is_working", day)
    place.agree("working_from", day)
    place.agree("working_from", day, -1)
    place.agree("business_days", day, data.draw(st.integers(-40, 40)))


@given(st.data(), calendar_durations.filter(lambda duration: duration.unit is not Unit.BUSINESS_DAY))
@thorough
def test_both_move_a_date_to_the_same_date(data, by):
    day, sign = data.draw(dates(data.draw(places()))), data.draw(st.sampled_from([1, -1]))
    assert shift_date(day, by, sign) == naive_shift_date(day, by, sign)
    if by.unit is Unit.MONTH:
        assert add_months(day, sign * by.count) == naive_shift_date(day, by, sign)


def test_both_move_the_last_day_of_a_month_to_the_same_date():
    first_days = [date(year, month, 1) for year in range(2023, 2026) for month in range(1, 13)]
    for last_day, months in product((day - timedelta(days=1) for day in first_days), range(14)):
        for sign in (1, -1):
            expected = naive_shift_date(last_day, Duration(months, Unit.MONTH), sign)
            assert add_months(last_day, sign * months) == expected


@given(st.data(), durations)
@thorough
def test_both_open_and_fall_due_at_the_same_instant(data, wait):
    place = data.draw(places())
    at = data.draw(instants_before(place, wait))
    place.agree("opening", at, wait)
    place.agree("deadline", at, wait)
    place.agree("deadline_after_due", at, wait)


@given(st.data(), st.integers(0, 5))
@thorough
def test_both_take_the_same_day_zero_about_the_edges_of_a_working_day(data, number):
    place = data.draw(places())
    at = data.draw(edges(place))
    place.agree("opening", at, Duration(number, Unit.BUSINESS_DAY))
    place.agree("deadline", at, Duration(number, Unit.BUSINESS_DAY))


@given(st.data(), st.one_of(st.none(), durations), st.booleans())
@thorough
def test_both_tell_the_same_anchors_and_reminders_from_a_date(data, wait, before):
    place = data.draw(places())
    day = data.draw(dates(place))
    place.agree("opening_from_date", day, wait, before=before)
    if wait is None or not wait.exact:
        place.agree("relative", day, wait, before=before)


@given(st.data(), durations, st.sampled_from([1, -1]))
@thorough
def test_both_come_to_the_same_clock_time_some_days_away(data, period, sign):
    place = data.draw(places())
    at = data.draw(instants_before(place, period))
    place.agree("plus", at, period, sign)


@given(st.data(), durations)
@thorough
def test_both_give_back_what_a_pause_took(data, length):
    place = data.draw(places())
    start, end = sorted(data.draw(instants(place)) for _ in range(2))
    if end - start > 20 * DAY:
        end = start + 20 * DAY
    place.agree("taken", start, end)
    at = data.draw(instants(place))
    place.agree("opening_after_pause", at, length, start, end)
    place.agree("deadline_after_pause", at, length, start, end)
    due = place.agree("closes_on", data.draw(dates(place)))
    place.agree("deadline_after_pause", due, length, start, end)
    place.agree("due_day", due)
    place.agree("closing", start)


@given(st.data(), business_hours)
@thorough
def test_both_count_the_same_working_time(data, hours):
    place = data.draw(places())
    at = data.draw(instants(place))
    seconds = min(hours.count * HOUR, 3 * 60 * (place.naive.to - place.naive.from_)) + data.draw(st.integers(0, 90))
    place.agree("after_working_time", at, seconds)
    place.agree("working_time", at, at + data.draw(st.integers(0, 9 * DAY)))
    assert place.real.working_time(at, place.real.after_working_time(at, seconds)) == seconds


@given(st.data(), business_hours)
@thorough
def test_both_fall_due_after_the_same_business_hours_and_give_back_those_that_a_pause_took(data, hours):
    timezone, country = data.draw(st.sampled_from(ODD_ZONES)), data.draw(st.sampled_from(COUNTRIES))
    moment = data.draw(st.sampled_from(changes(timezone) or [FIRST]))
    place = Place(NaiveCalendar(timezone, country, working_days_usual_in(country), 60, 13 * 60), moment)
    at = moment + data.draw(nudges)
    due = place.agree("deadline", at, hours)
    place.agree("deadline_after_due", at, hours)
    end = at + data.draw(st.integers(0, 5 * DAY))
    place.agree("deadline_after_pause", due, hours, at, end)


@given(st.data())
@thorough
def test_both_find_the_window_open_at_the_same_instants(data):
    place = data.draw(places())
    place.agree("is_open", data.draw(instants(place)))


@given(st.data())
@settings(max_examples=200)
def test_both_find_the_same_next_opening_of_the_window(data):
    place = data.draw(places())
    place.agree("next_open", data.draw(instants(place)))


@given(st.data())
@thorough
def test_both_find_the_first_instant_at_which_a_clock_that_runs_on_comes_to_something(data):
    place = data.draw(places())
    edge = min(data.draw(st.sampled_from([place.naive.from_, place.naive.to])), 24 * 60 - 1)
    place.agree("first_from", data.draw(instants(place)), lambda at: minutes_of(place.naive.local(at)) >= edge)
