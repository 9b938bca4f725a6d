"""Running scenarios, and comparing what happens with what they expect."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from milepost.language.problems import Problem, in_order
from milepost.planner.calendars import NeverOpensError
from milepost.planner.loop_guard import EndlessMapError
from milepost.planner.timeline import Entry
from milepost.scenarios.expectations import Comparison, compare
from milepost.scenarios.maps import MapCache
from milepost.scenarios.scenario import Scenario, load_scenario

Engine = Callable[[Sequence[Scenario]], Sequence[Sequence[Entry]]]
"""Returns the timeline of each scenario."""


@dataclass(frozen=True, slots=True)
class ScenarioRun:
    """A scenario that was run: its timeline, and whether that is what it expects."""

    file: Path
    scenario: Scenario
    timeline: Sequence[Entry]
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class ScenarioReport:
    """The results of some scenarios: those that ran, those that can't be run and why, and every problem once."""

    runs: tuple[ScenarioRun, ...]
    not_run: Mapping[Path, tuple[Problem, ...]]
    problems: tuple[Problem, ...]

    @property
    def failing(self) -> list[Path]:
        """The files of those that failed or can't be run."""
        return sorted([*(run.file for run in self.runs if not run.comparison.passed), *self.not_run])

    @property
    def total(self) -> int:
        """The number of scenarios."""
        return len(self.runs) + len(self.not_run)


def run_on_planner(scenario: Scenario) -> tuple[Entry, ...]:
    """The timeline of a scenario by the planner alone."""
    return tuple(entry for plan in scenario.plans() for entry in plan.timeline)


def run_scenarios(
    files: Iterable[Path], engine: Engine | None = None, *, maps: MapCache | None = None
) -> ScenarioReport:
    """Runs scenarios and compares the timelines, of the planner or of another `engine`, with what they expect.

    The planner runs them in either case: it finds maps that never come to rest. `maps` reads those that they name.
    """
    not_run: dict[Path, tuple[Problem, ...]] = {}
    problems: list[Problem] = []
    planned: dict[Path, tuple[Scenario, Sequence[Entry]]] = {}
    maps = maps or MapCache()
    for file in files:
        loaded = load_scenario(file, maps)
        problems += loaded.problems
        if loaded.scenario is None:
            not_run[file] = loaded.problems
            continue
        try:
            planned[file] = loaded.scenario, run_on_planner(loaded.scenario)
        except (EndlessMapError, NeverOpensError) as error:
            not_run[file] = (Problem(str(file), 1, 1, "M111", f"It can't be run: {error}"),)
            problems += not_run[file]
    scenarios = [scenario for scenario, _ in planned.values()]
    timelines = [timeline for _, timeline in planned.values()] if engine is None else engine(scenarios)
    runs = tuple(
        ScenarioRun(file, scenario, timeline, compare(scenario.expect, scenario.never, timeline))
        for file, scenario, timeline in zip(planned, scenarios, timelines, strict=True)
    )
    return ScenarioReport(runs, not_run, in_order(problems))
