"""A journey that is exported and imported elsewhere goes on alike: plays, a pause, agreed dates, open steps."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from milepost.imports.customer_book import read_book
from milepost.people.sample_year import Manner
from milepost.planner import facts
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.entry_checks import check_entry
from milepost.planner.entry_point import EntryPoint, JourneyStart, OpenBefore
from milepost.planner.facts import Fact
from milepost.planner.instants import Instant
from milepost.planner.plan import plan
from milepost.planner.present_entry import present_entry
from milepost.planner.state import State
from milepost.planner.timeline import Entry, MessageSent, OutcomeSilent, StepEscalated, StepOverdue
from milepost.scenarios.maps import MapCache
from tests.imports.test_present_entries import MAPS, lived, through_a_file, times_of

DAY = 86_400
PERSON = "eva@customer.example"
TOLD_LATER = MessageSent | OutcomeSilent | StepEscalated | StepOverdue


def told(compiled_map: CompiledMap, state: State, now: Instant) -> list[Fact]:
    """A play that starts, and a date and a person that are agreed on for some steps, open ones and later ones."""
    plays = [play for play in compiled_map.plays if not state.play(play).is_open][:1]
    not_over = [step for step in compiled_map.steps if not state.step(step).closed][::2]
    steps = {step: {"due": f"2026-12-{10 + number % 20}", "person": PERSON} for number, step in enumerate(not_over)}
    return [
        *(facts.PlayStarted(id=f"play {play}", at=now, play=play) for play in plays),
        facts.Agreed(id="agreed", at=now, steps=steps),
    ]


def comparable(compiled_map: CompiledMap, state: State) -> set[str]:
    """The steps of which an export says all: not what repeats, of a stage beside the sequence, or to be written of."""
    to_come = {queued.step for queued in state.queue}
    return {
        step.id
        for step in compiled_map.steps.values()
        if (step.in_play or compiled_map.stages[step.container].in_sequence)
        and step.every is None
        and not to_come.intersection([step.id, *(awaited.step for awaited in step.awaits)])
        and not any(compiled_map.steps[awaited.step].every for awaited in step.awaits)
    }


def under_way(state: State, steps: set[str]) -> dict[str, Any]:
    """What is open, since when, until when and whose it is; what is agreed on; since when the journey is paused."""
    open_steps = {
        step: (record.status, record.opened_at, record.due_at, record.due_agreed, record.person, record.timers)
        for step, record in state.steps.items()
        if record.is_open and step in steps
    }
    plays = {play: (each.started_at, each.deadline_at) for play, each in state.plays.items() if each.is_open}
    agreed = {step: each for step, each in state.agreed.items() if step in steps}
    return {"steps": open_steps, "plays": plays, "agreed": agreed, "paused": state.paused_at}


def foreseen(entries: Iterable[Entry], steps: set[str]) -> list[tuple[object, ...]]:
    """What the customer and colleagues would hear of these steps."""
    return sorted(
        (entry.at, entry.kind, entry.step, getattr(entry, "contact", None))
        for entry in entries
        if isinstance(entry, TOLD_LATER) and entry.step in steps
    )


@pytest.mark.parametrize("paused", [False, True])
@pytest.mark.parametrize("days", [3, 20, 60])
@pytest.mark.parametrize("manner", ["prompt", "silent"])
@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.name)
def test_it_plans_the_same_after_export_and_import(path: Path, manner: Manner, days: int, paused: bool) -> None:  # noqa: FBT001
    compiled_map = MapCache().at(path / "map.yaml").compiled_map
    assert compiled_map is not None
    state, entries, now = lived(compiled_map, manner, days)
    done = plan(compiled_map, state, told(compiled_map, state, now), now := now + 3600)
    assert any(play.is_open for play in done.state.plays.values())
    entries += done.timeline
    resumed: list[Fact] = []
    if paused:
        done = plan(compiled_map, done.state, [facts.Paused(id="pause", at=now)], now := now + 5 * DAY)
        resumed = [facts.Resumed(id="resume", at=now + 3 * DAY)]
    original = done.state

    entry = present_entry(compiled_map, original, now, times_of(entries))
    assert entry is not None
    assert through_a_file(compiled_map, original, entry) == entry
    check_entry(compiled_map, entry, now)
    fresh = State.begin(original.customer, original.map, original.version, now, JourneyStart(entry))
    again = State.from_json(fresh.to_json())
    begun = plan(compiled_map, again, (), now)

    steps = comparable(compiled_map, original)
    assert under_way(begun.state, steps) == under_way(original, steps)
    assert foreseen(begun.timeline, steps) == []
    until = now + 40 * DAY
    ahead = [plan(compiled_map, each, resumed, until).timeline for each in (begun.state, original)]
    assert foreseen(ahead[0], steps) == foreseen(ahead[1], steps)


def test_what_is_under_way_is_read_from_columns() -> None:
    headings = "id,enters.stage,enters.plays.rescue,enters.plays.expand,enters.open.call,enters.due.call"
    agreed = "enters.agreed.call.due,enters.agreed.call.person,enters.paused"
    row = f"acme,value,2026-03-02,no,yes,2026-03-05T09:00:00Z,2026-04-01,{PERSON},2026-03-03"
    (read,) = read_book(f"{headings},{agreed}\n{row}\n").read
    assert read.entry == EntryPoint(
        "value",
        plays={"rescue": "2026-03-02"},
        open={"call": OpenBefore(None, "2026-03-05T09:00:00Z")},
        agreed={"call": {"due": "2026-04-01", "person": PERSON}},
        paused="2026-03-03",
    )


@pytest.mark.parametrize(
    ("column", "cell"),
    [("enters.agreed.call.person", "eva"), ("enters.agreed.call.due", "soon"), ("enters.paused", "?")],
)
def test_what_cannot_be_read_is_refused_in_its_column(column: str, cell: str) -> None:
    (problem,) = read_book(f"id,enters.stage,{column}\nacme,value,{cell}\n").problems
    assert problem.column == column
