"""Checks whether a map is sound, for linting, publishing, copying, comparing, drawing and the demo.

Reading a map finds nearly everything (`milepost.language.lint`). A map without errors is then also run with made-up
customers (`milepost.people.dry_run`), which shows the rest: endless rounds (M111) and too many messages (W205).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from milepost.language.findings import Finding
from milepost.language.lint import lint
from milepost.language.loader import Loaded
from milepost.language.problems import Problem, errors_in, in_order
from milepost.people.dry_run import dry_run
from milepost.planner.compiled_map import CompiledMap


def check_map(loaded: Loaded) -> tuple[Problem, ...]:
    """Returns every problem of a loaded map, in the order of its files; its map is sound if none is an error."""
    problems = lint(loaded)
    if loaded.map is None or loaded.structure is None or errors_in(problems):
        return problems
    findings = dry_run(CompiledMap.of(loaded.map, "checked", loaded.files))
    return in_order([*problems, *(each.problem(loaded.structure.data, loaded.file) for each in findings)])


def check_maps(maps: Iterable[Loaded]) -> tuple[Problem, ...]:
    """Returns the problems of maps that belong together: of each map, and of maps that have the same id (M104)."""
    maps = list(maps)
    return (*(problem for each in maps for problem in check_map(each)), *_shared_ids(maps))


def _shared_ids(maps: Iterable[Loaded]) -> Iterator[Problem]:
    """Yields maps that share an id: if both were published, each would replace the other."""
    first: dict[str, str] = {}
    for each in maps:
        if each.map is None or each.structure is None:
            continue
        other = first.setdefault(each.map.map, each.file)
        if Path(other).resolve() != Path(each.file).resolve():
            message = f"{other!r} has the id {each.map.map!r} too; give one of them another id, or leave it out"
            yield Finding(("map",), "M104", message, key=True).problem(each.structure.data, each.file)
