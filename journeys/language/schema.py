"""The JSON Schema of map.yaml, for editors that complete and check while one writes."""

from __future__ import annotations

from typing import Any

from journeys.language.model import Map


def json_schema() -> dict[str, Any]:
    """The schema, made from the models."""
    schema = Map.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Milepost map"}
