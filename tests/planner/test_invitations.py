"""Invitations: what guests are told of a date that people agreed on, in order, and once."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from milepost.customer import Mail
from milepost.planner.enums import IgnoreReason
from milepost.planner.facts import (
    Agreed,
    ContactsGiven,
    Ended,
    Fact,
    MailChosen,
    MailSwitched,
    MessageCancelled,
    MessageReleased,
    MessageReturned,
    Paused,
    StepDone,
    StepSkipped,
)
from milepost.planner.instants import parse
from milepost.planner.timeline import FactIgnored, MessageDropped, MessageHeld
from tests.planner.invited_guests import HOUR, LEE, START, UMA, Journey


def test_nobody_is_invited_to_a_date_that_nobody_agreed_on():
    journey = Journey()
    journey.tell(1, Agreed, steps={"kickoff": {"person": "bo@vendor.example"}})

    assert journey.mails == []
    assert "invitations" not in journey.state.to_json()


def test_each_guest_gets_the_date_once_and_each_change_in_a_higher_sequence():
    journey = Journey()
    journey.agree(1, due="2026-03-10")
    journey.agree(2, due="2026-03-10")
    journey.agree(3, at="2026-03-11T09:00:00+01:00", minutes=45)

    assert [(each.contact, each.message) for each in journey.mails] == [
        (LEE.email, "kickoff/1/invitation/1"),
        (UMA.email, "kickoff/1/invitation/2"),
        (LEE.email, "kickoff/1/invitation/3"),
        (UMA.email, "kickoff/1/invitation/4"),
    ]
    last = journey.mails[-1].calendar
    assert (last.uid, last.sequence, last.day, last.minutes, last.moved) == ("kickoff/1", 4, "2026-03-11", 45, True)
    assert last.at == parse("2026-03-11T08:00:00Z")
    assert last.organizer == "ana@vendor.example"


def test_a_day_in_the_place_of_a_time_makes_it_last_all_day():
    journey = Journey()
    journey.agree(1, at="2026-03-11T09:00:00+01:00")
    journey.agree(2, due="2026-03-11")

    assert [each.calendar.at is None for each in journey.mails[-2:]] == [True, True]
    assert journey.calendar(LEE.email) == ("2026-03-11", None)


def test_what_is_agreed_before_the_step_opens_is_sent_when_it_opens():
    journey = Journey()
    journey.agree(1, "review", at="2026-03-11T09:00:00+01:00")
    assert journey.mails == []
    journey.tell(2, StepDone, step="kickoff")

    assert journey.calendar(LEE.email, "review") == ("2026-03-11", parse("2026-03-11T08:00:00Z"))


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (StepSkipped, {"step": "kickoff"}),
        (StepDone, {"step": "kickoff"}),
        (Ended, {"reason": "churned"}),
    ],
)
def test_what_no_longer_happens_is_called_off(kind: type[Fact], values: dict[str, str]):
    journey = Journey()
    journey.agree(1, due="2026-03-10")
    journey.tell(2, kind, **values)

    assert journey.told() == ["2026-03-10", "off 2026-03-10"]
    assert journey.told(UMA.email) == journey.told()


def test_what_was_done_on_its_day_stays_in_calendars():
    journey = Journey()
    journey.agree(1, due="2026-03-02")
    journey.tell(5, StepDone, step="kickoff")
    journey.tell(30, Ended, reason="churned")

    assert journey.told() == ["2026-03-02"]


def test_what_was_done_before_its_time_stays_called_off_when_the_time_has_come():
    journey = Journey()
    journey.agree(1, due="2026-03-04")
    journey.tell(2, StepDone, step="kickoff")
    journey.tell(50, Paused)

    assert journey.told() == ["2026-03-04", "off 2026-03-04"]


def test_who_leaves_hears_that_it_is_off_and_who_comes_is_invited():
    journey = Journey()
    journey.agree(1, due="2026-03-10")
    journey.tell(2, ContactsGiven, contacts=(replace(LEE, name="Kim", email="kim@acme.example"), UMA))

    assert journey.told(LEE.email) == ["2026-03-10", "off 2026-03-10"]
    assert journey.told("kim@acme.example") == ["2026-03-10"]
    assert journey.told(UMA.email) == ["2026-03-10"]


def test_who_wants_no_mail_gets_none_and_who_wants_less_does():
    journey = Journey()
    journey.tell(0, MailChosen, contact=LEE.email, mail=Mail.NONE)
    journey.tell(0, MailChosen, contact=UMA.email, mail=Mail.ESSENTIAL)
    journey.agree(1, due="2026-03-10")

    assert (journey.told(LEE.email), journey.told(UMA.email)) == ([], ["2026-03-10"])


def test_mail_that_is_held_waits_and_tells_the_latest_once_it_is_released():
    journey = Journey(held=True)
    journey.agree(1, due="2026-03-10")
    journey.agree(2, due="2026-03-12")
    assert journey.mails == []
    assert [each.message for each in journey.entries if isinstance(each, MessageHeld)] == [
        "kickoff/1/invitation/1",
        "kickoff/1/invitation/2",
    ]
    journey.tell(3, MessageReleased, message="kickoff/1/invitation/1")

    assert (journey.told(LEE.email), journey.told(UMA.email)) == (["2026-03-12"], [])
    assert not journey.mails[0].calendar.moved


def test_a_date_that_was_called_off_while_held_is_never_told():
    journey = Journey(held=True)
    journey.agree(1, due="2026-03-10")
    journey.tell(2, StepSkipped, step="kickoff")
    journey.tell(3, MailSwitched, to="free")

    assert journey.mails == []
    assert sum(isinstance(each, MessageDropped) for each in journey.entries) == 2


def test_mail_that_came_back_goes_again_and_says_what_holds_by_then():
    journey = Journey()
    journey.agree(1, due="2026-03-10")
    back = {"message": "kickoff/1/invitation/1", "steps": ["kickoff"], "templates": ["invitation"]}
    journey.tell(1, MailSwitched, to="held")
    journey.tell(1, MessageReturned, **back)
    journey.agree(2, due="2026-03-12")
    journey.tell(3, MailSwitched, to="free")

    assert journey.told(LEE.email) == ["2026-03-10", "2026-03-12"]
    assert not [each for each in journey.mails if each.contact == LEE.email][-1].calendar.moved


def test_mail_that_somebody_cancelled_isnt_ordered_anew():
    journey = Journey(held=True)
    journey.agree(1, due="2026-03-10")
    journey.tell(2, MessageCancelled, message="kickoff/1/invitation/1")
    journey.tell(3, MailSwitched, to="free")

    assert (journey.told(LEE.email), journey.told(UMA.email)) == ([], ["2026-03-10"])


def test_a_time_that_has_passed_is_ignored():
    journey = Journey()
    journey.agree(5, at="2026-03-02T12:00:00Z")

    assert journey.mails == []
    assert [each.why for each in journey.entries if isinstance(each, FactIgnored)] == [IgnoreReason.PAST]


@pytest.mark.parametrize("seed", range(60))
def test_calendars_say_at_the_end_what_the_journey_says(seed: int):
    draws, journey, hours = random.Random(seed), Journey(), 0.0
    for _ in range(30):
        hours += draws.choice([0, 0.5, 3, 20])
        day = f"2026-03-{draws.randint(4, 28):02}"
        one_of = draws.choice(["due", "due", "at", "at", "held", "free", "contacts", "skip", "pause"])
        match one_of:
            case "due":
                journey.agree(hours, draws.choice(["kickoff", "review"]), due=day)
            case "at":
                journey.agree(hours, draws.choice(["kickoff", "review"]), at=f"{day}T09:00:00Z", minutes=30)
            case "held" | "free":
                journey.tell(hours, MailSwitched, to=one_of)
            case "contacts":
                contacts = draws.sample([LEE, UMA, replace(LEE, name="Kim", email="kim@acme.example")], 2)
                journey.tell(hours, ContactsGiven, contacts=tuple(contacts))
            case "skip" if draws.random() < 0.3:
                journey.tell(hours, StepSkipped, step=draws.choice(["kickoff", "review"]))
            case _:
                pass
    journey.tell(hours, MailSwitched, to="free")

    assert len({each.message for each in journey.mails}) == len(journey.mails)
    for step in ("kickoff", "review"):
        invitation = journey.state.invitations.get(f"{step}/1")
        for guest in (LEE.email, UMA.email, "kim@acme.example"):
            sequences = [e.calendar.sequence for e in journey.mails if e.contact == guest and e.steps == (step,)]
            assert sequences == sorted(set(sequences))
            if invitation is None or hours * HOUR + START > parse(f"{invitation.day}T00:00:00Z"):
                continue  # it has passed
            personas = {p for c in journey.state.customer.contacts if c.email == guest for p in c.personas}
            first = {
                p: next((c.email for c in journey.state.customer.contacts if p in c.personas), None) for p in personas
            }
            record = journey.state.step(step)
            asked = {"kickoff": {"lead", "user"}, "review": {"lead"}}[step]
            comes = record.is_open and any(first[p] == guest for p in personas & asked)
            assert journey.calendar(guest, step) == ((invitation.day, invitation.at) if comes else None)
