"""The view that conditions have of a journey. Nothing is copied: names are read from the state when asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from milepost.customer import BUILT_IN_ATTRIBUTES
from milepost.language.conditions import Space
from milepost.language.steps import Outcome
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.state import State

Reader = Callable[[CompiledMap, State, str], Any]


@dataclass(slots=True, eq=False)
class JourneyView:
    """The spaces that conditions may name, over a state that goes on changing; `event` only where one is looked at."""

    compiled_map: CompiledMap
    state: State
    event: Mapping[str, Any] | None = None

    def get(self, root: str, /) -> Space | None:
        """One space; None: there is none of that name."""
        if root == "event":
            return self.event
        read = _READERS.get(root)
        return None if read is None else _Space(self.compiled_map, self.state, read)


@dataclass(slots=True, eq=False)
class _Space:
    compiled_map: CompiledMap
    state: State
    read: Reader

    def get(self, name: str, /) -> Any:
        return self.read(self.compiled_map, self.state, name)


def _attribute(compiled_map: CompiledMap, state: State, name: str) -> Any:
    customer = state.customer
    if name in customer.attributes:
        return customer.attributes[name]
    if name == "started_on":
        calendar = compiled_map.theirs.at(customer.timezone, customer.country)
        return calendar.local(state.started_at).date().isoformat()
    return getattr(customer, name) if name in ("id", *BUILT_IN_ATTRIBUTES) else None


def _outcome(compiled_map: CompiledMap, state: State, name: str) -> Any:
    step = compiled_map.steps.get(name)
    if step is None or not isinstance(step.step, Outcome):
        return None
    record = state.step(name)
    return str(record.verdict or record.status)


def _answer(_compiled_map: CompiledMap, state: State, name: str) -> Any:
    step, _, field = name.partition(".")
    return state.answers.get(step, {}).get(field)


_READERS: dict[str, Reader] = {
    "customer": _attribute,
    "steps": lambda _, state, name: str(state.step(name).status),
    "results": lambda _, state, name: state.step(name).result,
    "outcomes": _outcome,
    "plays": lambda _, state, name: str(state.play(name).status),
    "stages": lambda _, state, name: str(state.stage(name).status),
    "answers": _answer,
}
