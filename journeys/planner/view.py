"""What conditions see of a journey. Nothing is copied: a name is read from the state when a condition asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from journeys.language.conditions import Space
from journeys.language.model import Outcome
from journeys.planner.calendars import Calendar
from journeys.planner.chart import Chart
from journeys.planner.state import State


def view_of(chart: Chart, state: State) -> dict[str, Space]:
    """The spaces that conditions may name, over a state that goes on changing."""
    return {
        "customer": _Attributes(chart, state),
        "steps": _Steps(state),
        "results": _Results(state),
        "outcomes": _Outcomes(chart, state),
        "plays": _Plays(state),
        "stages": _Stages(state),
    }


@dataclass(frozen=True, slots=True)
class _Attributes:
    chart: Chart
    state: State

    def get(self, name: str, /) -> Any:
        customer = self.state.customer
        if name in customer.attributes:
            return customer.attributes[name]
        if name == "started_on":
            calendar = Calendar.of(self.chart.map.contact_policy.window, customer.timezone, customer.country)
            return calendar.local(self.state.started_at).date().isoformat()
        return getattr(customer, name) if name in ("id", "name", "timezone", "country", "language") else None


@dataclass(frozen=True, slots=True)
class _Steps:
    state: State

    def get(self, name: str, /) -> Any:
        return self.state.step(name).status


@dataclass(frozen=True, slots=True)
class _Results:
    state: State

    def get(self, name: str, /) -> Any:
        return self.state.step(name).result


@dataclass(frozen=True, slots=True)
class _Outcomes:
    chart: Chart
    state: State

    def get(self, name: str, /) -> Any:
        known = self.chart.steps.get(name)
        if known is None or not isinstance(known.step, Outcome):
            return None
        record = self.state.step(name)
        return record.verdict or record.status


@dataclass(frozen=True, slots=True)
class _Plays:
    state: State

    def get(self, name: str, /) -> Any:
        return self.state.play(name).status


@dataclass(frozen=True, slots=True)
class _Stages:
    state: State

    def get(self, name: str, /) -> Any:
        return self.state.stage(name).status
