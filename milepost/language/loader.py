"""Loads a map from a folder, stored files or inline data: a `Map`, or everything that is wrong with it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from milepost import limits
from milepost.language.model import Map
from milepost.language.problems import Problem, in_order
from milepost.language.structure import Structure, check_structure
from milepost.language.yaml_text import MAX_BYTES, read_yaml

MAP_FILE = "map.yaml"
TEMPLATE_FOLDERS = ("messages", "playbooks")
LANGUAGES = "languages"
"""The folder of the catalogues that translate what a map says to customers."""
SIDE_FOLDERS = {**dict.fromkeys(TEMPLATE_FOLDERS, ".md"), LANGUAGES: ".po"}
"""The folders beside a map whose files belong to it, with the ending of those files."""
_BEGINNING = 64
"""Bytes to look at: in a text whose letters take two or four bytes, half of the bytes or more are zero."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A map with the problems of its fields.

    `map` is None if there is any problem; `structure` then holds what could still be read, for
    `milepost.language.lint`. `files` are the texts of map.yaml, messages/*, playbooks/* and languages/* by their
    names in the folder; None for a map without a folder (inline in a scenario). `file` is the map's name in problems.
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
    if not file.is_file():
        message = f"There is no file {str(file)!r}; a map is a folder with a {MAP_FILE}"
        return Loaded(None, (Problem(str(file), 1, 1, "M102", message),), str(file), file.parent)
    texts = {name: read_file(each, str(each)) for name, each in _files_of(file)}
    problems = tuple(text for text in texts.values() if isinstance(text, Problem))
    files = {name: text for name, text in texts.items() if isinstance(text, str)}
    return _read(Loaded(None, problems, str(file), file.parent, files), files)


def from_files(files: Mapping[str, str], file: str = MAP_FILE) -> Loaded:
    """Reads a map from texts by name, as the store keeps them: `map.yaml`, `messages/...` and so on."""
    return _read(Loaded(None, (), file, files=files), files)


def from_data(data: Mapping[str, Any], file: str = MAP_FILE, files: Mapping[str, str] | None = None) -> Loaded:
    """Reads a map that is data already, such as one inline in a scenario.

    Problems have positions if the data comes from `read_yaml`. Without `files`, messages and playbooks aren't
    checked.
    """
    return _check(Loaded(None, (), file, files=files), data)


def content_hash(files: Mapping[str, str]) -> str:
    """Returns the SHA-256, in hex, of a map with the files beside it: two versions differ in it."""
    texts = {
        name: "\n".join(text.splitlines())  # line ends don't count: a checkout on another system is the same map
        for name, text in files.items()
        if name == MAP_FILE or name.startswith(_SIDE_PREFIXES)
    }
    canonical = json.dumps(sorted(texts.items()), ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


_SIDE_PREFIXES = tuple(f"{folder}/" for folder in SIDE_FOLDERS)


def _read(loaded: Loaded, files: Mapping[str, str]) -> Loaded:
    text = files.get(MAP_FILE)
    if text is None:
        missing = Problem(loaded.file, 1, 1, "M102", f"The map has no {MAP_FILE}; add it")
        return replace(loaded, problems=in_order(loaded.problems or [missing]))
    reading = read_yaml(text)
    problems = [*loaded.problems, *(fault.problem(loaded.file) for fault in reading.faults)]
    if isinstance(reading.data, dict):
        return _check(replace(loaded, problems=tuple(problems)), reading.data)
    if not reading.faults:
        message = "The file doesn't hold a map; begin it with 'map: ID'"
        problems.append(Problem(loaded.file, 1, 1, "M103", message))
    return replace(loaded, problems=in_order(problems))


def _check(loaded: Loaded, data: Mapping[str, Any]) -> Loaded:
    structure = check_structure(data, loaded.file)
    problems = in_order([*loaded.problems, *structure.problems])
    return replace(loaded, map=None if problems else structure.draft, problems=problems, structure=structure)


def _files_of(file: Path) -> list[tuple[str, Path]]:
    files = [(MAP_FILE, file)]
    for folder, ending in SIDE_FOLDERS.items():
        paths = sorted((file.parent / folder).glob(f"*{ending}"))
        files += [(f"{folder}/{path.name}", path) for path in paths if path.is_file()]
    return files[: limits.MAP_FILES]


def read_file(path: Path, name: str) -> str | Problem:
    """Returns a file's text, or a problem if it is too large, missing, or in another encoding."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return Problem(name, 1, 1, "M103", "The file is larger than 1 MB; a map is a few pages")
        raw = path.read_bytes()
    except OSError as error:
        return Problem(name, 1, 1, "M102", f"The file can't be read: {error.strerror}")
    return text_of(raw, name)


def text_of(raw: bytes, name: str) -> str | Problem:
    """Returns the text that a file's bytes hold, or a problem if they are in another encoding."""
    beginning = raw[:_BEGINNING]
    if 3 * beginning.count(b"\0") > len(beginning):
        return Problem(name, 1, 1, "M103", "The file is UTF-16, or isn't text at all; save it as UTF-8")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        return Problem(name, line, column, "M103", "The file isn't UTF-8; save it in that encoding")
