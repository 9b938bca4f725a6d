"""A map with everything that pages show, and customers who stand on it."""

from __future__ import annotations

from milepost.customer import Contact, Customer
from milepost.planner.instants import parse

START = parse("2026-03-02T15:00:00Z")  # a Monday, 10:00 in New York
HOUR, DAY = 3600, 86_400

ANA, BO, LEA = "ana.ruiz@vendor.example", "bo.ek@vendor.example", "lea.wu@vendor.example"
SAM, KIM = "sam@acme.example", "kim@acme.example"

MAP = """
map: pilot
title: Pilot customers
outcome: save_time
owner: ops@vendor.example
segment: {where: customer.tier == "pilot"}
attributes:
  tier: {type: text, one_of: [pilot, other], title: Tier}
  health: {type: number, title: Health score}
  renews_on: {type: date, title: Day of renewal}
  trial: {type: flag}
roles:
  csm: {title: Customer success manager, escalate: {after: 2 business days, to: lead}}
  solutions: {title: Solutions engineer}
  lead: {title: Head of customer success}
personas:
  sponsor: {title: Executive sponsor}
  coordinator: {title: Coordinator, fallback: sponsor}
  admin: {title: Administrator}
working_time: {timezone: America/New_York, country: US}
stages:
  - stage: start
    title: Getting started
    target: 30 days
    touchpoints:
      - touchpoint: kickoff
        title: Kickoff call
        role: csm
        invite: [coordinator, admin]
        due: 2 business days
        effort: 90 minutes
        playbook: kickoff.md
        results: {held: {set: {health: 80}}, refused: {end: refused}}
      - {touchpoint: set_up, title: Set up the workspace, role: solutions, due: 3 business days, effort: 30 minutes}
    actions:
      - action: connect
        title: Connect the first system
        persona: coordinator
        after: kickoff
        message: connect.md
        due: 5 business days
        remind: [1 business day before, on the day]
        done_when: {event: connected}
    outcomes:
      - outcome: faster
        type: save_time
        statement: Reports are made in half the time.
        metric: {name: hours saved a week, unit: h, baseline: 0, target: 10}
        persona: sponsor
        after: connect
        message: verify.md
        within: 5 business days
        then:
          verified: {play: expand}
          partial: {play: rescue}
          disputed: {play: rescue}
          silent: {play: rescue}
  - stage: renewal
    title: Renewal
    opens: {at: 90 days before customer.renews_on}
    touchpoints:
      - {touchpoint: renewal_talk, title: Talk about the renewal, role: csm, due: 5 business days, effort: 60 minutes}
plays:
  - play: rescue
    kind: risk
    title: Win them back
    starts_when: {if: customer.health < 40}
    holds: messages
    deadline: 20 business days
    touchpoints:
      - {touchpoint: rescue_call, title: Call the sponsor, role: csm, due: 1 business day, effort: 30 minutes}
  - play: expand
    kind: expansion
    title: Offer the next team
    touchpoints:
      - {touchpoint: expansion_talk, title: Explore the next team, role: csm, due: 10 business days, effort: 45 minutes}
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

KICKOFF = """# Before the call

Ask {{ customer.name }} who decides. The call is due {{ step.due | date }}.

- Agree who does what by when.
"""

FILES = {
    "map.yaml": MAP,
    "messages/connect.md": CONNECT,
    "messages/verify.md": VERIFY,
    "playbooks/kickoff.md": KICKOFF,
}


def customer(id_: str = "acme", name: str = "Acme Ltd", **changes: object) -> Customer:
    """A customer of the map's segment with two contacts and a team."""
    acme = Customer(
        id=id_,
        name=name,
        timezone="America/New_York",
        country="US",
        attributes={"tier": "pilot", "health": 75},
        contacts=(
            Contact("Sam Poe", SAM, ("sponsor",)),
            Contact("Kim Lo", KIM, ("coordinator",), timezone="Europe/Berlin"),
        ),
        team={"csm": ANA, "lead": LEA},
    )
    return acme.having(**changes)
