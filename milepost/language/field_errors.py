"""Translates what pydantic reports about a field: what is wrong and what to write instead."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from milepost.language.field_types import CUSTOMER_ATTRIBUTE, FILE_NAME, ID, MAP_ID, AttributeType, Node
from milepost.language.findings import describe, quoted_value
from milepost.language.misplaced_fields import home_of, named_fields, node_at
from milepost.language.names import nearest
from milepost.language.steps import Action, Outcome, Step, Touchpoint
from milepost.language.yaml_text import Path
from milepost.text import did_you_mean, listing

_LONGEST_TITLE = 60  # that a message shows


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
        """True if the name is wrong rather than the value."""
        return self.type == "extra_forbidden" or "[key]" in self.loc


@dataclass(frozen=True, slots=True)
class Unknown:
    """A field that the language doesn't have here, with the name or the place that was probably meant.

    `is_misspelled` says that the name is almost certainly the suggestion.
    """

    message: str
    suggestion: str | None
    home: Path | None
    is_misspelled: bool = False


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
    if others := _other_steps(node, name):
        return Unknown(f"{what}; only {listing(others)} {'has' if len(others) == 1 else 'have'} it", None, None)
    message = what + (did_you_mean(suggestion) or f"; it may have {listing(fields, last='or')}")
    return Unknown(message, suggestion, None, is_misspelled=bool(suggestion and _is_misspelling(name, suggestion)))


def _other_steps(node: type[Node] | None, name: str) -> list[str]:
    """The other kinds of steps that have this field, if `node` is one itself."""
    if node is None or not issubclass(node, Step):
        return []
    kinds: dict[str, type[Node]] = {"a touchpoint": Touchpoint, "an action": Action, "an outcome": Outcome}
    return [kind for kind, model in kinds.items() if name in named_fields(model)]


def _is_misspelling(name: str, other: str) -> bool:
    """Returns whether one name is almost certainly a misspelling of the other."""
    return difflib.SequenceMatcher(None, name, other).ratio() > 0.8  # noqa: PLR2004 - one letter in five


def value_message(data: Any, failure: Failure) -> tuple[str, str | None]:
    """Explains a value that doesn't fit; returns the message and the value that was probably meant."""
    where = describe(data, failure.path)
    if failure.cause is not None:
        return f"{failure.cause} ({where})", None
    value = quoted_value(failure.value)
    if failure.type in ("literal_error", "enum"):
        valid = re.findall(r"'([^']*)'", failure.context["expected"])
        parts = str(failure.value).split()
        if len(parts) > 1 and set(parts) <= set(valid):
            return f"{value} is more than one value; put a comma between them: {', '.join(parts)} ({where})", None
        near = nearest(str(failure.value), valid)
        return f"{value} isn't one of {listing(valid, last='or')}{did_you_mean(near)} ({where})", near
    if failure.type == "string_pattern_mismatch":
        return f"{value} {_wrong_form(failure.value, failure.context['pattern'])}", None
    way = _as_fields(failure.path, failure.value) if failure.type in _FIELDS_NEEDED else ""
    return f"{where[0].upper()}{where[1:]} {requirement(failure.type, failure.context)}, not {value}{way}", None


def _as_fields(path: Path, value: Any) -> str:
    """Returns advice on writing a plain text as fields; empty if it isn't clear what it stands for."""
    match path:
        case ("attributes", _) if isinstance(value, str):
            return f"; write {{type: {value if value in list(AttributeType) else 'text'}}}"
        case ("personas", _) if isinstance(value, str) and len(value) <= _LONGEST_TITLE:
            return f"; write {{title: {value}}}"
    return ""


def _wrong_form(value: str, pattern: str) -> str:
    if pattern == ID and re.fullmatch(r"[a-z]\w*( [a-z]\w*)+", value):
        return f"isn't an id; join its words with '_', or put a comma between two: {', '.join(value.split())}"
    near = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|-", "_", value).lower()
    if pattern == ID and re.fullmatch(ID, near):
        return f"{_FORMS[ID]}, such as {near!r}"
    if pattern == FILE_NAME and re.fullmatch(FILE_NAME, f"{value}.md"):
        return f"{_FORMS[FILE_NAME]}; did you mean '{value}.md'?"
    return _FORMS[pattern]


_FORMS = {
    ID: "isn't an id; write lower-case letters, digits and '_', beginning with a letter",
    MAP_ID: "isn't a map's id; write lower-case letters, digits and '-', beginning with a letter",
    FILE_NAME: "isn't a file name; write letters, digits, '_' and '-', ending in '.md'",
    CUSTOMER_ATTRIBUTE: "isn't an attribute; write customer.ATTRIBUTE",
}
_FIELDS = "takes fields, each with a name and a colon"
_LIST = "takes a list, each item beginning with '- '"
_FIELDS_NEEDED = ("model_type", "model_attributes_type", "dict_type")
_REQUIREMENTS = {
    **dict.fromkeys(_FIELDS_NEEDED, _FIELDS),
    "string_type": "takes text (in quotes, if it looks like a number)",
    "string_too_short": "takes text of at least one letter",
    "string_too_long": "takes text of at most {max_length} letters",
    "list_type": _LIST,
    "tuple_type": _LIST,
    "after_type": "takes the id of a step, or {{STEP: RESULT}}",
    "scalar": "takes text, a number, or true or false",
    "too_short": "takes at least one",
    "finite_number": "takes a number that is not infinite",
    "greater_than": "takes a number above {gt:g}",
    "less_than": "takes a number below {lt:g}",
    "greater_than_equal": "takes a number of at least {ge:g}",
    "less_than_equal": "takes a number of at most {le:g}",
    "bool": "takes true or false",
    "int": "takes a whole number",
    "float": "takes a number",
}


def requirement(kind: str, context: Mapping[str, Any]) -> str:
    """Says what a field takes, by pydantic's type of error (`int_parsing` and `int_type` are one) and its context."""
    form = _REQUIREMENTS.get(kind) or _REQUIREMENTS.get(kind.partition("_")[0], "takes something else")
    return form.format_map(context)
