"""Entries of the timeline are matched by class and read by attribute: never by the text of a kind or a key."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from milepost.planner.facts import FACTS
from milepost.planner.timeline import ENTRIES
from tests.house.test_size import ROOT, python_files

SERIALISATION = {
    "milepost/planner/timeline.py",
    "milepost/store/migrations/versions/0050_last_touches.py",  # rows as they lay then, whatever entries are today
    "milepost/store/timeline.py",
}
KINDS = set(ENTRIES) - set(FACTS)
"""Kinds that are no facts' too: those may be compared as texts."""


def text_reads(source: str) -> Iterator[int]:
    """The lines that read an entry, its JSON or its row by a text key, or compare its kind with a text."""
    tree = ast.parse(source)
    names = {"entry", "happening", *_rows(tree), *_json_names(tree)}
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=value, slice=ast.Constant(value=str())) if _is_entry(value, names):
                yield node.lineno
            case ast.Call(
                func=ast.Attribute(value=value, attr="get" | "pop"), args=[ast.Constant(value=str()), *_]
            ) if _is_entry(value, names):
                yield node.lineno
            case ast.Compare(left=ast.Attribute(attr="kind"), comparators=comparators) if _names_a_kind(comparators):
                yield node.lineno
            case ast.Match(subject=ast.Attribute(attr="kind"), cases=cases) if _names_a_kind(cases):
                yield node.lineno


def _is_entry(value: ast.expr, names: set[str]) -> bool:
    match value:
        case ast.Name(id=name):
            return name in names
        case ast.Attribute(value=inner, attr="data" | "more"):
            return _is_entry(inner, names)
        case ast.Attribute(attr="entry"):
            return True
        case ast.Call(func=ast.Attribute(value=inner, attr="to_json" | "data")):
            return _is_entry(inner, names)
    return False


def _rows(tree: ast.Module) -> set[str]:
    """Arguments that are rows of the timeline."""
    arguments = (node for node in ast.walk(tree) if isinstance(node, ast.arg) and node.annotation)
    return {argument.arg for argument in arguments if ast.unparse(argument.annotation or argument) == "TimelineRow"}


def _json_names(tree: ast.Module) -> set[str]:
    """Names that are given the JSON of an entry."""
    return {
        node.targets[0].id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Call)
        and _is_entry(node.value, {"entry"})
    }


def _names_a_kind(nodes: list[ast.expr] | list[ast.match_case]) -> bool:
    texts = (each for node in nodes for each in ast.walk(node) if isinstance(each, ast.Constant))
    return any(text.value in KINDS for text in texts)


def test_no_entry_is_read_by_a_text() -> None:
    files = {str(file.relative_to(ROOT)): file for file in python_files()}
    assert set(files) >= SERIALISATION
    reads = [
        f"{name}:{line}"
        for name, file in files.items()
        if name not in SERIALISATION and not name.startswith("tests/")
        for line in text_reads(file.read_text())
    ]
    assert not reads


@pytest.mark.parametrize(
    "source",
    [
        "entry['step']",
        "entry.get('why')",
        "entry.data['step']",
        "happening.entry.data.get('reason')",
        "entry.to_json()['step']",
        "entry.data().get('step')",
        "data = entry.to_json()\ndata.pop('at')",
        "def sentence(row: TimelineRow): return row.data['by']",
        "row.kind == 'step_opened'",
        "each.kind in ('step_opened', 'stage_stuck')",
        "match row.kind:\n    case 'message_sent' | 'message_held': pass",
    ],
)
def test_reading_an_entry_by_a_text_is_found(source: str) -> None:
    assert list(text_reads(source))


@pytest.mark.parametrize("source", ["entry.step", "fact['step']", "row.kind == 'step_done'", "record.get('step')"])
def test_other_reads_are_left_alone(source: str) -> None:
    assert not list(text_reads(source))
