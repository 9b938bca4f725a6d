"""When zones or holidays change, dates that are planned stay until what they hang on changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from milepost.customer import Contact, Customer
from milepost.planner import calendars
from milepost.planner.facts import Agreed, AttributesSet, Fact, Paused, Resumed
from milepost.planner.instants import Instant, parse, text
from milepost.planner.plan import plan
from milepost.planner.state import State
from milepost.planner.timeline import MessageSent
from tests.workflows.example import compiled_map_of

START = parse("2026-03-02T10:00:00Z")  # a Monday
MAP = """
map: small
title: Small
outcome: save_time
owner: ops@vendor.example
segment: {where: customer.id != ""}
roles: {csm: Customer success manager}
personas: {owner: {title: Owner}}
attributes: {health: {type: number}}
working_time: {country: GB}
stages:
  - stage: one
    title: One
    touchpoints: [{touchpoint: task, title: Task, role: csm, due: 3 business days}]
    actions:
      - {action: act, title: Act, persona: owner, due: 5 business days, message: a.md, remind: [1 business day before]}
"""
CUSTOMER = Customer(
    "acme", "Acme", "UTC", "GB", None, {}, (Contact("Sam", "sam@acme.example", ("owner",)),), {"csm": "ana@v.example"}
)


class Journey:
    """A journey that is planned on, plan by plan, as the data changes."""

    def __init__(self) -> None:
        self.compiled_map = compiled_map_of({"map.yaml": MAP, "messages/a.md": "---\nsubject: Hello\n---\nHello\n"})
        self.state = State.begin(CUSTOMER, "small", "v1", START)
        self.mails: list[str] = []
        self.go_on(START)

    def go_on(self, now: Instant, *facts: Fact) -> None:
        made = plan(self.compiled_map, self.state, facts, now)
        self.state = made.state
        self.mails += [text(entry.at) for entry in made.timeline if isinstance(entry, MessageSent)]

    def due(self, step: str) -> str:
        at = self.state.step(step).due_at
        assert at is not None
        return text(at)


@pytest.fixture
def journey(monkeypatch: pytest.MonkeyPatch) -> Iterator[Journey]:
    """One whose dates are planned; then 4 and 9 March become holidays."""
    journey = Journey()
    assert (journey.due("task"), journey.due("act")) == ("2026-03-05T17:00:00Z", "2026-03-09T17:00:00Z")
    new = {date(2026, 3, 4), date(2026, 3, 9)}
    monkeypatch.setattr(calendars, "public_holidays", lambda _country, _year: frozenset(new))
    calendars._business_days.cache_clear()
    yield journey
    calendars._business_days.cache_clear()


def test_a_new_holiday_moves_nothing_that_is_planned(journey: Journey) -> None:
    journey.go_on(START + 3600, AttributesSet(id="a", at=START + 3600, attributes={"health": 3}))
    journey.go_on(parse("2026-03-07T00:00:00Z"))
    assert (journey.due("task"), journey.due("act")) == ("2026-03-05T17:00:00Z", "2026-03-09T17:00:00Z")
    assert journey.mails == ["2026-03-02T10:00:00Z", "2026-03-06T09:00:00Z"]


def test_what_a_pause_moves_is_worked_out_with_the_new_data(journey: Journey) -> None:
    noon, next_noon = parse("2026-03-03T12:00:00Z"), parse("2026-03-04T12:00:00Z")
    journey.go_on(next_noon, Paused(id="p", at=noon), Resumed(id="r", at=next_noon))
    assert journey.due("task") == "2026-03-06T17:00:00Z"  # by one working day, Tuesday
    assert journey.due("act") == "2026-03-10T17:00:00Z"
    journey.go_on(parse("2026-03-11T00:00:00Z"))
    assert journey.mails[1:] == ["2026-03-06T09:00:00Z"]  # Monday the 9th is a holiday now


def test_what_hangs_on_an_agreed_date_is_worked_out_with_the_new_data(journey: Journey) -> None:
    agreed = Agreed(id="a", at=START + 3600, steps={"act": {"due": "2026-03-10"}})
    journey.go_on(START + 3600, agreed)
    journey.go_on(parse("2026-03-11T00:00:00Z"))
    assert journey.mails[1:] == ["2026-03-06T09:00:00Z"]  # Monday the 9th is a holiday now
