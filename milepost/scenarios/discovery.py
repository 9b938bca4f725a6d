"""Reading what `simulate`, `test` and `lint` are given: scenarios, maps, and folders of either."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from milepost.language.loader import MAP_FILE
from milepost.language.yaml_text import read_yaml

SCENARIOS = "scenarios"
"""The folder of a map in which every file is a scenario."""

Sort = Literal["map", "scenario", "other"]
_FIELD = re.compile(r"^(\w+) *:", re.MULTILINE)
_OF_SCENARIOS = {"scenario", "facts", "expect", "never"}
_OF_MAPS = {"stages", "map", "segment"}


def sort_of(path: Path) -> Sort:
    """What a file is, told from its fields, since its name may be any; one that can't be read is `other`."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return "other"
    fields = set(_FIELD.findall(text))
    if not fields and isinstance(data := read_yaml(text).data, dict):  # written in braces
        fields = set(data)
    if fields & _OF_SCENARIOS:
        return "scenario"
    return "map" if fields & _OF_MAPS else "other"


def scenario_files(path: Path) -> list[Path]:
    """The scenario that a path is, or every one below a folder, in the order of their names."""
    if not path.is_dir():
        return [path]
    return sorted(
        found for found in _yaml_below(path) if found.parent.name == SCENARIOS or sort_of(found) == "scenario"
    )


def _yaml_below(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*.yaml"):
        if file.name != MAP_FILE and not any(part.startswith(".") for part in file.relative_to(folder).parts):
            yield file


def map_of(path: Path) -> Path | None:
    """The folder of the map that a scenario, or a folder of scenarios, lies in."""
    for folder in (path, *path.parents):
        if (folder / MAP_FILE).is_file():
            return folder
    return None
