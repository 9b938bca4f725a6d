"""Reads a mapping's file: the mapping, or everything that is wrong with the file and where; and the shipped ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as AnyMapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from milepost.imports.mapped_stages import Stages, stage_findings
from milepost.imports.mapping import Mapping
from milepost.imports.mapping_base import put_on_base
from milepost.language.field_types import LENIENT
from milepost.language.findings import Finding
from milepost.language.model_errors import findings_of
from milepost.language.problems import Problem, in_order
from milepost.language.structure import nodes_of
from milepost.language.yaml_text import read_yaml

_PARTS = ("columns", "people", "zones", "defaults", "contacts")
_NO_STAGES: Stages = {}
_ENTRY = 2  # keys that lead to an entry of a part
_NOT_A_MAPPING = "The file isn't a mapping; begin it with 'mapping: NAME', and name its columns"


@dataclass(frozen=True, slots=True)
class ReadMapping:
    """The mapping in a file, or everything that is wrong with it."""

    mapping: Mapping | None
    problems: tuple[Problem, ...]


def read_mapping(text: str, file: str, stages: Stages = _NO_STAGES) -> ReadMapping:
    """Reads a mapping; `file` is its name in problems. Never raises for its content.

    With the `stages` of the maps, those that it names have to be among them.
    """
    reading = read_yaml(text)
    problems = [fault.problem(file) for fault in reading.faults]
    if not problems and not isinstance(reading.data, dict):
        problems.append(Problem(file, 1, 1, "M103", _NOT_A_MAPPING))
    if problems:
        return ReadMapping(None, in_order(problems))
    data = _on_base(reading.data)
    try:
        mapping = Mapping.model_validate(data, context=LENIENT)
    except ValidationError as error:
        findings = list(findings_of(error, Mapping))
        findings += _conflicts_besides(data, findings)
    else:
        findings = [*_conflicts(mapping), *stage_findings(mapping, stages)]
        if not findings:
            return ReadMapping(mapping, ())
    return ReadMapping(None, in_order(each.problem(reading.data, file) for each in findings))


def _conflicts(mapping: Mapping) -> Iterator[Finding]:
    for path, node in nodes_of(mapping):
        for conflict in node.conflicts():
            yield Finding((*path, *conflict.fields[: conflict.depth]), conflict.code, conflict.message, key=True)


def _conflicts_besides(data: Any, findings: Sequence[Finding]) -> list[Finding]:
    """Returns the conflicts that are left if everything that can't be read is left out, so that all is told at once."""
    readable = deepcopy(data)
    for finding in findings:
        _leave_out(readable, finding.path)
    try:
        mapping = Mapping.model_validate(readable, context=LENIENT)
    except ValidationError:
        return []
    unread = {finding.path[0] for finding in findings if finding.path}
    others = _conflicts(mapping)
    return [each for each in others if each.path[:1] != ("columns",) or len(each.path) > 1 or "columns" not in unread]


def _leave_out(data: Any, path: Sequence[Any]) -> None:
    """Removes the entry of a mapping's part that a path leads into: a column, a person, a zone, or a field."""
    entry = path[: _ENTRY if path and path[0] in _PARTS else 1]
    for key in entry[:-1]:
        data = data.get(key) if isinstance(data, dict) else None
    if isinstance(data, dict) and entry:
        data.pop(entry[-1], None)


def _on_base(data: dict[str, Any]) -> dict[str, Any]:
    """Returns the data with what the mapping says that it is based on, if there is such a one."""
    base = shipped_mappings().get(str(data.get("based_on")))
    return data if base is None else put_on_base(data, read_yaml(base.read_text("utf-8")).data)


@cache
def shipped_mappings() -> AnyMapping[str, Path]:
    """Returns the files of the mappings that Milepost ships, by their names, such as `hubspot`."""
    folder = Path(str(files("milepost.imports") / "mappings"))
    return {file.stem: file for file in sorted(folder.glob("*.yaml"))}


def mapping_schema() -> dict[str, Any]:
    """Returns the JSON Schema of mappings, generated from the models."""
    schema = Mapping.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Milepost mapping"}
