"""Why a journey is where it is: what every step that is open or ahead waits for, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from journeys.language.model import Outcome, Touchpoint
from journeys.local_time import time_of
from journeys.planner.chart import Chart, ChartStage, ChartStep, Waited
from journeys.planner.instants import Instant
from journeys.planner.messages import is_held_by_play
from journeys.planner.state import State, StepState
from journeys.planner.turn import Turn
from journeys.wording import HELD, Wording, quoted


@dataclass(frozen=True, slots=True)
class Waits:
    """One step or stage, and what it waits for. `status` is the step's, or `ahead` for a stage that is not open."""

    id: str
    title: str
    container: str
    status: str
    waits_for: str
    due_at: Instant | None = None
    overdue: bool = False


def waiting_for(chart: Chart, state: State, now: Instant, zone: str = "UTC") -> tuple[Waits, ...]:
    """What each open or coming step of the open stages and plays waits for, then each stage ahead."""
    if state.status == "ended":
        return ()
    say = Wording(chart, zone)
    turn = Turn(chart, state, max(now, state.clock))
    steps = [step for step in chart.steps.values() if turn.is_container_open(step)]
    standing = [_step(turn, step, say) for step in steps if not state.step(step.id).closed]
    ahead = [_stage(turn, stage, say) for stage in chart.stages.values() if _is_ahead(state, stage)]
    return (*standing, *ahead)


def _step(turn: Turn, step: ChartStep, say: Wording) -> Waits:
    record = turn.state.step(step.id)
    container = say.play(step.container) if step.in_play else say.stage(step.container)
    why = "; ".join(_open(turn, step, record, say) if record.is_open else _unopened(turn, step, record, say))
    late = record.is_open and record.due_at is not None and record.due_at < turn.at
    return Waits(step.id, say.step(step.id), container, record.status, why, record.due_at, late)


# A step that is open.


def _open(turn: Turn, step: ChartStep, record: StepState, say: Wording) -> Iterator[str]:
    known = step.step
    held = next((queued for queued in turn.state.queue if queued.step == step.id), None)
    if held is not None:
        until = f" until {time_of(held.until, say.zone)}" if held.until else ""
        yield f"its message to go out{until} ({HELD.get(held.why or '', 'it is in line')})"
    if isinstance(known, Touchpoint):
        if known.role is not None:
            yield _person(turn, known.role, record, say)
    elif record.status == "asked":
        due = f"; no answer counts as silence from {time_of(record.due_at, say.zone)}" if record.due_at else ""
        yield f"the answer of {_contact(turn, step, say)}{due}"
    elif isinstance(known, Outcome):
        if "ask" in record.timers:
            yield f"being asked once more on {time_of(record.timers['ask'], say.zone)}"
        elif held is None:
            yield "being asked"
    else:
        yield f"{_contact(turn, step, say)} to do it"
    yield from _triggers(step.done_when + step.verified_when, record)


def _person(turn: Turn, role: str, record: StepState, say: Wording) -> str:
    person = record.person or turn.state.customer.team.get(role)
    title = say.role(role)
    done = f"{person} ({title}) to do it" if person else f"somebody of the team {quoted(title)} to take it"
    late = f", and the {say.role(record.escalated_to)} was told that it is late" if record.escalated_to else ""
    return done + late


def _contact(turn: Turn, step: ChartStep, say: Wording) -> str:
    contact = turn.contact_of(step)
    title = say.persona(step.persona)
    return f"{contact.name} ({title})" if contact else f"a {title}, whom nobody has named yet"


def _triggers(triggers: tuple[Waited, ...], record: StepState) -> Iterator[str]:
    for trigger in triggers:
        if trigger.event is not None:
            seen = f" ({record.counts.get(trigger.key, 0)} of {trigger.count} so far)" if trigger.count > 1 else ""
            yield f"or the product event {quoted(trigger.event)}{seen}"
        elif trigger.condition is not None:
            yield f"or this to be true: {trigger.condition.text}"


# A step that waits.


def _unopened(turn: Turn, step: ChartStep, record: StepState, say: Wording) -> Iterator[str]:
    if turn.paused:
        yield "the journey to be resumed"
    before = [other for other in step.step.after if not turn.state.step(other).closed]
    if before and not record.forced:
        yield "the end of " + " and ".join(quoted(say.step(other)) for other in before)
        return
    if record.opens_at is not None and record.opens_at > turn.at:
        yield f"its time, {time_of(record.opens_at, say.zone)}"
    elif step.step.at is not None and record.opens_at is None:
        yield f"the customer's date {quoted(say.result(step.step.at.attribute))}, which nobody has told"
    elif is_held_by_play(turn, step, "everything"):
        yield "the end of a play that keeps everything back"
    else:
        yield "its turn, which is now"


# A stage that is not open.


def _is_ahead(state: State, stage: ChartStage) -> bool:
    record = state.stage(stage.stage.id)
    if record.status == "open":
        return False
    if record.opens_at is not None:
        return True
    return record.visits == 0


def _stage(turn: Turn, stage: ChartStage, say: Wording) -> Waits:
    record = turn.state.stage(stage.stage.id)
    return Waits(stage.stage.id, say.stage(stage.stage.id), "", "ahead", _stage_why(turn, stage, record.opens_at, say))


def _stage_why(turn: Turn, stage: ChartStage, opens_at: Instant | None, say: Wording) -> str:
    if stage.in_sequence:
        ids = [known for known, other in turn.chart.stages.items() if other.in_sequence]
        before = ids[ids.index(stage.stage.id) - 1]
        return f"the end of the stage {quoted(say.stage(before))}"
    opens = stage.stage.opens
    if opens_at is not None:
        return f"its time, {time_of(opens_at, say.zone)}"
    if opens is not None and opens.at is not None:
        return f"the customer's date {quoted(say.result(opens.at.attribute))}, which nobody has told or which is past"
    return " or ".join(_trigger(trigger) for trigger in stage.opens_when)


def _trigger(trigger: Waited) -> str:
    if trigger.event is not None:
        return f"the product event {quoted(trigger.event)}"
    return f"this to be true: {trigger.condition.text}" if trigger.condition else "nothing"
