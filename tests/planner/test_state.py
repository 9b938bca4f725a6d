"""The JSON of states as other versions of Milepost wrote it."""

from __future__ import annotations

from typing import Any

import pytest

from milepost.planner.commands import RevokeAnswer
from milepost.planner.facts import AttributesSet, EventHappened, Paused, Resumed
from milepost.planner.plan import plan
from milepost.planner.state import State
from milepost.planner.state_forms import FORMAT, NewerStateError
from tests.conformance.catalogue import HERE, scenario_of
from tests.planner.test_fact_checks import MAP, map_of
from tests.planner.test_ignored_facts import CUSTOMER, START
from tests.simulation import simulate


def test_the_fact_ids_that_earlier_versions_remembered_are_dropped() -> None:
    state = plan(map_of(MAP), State.begin(CUSTOMER, "small", "v1", START), (), START).state
    written = state.to_json()
    assert "seen" not in written
    earlier = {**written, "format": 1, "seen": ["dpKVSV8ZaN4", "Zq3vUaXb1Yc"]}
    assert State.from_json(earlier).to_json() == {**written, "format": 1}
    assert "seen" in earlier


def test_a_state_of_a_later_form_is_refused() -> None:
    written = State.begin(CUSTOMER, "small", "v1", START).to_json()
    with pytest.raises(NewerStateError, match="Update Milepost"):
        State.from_json({**written, "format": FORMAT + 1})


EARLIER = """
map: small
title: Small
outcome: save_time
owner: ops@vendor.example
segment: {where: customer.id != ""}
roles: {csm: Customer success manager}
personas: {lead: {title: Lead}}
attributes: {health: {type: number}}
stages:
  - stage: one
    title: One
    target: 3 weeks
    actions:
      - action: a
        title: A
        persona: lead
        message: a.md
        due: 10 business days
        remind: [8 business days before, 3 business days before, on the day]
        done_when: [{event: login}, {event: report, count: 3}]
      - {action: w, title: W, persona: lead, wait: 2 days, every: 4 days}
plays:
  - play: p
    kind: risk
    title: P
    starts_when: [{if: customer.health < 10}, {if: customer.health < 40}]
    ends_when: [{if: customer.health > 60}]
    touchpoints: [{touchpoint: x, title: X, role: csm}]
"""


def of_form_1(written: dict[str, Any]) -> dict[str, Any]:
    """A state as form 1 had it: places in lists instead of names, and nothing of what the map says."""
    steps = {step: dict(record) for step, record in written["steps"].items()}
    for record in steps.values():
        for name in ("rule", "pace", "reminded"):
            record.pop(name, None)
        record["reminders"] = sorted(record.get("reminders", {}).values())
    steps["a"] |= {"shifted": 2, "counts": {"1": 2}}
    stages = {stage: {**record} for stage, record in written["stages"].items()}
    stages["one"].pop("rule")
    play = {**written["plays"]["p"], "truths": {"1": False}, "end_truths": {"0": True}, "ending": True}
    return {**written, "format": 1, "steps": steps, "stages": stages, "plays": {"p": play}, "deferred": []}


def test_a_state_of_form_1_goes_on_as_if_it_had_been_written_today() -> None:
    small, hour = map_of(EARLIER), 3600
    facts = [
        EventHappened(id="1", at=START + hour, event="report"),
        EventHappened(id="2", at=START + 2 * hour, event="report"),
        AttributesSet(id="3", at=START + 3 * hour, attributes={"health": 30}),
        Paused(id="4", at=START + 4 * hour),
        AttributesSet(id="5", at=START + 5 * hour, attributes={"health": 70}),
    ]
    today = simulate(small, CUSTOMER, START, facts, START + 6 * hour).state
    earlier = State.from_json(of_form_1(today.to_json()))
    assert plan(small, earlier, (), earlier.clock).state == plan(small, today, (), today.clock).state
    resumed = [Resumed(id="6", at=START + 30 * hour)]
    until = START + 60 * 24 * hour
    assert plan(small, earlier, resumed, until).timeline == plan(small, today, resumed, until).timeline


def test_the_answer_of_an_earlier_occurrence_is_revoked_in_the_store_too() -> None:
    """A timeline doesn't show which row is changed: the command does."""
    scenario = scenario_of(HERE / "taking-an-answer-back" / "of_an_earlier_occurrence.yaml")
    revoked = [command for made in scenario.plans() for command in made.commands if isinstance(command, RevokeAnswer)]
    assert [(command.outcome, command.occurrence) for command in revoked] == [("proof", 1)]
