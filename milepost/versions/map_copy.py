"""Copies a map under another name: its texts are renamed throughout, and every comment is kept.

Only what names the map is changed, at its place in the text: the id may be a word that also stands elsewhere.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from milepost.language.field_types import MapId
from milepost.language.loader import MAP_FILE
from milepost.language.yaml_text import Path as Place
from milepost.language.yaml_text import Spot, read_yaml, spot_of, value_at


@dataclass(frozen=True, slots=True)
class Renaming:
    """The old and the new map: folders, ids, and the new title."""

    source: Path
    target: Path
    old: str
    new: str
    title: str

    def of_map(self, text: str) -> str:
        """The text of the map.yaml with the new id and title."""
        data = read_yaml(text).data
        changes: dict[Place, str] = {("map",): self.new, ("title",): self.title}
        return self._comments(_rewritten(text, data, changes))

    def of_scenario(self, text: str, file: Path) -> str:
        """The text of a scenario that stands in `file` of the source; what can't be read is left alone."""
        data = read_yaml(text).data
        if not isinstance(data, dict):
            return text
        return self._comments(_rewritten(text, data, dict(self._in_scenario(data, file))))

    def _in_scenario(self, data: Mapping[str, Any], file: Path) -> Iterator[tuple[Place, str]]:
        if isinstance(data.get("map"), str):
            yield ("map",), self._moved(data["map"], file)
        elif value_at(data, ("map", "map")) == self.old:
            yield ("map", "map"), self.new
        for where in ("facts", "expect", "never"):
            for index, each in enumerate(data.get(where) or ()):
                if not isinstance(each, dict):
                    continue
                if each.get("map") == self.old:
                    yield (where, index, "map"), self.new
                if isinstance(each.get("map_changed"), str):
                    yield (where, index, "map_changed"), self._moved(each["map_changed"], file)

    def _moved(self, path: str, file: Path) -> str:
        """The path of a map as the copy of a file names it: inside the copy, or the same place outside."""
        there = (file.parent / path).resolve()
        source, target = self.source.resolve(), self.target.resolve()
        moved_file = target / file.resolve().relative_to(source)
        if there.is_relative_to(source):
            there = target / there.relative_to(source)
        now = (moved_file.parent / path).resolve()
        return path if now == there else Path(os.path.relpath(there, moved_file.parent)).as_posix()

    def _comments(self, text: str) -> str:
        """The text with the new id in its comment lines too."""
        name = re.compile(rf"(?<![\w-]){re.escape(self.old)}(?![\w-])")
        lines = text.split("\n")
        return "\n".join(name.sub(self.new, line) if line.lstrip().startswith("#") else line for line in lines)


def is_map_id(name: str) -> bool:
    """Returns whether a text can be the id of a map: `kebab-case`."""
    try:
        _MAP_ID.validate_python(name)
    except ValidationError:
        return False
    return True


_MAP_ID: TypeAdapter[str] = TypeAdapter(MapId)


def title_of(map_id: str) -> str:
    """A title made from a map's id: `clinics-save-time` is `Clinics save time`."""
    return map_id.replace("-", " ").capitalize()


def files_to_copy(source: Path) -> list[Path]:
    """The files of a map, relative to its folder: every file that isn't hidden, map.yaml first."""
    files = [path.relative_to(source) for path in sorted(source.rglob("*")) if path.is_file()]
    return sorted(
        (path for path in files if not any(part.startswith(".") for part in path.parts)),
        key=lambda path: (str(path) != MAP_FILE, str(path)),
    )


def _rewritten(text: str, data: Any, changes: Mapping[Place, str]) -> str:
    """The text with new values at some places, from the last to the first so that places stay right."""
    spots = [(spot_of(data, place), value) for place, value in changes.items() if value_at(data, place) != value]
    for spot, value in sorted(spots, key=lambda pair: (pair[0].line, pair[0].column), reverse=True):
        start = _offset(text, spot)
        end = start + len(spot.source.rstrip("\r\n"))
        text = text[:start] + _scalar(value) + text[end:]
    return text


def _offset(text: str, spot: Spot) -> int:
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: spot.line - 1]) + spot.column - 1


def _scalar(value: str) -> str:
    """A text as YAML writes it: plain where that is read back the same, in quotes otherwise."""
    plain = [read_yaml(form) for form in (f"x: {value}", f"{{x: {value}}}")]
    same = all(not each.faults and isinstance(each.data, dict) and each.data == {"x": value} for each in plain)
    return value if same else json.dumps(value, ensure_ascii=False)
