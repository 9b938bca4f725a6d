"""The maps that scenarios name: each is read, checked and compiled once, however many scenarios name it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from milepost.language.lint import lint
from milepost.language.loader import Loaded, content_hash, from_data, load
from milepost.language.model import Map
from milepost.language.problems import Problem, errors_in
from milepost.planner.compiled_map import CompiledMap

ABOUT_TEXTS = "M110"


@dataclass(frozen=True, slots=True)
class ReadMap:
    """A map that was read. `compiled_map` is None where it has errors; `beside` are those of its texts alone.

    `there` is whether there is a map at all; `files` are its texts, with placeholders for those that are missing.
    """

    there: bool
    compiled_map: CompiledMap | None
    files: Mapping[str, str]
    errors: tuple[Problem, ...] = ()
    beside: tuple[Problem, ...] = ()


@dataclass(slots=True)
class MapsRead:
    """The maps that were read before, by the path as it was written."""

    by_path: dict[str, ReadMap] = field(default_factory=dict)

    def at(self, path: Path) -> ReadMap:
        """The map in a folder or file."""
        named = _shortest(path)
        found = self.by_path.get(str(named))
        if found is None:
            loaded = load(named)
            found = self.by_path[str(named)] = _read(loaded, loaded.files or {}, there=bool(loaded.files))
        return found


def _shortest(path: Path) -> Path:
    """The path without `x/..`, where that leads to the same file: it leads elsewhere where `x` is a link."""
    short = Path(os.path.normpath(path))
    try:
        return short if short.samefile(path) else path
    except OSError:
        return path


def inline_map(data: Any, file: str) -> ReadMap:
    """A map that stands in the scenario itself."""
    return _read(from_data(data, file), {"map.yaml": json.dumps(data, default=str)}, there=True)


def _read(loaded: Loaded, texts: Mapping[str, str], *, there: bool) -> ReadMap:
    files = with_placeholders(texts, loaded.map)
    errors = errors_in(lint(loaded))
    beside = tuple(problem for problem in errors if problem.code == ABOUT_TEXTS)
    other = tuple(problem for problem in errors if problem.code != ABOUT_TEXTS)
    if other or loaded.map is None:
        return ReadMap(there, None, files, other, beside)
    return ReadMap(there, CompiledMap.of(loaded.map, content_hash(files)), files, (), beside)


def with_placeholders(files: Mapping[str, str], map: Map | None) -> dict[str, str]:  # noqa: A002 - the field's word
    """The files of a map with a text, which says so, in the place of each message and playbook that is missing."""
    out = dict(files)
    for container in (*map.stages, *map.plays) if map else ():
        for step in container.steps:
            for name in (step.message, getattr(step, "reminder", None)):
                if name:
                    said = f"(messages/{name} is missing)"
                    out.setdefault(f"messages/{name}", f"---\nsubject: {said}\n---\n{said}\n")
            if playbook := getattr(step, "playbook", None):
                out.setdefault(f"playbooks/{playbook}", f"(playbooks/{playbook} is missing)\n")
    return out
