"""The effects of facts about messages: released, cancelled, failed, retried; and of the switch that holds them."""

from __future__ import annotations

from milepost.planner import deferred, facts, timeline
from milepost.planner.agreement_mails import wait_for_release
from milepost.planner.commands import RetryMessage
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.entry_bases import StepPlace
from milepost.planner.enums import (
    HoldReason,
    IgnoreReason,
    MailSwitch,
    MessageReason,
    StepKind,
    StepStatus,
    SystemTaskReason,
    TaskStatus,
)
from milepost.planner.fact_errors import IgnoredError
from milepost.planner.ids import MessageId
from milepost.planner.invitations import guest_of, keep_from_sending, wait_again
from milepost.planner.mail_choices import refuse_address
from milepost.planner.messages import drop, say_dropped
from milepost.planner.state import Queued, State
from milepost.planner.system_tasks import close_system_tasks, open_message_failed
from milepost.planner.turn import Turn
from milepost.planner.unsent_messages import drop_for_good

_HURRIED = (HoldReason.RELEASE, HoldReason.WINDOW, HoldReason.LIMIT)
"""What a person who sends a message now overrules; the rest stands."""
_OUTDATED = "outdated"
_KINDS = {
    MessageReason.TOUCHPOINT: (StepKind.MAIL,),
    MessageReason.OPENING: (StepKind.ACTION,),
    MessageReason.REQUEST: (StepKind.OUTCOME,),
    MessageReason.REMINDER: (StepKind.ACTION, StepKind.OUTCOME),
}
"""The kinds of step that have messages of a reason."""


def switch_mail(turn: Turn, fact: facts.MailSwitched) -> None:
    """Hold messages until a person releases them, or let them go; what is outdated by then is dropped.

    Of a hold and a release the later counts: what was released before the last hold waits again.
    """
    state, is_held, hold = turn.state, fact.to == MailSwitch.HELD, fact.hold or 0
    overruled = [queued for queued in state.queue if queued.released and queued.hold < hold]
    if is_held is not state.mail_held or (is_held and overruled):
        turn.report(timeline.MailSwitched(turn.at, to=fact.to, by=fact.by))
    for queued in overruled:
        queued.released = queued.hurried = False
    state.mail_held, state.mail_free, state.mail_hold = is_held, list(fact.free or ()), hold
    for queued in [each for each in state.queue if turn.now.is_outdated(each)]:
        if not turn.now.waits_for_release(queued):
            drop(turn, queued, _OUTDATED)


def release(turn: Turn, fact: facts.MessageReleased) -> None:
    """Let a message go that waits for a release, or with `now` for the contact's hours or the limit."""
    queued = _queued(turn, fact.message)
    hurries = bool(fact.now) and not queued.hurried
    if not (turn.now.waits_for_release(queued) or hurries):
        raise IgnoredError(IgnoreReason.NOT_HELD)
    if hurries and queued.why not in _HURRIED:
        raise IgnoredError(IgnoreReason.HELD)
    if turn.now.is_outdated(queued):
        raise IgnoredError(IgnoreReason.OUTDATED)
    queued.hold = _overruled(turn.state, fact)
    queued.released, queued.hurried = True, queued.hurried or hurries
    place = turn.place_of(queued.step) or StepPlace(None, None, queued.step, queued.message.occurrence)
    turn.report(timeline.MessageReleased(turn.at, place, message=str(queued.message), now=hurries or None, by=fact.by))


def _overruled(state: State, fact: facts.MessageReleased | facts.MessageRetried) -> int:
    """Returns how many holds somebody overrules who lets a message go; without a number, all that the journey knows of.

    Raises:
        IgnoredError: mail was held since.
    """
    hold = state.mail_hold if fact.hold is None else fact.hold
    if state.mail_held and hold < state.mail_hold:
        raise IgnoredError(IgnoreReason.HELD_SINCE)
    return hold


def cancel(turn: Turn, fact: facts.MessageCancelled) -> None:
    """Drop a message that waits, because a person says so, with its parts; one of several may be gone already."""
    named = {fact.message, *(fact.parts or ())}
    waiting = [each for each in turn.state.queue if str(each.message) in named]
    for queued in waiting or [_queued(turn, fact.message)]:
        if queued.reason is MessageReason.INVITATION:
            keep_from_sending(turn, queued)
        drop_for_good(turn, queued, SystemTaskReason.CANCELLED, by=fact.by, note=fact.reason)


def retry(turn: Turn, fact: facts.MessageRetried) -> None:
    """Send a message again that failed, to whoever gets the step's mail now; the task about it is done."""
    message = _message(turn, fact.message)
    if turn.state.paused:
        raise IgnoredError(IgnoreReason.HELD)
    address = _recipient(turn, message)
    if address is None:
        raise IgnoredError(IgnoreReason.CONTACT)
    turn.order(RetryMessage(str(message), address, _overruled(turn.state, fact)))
    close_system_tasks(turn, SystemTaskReason.MESSAGE_FAILED, str(message), TaskStatus.DONE)
    place = turn.place_of(message.step)
    turn.report(timeline.MessageRetried(turn.at, place, message=str(message), contact=address, by=fact.by))


def _recipient(turn: Turn, message: MessageId) -> str | None:
    """Returns the address of whoever gets a message now; nobody gets an invitation whose guest was told more since."""
    if message.reason is MessageReason.INVITATION:
        return guest_of(turn, message)
    if message.reason in (MessageReason.AGREEMENT, MessageReason.POINTER):
        return None  # a colleague sent it at a click, and mails anew what holds by now
    contact = turn.now.contact_of(turn.compiled_map.steps[message.step])
    return contact.email if contact else None


def take_back(turn: Turn, fact: facts.MessageReturned) -> None:
    """Let a message wait that hadn't left when mail was held, each of its steps for itself; nobody was asked by it."""
    first = _message(turn, fact.message)
    if first.reason is MessageReason.INVITATION:
        wait_again(turn, first)
        return
    if first.reason is MessageReason.AGREEMENT:
        wait_for_release(turn, first, fact.contact)
        return
    if first.reason is MessageReason.POINTER:
        template, *_ = fact.templates
        turn.state.queue.append(Queued(first, first.step, first.reason, template, contact=fact.contact))
        return
    for step_id, template in zip(fact.steps, fact.templates, strict=True):
        step = turn.compiled_map.steps.get(step_id)
        if step is None:
            continue
        part = part_of(turn.state, step, template, first)
        if _was_due(turn.state, part):
            _wait_again(turn, step, part, template)


def part_of(state: State, step: CompiledStep, template: str, first: MessageId) -> MessageId:
    """Returns the id that a part of a message waits by; merged ones went under the id of the first."""
    if step.id == first.step:
        return first
    reason = MessageReason.OPENING if template == step.step.message else MessageReason.REMINDER
    record = state.step(step.id)
    return MessageId(step.id, record.occurrence, reason, record.numbers.get(reason, 1))


def _was_due(state: State, message: MessageId) -> bool:
    """Tells whether a message was ever due: what brought it about may have been undone since."""
    record = state.step(message.step)
    return message.occurrence < record.occurrence or message.number <= record.numbers.get(message.reason, 0)


def _wait_again(turn: Turn, step: CompiledStep, message: MessageId, template: str) -> None:
    record, queued = turn.state.step(step.id), Queued.of(message, template)
    fits = step.kind in _KINDS[message.reason]  # another version may have made something else of the step
    is_current = fits and record.is_open and record.occurrence == message.occurrence
    if any(other.step == step.id for other in turn.state.queue):
        say_dropped(turn, queued, "superseded")
    elif is_current or (fits and message.reason is MessageReason.TOUCHPOINT):
        turn.state.queue.append(queued)
    else:
        say_dropped(turn, queued, "done" if record.status is StepStatus.DONE else "withdrawn")
    if is_current and message.reason is MessageReason.REQUEST and record.status is StepStatus.ASKED:
        record = turn.edit_step(step.id)
        record.status, record.asked_at, record.asked_of, record.due_at = StepStatus.OPEN, None, None, None
        record.due_agreed, record.rule, record.reminders, record.reminded = False, None, {}, []
        record.timers.pop("silent", None)


def _message(turn: Turn, text: str) -> MessageId:
    """The message of an id; an invitation may be to a step that the map no longer has."""
    message = MessageId.parse(text)
    is_known = message is not None and (message.step in turn.compiled_map.steps or message.reason.is_ours)
    if message is None or not is_known:
        raise IgnoredError(IgnoreReason.UNKNOWN)
    return message


def _queued(turn: Turn, text: str) -> Queued:
    """The message of an id, which must wait to be sent."""
    message = _message(turn, text)
    for queued in turn.state.queue:
        if queued.message == message:
            return queued
    raise IgnoredError(IgnoreReason.NOT_HELD)


def message_failed(turn: Turn, fact: facts.MessageFailed) -> None:
    """Give the csm a task; remember an address that was refused for good."""
    message = _message(turn, fact.message)
    if fact.permanent:
        refuse_address(turn, turn.compiled_map.steps.get(message.step), fact)
    if turn.state.paused:
        turn.state.deferred.append(deferred.MessageFailed(message))
    else:
        open_message_failed(turn, message)
