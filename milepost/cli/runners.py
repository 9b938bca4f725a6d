"""`--engine`: runs a scenario on the planner alone, or through the real workflow with skipped time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated

import typer

from milepost.planner.timeline import Entry
from milepost.scenarios.scenario import Scenario


class Engine(StrEnum):
    """The engines that run a scenario."""

    PLANNER = "planner"
    TEMPORAL = "temporal"


EngineOption = Annotated[
    Engine, typer.Option(help="Run on the planner alone, or through the real workflow, worker and store.")
]


def run_on_temporal(scenarios: Iterable[Scenario]) -> list[Sequence[Entry]]:
    """The timeline of each scenario; they share one server, one after the other."""
    from milepost.cli.temporal_runner import simulate_on, time_skipping_server  # noqa: PLC0415 - slow to import

    async def run_all() -> list[Sequence[Entry]]:
        async with time_skipping_server() as server:
            return [await simulate_on(server, scenario) for scenario in scenarios]

    return asyncio.run(run_all())
