"""Finding scenarios and maps at the paths that `simulate`, `test` and `lint` take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from milepost.language.loader import MAP_FILE
from milepost.language.yaml_text import read_yaml

SCENARIOS = "scenarios"
"""The folder of a map whose files are all scenarios."""

Sort = Literal["map", "scenario", "mapping", "other"]
_FIELD = re.compile(r"^(\w+) *:", re.MULTILINE)
_OF_SCENARIOS = {"scenario", "facts", "expect", "never"}
_OF_MAPS = {"stages", "map", "segment"}
_OF_MAPPINGS = {"mapping", "columns"}


def sort_of(path: Path) -> Sort:
    """Tells maps, scenarios and mappings apart by their fields, not by the file's name; unreadable ones are `other`."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return "other"
    fields = set(_FIELD.findall(text))
    if not fields and isinstance(data := read_yaml(text).data, dict):  # written in braces
        fields = set(data)
    if fields & _OF_SCENARIOS:
        return "scenario"
    if fields & _OF_MAPPINGS:
        return "mapping"
    return "map" if fields & _OF_MAPS else "other"


def scenario_files(path: Path) -> list[Path]:
    """The path itself if it is a file, else every scenario below the folder, sorted by path."""
    if not path.is_dir():
        return [path]
    return sorted(file for file in _yaml_below(path) if file.parent.name == SCENARIOS or sort_of(file) == "scenario")


def _yaml_below(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*.yaml"):
        if file.name != MAP_FILE and not any(part.startswith(".") for part in file.relative_to(folder).parts):
            yield file


def map_of(path: Path) -> Path | None:
    """The folder of the map that a scenario, or a folder of scenarios, is in."""
    for folder in (path, *path.parents):
        if (folder / MAP_FILE).is_file():
            return folder
    return None
