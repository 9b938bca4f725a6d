from __future__ import annotations

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
