"""The JSON Schema of map.yaml, for editors that complete and check while one writes."""

from __future__ import annotations

from typing import Any

from milepost.language.model import Map


def json_schema() -> dict[str, Any]:
    """The schema, made from the models."""
    schema = Map.model_json_schema(by_alias=True, mode="validation")
    for model in (schema, *schema["$defs"].values()):
        for shape in model.get("properties", {}).values():
            _tell(shape)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Milepost map"}


def _tell(shape: dict[str, Any]) -> None:
    """What pydantic leaves unsaid: names that are no ids are refused, and a default is told as maps write it."""
    if "patternProperties" in shape:
        shape["additionalProperties"] = False
    if shape.get("type") == "string" and isinstance(shape.get("default"), dict):
        shape["default"] = "never"
