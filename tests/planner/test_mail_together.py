"""Messages that wait and will go as one mail."""

from __future__ import annotations

from milepost.customer import Contact, Customer
from milepost.language.loader import from_files
from milepost.planner.commands import SendMessage
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import Fact, MailSwitched, MessageReleased, Paused
from milepost.planner.instants import parse
from milepost.planner.messages import go_together
from milepost.planner.plan import Plan, plan
from milepost.planner.situation import Situation
from milepost.planner.state import State

START = parse("2026-03-02T10:00:00Z")  # a Monday
MAP = """
map: small
title: Small
outcome: save_time
owner: ops@vendor.example
segment: {where: customer.id != ""}
attributes: {seats: {type: number}}
roles: {csm: Customer success manager}
personas: {lead: {title: Lead}, buyer: {title: Buyer}}
stages:
  - stage: one
    title: One
    touchpoints:
      - {touchpoint: hello, title: Hello, to: lead, message: one.md}
    actions:
      - {action: second, title: Second, persona: lead, message: one.md, due: 3 days}
      - {action: first, title: First, persona: lead, message: one.md, due: 3 days}
      - {action: needy, title: Needy, persona: lead, message: needy.md, due: 3 days}
      - {action: vital, title: Vital, persona: lead, message: one.md, due: 3 days, essential: true}
      - {action: theirs, title: Theirs, persona: buyer, message: one.md, due: 3 days}
"""
FILES = {
    "map.yaml": MAP,
    "messages/one.md": "---\nsubject: One\n---\nOne\n",
    "messages/needy.md": "---\nsubject: Needy\n---\n{{ customer.seats }}\n",
}
LOADED = from_files(FILES)
assert LOADED.map is not None, [str(each) for each in LOADED.problems]
CHART = CompiledMap.of(LOADED.map, "v1", FILES)
LEE = Contact("Lee", "lee@acme.example", ("lead",))
KIM = Contact("Kim", "kim@acme.example", ("buyer",))


def advanced(state: State, *facts: Fact, now: int = START) -> Plan:
    return plan(CHART, state, facts, now)


def begun(*, held: bool, contacts: tuple[Contact, ...] = (LEE, KIM), start: int = START) -> Plan:
    customer = Customer(id="acme", name="Acme", timezone="UTC", attributes={}, contacts=contacts)
    state = State.begin(customer, "small", "v1", start)
    state.mail_held = held
    return advanced(state, now=start)


def together(state: State, now: int = START) -> dict[str, list[str]]:
    situation = Situation.of(CHART, state, now)
    return {each.step: [other.step for other in go_together(situation, each)] for each in state.queue}


def mails(result: Plan) -> list[tuple[str, ...]]:
    return [command.steps for command in result.commands if isinstance(command, SendMessage)]


ALONE = {"hello": ["hello"], "vital": ["vital"], "theirs": ["theirs"], "needy": ["needy"]}


def test_what_waits_for_a_release_is_the_mail_that_it_becomes_once_all_is_released() -> None:
    state = begun(held=True).state
    both = ["second", "first"]
    assert together(state) == {**ALONE, "second": both, "first": both}

    released = [
        MessageReleased(id=str(number), at=START, message=str(each.message)) for number, each in enumerate(state.queue)
    ]
    assert sorted(mails(advanced(state, *released))) == [("hello",), ("second", "first"), ("theirs",), ("vital",)]


def test_one_that_is_released_by_itself_goes_by_itself() -> None:
    state = begun(held=True).state
    [message] = [str(each.message) for each in state.queue if each.step == "first"]
    after = advanced(state, MessageReleased(id="1", at=START, message=message))
    assert mails(after) == [("first",)]
    assert together(after.state)["second"] == ["second"]


def test_two_roles_of_one_person_get_one_mail() -> None:
    both = Contact("Lee", "lee@acme.example", ("lead", "buyer"))
    state = begun(held=True, contacts=(both,)).state
    assert together(state)["theirs"] == ["second", "first", "theirs"]


def test_what_waits_for_the_contacts_hours_goes_together_and_what_lacks_a_value_does_not() -> None:
    night = parse("2026-03-02T22:00:00Z")
    waiting = begun(held=False, start=night)
    both = ["second", "first"]
    assert together(waiting.state, night) == {**ALONE, "second": both, "first": both}

    assert ("second", "first") in mails(advanced(waiting.state, now=waiting.wake_at or 0))


def test_what_waits_for_the_end_of_a_pause_goes_together() -> None:
    state = begun(held=True).state
    freed = advanced(state, Paused(id="1", at=START), MailSwitched(id="2", at=START, to="free"))
    assert together(freed.state)["first"] == ["second", "first"]


def test_without_a_reader_nothing_goes_together() -> None:
    state = begun(held=True, contacts=()).state
    assert together(state)["first"] == ["first"]
