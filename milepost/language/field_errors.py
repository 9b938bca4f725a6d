"""Translates what pydantic reports about a field: what is wrong and what to write instead."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from milepost.language.field_types import AttributeType
from milepost.language.findings import describe
from milepost.language.misplaced_fields import home_of, named_fields, node_at
from milepost.language.names import nearest
from milepost.language.yaml_text import Path
from milepost.text import did_you_mean, listing

_SHORT = 60
"""The most characters of a value that a message shows."""
_FIELDS_NEEDED = ("model_type", "model_attributes_type", "dict_type")
_PATTERNS = {
    "_]*$": "isn't an id; write lower-case letters, digits and '_', beginning with a letter",
    "-]*$": "isn't a map's id; write lower-case letters, digits and '-', beginning with a letter",
    "md$": "isn't a file name; write letters, digits, '_' and '-', ending in '.md'",
    r"\w*$": "isn't an attribute; write customer.ATTRIBUTE",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """A value that doesn't fit: where it is, pydantic's type of error, and the error behind it."""

    path: Path
    loc: Path
    type: str
    value: Any
    context: Mapping[str, Any]
    cause: Any = None

    @property
    def about_key(self) -> bool:
        """Whether the name is wrong rather than the value."""
        return self.type == "extra_forbidden" or "[key]" in self.loc


@dataclass(frozen=True, slots=True)
class Unknown:
    """A field that the language doesn't have here, with the name or the place that was probably meant."""

    message: str
    suggestion: str | None
    home: Path | None


def unknown_field(data: Any, failure: Failure) -> Unknown:
    """Explains a field that the language doesn't have here."""
    node = node_at(failure.path[:-1])
    fields = list(named_fields(node)) if node else []
    name = str(failure.path[-1])
    what = f"Unknown field {name!r} in {describe(data, failure.path[:-1])}"
    suggestion = nearest(name, fields)
    home = home_of(data, failure.path)
    if home is not None and not (suggestion and _is_misspelling(name, suggestion)):
        return Unknown(f"{what}; {home.way}", None, home.path)
    return Unknown(what + (did_you_mean(suggestion) or f"; it may have {listing(fields, last='or')}"), suggestion, None)


def _is_misspelling(name: str, other: str) -> bool:
    """Returns whether one name is almost certainly a misspelling of the other."""
    return difflib.SequenceMatcher(None, name, other).ratio() > 0.8  # noqa: PLR2004 - one letter in five


def value_message(data: Any, failure: Failure) -> tuple[str, str | None]:
    """Explains a value that doesn't fit; returns the message and the value that was probably meant."""
    kind, value, context = failure.type, failure.value, failure.context
    where = describe(data, failure.path)
    if failure.cause is not None:
        return f"{failure.cause} ({where})", None
    if kind in ("literal_error", "enum"):
        valid = re.findall(r"'([^']*)'", str(context.get("expected")))
        parts = str(value).split()
        if len(parts) > 1 and set(parts) <= set(valid):
            return (
                f"{quoted_value(value)} is more than one value; put a comma between them: {', '.join(parts)} ({where})",
                None,
            )
        suggestion = nearest(str(value), valid)
        return (
            f"{quoted_value(value)} isn't one of {listing(valid, last='or')}{did_you_mean(suggestion)} ({where})",
            suggestion,
        )
    if kind == "string_pattern_mismatch":
        return _pattern(value, str(context.get("pattern"))), None
    way = _as_fields(failure.path, value) if kind in _FIELDS_NEEDED else ""
    return f"{where[0].upper()}{where[1:]} {requirement(kind, context)}, not {quoted_value(value)}{way}", None


def _as_fields(path: Path, value: Any) -> str:
    """How to write a plain text as fields, if it is clear what it stands for."""
    if len(path) != 2 or not isinstance(value, str):  # noqa: PLR2004 - `attributes.NAME`, `personas.NAME`
        return ""
    if path[0] == "attributes":
        return f"; write {{type: {value if value in list(AttributeType) else 'text'}}}"
    return f"; write {{title: {value}}}" if path[0] == "personas" and len(value) <= _SHORT else ""


def _pattern(value: Any, pattern: str) -> str:
    if re.fullmatch(r"[a-z]\w*( [a-z]\w*)+", str(value)) and pattern.endswith("_]*$"):
        ids = ", ".join(str(value).split())
        return f"{quoted_value(value)} isn't an id; join its words with '_', or put a comma between two: {ids}"
    for ending, words in _PATTERNS.items():
        if pattern.endswith(ending):
            return f"{quoted_value(value)} {words}"
    return f"{quoted_value(value)} isn't in the right form"


def quoted_value(value: Any) -> str:
    """A value, shortened to be quoted in a message."""
    if isinstance(value, dict):
        return "fields"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    if value is None:
        return "nothing"
    text = repr(value)
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 3]}..."


_NEEDS = {
    "string_type": "takes text (in quotes, if it looks like a number)",
    "string_too_short": "takes text of at least one letter",
    "model_type": "takes fields, each with a name and a colon",
    "model_attributes_type": "takes fields, each with a name and a colon",
    "dict_type": "takes fields, each with a name and a colon",
    "list_type": "takes a list, each item beginning with '- '",
    "tuple_type": "takes a list, each item beginning with '- '",
    "scalar": "takes text, a number, or true or false",
    "too_short": "takes at least one",
    "finite_number": "takes a number that is not infinite",
}
_NEEDS_BY_START = {"bool": "takes true or false", "int": "takes a whole number", "float": "takes a number"}


def requirement(kind: str, context: Mapping[str, Any]) -> str:
    """What a field takes, by pydantic's type of error and its context."""
    if kind in _NEEDS:
        return _NEEDS[kind]
    if kind == "string_too_long":
        return f"takes text of at most {context.get('max_length')} letters"
    if kind == "greater_than":
        return f"takes a number above {context['gt']:g}"
    if kind == "less_than":
        return f"takes a number below {context['lt']:g}"
    if kind == "greater_than_equal":
        return f"takes a number of at least {context['ge']:g}"
    if kind == "less_than_equal":
        return f"takes a number of at most {context['le']:g}"
    return _NEEDS_BY_START.get(kind.split("_", maxsplit=1)[0], "takes something else")
