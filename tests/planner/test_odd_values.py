"""Conditions at run time: what can't be worked out is unknown, and a journey goes on as if it were not true."""

from __future__ import annotations

from typing import Any

import pytest

from milepost.planner.facts import AttributesSet, EventHappened, Fact, StepDone
from tests.simulation import Run, simulate
from tests.workflows.example import CUSTOMER, FILES, MAP, START, compiled_map_of

ODD = [
    "customer.health / 0 > 1",
    "customer.health / (customer.health - customer.health) > 1",
    "int(customer.health) % 0 == 0",
    "int(customer.health) / int(customer.health - customer.health) == 1",
    "customer.health / -0.0 < 0",
    "int(customer.tier) > 1",
    "double(customer.tier) > 1",
    "int(customer.health * 1e300) > 1",
    'customer.tier.matches(customer.name + "(") || false',
]
ODD_OF_EVENTS = [
    "event.rows > 10",
    "event.rows / event.none > 1",
    "10 / event.rows > 1",
    'event.rows == "many" && event.rows > 1',
    "event.rows[7] == 1",
    "event.rows.deep.deeper == 1",
    "size(event.rows) / 0 > 1",
    "int(event.rows) % 0 == 1",
]
VALUES: list[Any] = [0, 0.0, -1, 10**30, 1e308, "many", "", "0", True, None, [], [1], {}, {"deep": 0}]


def run_of(trigger: str, *facts: Fact) -> Run:
    text = MAP.replace("done_when: {event: connected}", f"done_when: {trigger}")
    assert text != MAP
    opening = StepDone(id="held", at=START, step="kickoff", result="held")
    return simulate(compiled_map_of({**FILES, "map.yaml": text}), CUSTOMER, START, [opening, *facts], START + 86_400)


def kinds(run: Run) -> list[str]:
    return [entry.kind for entry in run.timeline if entry.subject == "connect"]


@pytest.mark.parametrize("condition", ODD)
def test_a_condition_that_can_not_be_worked_out_closes_nothing_and_raises_nothing(condition: str) -> None:
    assert kinds(run_of(f"{{if: '{condition}'}}")) == ["step_opened", "message_sent"]


@pytest.mark.parametrize("condition", ODD)
def test_what_can_be_decided_without_it_is(condition: str) -> None:
    assert "step_done" in kinds(run_of(f"{{if: '({condition}) || customer.health > 50.0'}}"))


@pytest.mark.parametrize("condition", ODD_OF_EVENTS)
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_an_event_with_odd_properties_raises_nothing(condition: str, value: Any) -> None:
    event = EventHappened(id="e", at=START + 60, event="connected", properties={"rows": value})
    bare = EventHappened(id="f", at=START + 120, event="connected")
    run = run_of(f"{{event: connected, if: '{condition}'}}", event, bare)
    assert run.state.status == "open"
    assert kinds(run)[:2] == ["step_opened", "message_sent"]


@pytest.mark.parametrize("value", ["a lot", "75", True])
def test_a_text_where_a_number_is_declared_is_not_compared(value: Any) -> None:
    fact = AttributesSet(id="s", at=START + 60, attributes={"health": value})
    run = run_of("{if: customer.health > 1000 || customer.health < 0}", fact)
    assert "step_done" not in kinds(run)
    assert run.state.status == "open"
