"""Invitations that are called off, kept over an import, told to nobody, forgotten: what guests hear of them."""

from __future__ import annotations

import json
from dataclasses import replace

from milepost.customer import Mail
from milepost.explain.held_messages import held_messages
from milepost.explain.sentences import Wording
from milepost.language.loader import from_files
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.entry_point import EntryPoint, JourneyStart
from milepost.planner.enums import SystemTaskReason
from milepost.planner.facts import (
    Agreed,
    ContactsGiven,
    HandedOver,
    MailSwitched,
    MapChanged,
    MessageCancelled,
    MessageReleased,
    Noted,
    StepSkipped,
    TaskDone,
)
from milepost.planner.instants import parse
from milepost.planner.plan import plan
from milepost.planner.present_entry import LastTimes, present_entry
from milepost.planner.situation import Situation
from milepost.planner.state import State
from milepost.store.pseudonyms import Person, Pseudonymiser, new_pseudonym
from tests.planner.invited_guests import COMPILED, FILES, HOUR, LEE, MAP, START, UMA, Journey


def test_a_held_cancellation_of_a_step_that_the_map_no_longer_has_is_listed_and_goes_when_released():
    journey = Journey()
    journey.agree(1, at="2026-03-11T09:00:00Z")
    journey.tell(2, MailSwitched, to="held")
    compiled = CompiledMap.of(gone_map(), "v2", FILES)
    at = START + 3 * HOUR
    journey.take(plan(compiled, journey.state, [MapChanged(id="m", at=at, version="v2")], at))
    held = held_messages(Situation(compiled, journey.state, at), Wording(compiled, "UTC"))
    assert sorted(each.to or "" for each in held if each.step == "kickoff") == [LEE.email, UMA.email]
    none = tuple(replace(each, mail=Mail.NONE) for each in (LEE, UMA))
    opted = plan(compiled, journey.state, [ContactsGiven(id="c", at=at + 1, contacts=none)], at + 1)
    assert [each.step for each in opted.state.queue if each.reason == "invitation"] == []
    for number, each in enumerate(held):
        fact = MessageReleased(id=f"r{number}", at=at + 2, message=each.message)
        journey.take(plan(compiled, journey.state, [fact], at + 2))
    assert journey.calendar(LEE.email) is None
    assert journey.calendar(UMA.email) is None


def test_a_cancelled_cancellation_of_a_step_that_is_gone_is_dropped():
    journey = Journey()
    journey.agree(1, at="2026-03-11T09:00:00Z")
    journey.tell(2, MailSwitched, to="held")
    journey.tell(3, StepSkipped, step="kickoff")
    changed = CompiledMap.of(gone_map(), "v2", FILES)
    at = START + 4 * HOUR
    journey.take(plan(changed, journey.state, [MapChanged(id="m", at=at, version="v2")], at))
    waiting = [each for each in journey.state.queue if each.reason == "invitation"]
    assert len(waiting) == 2
    fact = MessageCancelled(id="x", at=at, message=str(waiting[0].message))
    journey.take(plan(changed, journey.state, [fact], at))
    assert len([each for each in journey.state.queue if each.reason == "invitation"]) == 1


def gone_map():
    """The map with another touchpoint in the place of the kickoff."""
    loaded = from_files({**FILES, "map.yaml": MAP.replace("kickoff", "start")})
    assert loaded.map is not None, loaded.problems
    return loaded.map


def test_the_csm_is_told_once_of_each_date_that_mail_tells_nobody():
    journey = Journey()
    journey.tell(1, ContactsGiven, contacts=tuple(replace(each, mail=Mail.NONE) for each in (LEE, UMA)))
    journey.agree(2, due="2026-03-10")
    (task,) = journey.state.tasks
    assert journey.state.tasks[task].why is SystemTaskReason.OPTED_OUT
    assert journey.state.tasks[task].about == "kickoff"
    journey.tell(3, TaskDone, task=task)
    journey.tell(4, Noted, text="They know.")
    assert not journey.state.tasks
    journey.agree(5, due="2026-03-11")
    assert len(journey.state.tasks) == 1
    journey.tell(6, StepSkipped, step="kickoff")
    assert not journey.state.tasks
    assert not journey.mails


def test_nothing_is_told_where_one_guest_gets_mail_or_nobody_agreed_on_a_date():
    journey = Journey()
    journey.tell(1, ContactsGiven, contacts=(replace(LEE, mail=Mail.NONE), UMA))
    journey.agree(2, due="2026-03-10")
    assert not journey.state.tasks
    other = Journey()
    other.tell(1, ContactsGiven, contacts=(replace(LEE, mail=Mail.NONE), replace(UMA, mail=Mail.NONE)))
    assert not other.state.tasks


def test_guests_of_a_date_from_before_the_import_are_not_invited_again_and_hear_of_the_next():
    journey = Journey()
    journey.agree(1, at="2026-03-11T09:00:00Z", minutes=45)
    journey.agree(2, step="review", at="2026-03-12T10:00:00+01:00", minutes=30)
    now = START + 3 * HOUR
    entry = present_entry(COMPILED, journey.state, now, LastTimes())
    assert entry is not None
    assert entry.agreed["kickoff"] == {"at": "2026-03-11T09:00:00Z", "minutes": 45}
    assert entry.agreed["review"] == {"at": "2026-03-12T09:00:00Z", "minutes": 30}
    again = State.begin(journey.state.customer, "small", "v1", now, JourneyStart(EntryPoint.from_json(entry.to_json())))
    moved = Journey()
    moved.mails.clear()
    moved.take(plan(COMPILED, again, [], now))
    assert not moved.mails
    assert moved.state.step("kickoff").due_at == journey.state.step("kickoff").due_at
    assert moved.state.agreed == journey.state.agreed
    moved.agree(5, at="2026-03-13T09:00:00Z")
    assert moved.told() == ["2026-03-13"]
    assert moved.mails[0].calendar is not None
    assert moved.mails[0].calendar.moved


def test_the_address_of_a_forgotten_guest_is_gone_and_nobody_writes_to_it():
    journey = Journey()
    journey.agree(1, at="2026-03-11T09:00:00Z")
    pseudonym = new_pseudonym("0001")
    data = Pseudonymiser(Person(LEE.email, frozenset({"Lee"})), pseudonym).rewritten(journey.state.to_json())
    assert LEE.email not in json.dumps(data)
    journey.state = State.from_json(data)
    journey.mails.clear()
    journey.tell(2, ContactsGiven, contacts=(UMA,))
    journey.agree(3, at="2026-03-12T09:00:00Z")
    assert [each.contact for each in journey.mails] == [UMA.email]


def test_across_a_change_of_clocks_the_instant_stays_what_people_said():
    journey = Journey()
    journey.agree(1, at="2026-03-29T09:00:00+02:00", minutes=60)  # Berlin's clocks went forward that night
    assert journey.calendar(LEE.email) == ("2026-03-29", parse("2026-03-29T07:00:00Z"))


def test_two_dates_at_one_instant_are_one_mail_with_the_later():
    journey = Journey()
    at = START + HOUR
    two = [
        Agreed(id=str(number), at=at, by="ana@vendor.example", steps={"kickoff": {"due": f"2026-03-1{number}"}})
        for number in (1, 2)
    ]
    journey.take(plan(COMPILED, journey.state, two, at))
    assert journey.told() == ["2026-03-12"]


def test_a_new_colleague_keeps_the_organizer_of_an_entry_and_a_new_date_too():
    journey = Journey()
    journey.agree(1, due="2026-03-11")
    journey.tell(2, HandedOver, former="ana@vendor.example", to="bo@vendor.example")
    journey.agree(3, due="2026-03-12")
    assert {each.calendar.organizer for each in journey.mails if each.calendar} == {"ana@vendor.example"}
