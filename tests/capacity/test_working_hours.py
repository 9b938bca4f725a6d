"""Made-up people act in working hours, whatever chance draws."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from milepost.capacity.report import build_report
from milepost.capacity.tally import Weeks
from milepost.language.model import Window
from milepost.people.draws import between, seeded
from milepost.people.journey_simulation import SimulatedJourney, simulate
from milepost.planner.calendars import Calendar
from milepost.planner.facts import Answered, EventHappened, StepDone, TaskDone
from milepost.planner.instants import parse
from tests.capacity.conftest import SMALL, behaving, chart_from, forecast_of, gold

START = parse("2026-03-02T00:00:00Z")
HOUR = 3600
CALENDARS = {
    (zone, country): Calendar.of(Window(), zone, country)
    for zone, country in (("Europe/Berlin", "DE"), ("America/New_York", "US"), ("Australia/Sydney", None))
}


@given(
    place=st.sampled_from(sorted(CALENDARS, key=str)),
    begins=st.integers(0, 400 * 24 * HOUR),
    takes=st.integers(-HOUR, 20 * 24 * HOUR),
    seed=st.integers(0, 1_000_000),
)
@settings(max_examples=400)
def test_whatever_is_drawn_lies_in_working_hours_and_before_the_end_if_any_do(place, begins, takes, seed):
    calendar, start = CALENDARS[place], START + begins
    at = between(Random(seed), calendar, start, start + takes)
    assert calendar.is_open(at)
    assert at >= start + 60
    soonest = calendar.next_open(start + 60)
    assert at < start + takes or (
        soonest >= start + takes and calendar.local(at).date() == calendar.local(soonest).date()
    )


@given(seed=st.integers(0, 100_000), opens=st.integers(0, 30 * 24))
@settings(max_examples=60)
def test_colleagues_keep_our_hours_and_customers_theirs(seed, opens):
    compiled_map = chart_from(SMALL.replace("role: ae, due: 2 business days", "role: ae, due: 5 hours"))
    customer = gold(seed).having(timezone="Asia/Tokyo", country="JP", contacts=())
    start = START + opens * HOUR
    chance = seeded(seed)
    behaviour = behaving(other_events=3)
    theirs, seen = Calendar.of(Window(), "Asia/Tokyo", "JP"), set()
    journey = SimulatedJourney(compiled_map, customer, start, start + 200 * 24 * HOUR, behaviour, chance)
    for _, facts in simulate(journey):
        for fact in facts:
            if isinstance(fact, TaskDone) or (isinstance(fact, StepDone) and compiled_map.steps[fact.step].is_task):
                assert compiled_map.ours.is_open(fact.at)
                seen.add("ours")
            elif isinstance(fact, Answered | StepDone) or (
                isinstance(fact, EventHappened) and fact.event == "connected"
            ):
                assert theirs.is_open(fact.at)
                seen.add("theirs")
    assert "ours" in seen
    event(f"seen: {sorted(seen)}")


@pytest.mark.parametrize("saturday", [date(2026, 3, 7), date(2026, 3, 14), date(2026, 3, 21)])
def test_nobody_works_at_the_weekend(small, saturday):
    behaviour = behaving(starts={"attribute": "since"}, other_events=3)
    book = [gold(number, since="2026-02-20") for number in range(20)]
    report = build_report(
        *forecast_of((small,), book, behaviour, weeks=Weeks(saturday, date(2026, 3, saturday.day + 1)), runs=3)
    )
    assert [work.total.mean for work in report.roles if work.total.mean] == []
