from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as some

from milepost.planner.clock import REAL_TIME, JourneyClock
from milepost.planner.instants import parse


def test_in_production_journey_time_is_the_wall_clock() -> None:
    assert REAL_TIME.journey_of(1_772_463_600.9) == 1_772_463_600
    assert REAL_TIME.wall_of(1_772_463_600) == 1_772_463_600.0


def test_a_rehearsal_lives_a_day_a_second() -> None:
    start = parse("2026-03-02T15:00:00Z")
    clock = JourneyClock(1000.0, start, 86_400.0)

    assert clock.journey_of(1001.5) == start + 129_600
    assert clock.wall_of(start + 86_400) == 1001.0


@given(
    some.floats(0, 4e9),
    some.integers(0, 4_000_000_000),
    some.floats(0.01, 1e6),
    some.integers(0, 3_000_000_000),
)
def test_by_the_wall_clock_of_an_instant_the_instant_has_come(
    wall: float, epoch: int, speed: float, later: int
) -> None:
    clock = JourneyClock(wall, epoch, speed)
    a_millisecond = 0.001

    assert clock.journey_of(clock.wall_of(epoch + later) + a_millisecond) >= epoch + later


def test_before_its_beginning_journey_time_stands_still() -> None:
    clock = JourneyClock(1000.0, parse("2026-03-02T15:00:00Z"), 86_400.0)

    assert clock.journey_of(900.0) == clock.journey_of(1000.0) == clock.journey_epoch


def test_a_clock_that_stands_comes_to_no_later_instant() -> None:
    clock = JourneyClock(1000.0, 5000, 0.0)

    assert clock.journey_of(2_000_000.0) == 5000
    assert clock.wall_of(5000) == clock.wall_of(4000) == 1000.0
    assert clock.wall_of(5001) == math.inf
    assert clock.stands(1000.0)


def test_a_clock_may_run_to_an_instant_and_stand_there() -> None:
    clock = JourneyClock(1000.0, 5000, 10.0, stops_at=5100)

    assert clock.journey_of(1009.5) == 5095
    assert not clock.stands(1009.5)
    assert clock.journey_of(1011.0) == clock.journey_of(9000.0) == 5100
    assert clock.stands(1010.0)
    assert clock.wall_of(5100) == 1010.0
    assert clock.wall_of(5101) == math.inf


def test_a_later_clock_replaces_an_earlier_one_and_one_that_runs_on_the_one_that_stops() -> None:
    early, late = JourneyClock(1000.0, 5000, 10.0), JourneyClock(1001.0, 5000, 0.0)

    assert late.replaces(early)
    assert not early.replaces(late)
    assert not early.replaces(early)
    assert early.replaces(early.stopping_at(5100))
    assert early.stopping_at(5200).replaces(early.stopping_at(5100))


def test_somebody_has_the_grace_in_their_own_time_and_no_journey_waits_longer_than_a_day_for_it() -> None:
    assert REAL_TIME.grace_of(300) == 300
    assert JourneyClock(0.0, 0, 60.0).grace_of(300) == 18_000
    assert JourneyClock(0.0, 0, 259_200.0).grace_of(300) == 86_400
    assert JourneyClock(0.0, 0, 0.0).grace_of(300) == 300
    assert JourneyClock(0.0, 0, 600.0).grace_of(0) == 0
