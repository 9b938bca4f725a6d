"""The maps that people mean by the paths they type, and whether they are sound."""

from __future__ import annotations

from pathlib import Path

from milepost.cli.support.errors import CommandError
from milepost.language.loader import MAP_FILE, Loaded, load
from milepost.language.model import Map
from milepost.language.problems import errors_in
from milepost.people.map_check import check_map
from milepost.scenarios.discovery import map_of, scenario_files, sort_of


def sound_map(path: Path, hint: str) -> tuple[Map, Loaded]:
    """Read a map that must be without errors.

    Raises:
        CommandError: it has some; they are listed, and `hint` says what to do.
    """
    loaded = load(path)
    errors = errors_in(check_map(loaded))
    if loaded.map is None or errors:
        raise CommandError("\n".join([f"The map at {str(path)!r} has errors:", *map(str, errors)]), hint)
    return loaded.map, loaded


def map_files(path: Path) -> list[Path]:
    """The maps that a path means: itself, or every map.yaml below it where it is a folder of maps.

    Raises:
        CommandError: it is a scenario, or a folder of scenarios.
    """
    if maps := maps_below(path):
        return maps
    scenarios = [path] if path.is_file() and sort_of(path) == "scenario" else []
    if path.is_dir():
        scenarios = scenario_files(path)
    if not scenarios:
        return [path]
    folder = map_of(path)
    hint = f"Its map: {folder}" if folder is not None else "Name the map's folder."
    raise CommandError(f"{path} is {'a scenario' if path.is_file() else 'a folder of scenarios'}, not a map.", hint)


def maps_below(path: Path) -> list[Path]:
    """A map's file, or every map.yaml below a folder; hidden folders are left out."""
    if not path.is_dir():
        return [] if sort_of(path) == "scenario" else [path]
    if (path / MAP_FILE).exists():
        return [path]
    below = sorted(path.rglob(MAP_FILE))
    return [file for file in below if not any(part.startswith(".") for part in file.relative_to(path).parts)]
