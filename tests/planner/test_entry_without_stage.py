"""A customer of whom only a date is known is in the first stage since then, and begins at the beginning."""

from __future__ import annotations

import pytest

from milepost.intake.import_preview import planned_journey
from milepost.language.loader import load
from milepost.people.sample_year import fitting_customer
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.entry_checks import check_entry
from milepost.planner.entry_point import EntryPoint, JourneyStart
from milepost.planner.fact_errors import InvalidFactError
from milepost.planner.instants import parse
from milepost.planner.plan import plan
from milepost.planner.state import State
from milepost.planner.timeline import JourneyStarted
from milepost.shipped import shipped_maps

NOW = parse("2026-03-02T15:00:00Z")
MAPS = [CompiledMap.of(loaded.map, name) for name, path in shipped_maps().items() if (loaded := load(path)).map]
SINCE = EntryPoint("", "2026-02-02")


@pytest.mark.parametrize("compiled_map", MAPS, ids=lambda each: each.map.map)
def test_its_first_week_is_that_of_any_new_customer(compiled_map: CompiledMap) -> None:
    customer = fitting_customer(compiled_map, NOW)
    check_entry(compiled_map, SINCE, NOW)

    assert planned_journey(compiled_map, customer, NOW, SINCE) == planned_journey(compiled_map, customer, NOW)


@pytest.mark.parametrize("compiled_map", MAPS, ids=lambda each: each.map.map)
def test_its_first_stage_began_on_that_date(compiled_map: CompiledMap) -> None:
    customer = fitting_customer(compiled_map, NOW)
    state = State.begin(customer, compiled_map.map.map, compiled_map.version, NOW, JourneyStart(SINCE))

    first = plan(compiled_map, state, (), NOW)

    [started] = [each for each in first.timeline if isinstance(each, JourneyStarted)]
    assert started.stage == next(id_ for id_, stage in compiled_map.stages.items() if stage.in_sequence)
    assert started.since is not None
    assert started.since < NOW


def test_a_date_that_is_ahead_is_refused() -> None:
    with pytest.raises(InvalidFactError):
        check_entry(MAPS[0], EntryPoint("", "2026-04-02"), NOW)
