"""What lies ahead of a journey by itself: timers, in the order in which they happen.

A state carries them from plan to plan, told from its records; a plan works out anew only those of records that it
changed. They are no part of the state's JSON: read back from there, they are all told anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from journeys.planner.instants import Instant
from journeys.planner.stirring import Watched

if TYPE_CHECKING:
    from journeys.planner.state import State

_RANK = ("opens", "step", "cooldown", "remind", "due", "overdue", "escalate", "silent", "ask", "target", "deadline")
RANK_OF = {kind: rank for rank, kind in enumerate(_RANK)}
STEP = RANK_OF["step"]
NEVER: Instant = 1 << 62

Due = tuple[Instant, int]
"""When something is due, and its rank among what is due at one instant in one place of the file."""


class Timer(NamedTuple):
    """Something due at an instant; sorts by time, then by the place in the file."""

    at: Instant
    position: int
    rank: int
    key: str

    @property
    def kind(self) -> str:
        return _RANK[self.rank]


@dataclass(slots=True)
class Ahead:
    """All that will happen by itself, by what it is about.

    Nothing of it is due before `soonest`; `wake` is when the journey must next be looked at.
    """

    timers: dict[Watched, tuple[Due, ...]] = field(default_factory=dict)
    soonest: Instant = NEVER
    wake: Instant | None = None

    @staticmethod
    def of(state: State) -> Ahead:
        """What lies ahead of a journey, told from its records alone; `wake` is left open."""
        found = Ahead()
        tables: dict[str, Mapping[str, Any]] = {"step": state.steps, "stage": state.stages, "play": state.plays}
        found.look_anew(state, ((kind, name) for kind, table in tables.items() for name in table))
        return found

    def look_anew(self, state: State, changed: Iterable[Watched]) -> None:
        """Work out anew what will happen by itself to steps, stages and plays that changed or are gone."""
        for what in changed:
            kind, name = what
            due = tuple(_AHEAD[kind](state, name))
            if due:
                self.timers[what] = due
            else:
                self.timers.pop(what, None)
        self.soonest = min((at for timers in self.timers.values() for at, _ in timers), default=NEVER)

    def copy(self) -> Ahead:
        return Ahead(self.timers.copy(), self.soonest, self.wake)


def _of_step(state: State, step: str) -> Iterator[Due]:
    record = state.step(step)
    opens_at = record.opens_at if record.status == "waiting" else record.timers.get("repeat")
    if opens_at is not None:
        yield opens_at, STEP
    if record.is_open:
        for timer, at in record.timers.items():
            if timer != "repeat":
                yield at, RANK_OF[timer]
        if record.reminders:
            yield record.reminders[0], RANK_OF["remind"]


def _of_stage(state: State, stage: str) -> Iterator[Due]:
    record = state.stage(stage)
    if record.target_at is not None:
        yield record.target_at, RANK_OF["target"]
    if record.opens_at is not None:
        yield record.opens_at, RANK_OF["opens"]


def _of_play(state: State, play: str) -> Iterator[Due]:
    record = state.play(play)
    if record.deadline_at is not None:
        yield record.deadline_at, RANK_OF["deadline"]
    if record.cooldown_until is not None:
        yield record.cooldown_until, RANK_OF["cooldown"]


_AHEAD: dict[str, Callable[[State, str], Iterator[Due]]] = {"step": _of_step, "stage": _of_stage, "play": _of_play}
