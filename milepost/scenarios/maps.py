"""The maps that scenarios name. Each is read, checked and compiled once, however many scenarios name it."""

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

_TEXT_PROBLEM = "M110"


@dataclass(frozen=True, slots=True)
class ReadMap:
    """A map that was read. `compiled_map` is None where it has errors; `text_problems` are those of its texts alone.

    `exists` is False where the path leads to no map; `files` are its texts, with placeholders for missing ones.
    """

    exists: bool
    compiled_map: CompiledMap | None
    files: Mapping[str, str]
    errors: tuple[Problem, ...] = ()
    text_problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class MapCache:
    """The maps that were read, by their paths; outside of the folder `within`, where it is set, there is none."""

    by_path: dict[str, ReadMap] = field(default_factory=dict)
    within: Path | None = None

    def at(self, path: Path) -> ReadMap:
        """The map in a folder or file."""
        if self.within is not None and not path.resolve().is_relative_to(self.within.resolve()):
            return ReadMap(exists=False, compiled_map=None, files={})
        short = _shortest(path)
        read_map = self.by_path.get(str(short))
        if read_map is None:
            loaded = load(short)
            read_map = self.by_path[str(short)] = _read(loaded, loaded.files or {}, exists=bool(loaded.files))
        return read_map


def _shortest(path: Path) -> Path:
    """The path without `x/..`, if it leads to the same file; it doesn't where `x` is a link."""
    short = Path(os.path.normpath(path))
    try:
        return short if short.samefile(path) else path
    except OSError:
        return path


def inline_map(data: Any, file: str) -> ReadMap:
    """A map that is written in the scenario itself."""
    return _read(from_data(data, file), {"map.yaml": json.dumps(data, default=str)}, exists=True)


def _read(loaded: Loaded, texts: Mapping[str, str], *, exists: bool) -> ReadMap:
    files = with_placeholders(texts, loaded.map)
    errors = errors_in(lint(loaded))
    text_problems = tuple(problem for problem in errors if problem.code == _TEXT_PROBLEM)
    other = tuple(problem for problem in errors if problem.code != _TEXT_PROBLEM)
    if other or loaded.map is None:
        return ReadMap(exists, None, files, other, text_problems)
    return ReadMap(exists, CompiledMap.of(loaded.map, content_hash(files), files), files, (), text_problems)


def with_placeholders(files: Mapping[str, str], map: Map | None) -> dict[str, str]:  # noqa: A002 - the field's word
    """The files of a map, and for each message or playbook that is missing one that says so."""
    out = dict(files)
    for container in (*map.stages, *map.plays) if map else ():
        for step in container.steps:
            for name in (step.message, getattr(step, "reminder", None)):
                if name:
                    note = f"(messages/{name} is missing)"
                    out.setdefault(f"messages/{name}", f"---\nsubject: {note}\n---\n{note}\n")
            if playbook := getattr(step, "playbook", None):
                out.setdefault(f"playbooks/{playbook}", f"(playbooks/{playbook} is missing)\n")
    return out
