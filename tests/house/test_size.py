"""Files and functions stay of a size that can be read in one sitting."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST_FILE = 400
LONGEST_FUNCTION = 50
NOT_OURS = {".venv", ".milepost", "build", "dist", "mutants"}


def python_files() -> Iterator[Path]:
    for file in sorted(ROOT.rglob("*.py")):
        parts = file.relative_to(ROOT).parts
        if not NOT_OURS & set(parts) and not any(part.startswith(".") for part in parts):
            yield file


def test_no_file_is_longer_than_400_lines() -> None:
    too_long = {
        str(file.relative_to(ROOT)): lines
        for file in python_files()
        if (lines := len(file.read_text().splitlines())) > LONGEST_FILE
    }
    assert not too_long


def test_no_function_is_longer_than_50_lines() -> None:
    too_long = {}
    for file in python_files():
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > LONGEST_FUNCTION and "migrations/versions" not in str(file):
                    too_long[f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"] = lines
    assert not too_long
