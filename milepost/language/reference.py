"""The field reference of the map language, as Markdown, made from the models that read maps.

`python -m milepost.language.reference > docs/reference/map-fields.md` writes it; a test keeps the two equal.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import Any

from milepost.language.field_types import CUSTOMER_ATTRIBUTE, FILE_NAME, ID, MAP_ID
from milepost.language.opening_hours import CLOCK
from milepost.language.schema import json_schema
from milepost.places import COUNTRY
from milepost.text import yes_or_no

INTRODUCTION = """\
# Fields of a map

Made from the models that read maps, by `python -m milepost.language.reference`; do not edit it by hand. [The map
language](../map-language.md) explains what the fields do.

A **bold** field is required. A field that is not listed is an error (M101). *One or a list* means that a single thing
may be written without the brackets of a list.
"""
TITLES = {
    "Map": "map.yaml",
    "Segment": "segment",
    "Attribute": "attributes.NAME",
    "Role": "roles.NAME",
    "Persona": "personas.NAME",
    "Pointer": "pointers.NAME",
    "WorkingTime": "working_time",
    "ContactPolicy": "contact_policy",
    "Window": "contact_policy.window",
    "Stage": "stages[]",
    "Opens": "stages[].opens",
    "Play": "plays[]",
    "Touchpoint": "touchpoints[]",
    "Action": "actions[]",
    "Outcome": "outcomes[]",
    "Metric": "outcomes[].metric",
    "AskAgain": "outcomes[].ask_again",
    "Then": "outcomes[].then",
    "Ask": "actions[].asks[]",
    "StepLink": "link",
    "Overdue": "actions[].overdue",
    "Escalate": "escalate",
    "Trigger": "trigger",
    "BranchItem": "branch",
}
"""The parts in the order of the page, by the name of their model."""

_PATTERNS = {
    ID: "id (`snake_case`)",
    MAP_ID: "id (`kebab-case`)",
    FILE_NAME: "file name (`.md`)",
    COUNTRY: "country or region",
    CLOCK: 'clock time (`"HH:MM"`)',
    CUSTOMER_ATTRIBUTE: "`customer.ATTRIBUTE`",
}
_TEXTS = {
    "Duration": "duration",
    "TaskDuration": "duration or business hours",
    "Anchor": "anchor",
    "Limit": "limit",
    "Reentry": "`never`, `always` or `after DURATION`",
    "DueReminder": "reminder",
    "DueWarning": "`DURATION before`",
    "ClosedDays": "day or range of days",
}
_SCALARS = {"yes or no", "whole number", "number", "text"}
_SCALAR = "text, number, or yes or no"


def markdown() -> str:
    """Returns the whole page."""
    schema = json_schema()
    models: Mapping[str, Any] = {"Map": schema, **schema["$defs"]}
    unlisted = {name for name, model in models.items() if "properties" in model} - set(TITLES)
    assert not unlisted, f"no title for {sorted(unlisted)}"
    return "\n".join([INTRODUCTION, *(_section(name, models) for name in TITLES)])


def _section(name: str, models: Mapping[str, Any]) -> str:
    model = models[name]
    introduction = " ".join(model.get("description", "").split("\n\n")[0].split())
    required = set(model.get("required", ()))
    fields = sorted(model["properties"].items(), key=lambda item: item[0] not in required)
    rows = [_row(field, shape, models, required=field in required) for field, shape in fields]
    table = ["| field | value | default | meaning |", "|---|---|---|---|", *rows]
    return "\n".join([f"## {TITLES[name]}\n", f"{introduction}\n", *table, ""])


def _row(field: str, shape: Mapping[str, Any], models: Mapping[str, Any], *, required: bool) -> str:
    name = f"**{field}**" if required else field
    return (
        f"| {name} | {_kind(shape, models)} | {'' if required else _default(shape)} | {shape.get('description', '')} |"
    )


def _default(shape: Mapping[str, Any]) -> str:
    value = shape.get("default")
    if value in (None, [], ()):
        return ""
    if isinstance(value, bool):
        return yes_or_no(value)
    if isinstance(value, list):
        return ", ".join(f"`{item}`" for item in value)
    return f"`{value}`"


def _kind(shape: Mapping[str, Any], models: Mapping[str, Any]) -> str:
    """The values that a field takes, in words."""
    if "$ref" in shape:
        return _named(shape["$ref"].rpartition("/")[2], models)
    if shape.get("title") == "After":
        return "id, `{ID: RESULT}`, or a list of these"
    if options := shape.get("anyOf") or shape.get("oneOf"):
        return _any_of([option for option in options if option.get("type") != "null"], models)
    if "enum" in shape or "const" in shape:
        return ", ".join(f"`{value}`" for value in shape.get("enum", [shape.get("const")]))
    if shape.get("type") == "array":
        return f"list of {_kind(shape['items'], models)}"
    if shape.get("type") == "object":
        return f"by name: {' or '.join(_kind(value, models) for value in _values(shape))}"
    if shape.get("type") == "string":
        return _PATTERNS.get(shape.get("pattern", "")) or _TEXTS.get(shape.get("title", "")) or "text"
    return {"boolean": "yes or no", "integer": "whole number", "number": "number"}[shape["type"]]


def _values(shape: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    shapes = shape.get("patternProperties") or {"": shape.get("additionalProperties")}
    return [value for value in shapes.values() if isinstance(value, dict)]


def _any_of(options: list[Mapping[str, Any]], models: Mapping[str, Any]) -> str:
    lists = [option for option in options if option.get("type") == "array"]
    others = [option for option in options if option.get("type") != "array"]
    if lists and others and lists[0]["items"] == others[0]:
        return f"{_kind(others[0], models)}, one or a list"
    kinds = list(dict.fromkeys(_kind(option, models) for option in options))
    return _SCALAR if set(kinds) == _SCALARS else " or ".join(kinds)


def _named(name: str, models: Mapping[str, Any]) -> str:
    if "enum" in models[name]:
        return ", ".join(f"`{value}`" for value in models[name]["enum"])
    title = TITLES[name]
    anchor = re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
    return f"[{title}](#{anchor})"


if __name__ == "__main__":
    sys.stdout.write(markdown())
