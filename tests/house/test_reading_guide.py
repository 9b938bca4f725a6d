"""A reader finds the home of each rule: from the glossary, and from the docstring of each package."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GLOSSARY = (ROOT / "docs/glossary.md").read_text()
PLACES = sorted(set(re.findall(r"`((?:milepost|workflows|activities)/[\w/.]*)`", GLOSSARY)))
PACKAGES = sorted(
    folder for top in ("milepost", "workflows", "activities") for folder in (ROOT / top).rglob("__init__.py")
)


def test_the_glossary_names_places() -> None:
    assert len(PLACES) > 30


@pytest.mark.parametrize("place", PLACES)
def test_every_place_in_the_glossary_exists(place: str) -> None:
    assert (ROOT / place).exists()


@pytest.mark.parametrize("package", PACKAGES, ids=lambda file: str(file.parent.relative_to(ROOT)))
def test_every_package_says_what_it_is(package: Path) -> None:
    if "migrations" in package.parts:
        return
    docstring = ast.get_docstring(ast.parse(package.read_text()))
    assert docstring
    assert docstring.endswith(".")
