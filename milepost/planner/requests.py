"""What customers say about a step besides that it is done: a colleague gets one task with it, and the step is quiet.

A step that its customer has spoken about isn't reminded of, late or silent for a while, as if it was snoozed: two
business days after their last word or, while a colleague has the task, until that is closed, at most ten business days
or up to the day that they propose. Two business days more follow a colleague's word. An unbroken quiet ends
after twenty business days, whatever is said in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from milepost.language.attribute_values import parse_date
from milepost.language.durations import Duration, Unit
from milepost.planner import facts, spoken_entries
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.enums import IgnoreReason, MessageReason, Response, TaskStatus, Wish
from milepost.planner.fact_checks import check_step
from milepost.planner.fact_errors import IgnoredError
from milepost.planner.instants import Instant
from milepost.planner.messages import drop
from milepost.planner.pointers import mail_pointer
from milepost.planner.request_checks import OF_THE_CUSTOMER, check_requested
from milepost.planner.request_tasks import open_request, request_about, want_no_more
from milepost.planner.system_tasks import close_system_task
from milepost.planner.turn import Turn

_A_WORD = Duration(2, Unit.BUSINESS_DAY)
_A_TASK = Duration(10, Unit.BUSINESS_DAY)
_THE_LONGEST = Duration(20, Unit.BUSINESS_DAY)


def request(turn: Turn, step: CompiledStep, fact: facts.Requested) -> None:
    """Take in what a customer wants about a step. Help is for a closed step too; it keeps its date and its person."""
    check_requested(step, fact)
    if fact.wish != Wish.HELP and turn.state.step(step.id).closed:
        raise IgnoredError(IgnoreReason.CLOSED)
    day = parse_date(fact.due)
    if day is not None and day < turn.now.calendar_of(step).local(turn.at).date():
        raise IgnoredError(IgnoreReason.PAST)
    _give_task(turn, step, Wish(fact.wish), day, fact.person)
    person = fact.person or {}
    entry = spoken_entries.Requested(
        turn.at,
        turn.place(step),
        wish=fact.wish,
        day=fact.due,
        person=person.get("email"),
        name=person.get("name"),
        note=fact.note,
        until=quieten(turn, step, day),
        by=fact.by,
    )
    turn.report(entry)


def reply(turn: Turn, fact: facts.Replied) -> None:
    """Take in a reply to a mail; where it needs an answer, a colleague gets it. After the end it is a line alone."""
    check_step(turn.compiled_map, fact.step)
    step = turn.compiled_map.steps.get(fact.step)
    until = None
    if step is not None and not turn.state.ended:
        if fact.needs_answer:
            _give_task(turn, step, Wish.ANSWER)
        until = quieten(turn, step)
    answer = fact.needs_answer or None
    place = turn.place_of(fact.step)
    turn.report(spoken_entries.Replied(turn.at, place, note=fact.note, needs_answer=answer, until=until, by=fact.by))


def respond(turn: Turn, step: CompiledStep, fact: facts.Responded) -> None:
    """Say something to the customer about a step; the task with what they want is done.

    What nobody wants can't be declined.
    """
    task = request_about(turn.state, step.id)
    if fact.elsewhere is not None:
        _point_elsewhere(turn, step, fact, task)
        return
    if task is None and fact.declined:
        raise IgnoredError(IgnoreReason.CLOSED)
    response = Response.DECLINED if fact.declined else Response.ANSWERED
    turn.report(spoken_entries.Responded(turn.at, turn.place(step), response=response, note=fact.note, by=fact.by))
    if task is not None:
        close_request(turn, task)


def _point_elsewhere(turn: Turn, step: CompiledStep, fact: facts.Responded, task: str | None) -> None:
    """What the customer wants is for others: they are told where, by mail, and the task is done."""
    if task is None:
        raise IgnoredError(IgnoreReason.CLOSED)
    place, response = turn.place(step), Response.ELSEWHERE
    entry = spoken_entries.Responded(
        turn.at, place, response=response, elsewhere=fact.elsewhere, note=fact.note, by=fact.by
    )
    turn.report(entry)
    close_request(turn, task, fact.elsewhere)
    mail_pointer(turn, step, fact.elsewhere or "", fact.contact)


def hear_note(turn: Turn, fact: facts.Noted) -> None:
    """A note of the customer's own about a step keeps it quiet, as any word of theirs; those of colleagues don't."""
    step = turn.compiled_map.steps.get(fact.about or "")
    if step is not None and fact.by is not None and not turn.state.ended and turn.state.customer.has_contact(fact.by):
        quieten(turn, step)


def agree(turn: Turn, step: CompiledStep, agreed: Mapping[str, Any], by: str | None) -> None:
    """What was agreed on a step settles what the customer wanted of it; a date is what counts from now on."""
    task = request_about(turn.state, step.id)
    if task is not None:
        settled = {Wish.DATE: agreed.get("due"), Wish.PERSON: agreed.get("person")}
        met = [wish for wish in turn.state.tasks[task].wishes if settled.get(Wish(wish))]
        if met:
            what = {"day": settled[Wish.DATE], "person": settled[Wish.PERSON]}
            place = turn.place(step)
            turn.report(spoken_entries.Responded(turn.at, place, response=Response.ACCEPTED, **what, by=by))
            if not want_no_more(turn, task, met):
                close_request(turn, task)
    is_quiet = turn.state.step(step.id).quiet_until is not None
    if agreed.get("due") and is_quiet and request_about(turn.state, step.id) is None:
        turn.edit_step(step.id).be_quiet_no_more()


def close_request(turn: Turn, task: str, elsewhere: str | None = None) -> None:
    """Close a task about a customer's words as done; the step is quiet for a while yet, so that they can read it."""
    step = turn.compiled_map.steps.get(turn.state.tasks[task].about)
    close_system_task(turn, task, TaskStatus.DONE, elsewhere)
    if step is not None and _may_be_quiet(turn, step):
        _keep_quiet(turn, step, turn.now.calendar_of(step).opening(turn.at, _A_WORD))


def _give_task(
    turn: Turn, step: CompiledStep, wish: Wish, day: date | None = None, person: Mapping[str, str] | None = None
) -> None:
    """Give a colleague the task with what is wanted; what is wanted besides joins the one that is open."""
    task = request_about(turn.state, step.id) or open_request(turn, step)
    record = turn.state.tasks[task]
    turn.state.tasks[task] = replace(
        record,
        wishes=[*(each for each in record.wishes if each != wish), wish],
        day=day.isoformat() if day else record.day,
        person=dict(person) if person else record.person,
    )


def quieten(turn: Turn, step: CompiledStep, day: date | None = None) -> Instant | None:
    """Keep a step of the customer's quiet because they spoke about it; returns until when, None where nothing is.

    Our own steps are never quiet. A reminder that hasn't left yet won't.
    """
    if not _may_be_quiet(turn, step):
        return None
    calendar = turn.now.calendar_of(step)
    has_task = request_about(turn.state, step.id) is not None
    until = max(calendar.opening(turn.at, _A_TASK if has_task else _A_WORD), turn.state.step(step.id).quiet_until or 0)
    if day is not None:
        until = max(until, calendar.opens_on(day))
    for queued in [each for each in turn.state.queue if each.step == step.id]:
        if queued.reason is MessageReason.REMINDER:
            drop(turn, queued, "quiet")
    return _keep_quiet(turn, step, until)


def _may_be_quiet(turn: Turn, step: CompiledStep) -> bool:
    return step.kind in OF_THE_CUSTOMER and not turn.state.step(step.id).closed


def _keep_quiet(turn: Turn, step: CompiledStep, until: Instant) -> Instant | None:
    """Keep a step quiet until an instant, or as long as an unbroken quiet may last."""
    record, calendar = turn.edit_step(step.id), turn.now.calendar_of(step)
    is_quiet = (record.quiet_until or 0) > turn.at
    since = record.quiet_since if is_quiet and record.quiet_since else turn.at
    until = min(until, calendar.opening(since, _THE_LONGEST))
    if until <= turn.at:
        return None
    record.quiet_since, record.quiet_until, record.quiet_end = since, until, calendar.closing(until)
    return until
