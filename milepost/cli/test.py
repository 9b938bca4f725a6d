"""`milepost test`: every scenario below a folder, and why it fails where one does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from milepost.cli.runners import Engine, EngineOption
from milepost.cli.support.errors import CommandError
from milepost.cli.trials.failures import to_json, why
from milepost.cli.trials.scenario_runs import Trial, Tried, try_scenarios
from milepost.language.problems import Problem
from milepost.scenarios.discovery import scenario_files, sort_of


def test(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Scenario files, or folders to look through.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One scenario a line, as JSON.")] = False,
    engine: EngineOption = Engine.PLANNER,
) -> None:
    """Run every scenario below a folder; exit 1 if one fails, and say what differs, on which line of it."""
    for path in paths:
        _refuse_maps(path)
    files = [file for path in paths for file in scenario_files(path)]
    if not files:
        places = ", ".join(str(path) for path in paths)
        raise CommandError(f"There is no scenario below {places}.", "Write one into a map's scenarios/ folder.")
    trial = try_scenarios(files, engine)
    for problem in trial.problems:
        typer.echo(str(problem), err=True)
    if as_json:
        _print_json(trial)
    else:
        _print(trial)
    if trial.failing:
        raise typer.Exit(1)


def _refuse_maps(path: Path) -> None:
    if path.is_file() and sort_of(path) == "map":
        raise CommandError(f"{path} is a map, not a scenario.", f"Its scenarios: milepost test {path.parent}")


def _print(trial: Trial) -> None:
    for each in trial.tried:
        typer.echo(f"{'pass' if each.verdict.passed else 'FAIL'}  {each.file}  {each.scenario.name}")
        if not each.verdict.passed:
            for line in why(each):
                typer.echo(f"      {line}".rstrip())
    for file in trial.unread:
        typer.echo(f"FAIL  {file}  it was not run; see what is listed above")
    failed = len(trial.failing)
    typer.echo(f"\n{trial.many - failed} passed, {failed} failed")


def _print_json(trial: Trial) -> None:
    of_file: dict[str, list[Problem]] = {}
    for problem in trial.problems:
        of_file.setdefault(problem.file, []).append(problem)
    for each in trial.tried:
        _print_one(_run(each), of_file.get(str(each.file), ()))
    for file, problems in trial.unread.items():
        _print_one({"file": str(file), "scenario": None, "passed": False, **_NOTHING}, problems)


_NOTHING: dict[str, Any] = {"missing": [], "forbidden": [], "in_vain": []}


def _run(tried: Tried) -> dict[str, Any]:
    head = {"file": str(tried.file), "scenario": tried.scenario.name, "passed": tried.verdict.passed}
    return {**head, **to_json(tried)}


def _print_one(said: dict[str, Any], problems: Any) -> None:
    typer.echo(json.dumps({**said, "problems": [each.to_json() for each in problems]}, ensure_ascii=False))
