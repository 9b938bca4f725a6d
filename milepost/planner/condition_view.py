"""What conditions see of a journey. Nothing is copied: a name is read from the state when a condition asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from milepost.customer import BUILT_IN_ATTRIBUTES
from milepost.language.conditions import Space
from milepost.language.model import Outcome
from milepost.planner.calendars import Calendar
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.state import State


@dataclass(frozen=True, slots=True)
class JourneyView:
    """The spaces that conditions may name, over a state that goes on changing; `event` only where one is looked at."""

    compiled_map: CompiledMap
    state: State
    event: Mapping[str, Any] | None = None

    def get(self, root: str, /) -> Space | None:
        """One space; None: there is none of that name."""
        if root == "event":
            return self.event
        made = _SPACES.get(root)
        return None if made is None else made(self.compiled_map, self.state)


@dataclass(frozen=True, slots=True)
class _Attributes:
    compiled_map: CompiledMap
    state: State

    def get(self, name: str, /) -> Any:
        customer = self.state.customer
        if name in customer.attributes:
            return customer.attributes[name]
        if name == "started_on":
            calendar = Calendar.of(self.compiled_map.map.contact_policy.window, customer.timezone, customer.country)
            return calendar.local(self.state.started_at).date().isoformat()
        return getattr(customer, name) if name in ("id", *BUILT_IN_ATTRIBUTES) else None


@dataclass(frozen=True, slots=True)
class _Steps:
    compiled_map: CompiledMap
    state: State

    def get(self, name: str, /) -> Any:
        return self.state.step(name).status


@dataclass(frozen=True, slots=True)
class _Results:
    compiled_map: CompiledMap
    state: State

    def get(self, name: str, /) -> Any:
        return self.state.step(name).result


@dataclass(frozen=True, slots=True)
class _Outcomes:
    compiled_map: CompiledMap
    state: State

    def get(self, name: str, /) -> Any:
        known = self.compiled_map.steps.get(name)
        if known is None or not isinstance(known.step, Outcome):
            return None
        record = self.state.step(name)
        return record.verdict or record.status


@dataclass(frozen=True, slots=True)
class _Plays:
    compiled_map: CompiledMap
    state: State

    def get(self, name: str, /) -> Any:
        return self.state.play(name).status


@dataclass(frozen=True, slots=True)
class _Stages:
    compiled_map: CompiledMap
    state: State

    def get(self, name: str, /) -> Any:
        return self.state.stage(name).status


_SPACES: dict[str, Callable[[CompiledMap, State], Space]] = {
    "customer": _Attributes,
    "steps": _Steps,
    "results": _Results,
    "outcomes": _Outcomes,
    "plays": _Plays,
    "stages": _Stages,
}
