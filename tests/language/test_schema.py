"""The JSON Schema says what the models say: maps that load fit it, and what editors should mark does not."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from milepost.language.schema import json_schema

ROOT = Path(__file__).parents[2]
MAPS = [*sorted((ROOT / "maps").glob("*/map.yaml")), ROOT / "tests/language/example.yaml"]
SCHEMA = Draft202012Validator(json_schema())


def read(file: Path) -> Any:
    return YAML(typ="safe", pure=True).load(file.read_text())


@pytest.mark.parametrize("file", MAPS, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_map_that_loads_fits_the_schema(file: Path) -> None:
    assert [error.message for error in SCHEMA.iter_errors(read(file))] == []


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("titel",), "Misspelled"),
        (("stages", 0, "targets"), "30 days"),
        (("stages", 0, "target"), "30 moons"),
        (("reenter",), "sometimes"),
        (("contact_policy", "limit"), "3 a week"),
        (("contact_policy", "window", "days"), "weekdays"),
        (("contact_policy", "window", "closed"), ["24.12."]),
        (("working_time", "country"), "Germany"),
        (("stages", 0, "target"), "30 business hours"),
        (("attributes", "Bad Name"), {"type": "text"}),
        (("attributes", "tier"), {"type": "string"}),
        (("roles",), {}),
    ],
)
def test_what_the_models_refuse_the_schema_refuses_too(path: tuple[str | int, ...], value: Any) -> None:
    data = deepcopy(read(MAPS[0]))
    inside = data
    for part in path[:-1]:
        inside = inside[part]
    inside[path[-1]] = value
    assert not SCHEMA.is_valid(data)


def test_defaults_are_written_as_in_maps() -> None:
    assert json_schema()["properties"]["reenter"]["default"] == "never"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("contact_policy", "window", "days"), "country"),
        (("contact_policy", "window", "closed"), ["2026-12-24", "12-27..01-02"]),
        (("contact_policy", "window", "closed"), "02-29"),
        (("contact_policy", "window", "to"), "24:00"),
        (("working_time", "country"), "CH-ZH"),
        (("roles", "csm"), {"title": "C", "escalate": {"after": "4 business hours", "to": "csm"}}),
    ],
)
def test_what_the_models_take_the_schema_takes_too(path: tuple[str | int, ...], value: Any) -> None:
    data = deepcopy(read(MAPS[0]))
    inside = data
    for part in path[:-1]:
        inside = inside[part]
    inside[path[-1]] = value
    assert [error.message for error in SCHEMA.iter_errors(data)] == []
