"""Steps: when they are ready, how they open, how they are done."""

from __future__ import annotations

from milepost.language.awaited import ANY_RESULT, Awaited
from milepost.language.durations import Duration
from milepost.language.steps import Outcome, Touchpoint
from milepost.planner import timeline
from milepost.planner.agreements import agreed_time
from milepost.planner.branches import carry_out
from milepost.planner.closings import complete_step, skip_step, withdraw_step
from milepost.planner.commands import OpenTask
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.deadlines import first_due, schedule
from milepost.planner.enums import StepKind, StepStatus
from milepost.planner.ids import TaskId
from milepost.planner.instants import Instant
from milepost.planner.invitations import keep_agreed_date
from milepost.planner.messages import enqueue
from milepost.planner.outcomes import ask
from milepost.planner.pause_shift import KEEP_THEIR_WEEKDAY, after_pauses
from milepost.planner.state import State, StepState
from milepost.planner.turn import Turn
from milepost.planner.waited import Waited


def open_if_ready(turn: Turn, step: CompiledStep) -> bool:
    """Open a step of an open stage or play that opens by being ready, or that was held beyond its time.

    What opens by the clock alone opens with the timers of its instant (`open_in_time`). Returns whether anything
    happened.
    """
    record = turn.state.step(step.id)
    if not record.is_waiting:
        return _repeat_if_held(turn, step, record)
    if step.awaits and not record.forced and (ended := awaited_end(turn.state, step)) is not True:
        return _not_ready(turn, step, record, still_waits=ended is None)
    opens_at = record.opens_at
    if opens_at is None:
        opens_at = _plan_opening(turn, step)
    if opens_at is None or opens_at > turn.due_by or turn.now.holding_plays(step, "everything"):
        return False
    if opens_at == turn.due_by and opens_at != turn.state.step(step.id).ready_at:
        return False
    open_step(turn, step)
    return True


def awaited_end(state: State, step: CompiledStep) -> bool | None:
    """Whether all that a step waits for has closed, with the results asked for; None while none closed otherwise."""
    all_closed = True
    for awaited in step.awaits:
        record = state.step(awaited.step)
        if not record.closed:
            all_closed = False
        elif awaited.results and not _ends_as_asked(record, awaited):
            return False
    return all_closed or None


def _ends_as_asked(record: StepState, awaited: Awaited) -> bool:
    is_done = record.status is StepStatus.DONE
    return is_done and (ANY_RESULT in awaited.results or record.result in awaited.results)


def _not_ready(turn: Turn, step: CompiledStep, record: StepState, *, still_waits: bool) -> bool:
    """Let a step wait on, or skip it where it will never have the result that it asks for; returns whether it did."""
    if not still_waits:
        skip_step(turn, step, "after")
        turn.edit_step(step.id).skipped_after = True
        return True
    if record.ready_at is not None:  # what it waited for was reopened or revoked
        record = turn.edit_step(step.id)
        record.ready_at = record.opens_at = None
    return False


def open_in_time(turn: Turn, step: CompiledStep) -> None:
    """Open a waiting step, or a repeating one once more: its instant has come."""
    if turn.state.step(step.id).is_waiting:
        open_step(turn, step)
    else:
        _repeat(turn, step)


def _plan_opening(turn: Turn, step: CompiledStep) -> Instant | None:
    record = turn.state.step(step.id)
    if record.ready_at is None:
        record = turn.edit_step(step.id)
        record.ready_at = turn.at
    opens_at = opening_of(turn, step, record.ready_at or turn.at)
    if opens_at != record.opens_at:
        record = turn.edit_step(step.id)
        record.opens_at, record.rule = opens_at, step.opening_rule
    return opens_at


def opening_of(turn: Turn, step: CompiledStep, ready_at: Instant) -> Instant | None:
    """When a step that became ready at an instant opens; None while its anchor's date is unknown."""
    definition = step.step
    if definition.wait is not None:
        return max(ready_at, _after_wait(turn, step, definition.wait, ready_at))
    if definition.at is not None:
        anchor = turn.now.anchor_instant(turn.now.calendar_of(step), definition.at)
        return None if anchor is None else max(ready_at, anchor)
    return ready_at


def _after_wait(turn: Turn, step: CompiledStep, wait: Duration, ready_at: Instant) -> Instant:
    """The end of a wait, moved by the pauses since the step was ready."""
    calendar = turn.now.calendar_of(step)
    return after_pauses(turn.now, calendar.opening_after_pause, calendar.opening(ready_at, wait), wait, ready_at)


def open_step(turn: Turn, step: CompiledStep) -> None:
    """Open the next occurrence of a step, unless it is skipped or done before it opens."""
    plan_repeats(turn, step)
    if step.skip_when is not None and turn.now.is_true(step.skip_when):
        skip_step(turn, step, "skip_when")
        return
    if step.kind is not StepKind.OUTCOME and is_fulfilled(turn, step, step.triggers):
        complete_step(turn, step, by="product")
        return
    record = opened(turn, step)
    say_opened(turn, step, record)
    if isinstance(step.step, Outcome):
        ask(turn, step)
    elif step.template is not None:
        enqueue(turn, step, step.message_reason, step.template)


def opened(turn: Turn, step: CompiledStep) -> StepState:
    """Give a step its next occurrence, open from now on, with its due date."""
    record = turn.edit_step(step.id)
    record.status, record.kind = StepStatus.OPEN, step.kind
    record.begin_occurrence()
    record.opened_at, record.closed_at, record.opens_at, record.ready_at = turn.at, None, None, None
    record.forced = record.must_turn = record.asks_again = False
    record.result = record.escalated_to = record.asked_at = record.asked_of = None
    record.rule, record.snoozed_until, record.snoozed_end = step.due_rule, None, None
    if (record.quiet_until or 0) <= turn.at:
        record.be_quiet_no_more()
    record.asks = 0
    record.numbers, record.reminders, record.reminded = {}, {}, []
    record.person = turn.state.agreed.get(step.id, {}).get("person")
    record.due_agreed, record.agreed_at, record.agreed_minutes = False, None, None
    if not isinstance(step.step, Outcome):  # its answer is due from when it is asked
        agreed = turn.state.agreed.pop(step.id, {})
        is_agreed = "due" in agreed
        due = keep_agreed_date(turn, step, agreed) if is_agreed else first_due(turn.now, step, turn.at)
        schedule(turn, step, due)
    return record


def say_opened(turn: Turn, step: CompiledStep, record: StepState) -> None:
    """Report that a step is open, and give its task to a colleague."""
    place, role = turn.place(step), step.role
    begins, minutes = agreed_time(turn.state, step.id) or (None, None)
    turn.report(
        timeline.StepOpened(
            turn.at,
            place,
            track=step.track,
            role=role,
            persona=step.persona,
            due=record.due_at,
            begins=begins,
            minutes=minutes,
        )
    )
    if role is not None:
        person = record.person or turn.state.customer.team.get(role)
        turn.order(OpenTask(str(TaskId(step.id, record.occurrence)), role, person, step.id, None, turn.at))


def add_task(turn: Turn, step: CompiledStep, by: str | None) -> None:
    """Open a task that was added to the journey; what was agreed on for it is its due date and its person."""
    record, role = opened(turn, step), step.role or ""
    person, place = record.person or turn.state.customer.team.get(role), turn.place(step)
    turn.order(OpenTask(str(TaskId(step.id, record.occurrence)), role, person, step.id, None, turn.at))
    due = record.due_at or turn.at
    turn.report(
        timeline.TaskAdded(turn.at, place, title=step.step.title, role=role, person=record.person, due=due, by=by)
    )


def finish_step(
    turn: Turn, step: CompiledStep, *, by: str | None = None, result: str | None = None, note: str | None = None
) -> None:
    """Close a step as done and carry out the branch of its result."""
    complete_step(turn, step, by=by, result=result, note=note)
    turn.edit_step(step.id).result = result
    if result is not None and isinstance(step.step, Touchpoint) and step.step.results:
        carry_out(turn, step.step.results.get(result, ()), turn.place(step))


# Triggers of a step.


def is_fulfilled(turn: Turn, step: CompiledStep, triggers: tuple[Waited, ...]) -> bool:
    """Returns whether any trigger of a step holds: enough events counted, or its condition true."""
    counts = turn.state.step(step.id).counts
    for trigger in triggers:
        if trigger.event is not None:
            if counts.get(trigger.key, 0) >= trigger.count:
                return True
        elif trigger.condition is not None and turn.now.is_true(trigger.condition):
            return True
    return False


# Repeats.


def plan_repeats(turn: Turn, step: CompiledStep) -> None:
    """At the first opening of a visit, or where a step is closed before that, set when it opens again."""
    record = turn.state.step(step.id)
    if step.every is None or record.repeat_base is not None:
        return
    record = turn.edit_step(step.id)
    record.repeat_base = turn.at
    record.repeats, record.pace = 1, step.pace
    record.timers["repeat"] = repeat_instant(turn, step, record)


def repeat_instant(turn: Turn, step: CompiledStep, record: StepState) -> Instant:
    """When occurrence n+1 of a repeating step opens: n times its duration after the first, moved by the pauses since.

    A pause doesn't move what repeats in weeks or longer.
    """
    every = step.every
    assert every is not None
    assert record.repeat_base is not None
    times = type(every)(every.count * record.repeats, every.unit)
    calendar = turn.now.calendar_of(step)
    at = calendar.opening(record.repeat_base, times)
    if every.unit in KEEP_THEIR_WEEKDAY:
        return at
    return after_pauses(turn.now, calendar.opening_after_pause, at, every, record.repeat_base)


def repeat_ahead(turn: Turn, step: CompiledStep, record: StepState) -> None:
    """Set a repeat whose instant has come to the first one after now."""
    while record.timers["repeat"] <= turn.at:
        record.repeats += 1
        record.timers["repeat"] = repeat_instant(turn, step, record)


def _repeat_if_held(turn: Turn, step: CompiledStep, record: StepState) -> bool:
    """Repeat what a play held beyond its time and holds no longer."""
    due = record.timers.get("repeat")
    if due is None or due >= turn.due_by or turn.now.holding_plays(step, "everything"):
        return False
    _repeat(turn, step)
    return True


def _repeat(turn: Turn, step: CompiledStep) -> None:
    """Open a repeating step once more; one that is still open is withdrawn just before."""
    record = turn.edit_step(step.id)
    repeat_ahead(turn, step, record)
    if record.is_open:
        withdraw_step(turn, step, "repeat")
    turn.edit_step(step.id).status = StepStatus.WAITING
    open_step(turn, step)


def reopen(turn: Turn, step: CompiledStep) -> None:
    """Open a closed step again, whatever it waits for; it opens when nothing holds it.

    What was skipped for the way in which it ended waits for its new end.
    """
    record = turn.edit_step(step.id)
    record.status = StepStatus.WAITING
    record.forced, record.skipped_after = True, False
    record.ready_at = record.opens_at = turn.at
    _wait_again(turn, step)


def _wait_again(turn: Turn, step: CompiledStep) -> None:
    """Let the steps wait that were skipped because this one ended otherwise than they ask for."""
    for other in turn.compiled_map.steps.values():
        waits_for_it = any(awaited.step == step.id for awaited in other.awaits)
        if waits_for_it and turn.state.step(other.id).skipped_after and turn.now.is_container_open(other):
            record = turn.edit_step(other.id)
            record.status, record.skipped_after = StepStatus.WAITING, False
            _wait_again(turn, other)
