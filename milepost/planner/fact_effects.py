"""The effects of facts on a journey. A fact that makes no sense now changes nothing; it is reported with the reason."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from milepost.customer import address_key, keep_refused
from milepost.language.attribute_values import parse_date
from milepost.language.field_types import Verdict
from milepost.planner import facts, spoken_entries, timeline
from milepost.planner.added_tasks import MOST_OPEN, NUMBER, was_added
from milepost.planner.agreement_effects import agree_on
from milepost.planner.agreement_mails import mail_agreement
from milepost.planner.answers import change_answers, keep_answers, write_to_customer
from milepost.planner.branches import set_attributes, start_or_defer
from milepost.planner.closings import end_journey, skip_step
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.contacts import give_contacts
from milepost.planner.customer_changes import change_customer
from milepost.planner.enums import IgnoreReason, StartReason, StepStatus, SystemTaskReason, TaskStatus
from milepost.planner.fact_checks import (
    check_agreement,
    check_answers,
    check_attributes,
    check_contacts,
    check_form_is_sent,
    check_result,
    check_subject,
    check_verdict,
    is_address,
    outcome_named,
    parse_until,
    play_named,
    step_named,
)
from milepost.planner.fact_errors import IgnoredError, RefusedError
from milepost.planner.hand_over import colleagues_changed
from milepost.planner.ids import AddedTaskId
from milepost.planner.instants import Instant, instant
from milepost.planner.mail_choices import choose_mail
from milepost.planner.message_effects import cancel, message_failed, release, retry, switch_mail, take_back
from milepost.planner.outcomes import answer, complete, may_complete, revoke
from milepost.planner.pauses import pause, resume
from milepost.planner.requests import close_request, hear_note, reply, request, respond
from milepost.planner.steps import add_task, finish_step, plan_repeats, reopen
from milepost.planner.system_tasks import close_system_task, close_system_tasks
from milepost.planner.task_checks import check_added_task
from milepost.planner.task_records import AddedTask
from milepost.planner.turn import Turn
from milepost.planner.version_move import move, stay
from milepost.planner.waited import Waited

_ANSWERED = frozenset(StepStatus(verdict) for verdict in Verdict)
_JourneyFact = (
    facts.PlayStarted | facts.Paused | facts.Resumed | facts.Ended | facts.MapChanged | facts.MessageFailed
    | facts.MessageReleased | facts.MessageCancelled | facts.MessageRetried | facts.MessageReturned | facts.MailSwitched
    | facts.AgreementMailed | facts.TaskDone | facts.TaskAdded
)  # fmt: skip
_WhileItGoesOn = (
    facts.StepDone | facts.StepSkipped | facts.StepReopened | facts.Snoozed | facts.EventHappened | facts.Answered
    | facts.AnswerCompleted | facts.Revoked | facts.AttributesSet | facts.ContactsGiven | facts.MailChosen
    | facts.TeamGiven | facts.HandedOver | facts.Away | facts.Back | facts.Agreed | facts.Requested | facts.Responded
    | _JourneyFact
)  # fmt: skip
"""What a journey can be told until it ends; the rest comes after its end, too."""


def apply_fact(turn: Turn, fact: facts.Fact) -> None:
    """Apply one fact to the journey."""
    if turn.compiled_map.earlier_ids:
        fact = turn.compiled_map.earlier_ids.today(fact)
    try:
        _apply(turn, fact)
    except RefusedError as refused:
        place = turn.place_of(getattr(fact, "step", None) or getattr(fact, "outcome", None) or "")
        turn.report(timeline.FactIgnored(turn.at, place, why=refused.ignored_as, fact=fact.kind, by=fact.by))


def _noted(turn: Turn, fact: facts.Noted) -> None:
    check_subject(turn.compiled_map, fact.about)
    about = fact.about if is_address(fact.about) else None
    place = turn.place_of(fact.about) if fact.about and about is None else None
    turn.report(spoken_entries.Noted(turn.at, place, text=fact.text, about=about, by=fact.by))
    hear_note(turn, fact)


def _apply(turn: Turn, fact: facts.Fact) -> None:
    match fact:
        case facts.Noted():
            _noted(turn, fact)
        case facts.FactUndone():
            place = turn.place_of(fact.step or "")
            turn.report(timeline.FactUndone(turn.at, place, fact=fact.fact, by=fact.by))
        case facts.Replied():
            reply(turn, fact)
        case facts.AnswerCompleted() if turn.state.ended and may_complete(turn.state.ended_at, turn.at):
            _about_an_answer(turn, fact)  # which may be the one that ended the journey
        case _ if turn.state.ended:
            raise IgnoredError(IgnoreReason.ENDED)
        case _:
            _apply_while_it_goes_on(turn, fact)


def _apply_while_it_goes_on(turn: Turn, fact: _WhileItGoesOn) -> None:
    match fact:
        case facts.StepDone():
            _step_done(turn, fact)
        case facts.StepSkipped():
            step = _closable(turn, fact.step)
            plan_repeats(turn, step)
            skip_step(turn, step, fact.reason or "told", fact.by)
        case facts.StepReopened():
            _step_reopened(turn, fact)
        case facts.Snoozed():
            _snoozed(turn, fact)
        case facts.EventHappened():
            _event(turn, fact)
        case facts.Answered():
            _answered(turn, fact)
        case facts.AnswerCompleted() | facts.Revoked():
            _about_an_answer(turn, fact)
        case facts.AttributesSet():
            check_attributes(fact.attributes, turn.compiled_map.map.attributes)
            set_attributes(turn, fact.attributes, fact.by)
        case facts.ContactsGiven():
            _contacts(turn, fact)
        case facts.MailChosen():
            choose_mail(turn, fact)
        case facts.TeamGiven():
            change_customer(turn, turn.state.customer.having(team=dict(fact.team)), fact.by)
        case facts.HandedOver() | facts.Away() | facts.Back():
            if not colleagues_changed(turn, fact):
                raise IgnoredError(IgnoreReason.NOT_THEIRS)
        case facts.Agreed():
            _agreed(turn, fact)
        case facts.Requested():
            request(turn, _step(turn, fact.step), fact)
        case facts.Responded():
            respond(turn, _step(turn, fact.step), fact)
        case _:
            _apply_to_journey(turn, fact)


def _apply_to_journey(turn: Turn, fact: _JourneyFact) -> None:
    match fact:
        case facts.PlayStarted():
            play_named(turn.compiled_map, fact.play)
            start_or_defer(turn, fact.play, StartReason.FACT)
        case facts.Paused():
            if turn.state.paused:
                raise IgnoredError(IgnoreReason.PAUSED)
            pause(turn, fact.reason)
        case facts.Resumed():
            if not turn.state.paused:
                raise IgnoredError(IgnoreReason.NOT_PAUSED)
            resume(turn, fact.reason)
        case facts.Ended():
            end_journey(turn, fact.reason, fact.note)
        case facts.MapChanged():
            _map_changed(turn, fact)
        case facts.MessageFailed():
            message_failed(turn, fact)
        case facts.MessageReleased():
            release(turn, fact)
        case facts.MessageCancelled():
            cancel(turn, fact)
        case facts.MessageRetried():
            retry(turn, fact)
        case facts.MessageReturned():
            take_back(turn, fact)
        case facts.MailSwitched():
            switch_mail(turn, fact)
        case facts.AgreementMailed():
            mail_agreement(turn, fact)
        case facts.TaskAdded():
            _task_added(turn, fact)
        case facts.TaskDone() if fact.task in turn.state.added:
            finish_step(turn, _closable(turn, fact.task), by=fact.by, note=fact.note)
        case facts.TaskDone():
            if fact.task not in turn.state.tasks:
                raise IgnoredError(IgnoreReason.CLOSED)
            _system_task_done(turn, fact.task)
        case _:
            assert_never(fact)


def _system_task_done(turn: Turn, task: str) -> None:
    if turn.state.tasks[task].why is SystemTaskReason.REQUEST:
        close_request(turn, task)
    else:
        close_system_task(turn, task, TaskStatus.DONE)


def _map_changed(turn: Turn, fact: facts.MapChanged) -> None:
    state = turn.state
    if fact.version in (state.version, ""):
        if state.moving_to is None:
            raise IgnoredError(IgnoreReason.SAME_VERSION)
        stay(turn)
    elif fact.at_next_stage:
        state.moving_to = fact.version
    elif fact.version == turn.compiled_map.version:
        move(turn, fact.version)
    else:
        raise IgnoredError(IgnoreReason.UNKNOWN_VERSION)


# Steps.


def _step(turn: Turn, step_id: str) -> CompiledStep:
    """The step of an id; an added task is known as long as it is open."""
    task = AddedTaskId.parse(step_id)
    if task is not None and not turn.state.step(step_id).is_open:
        raise IgnoredError(IgnoreReason.CLOSED if was_added(turn.state, task.number) else IgnoreReason.UNKNOWN)
    return step_named(turn.compiled_map, step_id)


def _closable(turn: Turn, step_id: str) -> CompiledStep:
    """A step that is open, or waits in an open stage or play."""
    step = _step(turn, step_id)
    record = turn.state.step(step_id)
    if record.closed:
        raise IgnoredError(IgnoreReason.CLOSED)
    if not record.is_open and not turn.now.is_container_open(step):
        raise IgnoredError(IgnoreReason.NOT_OPEN)
    return step


def _step_done(turn: Turn, fact: facts.StepDone) -> None:
    if _is_later_form(turn, fact):
        step = turn.compiled_map.steps[fact.step]
        check_answers(step, fact, turn.compiled_map.map.attributes)
        change_answers(turn, step, fact.answers or {}, fact.by)
        return
    step = _closable(turn, fact.step)
    check_result(step, fact.result)
    check_answers(step, fact, turn.compiled_map.map.attributes)
    check_form_is_sent(step, fact, turn.state.customer)
    if fact.answers is not None:
        keep_answers(turn, step, fact.answers)
    plan_repeats(turn, step)
    finish_step(turn, step, by=fact.by, result=fact.result, note=fact.note)
    if fact.answers is not None and not turn.state.ended:
        write_to_customer(turn, step, fact.answers)


def _is_later_form(turn: Turn, fact: facts.StepDone) -> bool:
    """Returns whether a form is sent for a step that is done, in a stage or play that is open."""
    step = turn.compiled_map.steps.get(fact.step)
    is_done = step is not None and turn.state.step(step.id).status is StepStatus.DONE
    return fact.answers is not None and step is not None and is_done and turn.now.is_container_open(step)


def _step_reopened(turn: Turn, fact: facts.StepReopened) -> None:
    step = _step(turn, fact.step)
    if not turn.state.step(step.id).closed:
        raise IgnoredError(IgnoreReason.NOT_CLOSED)
    if not turn.now.is_container_open(step):
        raise IgnoredError(IgnoreReason.NOT_OPEN)
    reopen(turn, step)


def _snoozed(turn: Turn, fact: facts.Snoozed) -> None:
    step = _step(turn, fact.step)
    if not turn.state.step(step.id).is_open:
        raise IgnoredError(IgnoreReason.CLOSED if turn.state.step(step.id).closed else IgnoreReason.NOT_OPEN)
    until = _snoozed_until(turn, step, fact.until)
    if until <= turn.at:
        raise IgnoredError(IgnoreReason.UNTIL)
    record = turn.edit_step(step.id)
    if until > (record.snoozed_until or 0):
        record.snoozed_until, record.snoozed_end = until, turn.now.calendar_of(step).closing(until)
    turn.report(timeline.StepSnoozed(turn.at, turn.place(step), until=until, why=fact.reason, by=fact.by))


def _snoozed_until(turn: Turn, step: CompiledStep, until: str) -> Instant:
    """The opening hour of a local date, or an instant with an offset."""
    calendar, day = turn.now.calendar_of(step), parse_until(until)
    return instant(day) if isinstance(day, datetime) else calendar.opens_on(day)


# Outcomes.


def _answered(turn: Turn, fact: facts.Answered) -> None:
    step = outcome_named(turn.compiled_map, fact.outcome)
    record = turn.state.step(step.id)
    check_verdict(fact.verdict)
    if record.closed and record.status not in (StepStatus.SILENT, StepStatus.WITHDRAWN):
        raise IgnoredError(IgnoreReason.CLOSED)
    if record.is_waiting and not turn.now.is_container_open(step):
        raise IgnoredError(IgnoreReason.NOT_OPEN)
    answer(turn, step, fact)


def _about_an_answer(turn: Turn, fact: facts.AnswerCompleted | facts.Revoked) -> None:
    step = outcome_named(turn.compiled_map, fact.outcome)
    if turn.state.step(step.id).verdict not in _ANSWERED:
        raise IgnoredError(IgnoreReason.NOT_ANSWERED)
    if isinstance(fact, facts.AnswerCompleted):
        complete(turn, step, fact)
    else:
        revoke(turn, step, fact)


# Events.


def _event(turn: Turn, fact: facts.EventHappened) -> None:
    """Count the event wherever the map waits for it; settling then sees what is fulfilled."""
    if fact.event not in turn.compiled_map.events:
        return
    for step in turn.compiled_map.steps.values():
        for trigger in _asking(turn, step.triggers, fact):
            _count(turn.edit_step(step.id).counts, trigger)
    for stage_id, stage in turn.compiled_map.stages.items():
        for trigger in _asking(turn, stage.triggers, fact):
            _count(turn.edit_stage(stage_id).counts, trigger)
    for play_id, play in turn.compiled_map.plays.items():
        for trigger in _asking(turn, play.starts_when, fact):
            _count(turn.edit_play(play_id).counts, trigger)
        if turn.state.play(play_id).is_open:
            for trigger in _asking(turn, play.ends_when, fact):
                _count(turn.edit_play(play_id).end_counts, trigger)


def _asking(turn: Turn, triggers: tuple[Waited, ...], fact: facts.EventHappened) -> list[Waited]:
    return [
        trigger
        for trigger in triggers
        if trigger.event == fact.event
        and (trigger.condition is None or turn.now.is_true(trigger.condition, fact.properties))
    ]


def _count(counts: dict[str, int], trigger: Waited) -> None:
    counts[trigger.key] = min(counts.get(trigger.key, 0) + 1, trigger.count)


# The customer.


def _contacts(turn: Turn, fact: facts.ContactsGiven) -> None:
    check_contacts(fact.contacts)
    give_contacts(turn, keep_refused(turn.state.customer.contacts, fact.contacts), fact.by)


def _agreed(turn: Turn, fact: facts.Agreed) -> None:
    check_agreement(turn.compiled_map, fact.steps)
    agree_on(turn, fact, {step_id: _step(turn, step_id) for step_id in fact.steps})


# Tasks.


def _task_added(turn: Turn, fact: facts.TaskAdded) -> None:
    check_added_task(turn.compiled_map, fact)
    state, day = turn.state, parse_date(fact.due)
    if len(state.added) >= MOST_OPEN:
        raise IgnoredError(IgnoreReason.LIMIT)
    if day is not None and day < turn.compiled_map.ours.local(turn.at).date():
        raise IgnoredError(IgnoreReason.PAST)
    number = state.numbers[NUMBER] = state.numbers.get(NUMBER, 0) + 1
    task = str(AddedTaskId(number))
    role = fact.role or _role_of(turn, fact.person)
    state.added[task] = AddedTask(fact.title, role, fact.effort, None if day else fact.due, bool(fact.internal))
    agreed = {"due": day.isoformat() if day else None, "person": fact.person}
    state.agreed[task] = {name: value for name, value in agreed.items() if value is not None}
    state.idle = False
    close_system_tasks(turn, SystemTaskReason.IDLE)
    turn.take_in_added_tasks()
    add_task(turn, turn.compiled_map.steps[task], fact.by)


def _role_of(turn: Turn, person: str | None) -> str:
    """The role that a person has on the customer's team; else that of the csm."""
    key = address_key(person) if person else None
    roles = (role for role, address in turn.state.customer.team.items() if address_key(address) == key)
    return next(roles, turn.compiled_map.map.csm)
