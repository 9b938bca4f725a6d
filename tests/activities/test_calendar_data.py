"""A process that plans with other zones and holidays than the last one says so once."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from activities.journey import JourneyActivities
from milepost.calendar_data import calendar_data
from milepost.planner.facts import AttributesSet
from milepost.store import calendar_data as data_of_others
from milepost.store import journeys
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.single_rows import CalendarDataRow
from milepost.wire.activities import AdvanceOrder
from tests.activities.test_advance import Acme
from tests.workflows.example import START

DAY = 86_400
OLDER = "holidays 0.1, tzdata 2020.1 (2020a)"


def install(monkeypatch: pytest.MonkeyPatch, data: str) -> None:
    """From now on this is the data that processes have."""
    for place in ("activities.journey", "milepost.store.calendar_data", "milepost.store.advance"):
        monkeypatch.setattr(f"{place}.calendar_data", lambda: data)


async def advance(activities: JourneyActivities, n: int) -> list[str]:
    """Makes one advance; returns what the log says of the data that planned last."""
    with capture_logs() as logs:
        await activities.advance(AdvanceOrder("acme/1", n, START + n * 30 * DAY))
    return [str(entry["last"]) for entry in logs if "zones and holidays" in str(entry["event"])]


async def test_a_journey_keeps_the_data_that_planned_it(store: Store) -> None:
    acme = await Acme.begin(store)
    async with store.reading() as session:
        assert (await journeys.get(session, "acme/1")).planned_with is None
    await acme.advance(1, START)
    async with store.reading() as session:
        assert (await journeys.get(session, "acme/1")).planned_with == calendar_data()
        assert await data_of_others.others(session) is None


async def test_a_process_with_other_data_says_so_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = await Acme.begin(store)
    await acme.tell(*(AttributesSet(id=f"{n}", at=START + n * 30 * DAY, attributes={"health": n}) for n in range(5)))
    install(monkeypatch, OLDER)
    assert await advance(JourneyActivities(store, CompiledMaps(store)), 1) == []
    monkeypatch.undo()
    async with store.reading() as session:
        assert await data_of_others.others(session) == OLDER
    upgraded = JourneyActivities(store, CompiledMaps(store))
    assert await advance(upgraded, 2) == [OLDER]
    assert await advance(upgraded, 3) == []
    assert await advance(JourneyActivities(store, CompiledMaps(store)), 4) == []
    async with store.reading() as session:
        row = await session.get(CalendarDataRow, 1)
        assert row is not None
        assert (row.data, row.previous) == (calendar_data(), OLDER)


async def test_each_of_two_processes_that_take_turns_says_it_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = await Acme.begin(store)
    old, new = (JourneyActivities(store, CompiledMaps(store)) for _ in range(2))
    said = []
    for n in range(1, 7):
        with monkeypatch.context() as patch:
            if n % 2:
                install(patch, OLDER)
            await acme.tell(AttributesSet(id=f"{n}", at=START + n * 30 * DAY, attributes={"health": n}))
            said += await advance(old if n % 2 else new, n)
    assert said == [OLDER, calendar_data()]
