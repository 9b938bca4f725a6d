"""A small map, its messages, and a customer: what the tests of workflows and of the door live with."""

from __future__ import annotations

from milepost.customer import Contact, Customer
from milepost.language.loader import content_hash, from_files
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import parse

START = parse("2026-03-02T15:00:00Z")  # a Monday, 10:00 in New York

MAP = """
map: pilot
title: Pilot customers
outcome: save_time
owner: ops@vendor.example
segment: {where: customer.tier == "pilot", priority: 1}
reenter: after 10 days
attributes:
  tier: {type: text, one_of: [pilot, other]}
  health: {type: number}
  renews_on: {type: date}
roles:
  csm: {title: Customer success manager, escalate: {after: 2 business days, to: lead}}
  lead: {title: Head of customer success}
personas:
  sponsor: {title: Sponsor}
working_time: {timezone: America/New_York, country: US}
stages:
  - stage: start
    title: Start
    target: 30 days
    touchpoints:
      - touchpoint: kickoff
        title: Kickoff call
        role: csm
        due: 2 business days
        effort: 30 minutes
        results: {held: {set: {health: 80}}, refused: {end: refused}}
    actions:
      - action: connect
        title: Connect the first system
        persona: sponsor
        after: kickoff
        message: connect.md
        due: 5 business days
        remind: [1 business day before, on the day]
        done_when: {event: connected}
    outcomes:
      - outcome: faster
        type: save_time
        statement: Reports are made in half the time.
        metric: {name: hours saved, target: 10}
        persona: sponsor
        after: connect
        wait: 1 week
        message: verify.md
        within: 5 business days
        then:
          verified: {end: proven}
          partial: {play: rescue}
          disputed: {play: rescue}
          silent: {play: rescue}
plays:
  - play: rescue
    kind: risk
    title: Win back
    starts_when: {if: customer.health < 40}
    deadline: 20 business days
    touchpoints:
      - {touchpoint: rescue_call, title: Call the sponsor, role: csm, due: 1 business day, effort: 30 minutes}
"""

CIRCLE = """
map: pilot
title: A map that can go round in a circle
outcome: save_time
owner: ops@vendor.example
segment: {where: "true"}
attributes: {tier: {type: text}, health: {type: number}}
roles: {csm: Customer success manager}
personas: {sponsor: {title: Sponsor}}
stages:
  - stage: start
    title: Start
    touchpoints:
      - {touchpoint: kickoff, title: Kickoff call, role: csm, skip_when: customer.health < 40}
    then: {go_to: start}
"""

CONNECT = """---
subject: "{{ customer.name }}: connect your first system"
---
Hello {{ contact.first_name }},

please connect your first system by {{ step.due | date }}. [Your plan]({{ plan_url }})
"""

VERIFY = """---
subject: Is it faster?
---
{{ contact.first_name }}, {{ step.statement }} [Tell us]({{ verify_url }})
"""

FILES = {"map.yaml": MAP, "messages/connect.md": CONNECT, "messages/verify.md": VERIFY}


def compiled_map_of(files: dict[str, str]) -> CompiledMap:
    loaded = from_files(files)
    assert loaded.map is not None, [str(problem) for problem in loaded.problems]
    return CompiledMap.of(loaded.map, content_hash(files), files)


CHART = compiled_map_of(FILES)

CUSTOMER = Customer(
    id="acme",
    name="Acme",
    timezone="America/New_York",
    country="US",
    attributes={"tier": "pilot", "health": 75},
    contacts=(Contact("Sam Poe", "sam@acme.example", ("sponsor",)),),
    team={"csm": "ana.ruiz@vendor.example"},
)
