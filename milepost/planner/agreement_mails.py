"""The mail with what was agreed, which a colleague sends at a click. It goes at once; while mail is held, it waits."""

from __future__ import annotations

from milepost.planner import facts, timeline
from milepost.planner.commands import SendMessage
from milepost.planner.entry_bases import StepPlace
from milepost.planner.enums import HoldReason, IgnoreReason, MessageReason
from milepost.planner.fact_errors import IgnoredError
from milepost.planner.ids import MessageId
from milepost.planner.invitations import gets_mail
from milepost.planner.messages import drop
from milepost.planner.state import Queued
from milepost.planner.turn import Turn

TEMPLATE = "agreement"
"""Stands where other messages name their file: the words are Milepost's own."""
NUMBER = "agreement"
"""How often what was agreed was mailed, among `State.numbers`."""
STEP = "what-was-agreed"
"""Stands where other messages name their step; no step of a map can have this id."""
_CLICKED = (MessageReason.AGREEMENT, MessageReason.POINTER)


def mail_agreement(turn: Turn, fact: facts.AgreementMailed) -> None:
    """Put a mail in line for each of the people whom mail reaches."""
    people = [each for each in dict.fromkeys(fact.people) if gets_mail(turn.now, each)]
    if not people:
        raise IgnoredError(IgnoreReason.CONTACT)
    for queued in [each for each in turn.state.queue if each.reason is MessageReason.AGREEMENT]:
        drop(turn, queued, "superseded")
    mailed = turn.state.numbers[NUMBER] = turn.state.numbers.get(NUMBER, 0) + 1
    for number, address in enumerate(people, 1):
        _put_in_line(turn, MessageId(STEP, mailed, MessageReason.AGREEMENT, number), address)


def wait_for_release(turn: Turn, message: MessageId, contact: str | None) -> None:
    """Let a mail wait that hadn't left when mail was held, unless a later one says what was agreed by now."""
    if contact is not None and message.occurrence == turn.state.numbers.get(NUMBER):
        _put_in_line(turn, message, contact)


def _put_in_line(turn: Turn, message: MessageId, contact: str) -> None:
    turn.state.queue.append(Queued(message, STEP, message.reason, TEMPLATE, contact=contact))


def send_clicked(turn: Turn) -> None:
    """Send the mails that may go of those that a colleague sends at a click, pointers too, and hold the rest."""
    for queued in [each for each in turn.state.queue if each.reason in _CLICKED]:
        message, contact, template = str(queued.message), queued.contact or "", queued.template
        place = turn.place_of(queued.step) or StepPlace(None, None, queued.step, queued.message.occurrence)
        if turn.state.ended:
            drop(turn, queued, "journey_ended")
        elif not gets_mail(turn.now, contact):
            drop(turn, queued, "opted_out")
        elif not turn.now.waits_for_release(queued):
            turn.state.queue.remove(queued)
            sent = {"message": message, "template": template, "contact": contact, "reason": queued.reason}
            turn.order(
                SendMessage(
                    message,
                    queued.reason,
                    template,
                    "",
                    contact,
                    (queued.step,),
                    (template,),
                    released=queued.released,
                    hold=queued.hold,
                )
            )
            turn.report(timeline.MessageSent(turn.at, place, **sent, steps=(queued.step,)))
        elif queued.why is None:
            queued.why, queued.since = HoldReason.RELEASE, turn.at
            turn.report(timeline.MessageHeld(turn.at, place, message=message, why=HoldReason.RELEASE))
