"""A value of the wrong kind in an event is told: conditions that compare it could only be false."""

from __future__ import annotations

import json
from typing import Any

import pytest

from milepost.planner.event_checks import unusable_properties
from tests.workflows.example import FILES, MAP, compiled_map_of


def problems(condition: str, **properties: Any) -> list[str]:
    asking = f"done_when: {{event: connected, if: {json.dumps(condition)}}}"
    files = {**FILES, "map.yaml": MAP.replace("done_when: {event: connected}", asking)}
    compiled_map = compiled_map_of(files)
    return [str(each) for each in unusable_properties(compiled_map, "connected", properties)]


@pytest.mark.parametrize(
    ("condition", "properties"),
    [
        ("event.rows > 100", {"rows": "120"}),
        ("event.rows >= customer.health", {"rows": "many"}),
        ("100 < event.rows * 2 && event.x == 1", {"rows": "120"}),
        ("event.rows == 3", {"rows": "3"}),
        ("event.rows in [1, 2]", {"rows": "1"}),
        ("event.plan == 'pro'", {"plan": 3}),
        ("event.plan in ['pro', 'max']", {"plan": True}),
        ("event.plan == customer.tier", {"plan": 1}),
        ("event.plan.startsWith('pro')", {"plan": 1}),
        ("event.ok", {"ok": "true"}),
        ("!event.ok || false", {"ok": 1}),
        ("event.tags[0] == 'a'", {"tags": "a"}),
        ("'a' in event.tags", {"tags": "a"}),
        ("event.deep.x == 1", {"deep": 1}),
        ("size(event.tags) > 1", {"tags": 3}),
    ],
)
def test_a_value_that_a_condition_cannot_use_is_found(condition: str, properties: dict[str, Any]) -> None:
    [problem] = problems(condition, **properties)

    assert "conditions that use it aren't met" in problem


@pytest.mark.parametrize(
    ("condition", "properties"),
    [
        ("event.rows > 100", {"rows": 120}),
        ("event.rows > 100", {"rows": 1.5, "other": "x"}),
        ("event.rows > 100", {"rows": None}),
        ("event.rows > 100", {}),
        ("has(event.rows)", {"rows": "anything"}),
        ("event.rows == event.other", {"rows": "x", "other": "y"}),
        ("event.plan == 'pro'", {"plan": "free"}),
        ("event.ok == true", {"ok": False}),
        ("event.tags[0] == 'a'", {"tags": ["b"]}),
        ("event.deep.x == 1", {"deep": {"y": "z"}}),
        ("int(event.rows) % 2 == 0", {"rows": "120"}),
    ],
)
def test_a_value_that_a_condition_can_use_is_not(condition: str, properties: dict[str, Any]) -> None:
    assert problems(condition, **properties) == []


def test_it_says_what_is_wrong_and_what_to_send() -> None:
    [problem] = problems("event.rows > 100", rows="120")
    assert problem == (
        "The property 'rows' of 'connected' is '120', a text; the map needs a number there, so conditions that use it "
        "aren't met. Send 120, without quotes."
    )
    [long] = problems("event.plan == 'pro'", plan=[1] * 100)
    assert "[1, 1" in long
    assert len(long) < 250


def test_an_event_that_no_condition_asks_is_free() -> None:
    assert unusable_properties(compiled_map_of(FILES), "connected", {"rows": "120"}) == []
