"""The clock of a demo as it is kept: steered by visitors, held back by its journeys, and never going back."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as some

from milepost.planner.clock import JourneyClock
from milepost.store import clock
from milepost.store.clock import SLOW, TAKES_EFFECT_AFTER, KeptClock, NotSteerableError, Pace, between_minutes
from milepost.store.database import Store, open_store
from milepost.store.followed_clock import FollowedClock, followed

WALL, AT, DAY = 1_800_000_000.0, 1_767_600_000, 86_400
USUAL = 3.0 * DAY
DEMO = KeptClock(JourneyClock(WALL, AT, USUAL), AT + 100 * DAY, USUAL)


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:
    async with open_store(sqlite_url) as opened:
        yield opened


def test_a_clock_that_is_stopped_stands_until_it_goes_on_as_before() -> None:
    stopped = DEMO.steered(Pace.STOP, WALL + 2)
    stood_at = stopped.clock.journey_of(WALL + 3)

    assert stood_at == DEMO.clock.journey_of(WALL + 2 + TAKES_EFFECT_AFTER)
    assert stopped.clock.journey_of(WALL + 10_000) == stood_at
    assert not stopped.waits(WALL + 10_000)

    again = stopped.steered(Pace.AS_BEFORE, WALL + 10_000)
    assert again.clock.journey_of(WALL + 10_000 + TAKES_EFFECT_AFTER) == stood_at
    assert again.clock.journey_of(WALL + 10_001 + TAKES_EFFECT_AFTER) == stood_at + 3 * DAY


def test_one_day_on_is_a_day_and_stops_again() -> None:
    stopped = DEMO.steered(Pace.STOP, WALL)
    stood_at = stopped.clock.journey_of(WALL + 5)
    stepped = stopped.steered(Pace.DAY_ON, WALL + 5)

    assert stepped.clock.journey_of(WALL + 5) == stood_at
    assert stood_at < stepped.clock.journey_of(WALL + 7) < stood_at + DAY
    assert stepped.clock.journey_of(WALL + 500) == stood_at + DAY
    assert not stepped.waits(WALL + 500)


def test_slow_is_a_pace_for_people_and_never_faster_than_usual() -> None:
    assert DEMO.steered(Pace.SLOW, WALL).asked.speed == SLOW
    slower = KeptClock(JourneyClock(WALL, AT, 60.0), None, 60.0)
    assert slower.steered(Pace.SLOW, WALL).asked.speed == 60.0


@pytest.mark.parametrize("pace", list(Pace))
def test_the_clock_of_real_customers_and_of_a_rehearsal_cannot_be_steered(pace: Pace) -> None:
    for kept in (KeptClock(), KeptClock(JourneyClock(WALL, AT, USUAL), AT)):
        with pytest.raises(NotSteerableError, match="real time"):
            kept.steered(pace, WALL)


def test_the_clock_waits_at_its_horizon_and_goes_on_from_there() -> None:
    waiting = KeptClock(DEMO.asked, AT + 2 * DAY, USUAL)
    assert waiting.clock.journey_of(WALL + 60) == AT + 2 * DAY
    assert waiting.waits(WALL + 60)

    on = waiting.let_run(AT + 4 * DAY, WALL + 60)
    assert on.clock.journey_of(WALL + 60) == AT + 2 * DAY
    assert on.clock.journey_of(WALL + 60.5) == AT + 3.5 * DAY
    assert on.let_run(AT + 3 * DAY, WALL + 60) == on, "a horizon never comes nearer"


def test_a_day_that_was_asked_for_takes_as_long_as_the_journeys_need() -> None:
    held = KeptClock(JourneyClock(WALL, AT, 0.0), AT, USUAL).steered(Pace.DAY_ON, WALL)
    assert held.clock.journey_of(WALL + 60) == AT
    assert held.waits(WALL + 60)
    assert held.let_run(AT + 5 * DAY, WALL + 60).clock.journey_of(WALL + 600) == AT + DAY


_OPS = some.lists(
    some.tuples(some.sampled_from([*Pace, "run"]), some.floats(0, 20), some.integers(0, 10)), min_size=1, max_size=12
)


@given(_OPS)
def test_no_clock_goes_back_and_who_still_goes_by_the_one_before_is_never_ahead(
    ops: list[tuple[Pace | str, float, int]],
) -> None:
    kept, wall = KeptClock(JourneyClock(WALL, AT, USUAL), AT + DAY, USUAL), WALL
    for op, after, days in ops:
        wall += after
        before, shown = kept, kept.clock.journey_of(wall)
        if isinstance(op, Pace):
            kept = kept.steered(op, wall)
            assert kept.asked.replaces(before.asked)
        else:
            kept = kept.let_run(shown + days * DAY, wall)
        assert kept.clock.journey_of(wall) >= shown
        for late in (0.0, 0.1, TAKES_EFFECT_AFTER):
            assert before.clock.journey_of(wall + late) <= kept.clock.journey_of(wall + TAKES_EFFECT_AFTER)


async def test_every_process_reads_what_one_of_them_writes(store: Store) -> None:
    kept = KeptClock(DEMO.asked, AT, USUAL, frozenset({"ana@vendor.example"}), frozenset({"acme"}))
    await store.write(lambda session: clock.keep(session, kept))
    one, other = await followed(store), await followed(store)
    assert isinstance(one, FollowedClock)
    assert isinstance(other, FollowedClock)
    assert one.kept == kept

    await one.change(lambda before: before.steered(Pace.STOP, WALL + 1))
    assert other.current != one.current
    await other.look()
    assert other.kept == one.kept


async def test_in_real_time_nobody_has_to_read_the_clock_again_or_can_change_it(store: Store) -> None:
    assert await followed(store) == JourneyClock()
    with pytest.raises(NotSteerableError):
        await store.write(lambda session: clock.change(session, lambda before: before.steered(Pace.STOP, WALL)))


@pytest.mark.parametrize(("at", "stands"), [(0, 31), (31, 31), (32, 91), (3600, 3631)])
def test_a_clock_stands_between_two_minutes_and_never_goes_back_for_that(at: int, stands: int) -> None:
    assert between_minutes(at) == stands
