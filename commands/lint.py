"""`milepost lint`: everything that is wrong with maps, before anybody is put on one."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Annotated

import typer

from journeys.advising import examine
from journeys.language.codes import CODES
from journeys.language.loader import MAP_FILE, load
from journeys.language.names import nearest
from journeys.language.problems import Problem


def lint(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH...", help="A map's folder, its map.yaml, or a folder of maps.", show_default=False
        ),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One problem a line, as a JSON object.")] = False,
    explain: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Say what a code such as M105 means, and what to do.", show_default=False),
    ] = None,
) -> None:
    """Report all problems of maps at once, as FILE:LINE:COLUMN CODE message; exit 1 if any is an error."""
    if explain is not None:
        _explain(explain)
        return
    if not paths:
        raise typer.BadParameter("name a map's folder, its map.yaml or a folder of maps, such as maps/")
    maps = [file for path in paths for file in map_files(path)]
    problems = [problem for file in maps for problem in examine(load(file))]
    for problem in problems:
        typer.echo(json.dumps(problem.to_json(), ensure_ascii=False) if as_json else str(problem))
    errors = sum(problem.severity == "error" for problem in problems)
    if not as_json:
        typer.echo(_summary(len(maps), errors, len(problems) - errors), err=True)
    if errors:
        raise typer.Exit(1)


def map_files(path: Path) -> list[Path]:
    """The maps that a path means: itself, or every map.yaml below it where it is a folder of maps."""
    if not path.is_dir() or (path / MAP_FILE).exists():
        return [path]
    below = sorted(path.rglob(MAP_FILE))
    hidden = (file for file in below if any(part.startswith(".") for part in file.relative_to(path).parts))
    return [file for file in below if file not in set(hidden)] or [path]


def _summary(maps: int, errors: int, warnings: int) -> str:
    if not errors and not warnings:
        return f"{_count(maps, 'map')}, nothing wrong."
    told = "" if not errors else "; a map with errors can't be published (see --explain CODE)"
    return f"{_count(maps, 'map')}: {_count(errors, 'error')}, {_count(warnings, 'warning')}{told}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


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
