"""`/api/docs`: the documentation of the API, without scripts; `/api/openapi.json` is the same for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from milepost.web.pages import render
from milepost.web.services import Served

router = APIRouter(include_in_schema=False)
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FieldShown:
    """A parameter, or a field of a body."""

    name: str
    type: str
    is_required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method at one address."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[FieldShown, ...]
    body: tuple[FieldShown, ...]
    examples: tuple[str, ...]
    reply: tuple[FieldShown, ...]


@dataclass(frozen=True, slots=True)
class DocsPage:
    """The page."""

    title: str
    version: str
    base: str
    description: str
    endpoints: tuple[Endpoint, ...]


@router.get("/api/docs")
async def docs(request: Request, served: Served) -> Response:
    """Every address of the API."""
    schema: Schema = request.app.openapi()
    info = schema["info"]
    page = DocsPage(
        title=info["title"],
        version=info["version"],
        base=served.settings.links_begin_with,
        description=info.get("description", ""),
        endpoints=tuple(_endpoints(schema)),
    )
    return render("api/docs.html", page)


def _endpoints(schema: Schema) -> Iterator[Endpoint]:
    for path, methods in schema["paths"].items():
        for method, told in methods.items():
            body = _content(told.get("requestBody", {}), schema)
            replies = (told["responses"].get(status, {}) for status in ("200", "201"))
            yield Endpoint(
                id=told["operationId"],
                method=method.upper(),
                path=path,
                summary=told.get("summary", ""),
                description=told.get("description", ""),
                parameters=tuple(_parameter(each) for each in told.get("parameters", ())),
                body=tuple(_fields(body)),
                examples=tuple(json.dumps(each, indent=2) for each in body.get("examples", ())),
                reply=tuple(_fields(_content(next(filter(None, replies), {}), schema))),
            )


def _parameter(told: Schema) -> FieldShown:
    said = told.get("description") or ("in the address" if told["in"] == "path" else "")
    return FieldShown(told["name"], _type(told.get("schema", {})), told.get("required", False), said)


def _content(told: Schema, schema: Schema) -> Schema:
    found: Schema = told.get("content", {}).get("application/json", {}).get("schema", {})
    return _followed(found, schema)


def _followed(found: Schema, schema: Schema) -> Schema:
    while "$ref" in found:
        found = schema["components"]["schemas"][found["$ref"].rpartition("/")[2]]
    return found


def _fields(of: Schema) -> Iterator[FieldShown]:
    required = of.get("required", ())
    for name, told in of.get("properties", {}).items():
        description = told.get("description") or ""
        yield FieldShown(name, _type(told), name in required, description)


def _type(told: Schema) -> str:
    """A type in a word or two: `text`, `list of Contact`, `number or text`."""
    if "$ref" in told:
        return str(told["$ref"].rpartition("/")[2])
    if "enum" in told:
        return " | ".join(str(each) for each in told["enum"])
    if "anyOf" in told:
        kinds = [_type(each) for each in told["anyOf"] if each.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds)) or "null"
    if told.get("type") == "array":
        return f"list of {_type(told.get('items', {}))}"
    words = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    kind = str(told.get("type", "anything"))
    return words.get(kind, kind)
