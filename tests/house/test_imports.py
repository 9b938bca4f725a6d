"""What import-linter cannot see: the single files at the top, and that the contracts know every package."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONFIGURED = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
PACKAGES = set(CONFIGURED["importlinter"]["root_packages"])
SINGLE = set(CONFIGURED["setuptools"]["py-modules"])


def imported(file: Path) -> set[str]:
    """The top names of ours that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
    return found & (PACKAGES | SINGLE)


def test_the_settings_know_nothing_of_ours() -> None:
    assert imported(ROOT / "settings.py") == set()


def test_the_command_line_only_lists_commands() -> None:
    assert imported(ROOT / "cli.py") == {"commands"}


def test_the_worker_is_put_together_without_commands_and_pages() -> None:
    assert not imported(ROOT / "worker.py") & {"cli", "commands", "rehearsal", "web"}


def test_only_commands_import_the_worker() -> None:
    importing = {
        package for package in PACKAGES for file in (ROOT / package).rglob("*.py") if "worker" in imported(file)
    }
    assert importing <= {"commands"}


def test_the_contracts_and_the_type_checker_know_every_package() -> None:
    here = {
        folder.name
        for folder in ROOT.iterdir()
        if (folder / "__init__.py").exists() and folder.name not in ("tests", "benchmarks")
    }
    assert here == PACKAGES
    assert here == set(CONFIGURED["mypy"]["packages"])
    assert here == {name.rstrip("*") for name in CONFIGURED["setuptools"]["packages"]["find"]["include"]}
