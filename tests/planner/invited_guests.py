"""A journey whose guests are invited, and what each of them was told."""

from __future__ import annotations

from typing import Any

from milepost.customer import Contact, Customer
from milepost.language.loader import from_files
from milepost.planner.commands import SendMessage
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import (
    Agreed,
    Fact,
    MailSwitched,
)
from milepost.planner.instants import parse
from milepost.planner.plan import Plan, plan
from milepost.planner.state import State

START = parse("2026-03-02T10:00:00Z")  # a Monday
DAY, HOUR = 86_400, 3_600
MAP = """
map: small
title: Small
outcome: save_time
owner: ops@vendor.example
segment: {where: customer.id != ""}
roles: {csm: Customer success manager}
personas: {lead: {title: Lead}, user: {title: User}}
stages:
  - stage: one
    title: One
    touchpoints:
      - {touchpoint: kickoff, title: Kickoff, role: csm, invite: [lead, user], due: 10 days}
      - {touchpoint: review, title: Review, role: csm, invite: lead, after: kickoff}
    outcomes:
      - outcome: saved
        type: save_time
        statement: Saved
        persona: lead
        after: review
        message: ask.md
        within: 3 days
"""
FILES = {"map.yaml": MAP, "messages/ask.md": "---\nsubject: ask\n---\nask\n"}
LOADED = from_files(FILES)
assert LOADED.map is not None, LOADED.problems
COMPILED = CompiledMap.of(LOADED.map, "v1", FILES)
LEE = Contact("Lee", "lee@acme.example", ("lead",))
UMA = Contact("Uma", "uma@acme.example", ("user",))


class Journey:
    """A journey that is told facts at hours after its start, and what its guests were told."""

    def __init__(self, *, held: bool = False) -> None:
        customer = Customer(
            id="acme", name="Acme", timezone="Europe/Berlin", contacts=(LEE, UMA), team={"csm": "ana@vendor.example"}
        )
        self.mails: list[SendMessage] = []
        self.entries: list[Any] = []
        state = State.begin(customer, "small", "v1", START)
        self.take(plan(COMPILED, state, [], START))
        if held:
            self.tell(0, MailSwitched, to="held")

    def take(self, result: Plan) -> Plan:
        assert State.from_json(result.state.to_json()).to_json() == result.state.to_json()
        self.state = result.state
        self.mails += [each for each in result.commands if isinstance(each, SendMessage) and each.calendar]
        self.entries += result.timeline
        return result

    def tell(self, hours: float, kind: type[Fact], **values: Any) -> None:
        at = START + int(hours * HOUR)
        fact = kind(id=str(len(self.entries)), at=at, by="ana@vendor.example", **values)
        self.take(plan(COMPILED, self.state, [fact], at))

    def agree(self, hours: float, step: str = "kickoff", **date: Any) -> None:
        self.tell(hours, Agreed, steps={step: date})

    def calendar(self, guest: str, step: str = "kickoff") -> tuple[str, int | None] | None:
        """What a calendar program makes of the mails: the highest sequence counts."""
        entries = [each.calendar for each in self.mails if each.contact == guest and each.steps == (step,)]
        latest = max(entries, key=lambda each: each.sequence, default=None)
        return None if latest is None or latest.cancelled else (latest.day, latest.at)

    def told(self, guest: str = LEE.email) -> list[str]:
        entries = [each.calendar for each in self.mails if each.contact == guest]
        return [f"{'off ' if each.cancelled else ''}{each.day}" for each in entries]
