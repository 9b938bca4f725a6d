"""What pydantic says of a field, in our own words: what is wrong and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from journeys.language.findings import describe
from journeys.language.model import Map
from journeys.language.names import did_you_mean, nearest
from journeys.language.words import Node
from journeys.language.yaml_text import Path

_PATTERNS = {
    "_]*$": "is not an id; write small letters, digits and '_', beginning with a letter",
    "-]*$": "is not a map's id; write small letters, digits and '-', beginning with a letter",
    "md$": "is not a file name; write letters, digits, '_' and '-', ending in '.md'",
    r"\w*$": "is not an attribute; write customer.ATTRIBUTE",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """A value that does not fit: where it is, what pydantic calls the matter, and the error behind it."""

    path: Path
    loc: Path
    type: str
    value: Any
    context: Mapping[str, Any]
    cause: Any = None

    @property
    def about_key(self) -> bool:
        """Whether it is the name that is wrong, not what stands behind it."""
        return self.type == "extra_forbidden" or "[key]" in self.loc


def unknown_field(data: Any, failure: Failure) -> tuple[str, str | None]:
    """What to say of a field that the language does not know, and the name that was perhaps meant."""
    node = _node_at(failure.loc[:-1])
    fields = [info.alias or name for name, info in node.model_fields.items()] if node else []
    name = str(failure.path[-1])
    suggestion = nearest(name, fields)
    hint = did_you_mean(suggestion) or f"; it knows {', '.join(fields)}"
    return f"Unknown field {name!r} in {describe(data, failure.path[:-1])}{hint}", suggestion


def said(data: Any, failure: Failure) -> tuple[str, str | None]:
    """What to say of a value that does not fit, and what was perhaps meant."""
    kind, value, context = failure.type, failure.value, failure.context
    where = describe(data, failure.path)
    if failure.cause is not None:
        return f"{failure.cause} ({where})", None
    if kind in ("literal_error", "enum"):
        valid = re.findall(r"'([^']*)'", str(context.get("expected")))
        suggestion = nearest(str(value), valid)
        return f"{_shown(value)} is not one of {', '.join(valid)}{did_you_mean(suggestion)} ({where})", suggestion
    if kind == "string_pattern_mismatch":
        return _pattern(value, str(context.get("pattern"))), None
    return f"{where[0].upper()}{where[1:]} {_needs(kind, context)}, not {_shown(value)}", None


def _pattern(value: Any, pattern: str) -> str:
    for ending, words in _PATTERNS.items():
        if pattern.endswith(ending):
            return f"{_shown(value)} {words}"
    return f"{_shown(value)} is not written as it should be"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "fields"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    if value is None:
        return "nothing"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - a line stays readable


_NEEDS = {
    "string_type": "takes text (in quotes, if it looks like a number)",
    "string_too_short": "takes text of at least one letter",
    "model_type": "takes fields, each with a name and a colon",
    "model_attributes_type": "takes fields, each with a name and a colon",
    "dict_type": "takes fields, each with a name and a colon",
    "tuple_type": "takes a list, each item beginning with '- '",
    "scalar": "takes text, a number, or true or false",
    "too_short": "takes at least one",
    "finite_number": "takes a number that is not infinite",
}
_NEEDS_BY_START = {"bool": "takes true or false", "int": "takes a whole number", "float": "takes a number"}


def _needs(kind: str, context: Mapping[str, Any]) -> str:
    if kind in _NEEDS:
        return _NEEDS[kind]
    if kind == "string_too_long":
        return f"takes text of at most {context.get('max_length')} letters"
    if kind == "greater_than_equal":
        return f"takes a number of at least {context.get('ge')}"
    if kind == "less_than_equal":
        return f"takes a number of at most {context.get('le')}"
    return _NEEDS_BY_START.get(kind.split("_", maxsplit=1)[0], "takes something else")


def _node_at(loc: Path) -> type[Node] | None:
    """The model that a place in a map is read by."""
    annotation: Any = Map
    for part in loc:
        if isinstance(part, int):
            continue
        found = _read_by(annotation)
        if found is None:
            return None
        if isinstance(found, type) and issubclass(found, Node):
            by_name = {info.alias or name: info for name, info in found.model_fields.items()}
            if part not in by_name:
                return None
            annotation = by_name[part].annotation
        else:
            annotation = get_args(found)[1]
    found = _read_by(annotation)
    return found if isinstance(found, type) and issubclass(found, Node) else None


def _read_by(annotation: Any) -> Any:
    """The model, or the mapping, somewhere in an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, Node):
        return annotation
    if get_origin(annotation) is dict:
        return annotation
    found = (_read_by(each) for each in get_args(annotation))
    return next((each for each in found if each is not None), None)
