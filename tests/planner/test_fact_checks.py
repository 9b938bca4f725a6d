"""A fact against the map of its journey: what is let through, and what is refused with which code and hint."""

from __future__ import annotations

from typing import Any

import pytest

from milepost.language.loader import from_data
from milepost.language.yaml_text import read_yaml
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.fact_checks import check
from milepost.planner.facts import from_json

MAP = """
map: small
title: Small
outcome: save_time
owner: ops@vendor.example
segment: {where: customer.id != ""}
roles: {csm: Customer success manager}
personas: {lead: {title: Lead}}
attributes:
  health: {type: number}
  renews_on: {type: date}
  beta: {type: flag}
  tier: {type: text, one_of: [gold, silver]}
stages:
  - stage: one
    title: One
    touchpoints:
      - {touchpoint: talk, title: Talk, role: csm, results: {good: [], bad: []}}
      - {touchpoint: plain, title: Plain, role: csm}
    outcomes:
      - {outcome: saved, type: save_time, statement: Saved, persona: lead, message: m.md, within: 10 business days,
         metric: {name: hours, target: 10}}
      - {outcome: glad, type: save_time, statement: Glad, persona: lead, message: m.md, within: 10 business days}
plays:
  - play: rescue
    kind: risk
    title: Rescue
    touchpoints: [{touchpoint: call, title: Call, role: csm}]
"""

GOOD: list[dict[str, Any]] = [
    {"kind": "step_done", "step": "plain"},
    {"kind": "step_done", "step": "plain", "result": "whatever"},
    {"kind": "step_done", "step": "talk", "result": "good"},
    {"kind": "step_skipped", "step": "talk"},
    {"kind": "step_reopened", "step": "call"},
    {"kind": "snoozed", "step": "talk", "until": "2026-03-04"},
    {"kind": "snoozed", "step": "talk", "until": "2026-03-04T10:00:00Z"},
    {"kind": "answer", "outcome": "saved", "verdict": "verified"},
    {"kind": "answer", "outcome": "saved", "verdict": "verified", "value": 5.5},
    {"kind": "answer", "outcome": "glad", "verdict": "verified", "value": "a lot"},
    {"kind": "revoked", "outcome": "saved"},
    {"kind": "play_started", "play": "rescue"},
    {"kind": "agreed", "steps": {"talk": {"due": "2026-03-04"}}},
    {"kind": "requested", "step": "talk", "wish": "date", "due": "2026-03-04"},
    {"kind": "requested", "step": "saved", "wish": "person", "person": {"email": "bo@acme.example"}},
    {"kind": "replied", "step": "saved", "note": "When?"},
    {"kind": "responded", "step": "task/1", "note": "Now"},
    {"kind": "set", "attributes": {"health": 40, "beta": True, "tier": "gold", "renews_on": "2026-03-02"}},
    {"kind": "set", "attributes": {"health": None, "tier": None, "country": None}},
    {"kind": "set", "attributes": {"timezone": "Europe/Berlin", "name": "Acme", "country": "DE-BY"}},
    {"kind": "event", "event": "anything"},
    {"kind": "paused"},
]
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"kind": "step_done", "step": "tlak"}, "unknown_step", "'talk'"),
    ({"kind": "step_skipped", "step": "nothing"}, "unknown_step", "plain"),
    ({"kind": "step_reopened", "step": "plian"}, "unknown_step", "'plain'"),
    ({"kind": "snoozed", "step": "tlak", "until": "2026-03-04"}, "unknown_step", "'talk'"),
    ({"kind": "snoozed", "step": "talk", "until": "tomorrow"}, "invalid_fact", "2026-03-02"),
    ({"kind": "snoozed", "step": "talk", "until": "2026-03-04T10:00:00"}, "invalid_fact", "2026-03-02T09:00:00Z"),
    ({"kind": "requested", "step": "tlak", "wish": "help"}, "unknown_step", "'talk'"),
    ({"kind": "requested", "step": "talk", "wish": "more"}, "invalid_fact", "help, date, person"),
    ({"kind": "requested", "step": "talk", "wish": "date", "due": "soon"}, "invalid_fact", "2026-03-02"),
    ({"kind": "requested", "step": "talk", "wish": "date"}, "invalid_fact", "needs 'due'"),
    ({"kind": "requested", "step": "talk", "wish": "person", "person": {"email": "b@c.d"}}, "invalid_fact", "note"),
    ({"kind": "replied", "step": "tlak", "note": "When?"}, "unknown_step", "'talk'"),
    ({"kind": "agreed", "steps": {"plain": {}, "tlak": {}}}, "unknown_step", "'talk'"),
    ({"kind": "step_done", "step": "saved"}, "invalid_fact", "answer"),
    ({"kind": "step_done", "step": "talk"}, "invalid_fact", "good, bad"),
    ({"kind": "step_done", "step": "talk", "result": "goood"}, "unknown_result", "'good'"),
    ({"kind": "answer", "outcome": "talk", "verdict": "verified"}, "unknown_outcome", "saved"),
    ({"kind": "revoked", "outcome": "savde"}, "unknown_outcome", "'saved'"),
    ({"kind": "answer", "outcome": "saved", "verdict": "verified", "value": "many"}, "invalid_fact", "5.5"),
    ({"kind": "answer", "outcome": "saved", "verdict": "verified", "value": "7,5"}, "invalid_fact", "7.5"),
    ({"kind": "answer", "outcome": "saved", "verdict": "verified", "value": float("inf")}, "invalid_fact", "number"),
    ({"kind": "play_started", "play": "resuce"}, "unknown_play", "'rescue'"),
    ({"kind": "set", "attributes": {"helth": 4}}, "unknown_attribute", "'health'"),
    ({"kind": "set", "attributes": {"health": "good"}}, "invalid_fact", "unit"),
    ({"kind": "set", "attributes": {"beta": "yes"}}, "invalid_fact", "true or false"),
    ({"kind": "set", "attributes": {"renews_on": "02.03.2026"}}, "invalid_fact", "2026-03-02"),
    ({"kind": "set", "attributes": {"tier": "bronze"}}, "invalid_fact", "gold, silver"),
    ({"kind": "set", "attributes": {"name": None}}, "invalid_fact", "text"),
    ({"kind": "set", "attributes": {"name": "  "}}, "invalid_fact", "text"),
    ({"kind": "set", "attributes": {"country": 49}}, "invalid_fact", "text"),
    ({"kind": "set", "attributes": {"timezone": "Europe/Atlantis"}}, "invalid_fact", "Europe/Berlin"),
    ({"kind": "set", "attributes": {"country": "GB-EN"}}, "invalid_fact", "GB-ENG"),
    ({"kind": "set", "attributes": {"country": "Atlantis"}}, "invalid_fact", "DE-BY for a region"),
]


@pytest.fixture(scope="module")
def small() -> CompiledMap:
    return map_of(MAP)


def map_of(text: str) -> CompiledMap:
    loaded = from_data(read_yaml(text).data)
    assert loaded.map is not None, loaded.problems
    return CompiledMap.of(loaded.map, "v1")


def fact_of(data: dict[str, Any]) -> Any:
    return from_json({"id": "1", "at": "2026-03-02T10:00:00Z", **data})


@pytest.mark.parametrize("data", GOOD, ids=str)
def test_a_fact_that_the_map_knows_is_let_through(small: CompiledMap, data: dict[str, Any]) -> None:
    check(fact_of(data), small)


@pytest.mark.parametrize(("data", "code", "says"), REFUSED, ids=str)
def test_a_fact_that_the_map_does_not_know_is_refused_and_says_what_would_do(
    small: CompiledMap, data: dict[str, Any], code: str, says: str
) -> None:
    with pytest.raises(Exception, match=says) as refused:
        check(fact_of(data), small)
    assert refused.value.code == code
