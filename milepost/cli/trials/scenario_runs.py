"""Running the scenarios of maps, and what came of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from milepost.cli.runners import Engine, run, run_on_planner
from milepost.language.problems import Problem, in_order
from milepost.planner.calendars import NeverOpensError
from milepost.planner.loop_guard import EndlessMapError
from milepost.planner.timeline import Entry
from milepost.scenarios.expectations import Verdict, judge
from milepost.scenarios.maps import MapsRead
from milepost.scenarios.scenario import Scenario, load_scenario


@dataclass(frozen=True, slots=True)
class Tried:
    """A scenario that was run, with what came of it."""

    file: Path
    scenario: Scenario
    timeline: Sequence[Entry]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of some scenarios: those that ran, those that could not be read, and every problem of them once."""

    tried: tuple[Tried, ...]
    unread: dict[Path, tuple[Problem, ...]]
    problems: tuple[Problem, ...]

    @property
    def failing(self) -> list[Path]:
        """The files of those that failed or could not be read."""
        return sorted([*(each.file for each in self.tried if not each.verdict.passed), *self.unread])

    @property
    def many(self) -> int:
        return len(self.tried) + len(self.unread)


def try_scenarios(files: Iterable[Path], engine: Engine = Engine.PLANNER) -> Trial:
    """Run scenarios and hold their timelines against what they expect."""
    unread: dict[Path, tuple[Problem, ...]] = {}
    ready: list[tuple[Path, Scenario]] = []
    problems: list[Problem] = []
    maps = MapsRead()
    for file in files:
        loaded = load_scenario(file, maps)
        problems += loaded.problems
        if loaded.scenario is None:
            unread[file] = loaded.problems
        else:
            ready.append((file, loaded.scenario))
    planned: list[Sequence[Entry]] = []
    for file, scenario in list(ready):
        try:
            planned.append(run_on_planner(scenario))
        except (EndlessMapError, NeverOpensError) as error:
            ready.remove((file, scenario))
            unread[file] = (Problem(str(file), 1, 1, "M111", f"It can't be run: {error}"),)
            problems += unread[file]
    timelines = planned if engine is Engine.PLANNER else run([scenario for _, scenario in ready], engine)
    tried = tuple(
        Tried(file, scenario, timeline, judge(scenario.expect, scenario.never, timeline))
        for (file, scenario), timeline in zip(ready, timelines, strict=True)
    )
    return Trial(tried, unread, in_order(problems))
