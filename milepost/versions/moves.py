"""Previews moving one open journey to another version of its map: the planner, run on a copy of its state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from milepost.errors import MilepostError
from milepost.explain.sentences import Wording
from milepost.planner import facts, timeline
from milepost.planner.calendars import NeverOpensError
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant, optional_text
from milepost.planner.loop_guard import EndlessMapError
from milepost.planner.plan import plan
from milepost.planner.state import State
from milepost.planner.timeline import Entry


@dataclass(frozen=True, slots=True)
class DateChange:
    """A step or stage that is kept with another date: its due date, or when it opens."""

    id: str
    title: str
    field: str
    before: Instant | None
    after: Instant | None

    def to_json(self) -> dict[str, Any]:
        dates = {"before": optional_text(self.before), "after": optional_text(self.after)}
        return asdict(self) | dates


@dataclass(frozen=True, slots=True)
class Move:
    """The effects that moving one journey would have at once.

    `stands_on` are the open steps, stages and plays that are gone; `entries` are the timeline entries that it would
    add. `problem` says why it can't be previewed.
    """

    customer: str
    stands_on: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    redated: tuple[DateChange, ...] = ()
    entries: tuple[Entry, ...] = ()
    problem: str | None = None

    @property
    def changes_nothing(self) -> bool:
        """Returns whether the customer and the colleagues would notice nothing now."""
        return not (self.stands_on or self.redated or self.entries or self.problem)

    def to_json(self, say: Wording) -> dict[str, Any]:
        return {
            "customer": self.customer,
            "stands_on": list(self.stands_on),
            "withdrawn": list(self.withdrawn),
            "opened": list(self.opened),
            "redated": [each.to_json() for each in self.redated],
            "timeline": [{**each.to_json(), "text": say.sentence(each)} for each in self.entries],
            "problem": self.problem,
        }


def preview(old: CompiledMap, new: CompiledMap, state: State, now: Instant) -> Move:
    """Returns what moving the journey would do now; what has fallen due happens on the old version first."""
    try:
        before = plan(old, state, (), max(now, state.clock)).state
        if before.ended or old.version == new.version:
            return Move(state.customer.id)
        fact = facts.MapChanged(id="preview", at=before.clock, version=new.version)
        after = plan(new, before, (fact,), before.clock)
    except (NeverOpensError, EndlessMapError) as error:
        return Move(state.customer.id, problem=str(error))
    entries = tuple(entry for entry in after.timeline if not isinstance(entry, timeline.MapChanged))
    return Move(
        state.customer.id,
        tuple(_gone(before, new)),
        tuple(each.step for each in entries if isinstance(each, timeline.StepWithdrawn)),
        tuple(each.step for each in entries if isinstance(each, timeline.StepOpened)),
        tuple(_date_changes(before, after.state, new)),
        entries,
    )


def _gone(state: State, new: CompiledMap) -> Iterator[str]:
    """Yields the open steps, stages and plays that the new version no longer has."""
    was = new.earlier_ids
    stages = [
        each for each, record in state.stages.items() if record.is_open and each not in {*new.stages, *was.stages}
    ]
    plays = [each for each, record in state.plays.items() if record.is_open and each not in {*new.plays, *was.plays}]
    steps = [each for each, record in state.steps.items() if record.is_open and each not in {*new.steps, *was.steps}]
    for kind, gone in (("stage", stages), ("play", plays), ("step", steps)):
        yield from (f"{kind} {each}" for each in gone)


def _date_changes(before: State, after: State, new: CompiledMap) -> Iterator[DateChange]:
    say = Wording(new)
    names = {today: old for old, today in new.earlier_ids.steps.items() if old in before.steps}
    for step in new.steps:
        old, now = before.step(names.get(step, step)), after.step(step)
        if (old.status, old.occurrence) != (now.status, now.occurrence):
            continue
        if now.is_open and old.due_at != now.due_at:
            yield DateChange(step, say.step(step), "due", old.due_at, now.due_at)
        elif now.is_waiting and old.opens_at != now.opens_at:
            yield DateChange(step, say.step(step), "opens", old.opens_at, now.opens_at)
    for stage in new.stages:
        was, becomes = before.stage(stage), after.stage(stage)
        if was.status == becomes.status and was.opens_at != becomes.opens_at:
            yield DateChange(stage, say.stage(stage), "opens", was.opens_at, becomes.opens_at)


def obstacle(new: CompiledMap, state: State, now: Instant) -> str | None:
    """Returns why a journey can't be planned on another version if it moves there where it stands; None: it can."""
    fact = facts.MapChanged(id="preview", at=state.clock, version=new.version)
    try:
        plan(new, state, (fact,), max(now, state.clock))
    except Exception as error:  # noqa: BLE001 - whatever is wrong, the journey would be blocked by it
        return str(error) if isinstance(error, MilepostError) else f"{type(error).__name__}: {error}"
    return None
