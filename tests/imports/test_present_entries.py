"""A book that is exported and imported elsewhere: every journey goes on from where it stood, silently."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from milepost.imports.book_writer import BookWriter, entry_cells
from milepost.imports.customer_book import read_book
from milepost.imports.vocabulary import Vocabulary
from milepost.people.draws import no_chance
from milepost.people.journey_simulation import SimulatedJourney, simulate
from milepost.people.sample_customer import MADE_UP_START
from milepost.people.sample_year import Manner, behaviour_of, fitting_customer
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.entry_checks import check_entry
from milepost.planner.entry_point import EntryPoint, JourneyStart
from milepost.planner.enums import StepStatus
from milepost.planner.instants import Instant
from milepost.planner.plan import plan
from milepost.planner.present_entry import LastTimes, present_entry
from milepost.planner.state import State
from milepost.planner.timeline import Entry, MessageSent, OutcomeAnswered, StepDone, StepEscalated, StepOverdue
from milepost.scenarios.maps import MapCache

MAPS = sorted((Path(__file__).parents[2] / "maps").iterdir())
ANSWERED = (StepStatus.VERIFIED, StepStatus.PARTIAL, StepStatus.DISPUTED)


def lived(compiled_map: CompiledMap, manner: Manner, days: int) -> tuple[State, list[Entry], Instant]:
    """The state of a made-up customer's journey after some days, its timeline, and that instant."""
    start = compiled_map.ours.next_open(MADE_UP_START)
    until = start + days * 86_400
    customer = fitting_customer(compiled_map, start)
    journey = SimulatedJourney(compiled_map, customer, start, until, behaviour_of(compiled_map, manner), no_chance)
    state, entries = State.begin(customer, compiled_map.map.map, compiled_map.version, start), []
    for each, _ in simulate(journey):
        state = each.state
        entries += each.timeline
    return state, entries, until


def times_of(entries: list[Entry]) -> LastTimes:
    times = LastTimes()
    for entry in entries:
        if isinstance(entry, StepDone):
            times.done[entry.step] = entry.at
        elif isinstance(entry, OutcomeAnswered):
            times.answered[entry.step] = entry.at
    return times


def through_a_file(compiled_map: CompiledMap, state: State, entry: EntryPoint) -> EntryPoint | None:
    """What an import reads of what an export has written."""
    cells, file = entry_cells(entry), io.StringIO(newline="")
    BookWriter(file, sorted(state.customer.attributes), sorted(cells)).write(state.customer, cells)
    (row,) = read_book(file.getvalue(), Vocabulary.of([compiled_map])).read
    return row.entry


def with_status(
    compiled_map: CompiledMap, state: State, *statuses: StepStatus
) -> dict[str, tuple[StepStatus, str | None, object]]:
    """Steps of stages: those of plays can't be entered with."""
    return {
        step: (record.status, record.result, record.value)
        for step, record in state.steps.items()
        if record.status in statuses and compiled_map.steps[step].container in compiled_map.stages
    }


@pytest.mark.parametrize("days", [3, 20, 60, 150, 300])
@pytest.mark.parametrize("manner", ["prompt", "silent"])
@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.name)
def test_an_exported_journey_goes_on_where_it_stood(path: Path, manner: Manner, days: int) -> None:
    compiled_map = MapCache().at(path / "map.yaml").compiled_map
    assert compiled_map is not None
    state, entries, now = lived(compiled_map, manner, days)
    entry = present_entry(compiled_map, state, now, times_of(entries))
    if state.ended:
        assert entry is None
        return
    assert entry is not None
    assert through_a_file(compiled_map, state, entry) == entry
    check_entry(compiled_map, entry, now)

    fresh = State.begin(state.customer, "m", compiled_map.version, now, JourneyStart(entry))
    begun = plan(compiled_map, fresh, (), now)

    for statuses in ([StepStatus.DONE], ANSWERED):
        assert with_status(compiled_map, begun.state, *statuses) == with_status(compiled_map, state, *statuses)
    in_sequence = [each for each, stage in compiled_map.stages.items() if stage.in_sequence]
    assert [each for each in in_sequence if begun.state.stage(each).is_open] == [
        each for each in in_sequence if state.stage(each).is_open
    ]
    over = {step for step, record in state.steps.items() if record.closed and not compiled_map.steps[step].in_play}
    sent = {step for each in begun.timeline if isinstance(each, MessageSent) for step in each.steps}
    assert not sent & over
    assert not any(isinstance(each, StepOverdue | StepEscalated) for each in begun.timeline)


def test_a_journey_that_has_ended_is_written_as_that_and_none_begins() -> None:
    read = read_book("id,enters.ended,enters.stage\nacme,churned,value\nbolt,,\n")
    assert [(row.ended, row.entry) for row in read.read] == [("churned", None), (None, None)]
    assert entry_cells(None, "churned") == {"enters.ended": "churned"}


@pytest.mark.parametrize(("cell", "problems"), [("yes", 0), ("no", 0), ("perhaps", 1)])
def test_a_step_may_be_skipped_before(cell: str, problems: int) -> None:
    read = read_book(f"id,enters.stage,enters.skipped.kickoff\nacme,value,{cell}\n")
    assert len(read.problems) == problems
    if not problems:
        assert read.read[0].entry == EntryPoint("value", skipped=("kickoff",) if cell == "yes" else ())
