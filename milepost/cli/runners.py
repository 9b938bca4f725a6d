"""The two engines that run a scenario: the planner alone, and the real workflow with skipped time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated

import typer

from milepost.planner.simulation import simulate
from milepost.planner.timeline import Entry
from milepost.scenarios.scenario import Scenario


class Engine(StrEnum):
    """What runs a scenario."""

    PLANNER = "planner"
    TEMPORAL = "temporal"


EngineOption = Annotated[
    Engine, typer.Option(help="Run on the planner alone, or through the real workflow, worker and store.")
]


def run(scenarios: Sequence[Scenario], engine: Engine) -> list[Sequence[Entry]]:
    """The timeline of each scenario. On Temporal they share one server, one after the other."""
    if engine is Engine.TEMPORAL:
        return asyncio.run(_on_temporal(scenarios))
    return [run_on_planner(scenario) for scenario in scenarios]


def run_on_planner(scenario: Scenario) -> tuple[Entry, ...]:
    """The timeline of a scenario by the planner alone."""
    return simulate(
        scenario.compiled_map,
        scenario.customer,
        scenario.start,
        scenario.facts,
        scenario.until,
        versions=scenario.versions,
    ).timeline


async def _on_temporal(scenarios: Iterable[Scenario]) -> list[Sequence[Entry]]:
    from milepost.cli.temporal_runner import simulate_on, time_skipping_server  # noqa: PLC0415 - slow to import

    async with time_skipping_server() as server:
        return [await simulate_on(server, scenario) for scenario in scenarios]
