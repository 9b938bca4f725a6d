"""Facts that nobody held against the map before they were told: the planner ignores them and says why."""

from __future__ import annotations

from typing import Any

import pytest

from milepost.customer import Contact, Customer
from milepost.planner.instants import parse
from tests.planner.test_fact_checks import MAP, REFUSED, fact_of, map_of
from tests.simulation import simulate

START = parse("2026-03-02T10:00:00Z")
CUSTOMER = Customer(
    id="acme",
    name="Acme",
    timezone="Europe/Berlin",
    contacts=(Contact("Lee", "lee@acme.example", ("lead",)),),
    team={"csm": "ana@vendor.example"},
)
MAKES_NO_SENSE: list[tuple[dict[str, Any], str]] = [
    ({"kind": "map_changed", "version": "v1"}, "same_version"),
    ({"kind": "map_changed", "version": "v9"}, "unknown_version"),
    ({"kind": "task_done", "task": "stuck/one/1"}, "closed"),
    ({"kind": "resumed"}, "not_paused"),
    ({"kind": "step_done", "step": "task/1"}, "unknown"),
    ({"kind": "agreed", "steps": {"task/1": {"due": "2026-03-04"}}}, "unknown"),
    ({"kind": "task_added", "title": "Call", "due": "2026-03-01"}, "past"),
    ({"kind": "task_added", "title": "Call", "due": "soon"}, "due"),
    ({"kind": "task_added", "title": "Call", "effort": "long"}, "due"),
    ({"kind": "task_added", "title": "Call", "role": "csmm"}, "unknown"),
    ({"kind": "note", "text": "They merge", "about": "tlak"}, "unknown"),
    ({"kind": "requested", "step": "task/1", "wish": "help"}, "unknown"),
    ({"kind": "requested", "step": "talk", "wish": "date", "due": "soon"}, "due"),
    ({"kind": "requested", "step": "talk", "wish": "date", "due": "2026-03-01"}, "past"),
    ({"kind": "requested", "step": "talk", "wish": "person", "person": {"email": "bo@acme.example"}}, "value"),
    ({"kind": "responded", "step": "talk", "note": "No", "declined": True}, "closed"),
    ({"kind": "play_started", "play": "rest"}, "unknown"),
    (
        {"kind": "contacts", "contacts": [{"name": "Kim", "email": "kim@acme.example", "timezone": "Atlantis"}]},
        "timezone",
    ),
    (
        {"kind": "contacts", "contacts": [{"name": "Kim", "email": "kim@acme.example", "country": "DEU"}]},
        "country",
    ),
    ({"kind": "agreed", "steps": {"talk": {"due": "soon"}}}, "due"),
    ({"kind": "agreed", "steps": {"tlak": {"due": "2026-03-04"}}}, "unknown"),
    ({"kind": "answer", "outcome": "talk", "verdict": "verified"}, "no_outcome"),
    ({"kind": "answer", "outcome": "saved", "verdict": "maybe"}, "verdict"),
    ({"kind": "revoked", "outcome": "plain"}, "no_outcome"),
    ({"kind": "revoked", "outcome": "saved"}, "not_answered"),
    ({"kind": "set", "attributes": {"helth": 4}}, "unknown"),
    ({"kind": "set", "attributes": {"health": "good"}}, "type"),
    ({"kind": "set", "attributes": {"tier": "bronze"}}, "value"),
    ({"kind": "set", "attributes": {"name": None}}, "type"),
    ({"kind": "set", "attributes": {"country": 49}}, "type"),
    ({"kind": "set", "attributes": {"timezone": "Europe/Atlantis"}}, "timezone"),
    ({"kind": "set", "attributes": {"country": "XX"}}, "country"),
    ({"kind": "step_done", "step": "tlak"}, "unknown"),
    ({"kind": "step_done", "step": "talk", "result": "goood"}, "result"),
    ({"kind": "snoozed", "step": "talk", "until": "tomorrow"}, "until"),
]
"""Facts that the map doesn't define or that don't fit now, with the reason that the timeline gives."""


def lines_after(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The timeline's entry about a fact, an hour into a journey."""
    fact = fact_of({**data, "at": "2026-03-02T11:00:00Z"})
    run = simulate(map_of(MAP), CUSTOMER, START, [fact], START + 7200)
    return [line for line in (entry.to_json() for entry in run.timeline) if line["at"] == "2026-03-02T11:00:00Z"]


@pytest.mark.parametrize(("data", "why"), MAKES_NO_SENSE, ids=str)
def test_a_fact_that_makes_no_sense_changes_nothing_and_the_timeline_says_why(data: dict[str, Any], why: str) -> None:
    lines = lines_after(data)
    assert [(line["kind"], line["why"]) for line in lines] == [("fact_ignored", why)]


@pytest.mark.parametrize("data", [data for data, code, _ in REFUSED if code.startswith("unknown")], ids=str)
def test_what_the_map_does_not_know_is_refused_by_the_check_and_ignored_by_the_planner(data: dict[str, Any]) -> None:
    assert [line["kind"] for line in lines_after(data)] == ["fact_ignored"]
