"""The planner's types are used everywhere: no bare status texts, no ids taken apart, no turns made elsewhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from milepost.planner import enums
from milepost.store.messages import MessageStatus

ROOT = Path(__file__).parents[2]
FILES = [file for room in ("milepost", "activities", "workflows") for file in sorted((ROOT / room).rglob("*.py"))]
ATTRIBUTES = {"status", "verdict", "why", "kept"}
ENUMS = [each for each in vars(enums).values() if isinstance(each, type) and issubclass(each, StrEnum)]
WORDS = {member.value for enum in (*ENUMS, MessageStatus) for member in enum}


def _place(file: Path, node: ast.expr) -> str:
    return f"{file.relative_to(ROOT)}:{node.lineno}"


def _texts(node: ast.expr) -> Iterator[str]:
    yield from (each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and each.value in WORDS)


def _of_a_word(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES


def test_statuses_and_reasons_are_compared_with_members_of_their_enums() -> None:
    bare = [
        _place(file, node)
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Compare)
        and any(_of_a_word(side) for side in (node.left, *node.comparators))
        and any(any(_texts(side)) for side in (node.left, *node.comparators))
    ]
    assert not bare


def test_statuses_are_matched_with_members_of_their_enums() -> None:
    bare = [
        _place(file, case.pattern.value)
        for file in FILES
        for match in ast.walk(ast.parse(file.read_text()))
        if isinstance(match, ast.Match) and _of_a_word(match.subject)
        for case in match.cases
        if isinstance(case.pattern, ast.MatchValue) and any(_texts(case.pattern.value))
    ]
    assert not bare


def test_ids_are_taken_apart_in_one_module() -> None:
    """Settings, zones, files and addresses have slashes too; those that take them apart are named here."""
    allowed = {
        "milepost/planner/ids.py",
        "milepost/language/lint/files.py",
        "milepost/language/reference.py",
        "milepost/places.py",
        "milepost/versions/changes.py",
        "milepost/web/api/docs.py",
        "milepost/web/security.py",
    }
    apart = {
        str(file.relative_to(ROOT))
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("split", "rsplit", "partition", "rpartition")
        and any(isinstance(argument, ast.Constant) and argument.value == "/" for argument in node.args)
    }
    assert apart == allowed


def test_only_the_planner_makes_a_turn() -> None:
    elsewhere = [
        file.relative_to(ROOT)
        for file in FILES
        if "milepost/planner" not in str(file) and "milepost.planner.turn" in file.read_text()
    ]
    assert not elsewhere
