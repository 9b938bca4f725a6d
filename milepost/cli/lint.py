"""`milepost lint`: reports everything that is wrong with maps, scenarios and mappings, before they are used."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.map_folders import maps_below
from milepost.cli.support.output import print_json
from milepost.errors import MilepostError
from milepost.imports.mapped_stages import Stages, stages_of
from milepost.imports.mapping_file import read_mapping
from milepost.language.lint.changed_meanings import changed_meanings
from milepost.language.loader import load, read_file
from milepost.language.problem_codes import problem_codes
from milepost.language.problems import Problem, errors_in
from milepost.people.map_check import check_maps
from milepost.planner.compiled_map import CompiledMap
from milepost.scenarios.discovery import scenario_files, sort_of
from milepost.scenarios.maps import MapCache
from milepost.scenarios.scenario import load_scenario
from milepost.settings import Settings
from milepost.text import count_of, listing, nearest

_NOT_PUBLISHED = "a map with errors can't be published"
_NOT_RUN = "a scenario with errors is not run"
_NOT_USED = "a mapping with errors can't be used"


def lint(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH...", help="A map's folder, its map.yaml, a folder of maps, scenarios, mappings."),
    ] = None,
    *,
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per problem.")] = False,
    explain: Annotated[
        str | None, typer.Option(metavar="CODE", help="Explain a code such as M105, and what to do.")
    ] = None,
    changes: Annotated[
        bool, typer.Option("--changes", help="List what means something else than in version 1 of the map language.")
    ] = False,
) -> None:
    """Report all problems of maps and of their scenarios at once; exit 1 if any is an error.

    Each is printed as FILE:LINE:COLUMN CODE message. Scenarios are checked, not run: `milepost test` runs them. Stages
    that a mapping names are compared with the maps named beside it and, if there are none, with the published ones.
    """
    if explain is not None:
        _explain(explain)
        return
    if not paths:
        raise typer.BadParameter("name a map's folder, its map.yaml or a folder of maps, such as maps/")
    mappings = [path for path in paths if path.is_file() and sort_of(path) == "mapping"]
    maps, scenarios = _targets([path for path in paths if path not in mappings])
    stages = _stages(maps, settings_of(context)) if mappings else {}
    problems = (*_problems(maps, scenarios), *(problem for path in mappings for problem in _of_mapping(path, stages)))
    if changes:
        problems += tuple(note for file in maps for note in changed_meanings(load(file)))
    for problem in problems:
        if as_json:
            print_json(problem.to_json())
        else:
            typer.echo(str(problem))
    if not as_json:
        typer.echo(_summary(maps, scenarios, mappings, problems), err=True)
    if errors_in(problems):
        raise typer.Exit(1)


def _problems(maps: Sequence[Path], scenarios: Iterable[Path]) -> tuple[Problem, ...]:
    """Every problem; those of a scenario's map are listed once, with the map."""
    of_maps = check_maps(load(file) for file in maps)
    read = MapCache()
    of_scenarios = [
        problem
        for file in scenarios
        for problem in load_scenario(file, read).problems
        if not maps or problem.file == str(file)
    ]
    return (*of_maps, *dict.fromkeys(of_scenarios))


def _of_mapping(path: Path, stages: Stages) -> tuple[Problem, ...]:
    text = read_file(path, str(path))
    return (text,) if isinstance(text, Problem) else read_mapping(text, str(path), stages).problems


def _stages(files: Sequence[Path], settings: Settings) -> Stages:
    """Returns the stages of the maps in files and, without files, of those that are published here, if any are."""
    if files:
        loaded = [each for file in files if (each := load(file).map) is not None]
        return stages_of(CompiledMap.of(each, each.map) for each in loaded)
    from milepost.cli.support.database import database_exists, published_maps  # noqa: PLC0415 - slow to load

    try:
        return stages_of(asyncio.run(published_maps(settings))) if database_exists(settings) else {}
    except MilepostError as error:  # the file can be checked all the same
        typer.echo(f"Its stages aren't compared with those of the published maps: {error.message}", err=True)
        return {}


def _targets(paths: list[Path]) -> tuple[list[Path], list[Path]]:
    """Maps with the scenarios below their folders; a folder without a map may be one of scenarios."""
    maps: list[Path] = []
    scenarios: list[Path] = []
    for path in paths:
        if path.is_file() and sort_of(path) == "scenario":
            scenarios.append(path)
            continue
        below = scenario_files(path) if path.is_dir() else []
        files = maps_below(path)
        scenarios += below
        maps += files if files or below else [path]
    return list(dict.fromkeys(maps)), list(dict.fromkeys(scenarios))


def _summary(maps: list[Path], scenarios: list[Path], mappings: list[Path], problems: Sequence[Problem]) -> str:
    errors = errors_in(problems)
    parts = ((maps, "map"), (scenarios, "scenario"), (mappings, "mapping"))
    counts = listing([count_of(len(files), noun) for files, noun in parts if files])
    run = ""
    if scenarios and not maps:
        file, *others = scenarios
        run = f" `milepost test {file.parent}` runs them." if others else f" `milepost test {file}` runs it."
    if not problems:
        return f"{counts}, nothing wrong.{run}"
    result = ""
    if errors:
        results = {**dict.fromkeys(map(str, scenarios), _NOT_RUN), **dict.fromkeys(map(str, mappings), _NOT_USED)}
        result = next((_NOT_PUBLISHED for each in errors if each.file not in results), results.get(errors[0].file, ""))
        result = f"; {result} (see --explain CODE)"
    warnings = sum(problem.severity == "warning" for problem in problems)
    notes = len(problems) - len(errors) - warnings
    changed = f", {count_of(notes, 'changed meaning')}" if notes else ""
    return f"{counts}: {count_of(len(errors), 'error')}, {count_of(warnings, 'warning')}{changed}{result}.{run}"


def _explain(code: str) -> None:
    codes = problem_codes()
    meaning = codes.get(code.upper())
    if meaning is None:
        near = nearest(code.upper(), codes)
        hint = f"; did you mean {near}?" if near else f"; there are {', '.join(codes)}"
        raise typer.BadParameter(f"there is no code {code!r}{hint}", param_hint="--explain")
    severity = Problem("", 1, 1, code.upper(), "").severity
    typer.echo(f"{code.upper()} ({severity}): {meaning.title}\n")
    typer.echo(textwrap.fill(meaning.explanation, width=88))
    for heading, example in (("Wrong", meaning.wrong), ("Right", meaning.right)):
        typer.echo(f"\n{heading}:\n\n{textwrap.indent(example, '    ')}")
