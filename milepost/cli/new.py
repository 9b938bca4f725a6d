"""`milepost new`: makes a new map by copying one that works, yours, a shipped one or a pattern."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from milepost.cli.support.errors import CommandError, file_errors
from milepost.cli.support.map_folders import sound_map
from milepost.cli.support.output import AsJson, print_json, say
from milepost.language.loader import MAP_FILE, SIDE_FOLDERS, load
from milepost.language.model import Map
from milepost.language.problems import Problem
from milepost.people.map_check import check_map
from milepost.scenarios.discovery import scenario_files
from milepost.scenarios.runs import run_scenarios
from milepost.shipped import patterns, shipped_maps
from milepost.text import count_of, nearest
from milepost.versions.map_copy import Renaming, files_to_copy, is_map_id, title_of


@dataclass(frozen=True, slots=True)
class Copy:
    """The result of copying: files by kind, warnings, and scenarios that fail (as those of the source may)."""

    files: dict[str, int]
    warnings: tuple[Problem, ...]
    failing: tuple[str, ...]


def new(
    map: Annotated[  # noqa: A002 - the field's word
        Path, typer.Argument(metavar="MAP", help="The new map's folder; its name becomes the map's id.")
    ],
    *,
    other: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="OTHER",
            help="The map to copy: its folder, its name beside MAP, or the name of a map that Milepost ships.",
        ),
    ] = None,
    pattern: Annotated[
        str | None,
        typer.Option(
            metavar="PATTERN",
            help="A map to begin with, by where your product stands: early-market, chasm, tornado or main-street.",
        ),
    ] = None,
    title: Annotated[str | None, typer.Option(help="What people call the new map.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a new map by copying another or a pattern: renamed throughout, its messages, playbooks and scenarios too.

    Comments are kept. The copy is checked and its scenarios are run, so that you start with a map that works.
    """
    source = _source(map, other, pattern)
    _check_target(map, source)
    original, _ = sound_map(source, "Correct it first, or copy another.")
    renaming = Renaming(source, map, original.map, map.name, title or title_of(map.name))
    with file_errors("write", map, "Nothing was copied."):
        copy = _copy(renaming)
    if as_json:
        print_json(_to_json(renaming, copy))
    else:
        _report(renaming, original, copy)
    if copy.failing:
        raise typer.Exit(1)


def _source(target: Path, other: str | None, pattern: str | None) -> Path:
    """The folder of the map to copy."""
    if other is not None and pattern is not None:
        message = f"{pattern!r} can't go with --from, which names the map to copy; leave one out"
        raise typer.BadParameter(message, param_hint="--pattern")
    if pattern is not None:
        return _pattern(pattern)
    if other is not None:
        return _other(target, other)
    raise CommandError(
        "There is nothing to copy.", f"Name a map with --from OTHER, or one of --pattern {', '.join(patterns())}."
    )


def _pattern(name: str) -> Path:
    folders = patterns()
    if name in folders:
        return folders[name]
    near = nearest(name, folders)
    raise CommandError(
        f"There is no pattern {name!r}.", f"Did you mean {near!r}?" if near else f"Name one of {', '.join(folders)}."
    )


def _other(target: Path, other: str) -> Path:
    for folder in (Path(other), target.parent / other):
        if (folder / MAP_FILE).is_file():
            return folder
        if folder.name == MAP_FILE and folder.is_file():
            return folder.parent
    shipped = shipped_maps()
    if other in shipped:
        return shipped[other]
    near = nearest(other, shipped)
    if other in patterns():
        raise CommandError(f"{other!r} is a pattern, not a map.", f"Write --pattern {other} instead of --from.")
    hint = f"Did you mean {near!r}?" if near else f"Name a folder with a {MAP_FILE}, or one of {', '.join(shipped)}."
    raise CommandError(
        f"There is no map at {other!r}, none beside {str(target)!r}, and Milepost ships none with that name.", hint
    )


def _check_target(target: Path, source: Path) -> None:
    if not is_map_id(target.name):
        hint = "An id is lower-case letters, digits and hyphens, begins with a letter and has at most 60 characters."
        raise CommandError(f"{target.name!r} can't be the id of a map.", hint)
    if target.exists() or target.is_symlink():
        raise CommandError(f"{str(target)!r} exists already; nothing was copied.", "Name a folder that doesn't exist.")
    if target.resolve().is_relative_to(source.resolve()):
        raise CommandError(f"{str(target)!r} is inside the map to copy.", "Name a folder beside it.")


def _copy(renaming: Renaming) -> Copy:
    """Copy into a hidden folder first, so that the copy appears as a whole or not at all."""
    target = renaming.target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as hidden:
        files = files_to_copy(renaming.source)
        scenarios = {path.resolve() for path in scenario_files(renaming.source)}
        for name in files:
            _copy_one(renaming, name, Path(hidden) / "map" / name, scenarios)
        (Path(hidden) / "map").rename(target)
    counts = {folder: sum(name.parts[0] == folder for name in files) for folder in (*SIDE_FOLDERS, "scenarios")}
    return Copy(counts, check_map(load(target)), tuple(_failing(scenario_files(target))))


def _copy_one(renaming: Renaming, name: Path, target: Path, scenarios: set[Path]) -> None:
    source = renaming.source / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if str(name) == MAP_FILE:
        text = renaming.of_map(_text_of(source))
    elif source.resolve() in scenarios:
        text = renaming.of_scenario(_text_of(source), source)
    else:
        shutil.copyfile(source, target)
        return
    target.write_bytes(text.encode("utf-8", "surrogateescape"))


def _text_of(file: Path) -> str:
    return file.read_bytes().decode("utf-8-sig", "surrogateescape")


def _failing(files: Iterable[Path]) -> Iterable[str]:
    """The scenarios of the copy that fail, each with the reason."""
    report = run_scenarios(files)
    for file, problems in report.not_run.items():
        yield f"{file}: {problems[0].message if problems else 'it cannot be read'}"
    for run in report.runs:
        if not run.comparison.passed:
            yield f"{run.file}: its timeline differs (milepost test {run.file})"


def _report(renaming: Renaming, original: Map, copy: Copy) -> None:
    counts = ", ".join(count_of(count, name.rstrip("s")) for name, count in copy.files.items() if count)
    say(f"{renaming.target} is a copy of {renaming.old!r}, called {renaming.title!r}: {counts or 'only the map'}.")
    for problem in copy.warnings:
        say(f"  {problem}")
    for failing in copy.failing:
        say(f"  A scenario fails, as in the map that was copied: {failing}")
    say(
        f"Next: say in {renaming.target / MAP_FILE} who it is for. Its segment is still that of {renaming.old!r}:",
        f"  where: {original.segment.where}   (priority {original.segment.priority})",
        f"Then: `milepost lint {renaming.target}`, `milepost test {renaming.target}`.",
    )


def _to_json(renaming: Renaming, copy: Copy) -> dict[str, Any]:
    return {
        "map": renaming.new,
        "title": renaming.title,
        "folder": str(renaming.target),
        "from": renaming.old,
        **copy.files,
        "problems": [problem.to_json() for problem in copy.warnings],
        "failing": list(copy.failing),
    }
