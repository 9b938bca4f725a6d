"""The contact policy: which messages wait, what holds them, which go out together.

Reasons to hold a message are looked at in one order: pause, play, contact, value, release, window, limit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from milepost.customer import Contact
from milepost.language.durations import Duration, Limit, Unit
from milepost.planner import timeline
from milepost.planner.commands import SendMessage
from milepost.planner.compiled_map import CompiledMap, CompiledStep
from milepost.planner.enums import HoldReason, MessageReason, SystemTaskReason, TaskStatus
from milepost.planner.ids import MessageId
from milepost.planner.instants import Instant
from milepost.planner.request_tasks import withdraw_request
from milepost.planner.situation import Situation
from milepost.planner.state import Queued, State
from milepost.planner.system_tasks import REACH_OTHERWISE, close_system_tasks, open_system_task
from milepost.planner.turn import Turn

_UNTIL_OWNER = Duration(1, Unit.BUSINESS_DAY)
_STILL_WANTED = ("silent", "revoked")
"""Why a step's messages are dropped though its customer may want help with it as before."""
MERGED = (MessageReason.OPENING, MessageReason.REMINDER)


@dataclass(slots=True)
class Outgoing:
    """Messages that go out at one instant as one, to one contact."""

    contact: Contact
    parts: list[Queued]


def enqueue(turn: Turn, step: CompiledStep, reason: MessageReason, template: str) -> None:
    """Put a message in line; an older reminder gives way to a newer one, a reminder to an opening mail that waits."""
    record = turn.edit_step(step.id)
    number = record.numbers.get(reason, 0) + 1
    record.numbers[reason] = number
    queued = Queued.of(MessageId(step.id, turn.occurrence(step.id), reason, number), template)
    waiting = [other for other in turn.state.queue if other.step == step.id]
    if reason is MessageReason.REMINDER and any(other.reason is not reason for other in waiting):
        say_dropped(turn, queued, "superseded")
        return
    for older in waiting:
        drop(turn, older, "superseded")
    turn.state.queue.append(queued)


def drop(turn: Turn, queued: Queued, why: str, *, by: str | None = None, note: str | None = None) -> None:
    turn.state.queue.remove(queued)
    say_dropped(turn, queued, why, by=by, note=note)
    _tell_owner_no_more(turn, queued, TaskStatus.WITHDRAWN)


def say_dropped(turn: Turn, queued: Queued, why: str, *, by: str | None = None, note: str | None = None) -> None:
    place = turn.place_of(queued.step)
    turn.report(timeline.MessageDropped(turn.at, place, message=str(queued.message), why=why, by=by, note=note))


def drop_of_step(turn: Turn, step: str, why: str) -> None:
    """Drop whatever waits to be sent for a step that closes."""
    for queued in [other for other in turn.state.queue if other.step == step]:
        drop(turn, queued, why)
    if turn.state.tasks:
        if why not in _STILL_WANTED:
            withdraw_request(turn, step)
        for reason in REACH_OTHERWISE:
            close_system_tasks(turn, reason, step)


def flush(turn: Turn) -> Iterator[Queued]:
    """Send what may go now, in the order of the file, and hold the rest with its reason; yields each as it goes out."""
    if not turn.state.queue:
        return
    for outgoing in _merged(turn, _line(turn.compiled_map, turn.state)):
        until = _limit_until(turn, outgoing)
        if until is not None:
            for part in outgoing.parts:
                _hold(turn, part, HoldReason.LIMIT, until)
            continue
        _send(turn, outgoing)
        yield from outgoing.parts


def _merged(turn: Turn, line: list[Queued]) -> list[Outgoing]:
    """Returns the messages that only the limit could hold, with openings and reminders to one contact put together.

    What lacks a value is held by itself: the others go without it.
    """
    together: dict[str, Outgoing] = {}
    out: list[Outgoing] = []
    for queued in line:
        step = turn.compiled_map.steps[queued.step]
        contact = turn.now.contact_of(step)
        missing = turn.now.missing_values(queued, contact)
        why, until = _barrier(turn, queued, contact, missing)
        if not missing:
            _tell_owner_no_more(turn, queued, TaskStatus.DONE)
        if why is HoldReason.WINDOW and contact is not None and _is_still_limited(turn, queued, contact, until):
            continue
        if why is not None or contact is None:
            _hold(turn, queued, why or HoldReason.CONTACT, until, missing if why is HoldReason.VALUE else None)
            if why is HoldReason.CONTACT:
                open_system_task(turn, SystemTaskReason.CONTACT, step.persona or "")
            elif why is HoldReason.VALUE:
                _tell_owner(turn, queued, missing)
        elif not _is_merged(queued, step):
            out.append(Outgoing(contact, [queued]))
        elif contact.address_key in together:
            together[contact.address_key].parts.append(queued)
        else:
            together[contact.address_key] = Outgoing(contact, [queued])
            out.append(together[contact.address_key])
    return out


def _line(compiled_map: CompiledMap, state: State) -> list[Queued]:
    """Returns the messages of the map that wait, in the order of the file."""
    line = [queued for queued in state.queue if not queued.reason.is_ours]
    return sorted(line, key=lambda queued: compiled_map.steps[queued.step].position)


def _is_merged(queued: Queued, step: CompiledStep) -> bool:
    return queued.reason in MERGED and not step.essential


def go_together(situation: Situation, queued: Queued) -> list[Queued]:
    """Returns the messages that will go as one with a message that waits, itself among them, in the order of the mail.

    Those are the ones to its contact that wait for the same: a release, the end of a pause or play, or a time.
    """
    if queued.reason.is_ours:
        return [queued]
    wanted = _goes_by(situation, queued)
    line = _line(situation.compiled_map, situation.state)
    return [other for other in line if other is queued or (wanted and _goes_by(situation, other) == wanted)]


def _goes_by(situation: Situation, queued: Queued) -> tuple[str, HoldReason | None, bool] | None:
    """Returns to whom a message goes, what it waits for (None: a time), whether it is outdated; None: goes alone."""
    step = situation.compiled_map.steps[queued.step]
    contact = situation.contact_of(step)
    if contact is None or not _is_merged(queued, step) or situation.missing_values(queued, contact):
        return None
    why = None if queued.why in (HoldReason.WINDOW, HoldReason.LIMIT) else queued.why
    return contact.address_key, why, situation.is_outdated(queued)


def _is_still_limited(turn: Turn, queued: Queued, contact: Contact, opens_at: Instant | None) -> bool:
    """Returns whether the limit holds a message as it did: that it is outside the window meanwhile is no news."""
    if queued.why is not HoldReason.LIMIT:
        return False
    return queued.until in (opens_at, _limit_until(turn, Outgoing(contact, [queued])))


def _tell_owner(turn: Turn, queued: Queued, missing: tuple[str, ...]) -> None:
    """Give the map's owner a task, once a message, when a value has been missing for a business day."""
    if queued.owner_at is None:
        queued.owner_at = turn.compiled_map.ours.deadline(turn.at, _UNTIL_OWNER)
    if 0 < queued.owner_at <= turn.at:
        queued.owner_at = 0
        place = turn.place_of(queued.step)
        open_system_task(turn, SystemTaskReason.VALUE, queued.step, place, message=str(queued.message), names=missing)


def _tell_owner_no_more(turn: Turn, queued: Queued, status: TaskStatus) -> None:
    if queued.owner_at == 0:
        close_system_tasks(turn, SystemTaskReason.VALUE, queued.step, status)


def _barrier(
    turn: Turn, queued: Queued, contact: Contact | None, missing: tuple[str, ...]
) -> tuple[HoldReason | None, Instant | None]:
    step = turn.compiled_map.steps[queued.step]
    if turn.state.paused:
        return HoldReason.PAUSE, None
    if turn.now.holding_plays(step, "messages") and not step.essential:
        return HoldReason.PLAY, None
    if contact is None:
        return HoldReason.CONTACT, None
    if missing:
        return HoldReason.VALUE, None
    if turn.now.waits_for_release(queued):
        return HoldReason.RELEASE, None
    calendar = turn.now.customer_calendar(contact)
    if not queued.hurried and not calendar.is_open(turn.at):
        return HoldReason.WINDOW, calendar.next_open(turn.at)
    return None, None


def _hold(
    turn: Turn, queued: Queued, why: HoldReason, until: Instant | None, names: tuple[str, ...] | None = None
) -> None:
    if (queued.why, queued.until) == (why, until):
        return
    queued.why, queued.until = why, until
    queued.since = turn.at if queued.since is None else queued.since
    place = turn.place(turn.compiled_map.steps[queued.step])
    turn.report(timeline.MessageHeld(turn.at, place, message=str(queued.message), why=why, until=until, names=names))


def _limit_until(turn: Turn, outgoing: Outgoing) -> Instant | None:
    """The first instant in the window at which the limit lets the message through; None: now."""
    limit = turn.compiled_map.map.contact_policy.limit
    is_hurried = any(part.hurried for part in outgoing.parts)
    if limit is None or is_hurried or turn.compiled_map.steps[outgoing.parts[0].step].essential:
        return None
    calendar = turn.now.customer_calendar(outgoing.contact)
    sent = _recent(turn, outgoing.contact, limit)
    if len(sent) < limit.count:
        return None
    oldest, period = sent[-limit.count], limit.period
    at = turn.at
    while calendar.plus(at, period, -1) < oldest:
        fits = calendar.first_from(at, lambda then: calendar.plus(then, period, -1) >= oldest)
        at = calendar.next_open(fits)  # by then it may not fit again: months have no equal lengths
    return at if at > turn.at else None


def _recent(turn: Turn, contact: Contact, limit: Limit) -> list[Instant]:
    """When the contact was written to in the trailing period `(now - period, now]`, oldest first."""
    since = turn.now.customer_calendar(contact).plus(turn.at, limit.period, -1)
    return [at for at in sent_to(turn.state, contact) if at > since]


def sent_to(state: State, contact: Contact) -> list[Instant]:
    """Returns when the contact was written to, oldest first, in whatever case the address was written."""
    return sorted(at for address, sent in state.sent.items() if contact.has_address(address) for at in sent)


def _send(turn: Turn, outgoing: Outgoing) -> None:
    first = outgoing.parts[0]
    step = turn.compiled_map.steps[first.step]
    opens = any(part.reason is MessageReason.OPENING for part in outgoing.parts)
    reason = MessageReason.OPENING if opens else first.reason
    steps = tuple(part.step for part in outgoing.parts)
    for part in outgoing.parts:
        turn.state.queue.remove(part)
    _count(turn, outgoing.contact)
    turn.order(
        SendMessage(
            str(first.message),
            reason,
            first.template,
            step.persona or "",
            outgoing.contact.email,
            steps,
            tuple(part.template for part in outgoing.parts),
            released=any(part.released for part in outgoing.parts),
            hold=max(part.hold for part in outgoing.parts),
        ),
    )
    turn.report(
        timeline.MessageSent(
            turn.at,
            turn.place(step),
            message=str(first.message),
            template=first.template,
            persona=step.persona,
            contact=outgoing.contact.email,
            reason=reason,
            steps=steps,
        )
    )


def _count(turn: Turn, contact: Contact) -> None:
    """Remember the sending as long as the limit's period needs it."""
    limit = turn.compiled_map.map.contact_policy.limit
    if limit is not None:
        recent = _recent(turn, contact, limit)
        for address in [each for each in turn.state.sent if each != contact.email and contact.has_address(each)]:
            del turn.state.sent[address]
        turn.state.sent[contact.email] = [*recent, turn.at]
