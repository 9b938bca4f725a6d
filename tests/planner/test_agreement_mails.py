"""The mail with what was agreed: it goes at once, waits while mail is held, and is one of the latest."""

from __future__ import annotations

from dataclasses import replace

from milepost.customer import Mail
from milepost.planner.commands import SendMessage
from milepost.planner.facts import (
    AgreementMailed,
    ContactsGiven,
    Ended,
    MailSwitched,
    MessageCancelled,
    MessageFailed,
    MessageReleased,
    MessageRetried,
    MessageReturned,
    TaskDone,
)
from milepost.planner.timeline import FactIgnored, MessageDropped, MessageHeld
from tests.planner.invited_guests import LEE, UMA, Journey

BOTH = (LEE.email, UMA.email)
FIRST = "what-was-agreed/1/agreement/1"


class Mails(Journey):
    """A journey that keeps what was agreed and mailed."""

    def take(self, result):
        sent = [each for each in result.commands if isinstance(each, SendMessage) and each.reason == "agreement"]
        self.sent = [*getattr(self, "sent", []), *sent]
        return super().take(result)

    @property
    def waiting(self) -> list[str | None]:
        return [each.contact for each in self.state.queue if each.reason == "agreement"]


def test_it_goes_at_once_to_each_of_the_people_once():
    journey = Mails()
    journey.tell(20, AgreementMailed, people=(*BOTH, LEE.email))  # at six in the morning
    assert [(each.message, each.contact) for each in journey.sent] == [
        (FIRST, LEE.email),
        ("what-was-agreed/1/agreement/2", UMA.email),
    ]
    journey.tell(21, AgreementMailed, people=BOTH)
    assert [each.message for each in journey.sent[2:]] == [
        "what-was-agreed/2/agreement/1",
        "what-was-agreed/2/agreement/2",
    ]
    assert not journey.waiting


def test_who_wants_no_mail_gets_none_and_nobody_at_all_is_said():
    journey = Mails()
    journey.tell(1, ContactsGiven, contacts=(replace(LEE, mail=Mail.NONE), replace(UMA, mail=Mail.ESSENTIAL)))
    journey.tell(2, AgreementMailed, people=BOTH)
    assert [each.contact for each in journey.sent] == [UMA.email]
    journey.tell(3, AgreementMailed, people=(LEE.email,))
    ignored = [each for each in journey.entries if isinstance(each, FactIgnored)]
    assert [each.why for each in ignored] == ["contact"]


def test_while_mail_is_held_it_waits_for_a_release_or_for_mail_to_be_free():
    journey = Mails(held=True)
    journey.tell(1, AgreementMailed, people=BOTH)
    assert not journey.sent
    assert len([each for each in journey.entries if isinstance(each, MessageHeld)]) == 2
    journey.tell(2, MessageReleased, message=FIRST)
    assert [(each.contact, each.released) for each in journey.sent] == [(LEE.email, True)]
    journey.tell(3, MailSwitched, to="free")
    assert [each.contact for each in journey.sent] == list(BOTH)


def test_one_that_waits_is_cancelled_or_gives_way_to_a_later_one_or_to_the_end():
    journey = Mails(held=True)
    journey.tell(1, AgreementMailed, people=BOTH)
    journey.tell(2, MessageCancelled, message=FIRST)
    assert journey.waiting == [UMA.email]
    journey.tell(3, AgreementMailed, people=(LEE.email,))
    assert journey.waiting == [LEE.email]
    journey.tell(4, ContactsGiven, contacts=(replace(LEE, mail=Mail.NONE), UMA))
    assert journey.waiting == []
    journey.tell(5, AgreementMailed, people=(UMA.email,))
    journey.tell(6, Ended, reason="churned")
    assert journey.waiting == []
    dropped = [each.why for each in journey.entries if isinstance(each, MessageDropped)]
    assert dropped == ["cancelled", "superseded", "opted_out", "journey_ended"]
    assert not journey.sent


def test_one_that_had_not_left_when_mail_was_held_waits_again_unless_a_later_one_went():
    journey = Mails()
    journey.tell(1, AgreementMailed, people=BOTH)
    journey.tell(2, MailSwitched, to="held")
    back = {"message": FIRST, "steps": ("what-was-agreed",), "templates": ("agreement",), "contact": LEE.email}
    journey.tell(3, MessageReturned, **back)
    assert journey.waiting == [LEE.email]
    journey.tell(4, MailSwitched, to="free")
    assert [each.message for each in journey.sent][-1] == FIRST
    journey.tell(5, AgreementMailed, people=BOTH)
    journey.tell(6, MailSwitched, to="held")
    journey.tell(7, MessageReturned, **back)
    assert journey.waiting == []


def test_one_that_failed_gives_a_task_and_is_not_sent_again_as_it_was():
    journey = Mails()
    journey.tell(1, AgreementMailed, people=BOTH)
    journey.tell(2, MessageFailed, message=FIRST, why="no such address", permanent=True)
    (task,) = journey.state.tasks
    journey.tell(3, MessageRetried, message=FIRST)
    assert len(journey.sent) == 2
    assert [each.why for each in journey.entries if isinstance(each, FactIgnored)] == ["contact"]
    journey.tell(4, TaskDone, task=task)
    assert not journey.state.tasks
