"""The planner: customer-years a second on one core, what one plan takes, how large a state is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter_ns

from benchmarks.customers import DAY, Case, prompt_customer
from benchmarks.figures import Figure, best_seconds
from milepost.planner.facts import AttributesSet, Fact
from milepost.planner.plan import plan
from milepost.planner.simulation import steps
from milepost.planner.state import State

MAPS = Path(__file__).parents[1] / "maps"


def figures() -> Iterator[Figure]:
    """Every figure of the planner, shipped map by shipped map."""
    for folder in sorted(path.parent for path in MAPS.glob("*/map.yaml")):
        case = prompt_customer(str(folder))
        goal = "200" if folder.name == "enterprise-save-time" else ""
        yield Figure(f"{case.name}: customer-years", 1 / best_seconds(lambda case=case: _run(case)), "a second", goal)
        yield Figure(f"{case.name}: one plan, median", _median_plan(case), "µs", "40")
        yield Figure(f"{case.name}: a fact that nothing looks at", _unwatched(case), "µs")
        for years in (1, 3, 10):
            size = len(json.dumps(_run(prompt_customer(str(folder), years)).to_json(), separators=(",", ":")))
            yield Figure(f"{case.name}: state after {years} year{'s'[: years > 1]}", size, "bytes", "8000")


def _run(case: Case) -> State:
    return _state_at(case, case.facts, case.until)


def _state_at(case: Case, facts: Sequence[Fact], until: int) -> State:
    state = State.begin(case.customer, case.compiled_map.map.map, case.compiled_map.version, _start(case))
    for step in steps(case.compiled_map, state, facts, until, {}):
        state = step.state
    return state


def _start(case: Case) -> int:
    return min(fact.at for fact in case.facts) // DAY * DAY


def _median_plan(case: Case) -> float:
    state = State.begin(case.customer, case.compiled_map.map.map, case.compiled_map.version, _start(case))
    taken = []
    for _ in range(40):
        began = perf_counter_ns()
        for _made in steps(case.compiled_map, state, case.facts, case.until, {}):
            now = perf_counter_ns()
            taken.append(now - began)
            began = perf_counter_ns()
    return median(taken) / 1000


def _unwatched(case: Case) -> float:
    middle = _state_at(case, case.facts[:20], _start(case) + 90 * DAY)
    now = middle.clock + 60
    fact = AttributesSet(id="nobody-looks", at=now, attributes={"name": "Another Inc."})
    return best_seconds(lambda: plan(case.compiled_map, middle, (fact,), now)) * 1e6
