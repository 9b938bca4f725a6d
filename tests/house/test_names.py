"""Names that a reader can rely on: modules are nouns, exceptions are errors of one family."""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module
from pathlib import Path

import activities
import milepost
import workflows
from milepost.errors import MilepostError

ROOT = Path(__file__).parents[2]
PACKAGES = (activities, milepost, workflows)

NOUNS = {
    "mapping": "what the columns of a file mean",
    "drawing": "a picture, and how it is made",
    "heading": "the top of a page or a picture",
    "routing": "the field's word for choosing the way of a line",
    "string": "a text",
}
"""The words in -ing that are things of the field. Any other says what a module does instead of what it holds."""


def modules() -> list[str]:
    """The names of all our modules, packages included."""
    found = [
        module.name
        for package in PACKAGES
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not module.name.endswith("__main__") and ".migrations." not in module.name
    ]
    return sorted([*(package.__name__ for package in PACKAGES), *found, "worker"])


def exceptions() -> list[type[BaseException]]:
    """Our public exceptions; one whose name begins with an underscore never leaves its module."""
    return [
        value
        for name in modules()
        for value in vars(import_module(name)).values()
        if isinstance(value, type)
        and issubclass(value, BaseException)
        and value.__module__ == name
        and not value.__name__.startswith("_")
    ]


def test_modules_are_named_by_nouns() -> None:
    ours = (*modules(), *(file.stem for file in (ROOT / "tests").rglob("*.py")))
    doing = {name for name in ours if re.search(r"[^_.]ing$", name)}
    assert {name for name in doing if re.split(r"[_.]", name)[-1] not in NOUNS} == set()


def test_every_exception_is_named_an_error() -> None:
    assert MilepostError in exceptions()
    assert [each.__name__ for each in exceptions() if not each.__name__.endswith("Error")] == []
    suppressed = "N" + "818"  # so that this file does not name it
    files = [ROOT / "pyproject.toml", *(file for package in PACKAGES for file in Path(*package.__path__).rglob("*.py"))]
    assert [file for file in files if suppressed in file.read_text()] == []


def test_every_exception_derives_from_one_root() -> None:
    strays = {f"{each.__module__}.{each.__name__}" for each in exceptions() if not issubclass(each, MilepostError)}
    assert strays == set()


def test_every_exception_has_a_code_of_its_own_in_snake_case() -> None:
    ours = [each for each in exceptions() if issubclass(each, MilepostError)]
    assert [each.__name__ for each in ours if not re.fullmatch(r"[a-z]+(_[a-z]+)*", each.code)] == []
