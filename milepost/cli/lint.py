"""`milepost lint`: reports everything that is wrong with maps and their scenarios, before anybody is put on one."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from milepost.cli.support.errors import CommandError
from milepost.language.loader import MAP_FILE, load
from milepost.language.problem_codes import CODES
from milepost.language.problems import Problem, errors_in
from milepost.people.map_check import check_maps
from milepost.scenarios.discovery import map_of, scenario_files, sort_of
from milepost.scenarios.maps import MapCache
from milepost.scenarios.scenario import load_scenario
from milepost.text import count_of, nearest


def lint(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH...", help="A map's folder, its map.yaml, a folder of maps, or scenarios."),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per problem.")] = False,
    explain: Annotated[
        str | None, typer.Option(metavar="CODE", help="Explain a code such as M105, and what to do.")
    ] = None,
) -> None:
    """Report all problems of maps and of their scenarios at once; exit 1 if any is an error.

    Each is printed as FILE:LINE:COLUMN CODE message. Scenarios are checked, not run: `milepost test` runs them.
    """
    if explain is not None:
        _explain(explain)
        return
    if not paths:
        raise typer.BadParameter("name a map's folder, its map.yaml or a folder of maps, such as maps/")
    found = _found(paths)
    problems = found.problems()
    for problem in problems:
        typer.echo(json.dumps(problem.to_json(), ensure_ascii=False) if as_json else str(problem))
    if not as_json:
        typer.echo(_summary(found, problems), err=True)
    if errors_in(problems):
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to look at: maps, and scenarios."""

    maps: tuple[Path, ...]
    scenarios: tuple[Path, ...]

    def problems(self) -> tuple[Problem, ...]:
        """All that is wrong; what is wrong with a scenario's map is told of the map alone."""
        of_maps = check_maps(load(file) for file in self.maps)
        read = MapCache()
        of_scenarios = [
            problem
            for file in self.scenarios
            for problem in load_scenario(file, read).problems
            if not self.maps or problem.file == str(file)
        ]
        return (*of_maps, *dict.fromkeys(of_scenarios))


def _found(paths: list[Path]) -> Found:
    """Maps with the scenarios below their folders; a folder without a map may be one of scenarios."""
    maps: list[Path] = []
    scenarios: list[Path] = []
    for path in paths:
        if path.is_file() and sort_of(path) == "scenario":
            scenarios.append(path)
            continue
        below = scenario_files(path) if path.is_dir() else []
        files = _maps_below(path)
        scenarios += below
        maps += files if files or below else [path]
    return Found(tuple(dict.fromkeys(maps)), tuple(dict.fromkeys(scenarios)))


def map_files(path: Path) -> list[Path]:
    """The maps that a path means: itself, or every map.yaml below it where it is a folder of maps.

    Raises:
        CommandError: it is a scenario, or a folder of scenarios.
    """
    found = _maps_below(path)
    if found:
        return found
    scenarios = [path] if path.is_file() and sort_of(path) == "scenario" else []
    if path.is_dir():
        scenarios = scenario_files(path)
    if not scenarios:
        return [path]
    folder = map_of(path)
    hint = f"Its map: {folder}" if folder is not None else "Name the map's folder."
    raise CommandError(f"{path} is {'a scenario' if path.is_file() else 'a folder of scenarios'}, not a map.", hint)


def _maps_below(path: Path) -> list[Path]:
    if not path.is_dir():
        return [] if sort_of(path) == "scenario" else [path]
    if (path / MAP_FILE).exists():
        return [path]
    below = sorted(path.rglob(MAP_FILE))
    return [file for file in below if not any(part.startswith(".") for part in file.relative_to(path).parts)]


def _summary(found: Found, problems: Sequence[Problem]) -> str:
    errors = errors_in(problems)
    parts = ((found.maps, "map"), (found.scenarios, "scenario"))
    what = " and ".join(count_of(len(files), noun) for files, noun in parts if files)
    run = ""
    if found.scenarios and not found.maps:
        run = f" `milepost test {found.scenarios[0] if len(found.scenarios) == 1 else found.scenarios[0].parent}` runs "
        run += "it." if len(found.scenarios) == 1 else "them."
    if not problems:
        return f"{what}, nothing wrong.{run}"
    scenarios = {str(file) for file in found.scenarios}
    of_maps = any(problem.file not in scenarios for problem in errors)
    told = "; a map with errors can't be published" if of_maps else "; a scenario with errors is not run"
    told = f"{told} (see --explain CODE)" if errors else ""
    return f"{what}: {count_of(len(errors), 'error')}, {count_of(len(problems) - len(errors), 'warning')}{told}.{run}"


def _explain(code: str) -> None:
    found = CODES.get(code.upper())
    if found is None:
        near = nearest(code.upper(), CODES)
        hint = f"; did you mean {near}?" if near else f"; there are {', '.join(CODES)}"
        raise typer.BadParameter(f"there is no code {code!r}{hint}", param_hint="--explain")
    severity = Problem("", 1, 1, code.upper(), "").severity
    typer.echo(f"{code.upper()} ({severity}): {found.title}\n")
    typer.echo(textwrap.fill(found.explanation, width=88))
    for heading, example in (("Wrong", found.wrong), ("Right", found.right)):
        typer.echo(f"\n{heading}:\n\n{textwrap.indent(example, '    ')}")
