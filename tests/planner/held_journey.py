"""A small journey whose mail is held: a welcome, an action with reminders, a question about a result."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from milepost.customer import Contact, Customer
from milepost.language.loader import from_files
from milepost.planner.commands import SendMessage
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import Fact, MessageReleased
from milepost.planner.instants import parse
from milepost.planner.plan import Plan, plan
from milepost.planner.state import State

START = parse("2026-03-02T10:00:00Z")  # a Monday
DAY = 86_400
HOUR = 3_600
MAP = """
map: small
title: Small
outcome: save_time
owner: ops@vendor.example
segment: {where: customer.id != ""}
roles: {csm: Customer success manager}
personas: {lead: {title: Lead}}
stages:
  - stage: one
    title: One
    touchpoints:
      - {touchpoint: welcome, title: Welcome, message: news.md, to: lead}
    actions:
      - action: connect
        title: Connect
        persona: lead
        after: welcome
        message: connect.md
        due: 3 days
        remind: [2 days before, 1 day before]
    outcomes:
      - outcome: saved
        type: save_time
        statement: Saved
        persona: lead
        after: welcome
        message: ask.md
        within: 3 days
"""
MESSAGES = {f"messages/{name}.md": f"---\nsubject: {name}\n---\n{name}\n" for name in ("news", "connect", "ask")}
LEE = Contact("Lee", "lee@acme.example", ("lead",))
FILES = {"map.yaml": MAP, **MESSAGES}
LOADED = from_files(FILES)
assert LOADED.map is not None, LOADED.problems
COMPILED = CompiledMap.of(LOADED.map, "v1", FILES)
WELCOME, CONNECT, SAVED = "welcome/1/touchpoint/1", "connect/1/opening/1", "saved/1/request/1"
ACME = Customer("acme", "Acme", timezone="UTC", contacts=(LEE,), team={"csm": "ana@vendor.example"})


def held_state(*, free: list[str] | None = None) -> State:
    state = State.begin(ACME, "small", "v1", START)
    state.mail_held, state.mail_free = True, free or []
    return state


def begun(now: int = START, **changes: Any) -> Plan:
    return plan(COMPILED, held_state(**changes), (), now)


def told(before: Plan, at: int, *facts: Fact) -> Plan:
    return plan(COMPILED, before.state, [replace(fact, at=at) for fact in facts], at)


def released(message: str, **more: Any) -> MessageReleased:
    return MessageReleased(id=f"r {message}", at=0, by="ops@vendor.example", message=message, **more)


def of(kind: type, result: Plan) -> list[Any]:
    return [entry for entry in result.timeline if isinstance(entry, kind)]


def sent(result: Plan) -> list[str]:
    return [command.message for command in result.commands if isinstance(command, SendMessage)]
