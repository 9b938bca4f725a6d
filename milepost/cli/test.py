"""`milepost test`: runs every scenario below a folder, and says why one fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from milepost.cli.runners import Engine, EngineOption, run_on_temporal
from milepost.cli.support.errors import CommandError
from milepost.cli.support.output import aside, print_json
from milepost.scenarios.discovery import scenario_files, sort_of
from milepost.scenarios.expectations import Expected, Missing
from milepost.scenarios.runs import ScenarioReport, ScenarioRun, run_scenarios
from milepost.scenarios.why_failed import in_vain, why_failed
from milepost.text import listing


def test(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Scenario files, or folders that hold some.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per scenario.")] = False,
    engine: EngineOption = Engine.PLANNER,
) -> None:
    """Run every scenario below a folder; exit 1 if one fails, and say what differs and on which line of it."""
    for path in paths:
        if path.is_file() and sort_of(path) == "map":
            raise CommandError(f"{path} is a map, not a scenario.", f"Its scenarios: milepost test {path.parent}")
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


def _print(report: ScenarioReport) -> None:
    for run in report.runs:
        typer.echo(f"{'pass' if run.comparison.passed else 'FAIL'}  {run.file}  {run.scenario.name}")
        if not run.comparison.passed:
            for line in why_failed(run):
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
        data = {"file": str(run.file), "scenario": run.scenario.name, "passed": run.comparison.passed, **_to_json(run)}
        print_json({**data, "problems": by_file.get(str(run.file), [])})
    for file, problems in report.not_run.items():
        data = {"file": str(file), "scenario": None, "passed": False, "missing": [], "forbidden": [], "in_vain": []}
        print_json({**data, "problems": [each.to_json() for each in problems]})


def _to_json(run: ScenarioRun) -> dict[str, Any]:
    """The same as data: `line` is a line of the scenario's file, instants are in UTC."""
    lines = run.scenario.lines
    return {
        "missing": [_missing_json(each, lines.expect) for each in run.comparison.missing],
        "forbidden": [
            {"line": lines.never[each.number], "never": _plain(each.never), "entry": each.entry.to_json()}
            for each in run.comparison.forbidden
        ],
        "in_vain": [{"line": line, "entry": entry.to_json()} for _, (entry, line) in sorted(in_vain(run).items())],
    }


def _missing_json(missing: Missing, lines: tuple[int, ...]) -> dict[str, Any]:
    return {
        "line": lines[missing.number],
        "expected": _plain(missing.expected),
        "nearest": None if missing.nearest is None else missing.nearest.to_json(),
        "differs_in": list(missing.differs),
        "earlier": None if missing.earlier is None else missing.earlier.to_json(),
    }


def _plain(expected: Expected) -> dict[str, Any]:
    """An expectation as plain data."""
    return dict(json.loads(json.dumps(expected, default=str)))
