"""Loads a map from a folder, stored files or inline data: a `Map`, or everything that is wrong with it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from milepost.language.model import Map
from milepost.language.problems import Problem, in_order
from milepost.language.structure import Structure, check_structure
from milepost.language.yaml_text import MAX_BYTES, Reading, read_yaml

MAP_FILE = "map.yaml"
SIDE_FOLDERS = ("messages", "playbooks")
_MAX_FILES = 2000
_BEGINNING = 64
"""Bytes to look at: in a text whose letters take two or four bytes, half of the bytes or more are zero."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A map with the problems of its fields.

    `map` is None if there is any problem; `structure` then holds what could still be read, for
    `milepost.language.lint`. `files` are the texts of map.yaml, messages/* and playbooks/* by their names in
    the folder; None for a map without a folder (inline in a scenario). `file` is the map's name in problems.
    """

    map: Map | None
    problems: tuple[Problem, ...]
    file: str = MAP_FILE
    folder: Path | None = None
    files: Mapping[str, str] | None = None
    structure: Structure | None = None

    def name_of(self, relative: str) -> str:
        """The name in problems of a file beside the map, such as `messages/recap.md`."""
        return os.path.join(os.path.dirname(self.file), relative)  # noqa: PTH118, PTH120 - the text as given


def load(path: Path | str) -> Loaded:
    """Reads a map from its folder or its map.yaml; never raises for the content of the files."""
    path = Path(path)
    file = path / MAP_FILE if path.is_dir() else path
    files: dict[str, str] = {}
    problems: list[Problem] = []
    if not file.is_file():
        hint = f"a map is a folder with a {MAP_FILE}"
        problem = Problem(str(file), 1, 1, "M102", f"There is no file {str(file)!r}; {hint}")
        return Loaded(None, (problem,), str(file), file.parent)
    for name, each in _files_of(file):
        text = read_file(each, _beside(file, name), problems)
        if text is not None:
            files[name] = text
    return _loaded(files, str(file), file.parent, problems)


def from_files(files: Mapping[str, str], file: str = MAP_FILE) -> Loaded:
    """Reads a map from texts by name, as the store keeps them: `map.yaml`, `messages/...`, `playbooks/...`."""
    return _loaded(files, file, None, [])


def from_data(
    data: Mapping[str, Any],
    file: str = MAP_FILE,
    files: Mapping[str, str] | None = None,
) -> Loaded:
    """Reads a map that is data already, such as one inline in a scenario.

    Problems have positions if the data comes from `read_yaml`. Without `files`, messages and playbooks aren't
    checked.
    """
    structure = check_structure(data, file)
    problems = in_order(structure.problems)
    return Loaded(None if problems else structure.draft, problems, file, None, files, structure)


def content_hash(files: Mapping[str, str]) -> str:
    """Returns the SHA-256, in hex, of a map with its messages and playbooks: two versions differ in it."""
    named = {
        name: "\n".join(text.splitlines())  # line ends don't count: a checkout on another system is the same map
        for name, text in files.items()
        if name == MAP_FILE or name.startswith(_SIDE_PREFIXES)
    }
    canonical = json.dumps(sorted(named.items()), ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


_SIDE_PREFIXES = tuple(f"{folder}/" for folder in SIDE_FOLDERS)


def _loaded(files: Mapping[str, str], file: str, folder: Path | None, problems: list[Problem]) -> Loaded:
    text = files.get(MAP_FILE)
    if text is None:
        missing = () if problems else (Problem(file, 1, 1, "M102", f"The map has no {MAP_FILE}; add it"),)
        return Loaded(None, in_order([*problems, *missing]), file, folder, files)
    reading = read_yaml(text)
    problems = problems + [_fault_problem(reading, index, file) for index in range(len(reading.faults))]
    if not isinstance(reading.data, dict):
        if not reading.faults:
            problems.append(Problem(file, 1, 1, "M103", "The file doesn't hold a map; begin it with 'map: ID'"))
        return Loaded(None, in_order(problems), file, folder, files)
    structure = check_structure(reading.data, file)
    problems += structure.problems
    draft = None if problems else structure.draft
    return Loaded(draft, in_order(problems), file, folder, files, structure)


def _fault_problem(reading: Reading, index: int, file: str) -> Problem:
    fault = reading.faults[index]
    code = "M104" if fault.repeated else "M103"
    return Problem(file, fault.spot.line, fault.spot.column, code, fault.message)


def _beside(file: Path, name: str) -> str:
    return str(file) if name == MAP_FILE else str(file.parent / name)


def _files_of(file: Path) -> list[tuple[str, Path]]:
    files = [(MAP_FILE, file)]
    for folder in SIDE_FOLDERS:
        paths = sorted((file.parent / folder).glob("*.md"))
        files += [(f"{folder}/{path.name}", path) for path in paths if path.is_file()]
    return files[:_MAX_FILES]


def read_file(path: Path, name: str, problems: list[Problem]) -> str | None:
    """Returns a file's text, or None after adding a problem: it is too large, missing, or in another encoding."""
    try:
        if path.stat().st_size > MAX_BYTES:
            problems.append(Problem(name, 1, 1, "M103", "The file is larger than 1 MB; a map is a few pages"))
            return None
        raw = path.read_bytes()
    except OSError as error:
        problems.append(Problem(name, 1, 1, "M102", f"The file can't be read: {error.strerror}"))
        return None
    beginning = raw[:_BEGINNING]
    if 3 * beginning.count(b"\0") > len(beginning):
        message = "The file is UTF-16, or isn't text at all; save it as UTF-8"
        problems.append(Problem(name, 1, 1, "M103", message))
        return None
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        problems.append(Problem(name, line, column, "M103", "The file isn't UTF-8; save it in that encoding"))
        return None
