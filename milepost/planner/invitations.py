"""Invitations: what the calendars of those say who are invited to a touchpoint whose date people agreed on.

The state keeps what each guest was last told. At the end of each instant that is compared with what holds by then, and
whoever's calendar differs gets one mail. So it doesn't matter what changed: the date, the guests, or that the
touchpoint no longer happens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from milepost.customer import Contact, Mail, is_forgotten
from milepost.language.steps import Touchpoint
from milepost.planner import timeline
from milepost.planner.commands import CalendarEntry, SendMessage
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.deadlines import agreed_due
from milepost.planner.entry_bases import StepPlace
from milepost.planner.enums import HoldReason, MessageReason, StepStatus, SystemTaskReason
from milepost.planner.ids import MessageId, TaskId
from milepost.planner.instants import Instant
from milepost.planner.messages import drop
from milepost.planner.situation import Situation
from milepost.planner.state import Queued
from milepost.planner.system_tasks import open_reach_otherwise
from milepost.planner.task_records import Invitation
from milepost.planner.turn import Turn

TEMPLATE = "invitation"
"""Stands where other messages name their file: the words of an invitation are Milepost's own."""
CALLED_OFF = ""
"""What a calendar says of a date that was called off, or that it never had."""
_NEVER_TOLD = [CALLED_OFF, 0, CALLED_OFF]


def keep_agreed_date(turn: Turn, step: CompiledStep, agreed: Mapping[str, Any]) -> Instant:
    """Keep the date that people agreed on for an open step, and invite its guests; returns when the step is due."""
    record = turn.edit_step(step.id)
    record.due_agreed, record.agreed_at, record.agreed_minutes = True, None, None
    if step.has_guests:
        _invite(turn, step, agreed)
    else:
        record.agreed_at, record.agreed_minutes = agreed.get("at"), agreed.get("minutes")
    return agreed_due(turn.now, step, agreed)


def _invite(turn: Turn, step: CompiledStep, agreed: Mapping[str, Any]) -> None:
    touchpoint = step.step
    assert isinstance(touchpoint, Touchpoint)
    invitation = _edit(turn, step, turn.occurrence(step.id))
    invitation.title = touchpoint.title
    invitation.day, invitation.at, invitation.minutes = agreed["due"], agreed.get("at"), agreed.get("minutes")
    if invitation.organizer is None:
        record = turn.state.step(step.id)
        invitation.organizer = record.person or turn.state.customer.team.get(touchpoint.role or "")


def _edit(turn: Turn, step: CompiledStep, occurrence: int) -> Invitation:
    key = str(TaskId(step.id, occurrence))
    known = turn.state.invitations.get(key)
    invitation = Invitation(step.id, occurrence, key) if known is None else known.copy()
    turn.state.invitations[key] = invitation
    return invitation


def keep_calendars(turn: Turn) -> None:
    """Order the mails that make the guests' calendars say what holds now; while mail is held, they wait."""
    for key, invitation in list(turn.state.invitations.items()):
        if _is_over(turn.now, invitation):
            _forget(turn, key, invitation)
            continue
        says = _says(invitation)
        invited = {each.email for each in _guests(turn.now, invitation)}
        if not invited:
            _tell_colleague(turn, key, says)
        for guest in sorted(invited | invitation.guests.keys()):
            _keep_calendar(turn, key, guest, says if guest in invited else CALLED_OFF)


def take_as_told(turn: Turn, step: CompiledStep) -> None:
    """Take the guests of a step that was open before to know its date: they were invited before the journey began."""
    key = str(TaskId(step.id, turn.occurrence(step.id)))
    invitation = turn.state.invitations.get(key)
    if invitation is not None:
        says = _says(invitation)
        invitation.guests = {each.email: [says, 0, says] for each in _guests(turn.now, invitation)}


def _says(invitation: Invitation) -> str:
    return invitation.day if invitation.at is None else f"{invitation.at}/{invitation.minutes}"


def _is_over(now: Situation, invitation: Invitation) -> bool:
    """Returns whether the date has passed, or what it was for was done since it began: calendars stay as they are."""
    record, at = now.state.step(invitation.step), invitation.at
    is_done = record.status is StepStatus.DONE and record.occurrence == invitation.occurrence
    if at is not None:
        return now.at >= (at if is_done else at + 60 * (invitation.minutes or 0))
    today, day = now.compiled_map.ours.local(now.at).date(), date.fromisoformat(invitation.day)
    return today >= day if is_done else today > day


def _forget(turn: Turn, key: str, invitation: Invitation) -> None:
    """Drop what waits about a date that has passed; the record goes with its occurrence, as its numbers count on."""
    for queued in list(_waiting(turn, invitation)):
        drop(turn, queued, "outdated")
    record = turn.state.steps.get(invitation.step)
    if record is None or turn.state.ended or not record.is_open or record.occurrence != invitation.occurrence:
        del turn.state.invitations[key]


def _guests(now: Situation, invitation: Invitation) -> Iterator[Contact]:
    """Yields who is invited now, as far as mail reaches them; nobody where the touchpoint doesn't happen any more."""
    state, step = now.state, now.compiled_map.steps.get(invitation.step)
    record = state.step(invitation.step)
    happens = record.is_open and record.occurrence == invitation.occurrence and record.due_agreed
    if state.ended or not happens or step is None or not isinstance(step.step, Touchpoint):
        return
    yield from (contact for contact in _named(now, step.step) if gets_mail(now, contact.email))


def _named(now: Situation, touchpoint: Touchpoint) -> Iterator[Contact]:
    """Yields the contacts whom the map wants to invite."""
    contacts = (now.contact(persona) for persona in touchpoint.invite)
    return (contact for contact in contacts if contact is not None)


def _tell_colleague(turn: Turn, key: str, says: str) -> None:
    """Give the csm a task, once for each date, if nobody is invited because all who would be get no mail."""
    invitation = turn.state.invitations[key]
    step, record = turn.compiled_map.steps.get(invitation.step), turn.state.step(invitation.step)
    is_over = turn.state.ended or turn.state.paused or not record.is_open or record.occurrence != invitation.occurrence
    if is_over or not record.due_agreed or invitation.unheard == says:
        return
    if step is not None and isinstance(step.step, Touchpoint) and any(_named(turn.now, step.step)):
        invitation = turn.state.invitations[key] = invitation.copy()
        invitation.unheard = says
        message = MessageId(invitation.step, invitation.occurrence, MessageReason.INVITATION, invitation.number + 1)
        open_reach_otherwise(turn, message, SystemTaskReason.OPTED_OUT)


def gets_mail(now: Situation, address: str) -> bool:
    """Returns whether mail may go to an address: to whoever isn't forgotten and hasn't opted out of everything."""
    contacts = now.state.customer.contacts
    opted_out = any(each.has_address(address) and (each.mail is Mail.NONE or each.refused) for each in contacts)
    return not opted_out and not is_forgotten(address)


def _keep_calendar(turn: Turn, key: str, guest: str, says: str) -> None:
    invitation = turn.state.invitations[key]
    said, _, _ = invitation.guests.get(guest, _NEVER_TOLD)
    queued = next((each for each in _waiting(turn, invitation) if each.contact == guest), None)
    if said == says or not gets_mail(turn.now, guest):
        if queued is not None:
            drop(turn, queued, "superseded")
        return
    if queued is None:
        queued = _next(turn, key, guest)
    if not turn.now.waits_for_release(queued):
        _send(turn, key, queued, says)
    elif turn.state.ended:
        drop(turn, queued, "journey_ended")
    elif queued.why is None:
        queued.why, queued.since = HoldReason.RELEASE, turn.at
        place = _place(turn, queued)
        turn.report(timeline.MessageHeld(turn.at, place, message=str(queued.message), why=HoldReason.RELEASE))


def _waiting(turn: Turn, invitation: Invitation) -> Iterator[Queued]:
    for queued in turn.state.queue:
        message = queued.message
        is_invitation = message.reason is MessageReason.INVITATION
        if is_invitation and (message.step, message.occurrence) == (invitation.step, invitation.occurrence):
            yield queued


def _next(turn: Turn, key: str, guest: str) -> Queued:
    """Puts the next mail about a date in line; its number is the sequence that calendars go by."""
    invitation = turn.state.invitations[key] = turn.state.invitations[key].copy()
    invitation.number += 1
    message = MessageId(invitation.step, invitation.occurrence, MessageReason.INVITATION, invitation.number)
    queued = Queued(message, message.step, message.reason, TEMPLATE, contact=guest)
    turn.state.queue.append(queued)
    return queued


def _send(turn: Turn, key: str, queued: Queued, says: str) -> None:
    invitation = turn.state.invitations[key] = turn.state.invitations[key].copy()
    guest = queued.contact or ""
    before, _, _ = invitation.guests.get(guest, _NEVER_TOLD)
    invitation.guests[guest] = [says, queued.message.number, before]
    turn.state.queue.remove(queued)
    entry = _entry(invitation, queued, says, before)
    message, steps = str(queued.message), (queued.step,)
    turn.order(
        SendMessage(
            message,
            queued.reason,
            TEMPLATE,
            "",
            guest,
            steps,
            (TEMPLATE,),
            released=queued.released,
            hold=queued.hold,
            calendar=entry,
        )
    )
    place = _place(turn, queued)
    turn.report(
        timeline.MessageSent(
            turn.at, place, message=message, template=TEMPLATE, contact=guest, reason=queued.reason, steps=steps
        )
    )


def _entry(invitation: Invitation, queued: Queued, says: str, before: str) -> CalendarEntry:
    return CalendarEntry(
        invitation.uid,
        queued.message.number,
        invitation.title,
        invitation.day,
        invitation.at,
        invitation.minutes,
        invitation.organizer,
        cancelled=says == CALLED_OFF,
        moved=CALLED_OFF not in (says, before),
    )


def drafted_entry(now: Situation, queued: Queued) -> CalendarEntry | None:
    """Returns what an invitation that waits would put into the calendar if it went now; None for other messages."""
    invitation = now.state.invitations.get(str(TaskId(queued.message.step, queued.message.occurrence)))
    if invitation is None or queued.contact is None:
        return None
    is_invited = any(each.email == queued.contact for each in _guests(now, invitation))
    before, _, _ = invitation.guests.get(queued.contact, _NEVER_TOLD)
    return _entry(invitation, queued, _says(invitation) if is_invited else CALLED_OFF, before)


def _place(turn: Turn, queued: Queued) -> StepPlace:
    place = turn.place_of(queued.step) or StepPlace(None, None, queued.step, 1)
    return place._replace(occurrence=queued.message.occurrence)


# What becomes of a mail.


def guest_of(turn: Turn, message: MessageId) -> str | None:
    """Returns who got the mail of an id; None where nobody did, or has got a later one since."""
    invitation = turn.state.invitations.get(str(TaskId(message.step, message.occurrence)))
    guests = invitation.guests.items() if invitation else ()
    return next((guest for guest, (_, number, _) in guests if number == message.number), None)


def keep_from_sending(turn: Turn, queued: Queued) -> None:
    """Note that a mail which somebody cancelled isn't to be ordered anew: the guest is taken to know what it says."""
    key = str(TaskId(queued.message.step, queued.message.occurrence))
    invitation = turn.state.invitations.get(key)
    if invitation is None or queued.contact is None:
        return
    is_invited = any(each.email == queued.contact for each in _guests(turn.now, invitation))
    copy = turn.state.invitations[key] = invitation.copy()
    says = _says(invitation) if is_invited else CALLED_OFF
    copy.guests[queued.contact] = [says, queued.message.number, says]


def wait_again(turn: Turn, message: MessageId) -> None:
    """Let an invitation wait that hadn't left when mail was held: the guest's calendar says what it said before."""
    key, guest = str(TaskId(message.step, message.occurrence)), guest_of(turn, message)
    if guest is None:
        return
    invitation = turn.state.invitations[key] = turn.state.invitations[key].copy()
    before = invitation.guests[guest][2]
    invitation.guests[guest] = [before, message.number, before]
    turn.state.queue.append(Queued(message, message.step, message.reason, TEMPLATE, contact=guest))
