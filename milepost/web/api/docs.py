"""`/api/docs`: the documentation of the API, without scripts; `/api/openapi.json` is the same for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from milepost.web.pages import render
from milepost.web.services import Served

router = APIRouter(include_in_schema=False)
Schema = Mapping[str, Any]
_LIMITS = {"maxLength": " characters", "maxItems": "", "maxProperties": " entries"}


@router.get("/api/docs")
async def docs(request: Request, served: Served) -> Response:
    """Every address of the API."""
    schema: Schema = request.app.openapi()
    page = {"info": schema["info"], "base": served.settings.links_begin_with, "endpoints": list(_endpoints(schema))}
    return render("api/docs.html", page)


def _endpoints(schema: Schema) -> Iterator[dict[str, Any]]:
    """Yields each method at each address, as the page shows it."""
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            body = _content(operation.get("requestBody", {}), schema)
            replies = (operation["responses"].get(status, {}) for status in ("200", "201"))
            yield {
                "method": method.upper(),
                "path": path,
                "operation": operation,
                "parameters": [_parameter(each) for each in operation.get("parameters", ())],
                "body": list(_fields(body)),
                "examples": [json.dumps(each, indent=2) for each in body.get("examples", ())],
                "reply": list(_fields(_content(next(filter(None, replies), {}), schema))),
            }


def _parameter(parameter: Schema) -> Schema:
    description = parameter.get("description") or ("in the address" if parameter["in"] == "path" else "")
    return {
        "name": parameter["name"],
        "type": _type(parameter.get("schema", {})),
        "is_required": parameter.get("required", False),
        "description": description,
    }


def _content(part: Schema, schema: Schema) -> Schema:
    """Returns the schema of what is in a request or response; of several, the first."""
    kinds: Schema = part.get("content", {})
    content: Schema = next((each.get("schema", {}) for each in kinds.values()), {})
    while alternatives := [content] if "$ref" in content else content.get("anyOf") or content.get("oneOf"):
        content = schema["components"]["schemas"][alternatives[0]["$ref"].rpartition("/")[2]]
    return content


def _fields(of: Schema) -> Iterator[Schema]:
    required = of.get("required", ())
    for name, field in of.get("properties", {}).items():
        description = field.get("description") or ""
        yield {"name": name, "type": _type(field), "is_required": name in required, "description": description}


def _type(field: Schema) -> str:
    """Returns a type in a word or two: `text`, `list of Contact`, `number or text`."""
    if "$ref" in field:
        return str(field["$ref"].rpartition("/")[2])
    if "enum" in field:
        return " | ".join(str(each) for each in field["enum"])
    if "anyOf" in field:
        kinds = [_type(each) for each in field["anyOf"] if each.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds)) or "null"
    words = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    kind = "file" if field.get("format") == "binary" else str(field.get("type", "anything"))
    name = f"list of {_type(field.get('items', {}))}" if kind == "array" else words.get(kind, kind)
    most = next((f" (at most {field[key]:,}{unit})" for key, unit in _LIMITS.items() if key in field), "")
    return name + most
