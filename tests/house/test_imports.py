"""What import-linter cannot see: the single file at the top, and that the contracts know every package."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONFIGURED = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
PACKAGES = set(CONFIGURED["importlinter"]["root_packages"])
LAYERS = CONFIGURED["importlinter"]["contracts"][0]["layers"]


def imported(file: Path) -> set[str]:
    """The modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return found


def test_the_settings_know_nothing_of_ours_but_errors_and_texts() -> None:
    ours = {name for name in imported(ROOT / "milepost/settings.py") if name.partition(".")[0] in PACKAGES}
    assert not {
        name for name in ours if not name.startswith(("milepost.errors", "milepost.oidc_settings", "milepost.text"))
    }


def test_the_worker_is_put_together_without_commands_and_pages() -> None:
    above = ("milepost.cli", "milepost.demo", "milepost.web")
    assert not {name for name in imported(ROOT / "worker.py") if name.startswith(above)}


def test_only_commands_import_the_worker() -> None:
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    importing = {file.relative_to(ROOT).parts[:2] for file in files if "worker" in imported(file)}
    assert importing == {("milepost", "cli")}


def test_every_room_has_its_place_in_the_order() -> None:
    rooms = {f"milepost.{folder.parent.name}" for folder in (ROOT / "milepost").glob("*/__init__.py")}
    placed = {name for layer in LAYERS for name in layer.split(" | ")}
    assert rooms <= placed
    single = {
        "actor",
        "audit_kinds",
        "calendar_data",
        "customer",
        "errors",
        "fonts",
        "limits",
        "metrics",
        "numbers",
        "oidc_settings",
        "places",
        "roles",
        "scopes",
        "settings",
        "shipped",
        "text",
    }
    assert placed - rooms == {*(f"milepost.{name}" for name in single), "workflows", "activities"}


def test_the_contracts_and_the_type_checker_know_every_package() -> None:
    here = {
        folder.name
        for folder in ROOT.iterdir()
        if (folder / "__init__.py").exists() and folder.name not in ("tests", "benchmarks")
    }
    assert here == PACKAGES
    assert here == set(CONFIGURED["mypy"]["packages"])
    assert here < set(CONFIGURED["hatch"]["build"]["targets"]["wheel"]["only-include"])
