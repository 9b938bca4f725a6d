"""Conditions: CEL, type-checked when the map is loaded, three-valued when it runs.

A comparison with an unknown value is unknown, and unknown isn't true. Nothing here raises at run time: a value that
is missing or of the wrong type, or an impossible calculation, makes its part of the condition unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, Protocol

from cel_expr_python import cel

from milepost.language import cel_text
from milepost.language.asks import AskType
from milepost.language.cel_text import Token
from milepost.language.condition_errors import ConditionError, check_dates, check_reference, explain, plain_type
from milepost.language.field_types import AttributeType
from milepost.language.names import Names


class Space(Protocol):
    """The values of one kind, such as `steps` or `customer`, by name; an unknown value is None."""

    def get(self, name: str, /) -> Any: ...


class View(Protocol):
    """The values that a condition is evaluated with: a space for each root, such as `customer`."""

    def get(self, root: str, /) -> Space | None: ...


class PropertyKind(StrEnum):
    """The kinds of value that an event's property may have."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    LIST = "list"
    OBJECT = "object"

    @classmethod
    def of(cls, value: Any) -> PropertyKind | None:
        """The kind of a value; None for nothing."""
        match value:
            case bool():
                return cls.FLAG
            case int() | float():
                return cls.NUMBER
            case str():
                return cls.TEXT
            case list() | tuple():
                return cls.LIST
            case Mapping():
                return cls.OBJECT
        return None


_Reader = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Input:
    """A variable of a compiled condition, its type, and how it is read from a value of the view."""

    variable: str
    root: str
    name: str
    kind: str
    read: _Reader


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled condition; `references` are the pairs (root, name) that it uses.

    `needs_today` is set where it counts days and therefore needs the customer's local date.
    """

    text: str
    references: frozenset[tuple[str, str]]
    _expression: cel.Expression = field(repr=False, compare=False)
    _inputs: tuple[_Input, ...] = field(repr=False, compare=False)
    _rewritten: str = field(repr=False, compare=False)
    needs_today: bool = field(repr=False, compare=False)

    @property
    def properties(self) -> list[str]:
        """The properties of the event that it uses."""
        return sorted(name for root, name in self.references if root == "event")

    def kinds_of(self, name: str) -> frozenset[PropertyKind]:
        """Returns the kinds of value that the condition can use as `event.NAME`; all where any will do."""
        variables = tuple(sorted({(each.variable, each.kind) for each in self._inputs}))
        return _usable_kinds(self._rewritten, variables, f"event.{name}")

    def is_true(self, view: View, today: date | None = None) -> bool:
        """Returns whether the condition is true; unknown isn't. `today` is the customer's local date."""
        try:
            data: dict[str, Any] = {}
            for each in self._inputs:
                space = view.get(each.root)
                value = each.read(space.get(each.name) if space else None)
                if value is not None:
                    data[each.variable] = value
            if self.needs_today and today is not None:
                data[cel_text.TODAY] = today.isoformat()
            return self._expression.eval(data=data).value() is True
        except (RuntimeError, TypeError, ValueError, OverflowError):
            return False


def compile_condition(text: str, names: Names, *, event: bool = False, waited: bool = False) -> Condition:
    """Checks and compiles a condition.

    Args:
        text: the condition as the map has it.
        names: the names that it may use.
        event: whether it is checked when an event arrives, and may use `event.PROPERTY`.
        waited: whether it is waited for, and so can't count days.

    Raises:
        ConditionError: it doesn't parse or type-check, or uses a name that isn't declared.
    """
    tokens = cel_text.tokenize(text)
    references = cel_text.references(tokens)
    for reference in references:
        check_reference(reference, names, event=event)
    check_dates(tokens, names, waited=waited)
    names_used = {(each.root, each.name) for each in references}
    inputs = tuple(entry for root, name in sorted(names_used) for entry in _inputs_for(root, name, names))
    variables = tuple(sorted((each.variable, each.kind) for each in inputs))
    rewritten, expression = _first_that_compiles(text, tokens, variables)
    used = _used(rewritten, inputs)
    return Condition(text, frozenset(names_used), expression, used, rewritten, cel_text.TODAY in rewritten)


def unknown_names(text: str, names: Names, *, event: bool = False) -> list[ConditionError]:
    """Returns what is wrong with each name in a condition, whatever else is wrong with it."""
    errors = []
    for reference in cel_text.references(cel_text.tokenize(text)):
        try:
            check_reference(reference, names, event=event)
        except ConditionError as error:
            errors.append(error)
    return errors


def _used(text: str, inputs: tuple[_Input, ...]) -> tuple[_Input, ...]:
    """Leaves out the variables that the compiled text doesn't use."""
    words = re.sub(r"\s*\.\s*", ".", text)
    return tuple(each for each in inputs if re.search(rf"(?<![\w.]){re.escape(each.variable)}\b", words))


def _inputs_for(root: str, name: str, names: Names) -> tuple[_Input, _Input]:
    """The value of a name, and the flag that tells whether it is known."""
    kind = _kind_of(root, name, names)
    read = _TYPES[kind][1]
    is_known = _Input(
        f"{cel_text.KNOWN}.{root}.{name}", root, name, AttributeType.FLAG, lambda value: read(value) is not None
    )
    return _Input(f"{root}.{name}", root, name, kind, read), is_known


def _kind_of(root: str, name: str, names: Names) -> str:
    match root:
        case "customer":
            return names.attributes[name]
        case "event":
            return _ANY
        case "answers":
            ask = names.answers[name]
            if ask.type is AskType.PERSON:
                return PropertyKind.OBJECT
            return _TEXTS if ask.many else ask.attribute_type
    return AttributeType.TEXT


def _plain(value: Any) -> Any:
    """An event's property, with all whole numbers in it as doubles."""
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _date(value: Any) -> str | None:
    return value.isoformat()[:10] if isinstance(value, date) else _text(value)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _list(value: Any) -> list[Any] | None:
    return _plain(value) if isinstance(value, list | tuple) else None


def _object(value: Any) -> dict[str, Any] | None:
    return _plain(value) if isinstance(value, Mapping) else None


_ANY = "any"
_TEXTS = "texts"
"""The answers picked from several."""
_TRUTHS = (cel.Type.BOOL, cel.Type.DYN)
"""The types that a condition may have."""
_TYPES: Mapping[str, tuple[cel.Type, _Reader]] = {
    AttributeType.TEXT: (cel.Type.STRING, _text),
    AttributeType.DATE: (cel.Type.STRING, _date),
    AttributeType.NUMBER: (cel.Type.DOUBLE, _number),
    AttributeType.FLAG: (cel.Type.BOOL, _flag),
    _ANY: (cel.Type.DYN, _plain),
    _TEXTS: (cel.Type.List(cel.Type.STRING), _list),
    PropertyKind.LIST: (cel.Type.LIST, _list),
    PropertyKind.OBJECT: (cel.Type.MAP, _object),
}


def _days_until(today: str, day: str) -> float:
    return float((date.fromisoformat(day) - date.fromisoformat(today)).days)


def _days_since(today: str, day: str) -> float:
    return -_days_until(today, day)


def _nonzero(value: Any) -> Any:
    if value == 0:
        raise ZeroDivisionError
    return value


def _functions() -> list[cel.FunctionDecl]:
    text, double, whole = cel.Type.STRING, cel.Type.DOUBLE, cel.Type.INT
    days = [
        cel.FunctionDecl(
            name, [cel.Overload(id=f"{name}_text", return_type=double, parameters=[text, text], impl=impl)]
        )
        for name, impl in (("days_until", _days_until), ("days_since", _days_since))
    ]
    nonzero = [
        cel.Overload(id=f"nonzero_{kind.name()}", return_type=kind, parameters=[kind], impl=_nonzero)
        for kind in (double, whole)
    ]
    return [*days, cel.FunctionDecl("nonzero", nonzero)]


@lru_cache(maxsize=4096)
def _compile(text: str, variables: tuple[tuple[str, str], ...]) -> cel.Expression:
    types = {name: _TYPES[kind][0] for name, kind in variables}
    env = cel.NewEnv(variables={**types, cel_text.TODAY: cel.Type.STRING}, functions=_functions())
    return env.compile(text)


@lru_cache(maxsize=4096)
def _usable_kinds(text: str, variables: tuple[tuple[str, str], ...], property_: str) -> frozenset[PropertyKind]:
    """Returns the kinds with which a condition passes the type check."""
    usable = set()
    for kind in PropertyKind:
        typed = tuple((name, str(kind) if name == property_ else other) for name, other in variables)
        try:
            if _compile(text, typed).return_type() in _TRUTHS:
                usable.add(kind)
        except (RuntimeError, TypeError):
            continue
    return frozenset(usable)


def _first_that_compiles(
    text: str, tokens: list[Token], variables: tuple[tuple[str, str], ...]
) -> tuple[str, cel.Expression]:
    """With whole numbers as doubles, or as they stand: `int(customer.seats) % 2 == 0` needs them so."""
    problems = []
    for doubles in (True, False):
        rewritten = cel_text.rewrite(text, cel_text.dialect(tokens, doubles=doubles))
        try:
            expression = _compile(rewritten.text, variables)
            result = expression.return_type()
        except (RuntimeError, TypeError) as error:
            problems.append(explain(str(error), text, rewritten, variables))
            continue
        if result not in _TRUTHS:
            kind = plain_type(result.name().lower())
            raise ConditionError(f"{text!r} is {kind}, not true or false; compare it with something", 1, len(text))
        return rewritten.text, expression
    raise problems[0]
