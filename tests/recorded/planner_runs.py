"""Documents of what the planner makes of a scenario: facts, timeline, and the state at several points."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from milepost.planner.facts import to_json
from milepost.planner.simulation import steps
from milepost.planner.state import State
from tests.recorded.normal import normal
from tests.recorded.scenarios import files, scenario_of

PARTS = 4


def documents() -> dict[str, Any]:
    """For each scenario `NAME.json` (facts and states) and `NAME.jsonl` (the timeline); the hashes of all maps."""
    made: dict[str, Any] = {
        "versions.json": {name: scenario_of(file).compiled_map.version for name, file in files().items()}
    }
    for name, file in files().items():
        states, timeline = run(file)
        facts = [to_json(fact) for fact in scenario_of(file).facts]
        chosen = {str(number): states[number] for number in points(states)}
        made[f"{name}.json"] = normal(
            {"facts": facts, "plans": len(states), "every_state": digest(normal(states)), "states": chosen}
        )
        made[f"{name}.jsonl"] = normal(timeline)
    return made


@cache
def run(file: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The JSON of the state after each plan, and of the whole timeline."""
    scenario = scenario_of(file)
    begun = State.begin(scenario.customer, scenario.compiled_map.map.map, scenario.compiled_map.version, scenario.start)
    states, timeline = [], []
    for made in steps(scenario.compiled_map, begun, scenario.facts, scenario.until, scenario.versions):
        states.append(made.state.to_json())
        timeline += [entry.to_json() for entry in made.timeline]
    return states, timeline


def points(states: list[dict[str, Any]]) -> list[int]:
    """The plans whose states are recorded: first, quarters, last, and wherever more was put off to the resume."""
    last = len(states) - 1
    put_off = [
        number
        for number, state in enumerate(states)
        if state.get("deferred") and (number == last or states[number + 1].get("deferred") != state["deferred"])
    ]
    return sorted({*(last * part // PARTS for part in range(PARTS + 1)), *put_off})


def digest(data: Any) -> str:
    """A mark that differs where any of the data does."""
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]
