"""`milepost test`: runs every scenario below a folder, and says why one fails."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from milepost.cli.runners import Engine, EngineOption, run_on_temporal
from milepost.cli.support.errors import CommandError
from milepost.cli.support.output import aside, print_json
from milepost.cli.trials.failures import to_json, why
from milepost.scenarios.discovery import scenario_files, sort_of
from milepost.scenarios.runs import ScenarioReport, run_scenarios
from milepost.text import listing


def test(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Scenario files, or folders that hold some.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per scenario.")] = False,
    engine: EngineOption = Engine.PLANNER,
) -> None:
    """Run every scenario below a folder; exit 1 if one fails, and say what differs and on which line of it."""
    for path in paths:
        _refuse_map(path)
    files = [file for path in paths for file in scenario_files(path)]
    if not files:
        places = listing([str(path) for path in paths], last="or")
        raise CommandError(f"There is no scenario below {places}.", "Write one into a map's scenarios/ folder.")
    report = run_scenarios(files, run_on_temporal if engine is Engine.TEMPORAL else None)
    aside(*map(str, report.problems))
    if as_json:
        _print_json(report)
    else:
        _print(report)
    if report.failing:
        raise typer.Exit(1)


def _refuse_map(path: Path) -> None:
    if path.is_file() and sort_of(path) == "map":
        raise CommandError(f"{path} is a map, not a scenario.", f"Its scenarios: milepost test {path.parent}")


def _print(report: ScenarioReport) -> None:
    for run in report.runs:
        typer.echo(f"{'pass' if run.comparison.passed else 'FAIL'}  {run.file}  {run.scenario.name}")
        if not run.comparison.passed:
            for line in why(run):
                typer.echo(f"      {line}".rstrip())
    for file in report.not_run:
        typer.echo(f"FAIL  {file}  not run; see the problems above")
    failed = len(report.failing)
    typer.echo(f"\n{report.total - failed} passed, {failed} failed")


def _print_json(report: ScenarioReport) -> None:
    by_file: dict[str, list[dict[str, Any]]] = {}
    for problem in report.problems:
        by_file.setdefault(problem.file, []).append(problem.to_json())
    for run in report.runs:
        data = {"file": str(run.file), "scenario": run.scenario.name, "passed": run.comparison.passed, **to_json(run)}
        print_json({**data, "problems": by_file.get(str(run.file), [])})
    for file, problems in report.not_run.items():
        data = {"file": str(file), "scenario": None, "passed": False, "missing": [], "forbidden": [], "in_vain": []}
        print_json({**data, "problems": [each.to_json() for each in problems]})
