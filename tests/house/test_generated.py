"""Pages that are made from the code say what the code says."""

from __future__ import annotations

from pathlib import Path

from milepost.language.reference import markdown
from milepost.language.schema import json_schema

DOCS = Path(__file__).parents[2] / "docs"


def test_the_field_reference_is_fresh() -> None:
    written = (DOCS / "reference/map-fields.md").read_text()
    assert written == markdown(), "python -m milepost.language.reference > docs/reference/map-fields.md"


def test_every_field_of_a_map_is_described() -> None:
    schema = json_schema()
    ids = {"stage", "play", "touchpoint", "action", "outcome"}
    bare = [
        f"{name}.{field}"
        for name, model in {"Map": schema, **schema["$defs"]}.items()
        for field, shape in model.get("properties", {}).items()
        if not shape.get("description") and field not in ids
    ]
    assert set(bare) <= {
        "Map.stages", "Map.attributes", "Map.roles", "Map.personas",
        *(f"{name}.{track}" for name in ("Stage", "Play") for track in ("touchpoints", "actions", "outcomes")),
        "ContactPolicy.window", "WorkingTime.from", "WorkingTime.to", "Window.from", "Window.to",
    }  # fmt: skip
