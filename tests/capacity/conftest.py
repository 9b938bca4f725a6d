"""A small map, a book for it, and a forecast of both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from milepost.capacity.runs import BookCounts, ForecastSetup, count_journeys
from milepost.capacity.tally import Weeks
from milepost.customer import Contact, Customer
from milepost.language.loader import content_hash, from_data, load
from milepost.language.yaml_text import read_yaml
from milepost.people.behaviour import Behaviour
from milepost.people.draws import seeded
from milepost.planner.compiled_map import CompiledMap

ROOT = Path(__file__).parents[2]
YEAR = Weeks(date(2026, 3, 2), date(2027, 2, 28))
QUARTER = Weeks(date(2026, 3, 2), date(2026, 5, 31))

SMALL = """
map: small
title: Small
outcome: save_time
owner: ops@vendor.example
segment: {where: customer.tier == "gold"}
attributes: {tier: {type: text}, health: {type: number}, renews_on: {type: date}}
roles: {csm: Customer success manager, ae: Account executive}
personas: {sponsor: {title: Sponsor}}
stages:
  - stage: start
    title: Start
    target: 4 weeks
    touchpoints:
      - {touchpoint: kickoff, title: Kickoff, role: csm, due: 5 business days, effort: 90 minutes}
      - {touchpoint: handoff, title: Handoff, role: ae, due: 2 business days}
    actions:
      - {action: connect, title: Connect, persona: sponsor, after: kickoff, message: m.md, due: 5 business days,
         done_when: {event: connected, count: 2, if: 'event.size > 2 && event.kind == "sso"'}}
  - stage: value
    title: Value
    outcomes:
      - {outcome: saved, type: save_time, statement: Saved, persona: sponsor, message: m.md, within: 10 business days,
         metric: {name: hours, target: 10}}
  - stage: partnership
    title: Partnership
    touchpoints:
      - {touchpoint: review, title: Review, role: csm, wait: 2 years, every: 1 year, effort: 2 hours}
plays:
  - play: rescue
    kind: risk
    title: Rescue
    starts_when: [{event: champion_left}]
    touchpoints:
      - touchpoint: call
        title: Call
        role: csm
        due: 1 business day
        effort: 1 hours
        results: {good: [], bad: {end: churned}}
"""

Forecast = Callable[..., BookCounts]


def chart_from(text: str) -> CompiledMap:
    loaded = from_data(read_yaml(text).data)
    assert loaded.map is not None, loaded.problems
    return CompiledMap.of(loaded.map, "v1")


@pytest.fixture(scope="session")
def small() -> CompiledMap:
    return chart_from(SMALL)


@pytest.fixture(scope="session")
def shipped() -> tuple[CompiledMap, ...]:
    """The shipped maps."""
    loaded = [load(folder) for folder in sorted((ROOT / "maps").iterdir())]
    return tuple(CompiledMap.of(each.map, content_hash(each.files or {})) for each in loaded if each.map)


def gold(number: int, **attributes: Any) -> Customer:
    """A customer that the small map is for."""
    return Customer(
        id=f"gold-{number}",
        name=f"Gold {number}",
        timezone="Europe/Berlin",
        attributes={"tier": "gold", **attributes},
        contacts=(Contact("Sam", f"sam@gold-{number}.example", ("sponsor",)),),
        team={"csm": f"ana{number % 2}@vendor.example", "ae": "bo@vendor.example"},
    )


def forecast_of(
    compiled_maps: tuple[CompiledMap, ...],
    customers: list[Customer],
    behaviour: Behaviour | None = None,
    *,
    weeks: Weeks = QUARTER,
    runs: int = 1,
) -> tuple[ForecastSetup, BookCounts]:
    behaviour = behaviour or Behaviour()
    setup = ForecastSetup(compiled_maps, weeks, behaviour, runs, seeded(behaviour.seed))
    return setup, count_journeys(setup, ((customer, None) for customer in customers))


def behaving(**given: Any) -> Behaviour:
    return Behaviour.model_validate(given)
