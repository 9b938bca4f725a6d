"""Pauses: what a timeline alone would not show."""

from __future__ import annotations

from milepost.planner.facts import EventHappened, Paused, Resumed
from milepost.planner.timeline import StageOpened
from tests.planner.test_fact_checks import map_of
from tests.planner.test_ignored_facts import CUSTOMER, START
from tests.simulation import simulate

HOUR = 3600
MAP = """
map: small
title: Small
outcome: save_time
owner: ops@vendor.example
segment: {where: customer.id != ""}
roles: {csm: Customer success manager}
personas: {lead: {title: Lead}}
stages:
  - {stage: one, title: One, touchpoints: [{touchpoint: talk, title: Talk, role: csm}]}
  - stage: beside
    title: Beside
    opens: {when: [{event: grown}, {event: merged}]}
    touchpoints: [{touchpoint: meet, title: Meet, role: csm}]
"""


def test_a_stage_that_is_called_twice_in_a_pause_opens_once() -> None:
    facts = [
        Paused(id="1", at=START + HOUR),
        EventHappened(id="2", at=START + 2 * HOUR, event="grown"),
        EventHappened(id="3", at=START + 3 * HOUR, event="merged"),
        Resumed(id="4", at=START + 4 * HOUR),
    ]
    run = simulate(map_of(MAP), CUSTOMER, START, facts, START + 24 * HOUR)
    opened = [(entry.stage, entry.at - START) for entry in run.timeline if isinstance(entry, StageOpened)]
    assert opened == [("one", 0), ("beside", 4 * HOUR)]
    assert run.state.stage("beside").visits == 1
