"""The JSON Schema of map.yaml, for editors that complete and check while one writes."""

from __future__ import annotations

from typing import Any

from milepost.language.model import Map


def json_schema() -> dict[str, Any]:
    """Returns the schema, generated from the models."""
    schema = Map.model_json_schema(by_alias=True, mode="validation")
    for model in (schema, *schema["$defs"].values()):
        for shape in model.get("properties", {}).values():
            _complete(shape)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Milepost map"}


def _complete(shape: dict[str, Any]) -> None:
    """Adds what pydantic leaves out: names must be ids."""
    if "patternProperties" in shape:
        shape["additionalProperties"] = False
