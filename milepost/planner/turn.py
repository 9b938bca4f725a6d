"""A turn: the state being changed at one instant, and what has come of it so far. The planner's working memory.

Nothing outside the planner makes one; to ask a question, make a `Situation`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from milepost.customer import Customer
from milepost.planner.commands import Command
from milepost.planner.compiled_map import CompiledMap, CompiledStep
from milepost.planner.dependents import Watched
from milepost.planner.entry_bases import StepPlace
from milepost.planner.ids import AddedTaskId
from milepost.planner.instants import Instant
from milepost.planner.loop_guard import MOST_HAPPENINGS, EndlessMapError
from milepost.planner.records import Record
from milepost.planner.situation import Situation
from milepost.planner.state import PlayState, StageState, State, StepState
from milepost.planner.timeline import Entry
from milepost.planner.touches import is_touch

R = TypeVar("R", bound=Record)


@dataclass(slots=True)
class Turn:
    """The planner's working memory: `now` is the instant that is being worked out, with a state that is the turn's own.

    Every change invalidates what depends on it: `to_look`, `to_close` and `to_open` are places among the map's
    watchers, its containers and its steps, to be looked at before the turn is settled; a plan begins where the one
    before it had settled. `changed` are the records that differ from what the state's timer index holds. `passed` is
    set while a resumed journey catches up: only what was due by then happens yet. `moves_at` is when a stage was about
    to open that the journey is to enter on another version.
    """

    now: Situation
    compiled_map: CompiledMap = field(init=False)
    state: State = field(init=False)
    at: Instant = field(init=False)
    entries: list[Entry] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    passed: Instant | None = None
    moves_at: Instant | None = None
    to_look: set[int] = field(default_factory=set)
    to_close: set[int] = field(default_factory=set)
    to_open: set[int] = field(default_factory=set)
    changed: set[Watched] = field(default_factory=set)
    _touched: set[int] = field(default_factory=set)
    _happened: int = 0
    _happened_at: Instant = -1

    def __post_init__(self) -> None:
        self.compiled_map, self.state, self.at = self.now.compiled_map, self.now.state, self.now.at

    def move_to(self, at: Instant) -> None:
        """Go on to an instant."""
        if at != self.at:
            self.at, self.now = at, Situation(self.compiled_map, self.state, at)

    def take_in_added_tasks(self) -> None:
        """Go on with a map that has the tasks that were just added."""
        self.now = Situation(self.compiled_map, self.state, self.at)
        self.compiled_map = self.now.compiled_map

    # What is reported and ordered.

    def report(self, entry: Entry) -> None:
        """Write one entry of the timeline.

        Raises:
            EndlessMapError: there are too many at one instant.
        """
        if self._happened_at != self.at:
            self._happened_at, self._happened = self.at, 0
        self._happened += 1
        if self._happened > MOST_HAPPENINGS:
            raise EndlessMapError(self.state.map, self.at, self.entries)
        if is_touch(entry, self.compiled_map, self.state):
            self.state.touched_at, self.state.touched_entry = entry.at, self.state.entries + len(self.entries)
        self.entries.append(entry)

    def place(self, step: CompiledStep) -> StepPlace:
        """Where a step is, and which occurrence of it is meant."""
        stage, play = (None, step.container) if step.in_play else (step.container or None, None)
        return StepPlace(stage, play, step.id, self.occurrence(step.id))

    def place_of(self, step: str) -> StepPlace | None:
        """The place of the step of an id; None where the map has no such step."""
        compiled_step = self.compiled_map.steps.get(step)
        if compiled_step is None and AddedTaskId.parse(step):
            return StepPlace(None, None, step, 1)
        return self.place(compiled_step) if compiled_step else None

    def order(self, command: Command) -> None:
        self.commands.append(command)

    def occurrence(self, step: str) -> int:
        """The number of the step's occurrence; what closes without ever opening was its first."""
        return self.state.step(step).occurrence or 1

    # What is changed. Each record is copied once, when it is first touched.

    def edit_step(self, step: str) -> StepState:
        self.invalidate(("step", step))
        return self._edit(self.state.steps, step, StepState)

    def edit_stage(self, stage: str) -> StageState:
        self.invalidate(("stage", stage))
        return self._edit(self.state.stages, stage, StageState)

    def edit_play(self, play: str) -> PlayState:
        self.invalidate(("play", play))
        return self._edit(self.state.plays, play, PlayState)

    def put_step(self, step: str, record: StepState) -> None:
        """Replace a step's record by a new one that only this turn knows."""
        self.invalidate(("step", step))
        self.state.steps[step] = record
        self._touched.add(id(record))

    def invalidate(self, what: Watched) -> None:
        """Note that a record changes, or is gone."""
        self.changed.add(what)
        self._invalidate_dependents(what)

    def _invalidate_dependents(self, what: Watched) -> None:
        invalidated = self.compiled_map.dependents.by.get(what)
        if invalidated is not None:
            self.to_look |= invalidated.watchers
            self.to_close |= invalidated.containers
            self.to_open |= invalidated.steps

    def _edit(self, table: dict[str, R], key: str, kind: type[R]) -> R:
        record = table.get(key)
        if record is None:
            record = table[key] = kind()
            self._touched.add(id(record))
        elif id(record) not in self._touched:
            record = table[key] = record.copy()
            self._touched.add(id(record))
        return record

    def edit_customer(self, customer: Customer, attributes: Iterable[str] = ()) -> None:
        """Put another record of the customer in place; `attributes` are those that may differ."""
        self.state.customer = customer
        for name in attributes:
            self._invalidate_dependents(("customer", name))
            if name == "timezone":
                self._invalidate_dependents(("customer", "started_on"))  # a date of theirs
            self.to_look.update(self.compiled_map.time_dependent)

    def invalidate_all(self) -> None:
        """Look at everything again: the journey begins, or goes on after a pause or with another map."""
        everything = self.compiled_map.dependents.all
        self.to_look |= everything.watchers
        self.to_close |= everything.containers
        self.to_open |= everything.steps

    @property
    def due_by(self) -> Instant:
        """The instant up to which timers fire: now, or as far as a resumed journey has caught up."""
        return self.at if self.passed is None else self.passed
