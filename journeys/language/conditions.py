"""Conditions: CEL, type-checked when the map is loaded, three-valued when it runs.

A comparison with what is not known is unknown, and unknown is not true. Nothing here raises at run time: a value
that is missing, of the wrong type, or an impossible calculation makes its part of the condition unknown.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from cel_expr_python import cel

from journeys.language import cel_text
from journeys.language.cel_text import Reference, Rewritten, Token
from journeys.language.model import AttributeType, Map, Touchpoint

BUILT_IN: Mapping[str, AttributeType] = {
    "id": AttributeType.TEXT,
    "name": AttributeType.TEXT,
    "timezone": AttributeType.TEXT,
    "country": AttributeType.TEXT,
    "language": AttributeType.TEXT,
    "started_on": AttributeType.DATE,
}
"""What every customer has, whatever the map declares."""

View = Mapping[str, Mapping[str, Any]]
_Reader = Callable[[Any], Any]
_CEL_TYPES = {
    AttributeType.TEXT: cel.Type.STRING,
    AttributeType.DATE: cel.Type.STRING,
    AttributeType.NUMBER: cel.Type.DOUBLE,
    AttributeType.FLAG: cel.Type.BOOL,
}
_SPACES = {
    "customer": "attribute",
    "steps": "step",
    "results": "step with results",
    "outcomes": "outcome",
    "plays": "play",
    "stages": "stage",
}


class ConditionError(ValueError):
    """A condition that can't be used; `column` is 1-based within its text, None where no place can be told."""

    def __init__(
        self, message: str, column: int | None, length: int = 1, suggestion: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.column = column
        self.length = length
        self.suggestion = suggestion


@dataclass(frozen=True)
class Names:
    """What the conditions of one map may name."""

    attributes: Mapping[str, AttributeType] = field(default_factory=dict)
    steps: frozenset[str] = frozenset()
    results: frozenset[str] = frozenset()
    outcomes: frozenset[str] = frozenset()
    plays: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()

    @staticmethod
    def of(map: Map) -> Names:  # noqa: A002 - the word of the map language
        steps = [step for _, step in map.all_steps()]
        return Names(
            attributes={**{name: each.type for name, each in map.attributes.items()}, **BUILT_IN},
            steps=frozenset(step.id for step in steps),
            results=frozenset(step.id for step in steps if isinstance(step, Touchpoint) and step.results),
            outcomes=frozenset(outcome.id for each in (*map.stages, *map.plays) for outcome in each.outcomes),
            plays=frozenset(play.id for play in map.plays),
            stages=frozenset(stage.id for stage in map.stages),
        )

    def within(self, root: str) -> Iterable[str]:
        """The names that may follow `root.`; none for `event`, where any may."""
        return self.attributes if root == "customer" else getattr(self, root, ())


@dataclass(frozen=True, slots=True)
class _Input:
    """A variable of a compiled condition, and how it is read from the view."""

    variable: str
    root: str
    name: str
    read: _Reader
    known_only: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled condition; `references` are the pairs (root, name) that it looks at."""

    text: str
    references: frozenset[tuple[str, str]]
    _expression: cel.Expression = field(repr=False, compare=False)
    _inputs: tuple[_Input, ...] = field(repr=False, compare=False)
    _needs_today: bool = field(repr=False, compare=False)

    def is_true(self, view: View, today: date | None = None) -> bool:
        """Whether the condition holds; unknown is not true. `today` is the customer's local date."""
        try:
            data: dict[str, Any] = {}
            for each in self._inputs:
                space = view.get(each.root)
                value = each.read(space.get(each.name)) if space else None
                if each.known_only:
                    data[each.variable] = value is not None
                elif value is not None:
                    data[each.variable] = value
            if self._needs_today and today is not None:
                data[cel_text.TODAY] = today.isoformat()
            return self._expression.eval(data=data).value() is True
        except (RuntimeError, TypeError, ValueError, OverflowError):
            return False


def compile_condition(text: str, names: Names, *, event: bool = False, waited: bool = False) -> Condition:
    """Check and compile a condition.

    Args:
        text: what the map says.
        names: what it may name.
        event: whether it is looked at when an event comes, and may name `event.PROPERTY`.
        waited: whether it is waited for, so that it may not count days.

    Raises:
        ConditionError: it does not parse or type-check, or names what is not declared.
    """
    tokens = cel_text.tokenize(text)
    found = cel_text.references(tokens)
    for reference in found:
        _check_reference(reference, names, event=event)
    _check_dates(tokens, names, waited=waited)
    known = {(each.root, each.name) for each in found}
    inputs = tuple(entry for root, name in sorted(known) for entry in _inputs_for(root, name, names))
    variables = tuple(sorted((each.variable, _type_name(each, names)) for each in inputs))
    expression = _first_that_compiles(text, tokens, variables)
    used = _used(expression.text, inputs)
    return Condition(text, frozenset(known), expression.compiled, used, cel_text.TODAY in expression.text)


@dataclass(frozen=True, slots=True)
class _Compiled:
    text: str
    compiled: cel.Expression


def _used(text: str, inputs: tuple[_Input, ...]) -> tuple[_Input, ...]:
    """Without the variables that only `has()`, or only a comparison, would ask for."""
    words = re.sub(r"\s*\.\s*", ".", text)
    return tuple(each for each in inputs if re.search(rf"(?<![\w.]){re.escape(each.variable)}\b", words))


def _inputs_for(root: str, name: str, names: Names) -> tuple[_Input, _Input]:
    read = _reader(root, name, names)
    return (
        _Input(f"{root}.{name}", root, name, read, known_only=False),
        _Input(f"{cel_text.KNOWN}.{root}.{name}", root, name, read, known_only=True),
    )


def _reader(root: str, name: str, names: Names) -> _Reader:
    if root == "event":
        return _plain
    return _READERS[names.attributes[name] if root == "customer" else AttributeType.TEXT]


def _plain(value: Any) -> Any:
    """An event's property with every whole number as a double, however deep."""
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


_READERS: Mapping[AttributeType, _Reader] = {
    AttributeType.TEXT: _text,
    AttributeType.DATE: _date,
    AttributeType.NUMBER: _number,
    AttributeType.FLAG: _flag,
}


def _type_name(each: _Input, names: Names) -> str:
    if each.known_only:
        return "flag"
    if each.root == "event":
        return "any"
    return str(names.attributes[each.name]) if each.root == "customer" else "text"


# --- compiling ---------------------------------------------------------------------------------------------


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
    kinds = {**_CEL_TYPES, "any": cel.Type.DYN}
    declared = {name: kinds[kind] for name, kind in variables}
    env = cel.NewEnv(variables={**declared, cel_text.TODAY: cel.Type.STRING}, functions=_functions())
    return env.compile(text)


def _first_that_compiles(text: str, tokens: list[Token], variables: tuple[tuple[str, str], ...]) -> _Compiled:
    """With whole numbers as doubles, or as they stand: `int(customer.seats) % 2 == 0` needs them so."""
    problem: ConditionError | None = None
    for doubles in (True, False):
        rewritten = cel_text.rewrite(text, cel_text.dialect(tokens, doubles=doubles))
        try:
            compiled = _compile(rewritten.text, variables)
        except (RuntimeError, TypeError) as error:
            problem = problem or _explain(str(error), text, rewritten, variables)
            continue
        if compiled.return_type() not in (cel.Type.BOOL, cel.Type.DYN):
            kind = _plain_type(compiled.return_type().name().lower())
            raise ConditionError(
                f"{text!r} is {kind}, not true or false; compare it with something", 1, len(text)
            )
        return _Compiled(rewritten.text, compiled)
    assert problem is not None
    raise problem


# --- explaining --------------------------------------------------------------------------------------------

_PLAIN_TYPES = {
    "double": "a number",
    "int": "a number",
    "uint": "a number",
    "string": "text",
    "bool": "true or false",
    "null_type": "null",
    "null": "null",
    "dyn": "anything",
}


def _plain_type(name: str) -> str:
    return _PLAIN_TYPES.get(name, "a list" if name.startswith("list") else name)


def _nearest(name: str, valid: Iterable[str]) -> str | None:
    close = difflib.get_close_matches(name, sorted(valid), n=1, cutoff=0.5)
    return close[0] if close else None


def _did_you_mean(suggestion: str | None) -> str:
    return f"; did you mean {suggestion!r}?" if suggestion else ""


def _check_reference(reference: Reference, names: Names, *, event: bool) -> None:
    root, name, column, length = (
        reference.root,
        reference.name,
        reference.start + 1,
        reference.end - reference.start,
    )
    if not name:
        raise ConditionError(f"{root!r} stands alone; write {root}.NAME", column, length)
    if root == "event":
        if not event:
            hint = "only the 'if' of an event trigger sees the event"
            raise ConditionError(f"{root}.{name} can't be used here: {hint}", column, length)
        return
    if name in names.within(root):
        return
    near = _nearest(name, names.within(root))
    suggestion = f"{root}.{near}" if near else None
    message = f"Unknown {_SPACES[root]} {name!r}"
    if root == "results" and name in names.steps:
        message = f"Step {name!r} has no 'results', so results.{name} says nothing"
    raise ConditionError(message + _did_you_mean(suggestion), column, length, suggestion)


def _check_dates(tokens: list[Token], names: Names, *, waited: bool) -> None:
    for index, token in enumerate(tokens):
        if token.text not in cel_text.DATE_FUNCTIONS or token.kind != "name":
            continue
        if waited:
            raise ConditionError(
                f"{token.text}() can't be waited for: no change brings it about; "
                "use an anchor such as 'at: 30 days before customer.DATE'",
                token.start + 1,
                len(token.text),
            )
        words = tokens[index + 1 : index + 6]
        if (
            [word.text for word in words[:3]] == ["(", "customer", "."]
            and len(words) > 4
            and words[4].text == ")"
        ):
            _check_is_date(token.text, words[3], names)


def _check_is_date(function: str, attribute: Token, names: Names) -> None:
    kind = names.attributes[attribute.text]
    if kind is not AttributeType.DATE:
        dates = (name for name, each in names.attributes.items() if each is AttributeType.DATE)
        near = _nearest(attribute.text, dates)
        message = f"{function}() needs a date, and customer.{attribute.text} is of type {kind}"
        raise ConditionError(message + _did_you_mean(near), attribute.start + 1, len(attribute.text), near)


def _explain(
    error: str, text: str, rewritten: Rewritten, variables: tuple[tuple[str, str], ...]
) -> ConditionError:
    place = re.search(r"<input>:(\d+):(\d+): ([^\n]*)", error)
    if place is None:
        if "recursion limit" in error:
            return ConditionError(
                "The condition is nested too deeply; write it with fewer parentheses", 1, len(text)
            )
        return ConditionError(f"{text!r} can't be read as a condition", 1, len(text))
    at = min(rewritten.origin(int(place[1]), int(place[2])), len(text))
    return _explain_at(place[3], at, text, variables)


def _explain_at(said: str, at: int, text: str, variables: tuple[tuple[str, str], ...]) -> ConditionError:
    word = re.match(r"[\w.]+|[<>=!]=|&&|\|\||.|$", text[at:], re.DOTALL)
    seen = word[0] if word else ""
    if overload := re.search(r"no matching overload for '([^']+)' applied to '([^']*)'", said):
        return ConditionError(_mismatch(overload[1], overload[2]), at + 1, max(len(seen), 1))
    if undeclared := re.search(r"undeclared reference to '([^']+)'", said):
        name = undeclared[1]
        near = _nearest(name, (each for each, _ in variables if not each.startswith(f"{cel_text.KNOWN}.")))
        message = f"Unknown name {name!r}{_did_you_mean(near)}"
        hint = "" if near else "; write customer.ATTRIBUTE, or quote it if it is text"
        return ConditionError(message + hint, at + 1, len(name), near)
    if "Syntax error" in said:
        what = f"near {seen!r}" if seen.strip() else "at its end" if at >= len(text) else "here"
        return ConditionError(
            f"The condition can't be read {what}; write it in CEL", at + 1, max(len(seen), 1)
        )
    return ConditionError(
        f"The condition is not right: {said.split(' (in container', maxsplit=1)[0]}", at + 1, max(len(seen), 1)
    )


def _mismatch(operator: str, types: str) -> str:
    operands = [_plain_type(each.strip()) for each in types.strip("()").split(",")]
    sign = operator.strip("_@").replace("_", "")
    if len(operands) == 2 and not operator[:1].isalpha():  # noqa: PLR2004 - an operator between two
        hint = "; has(customer.X) says whether X is known" if "null" in operands else ""
        if operands[0] == operands[1]:
            return f"{sign!r} does not work on {operands[0]}{hint}"
        return f"{sign!r} does not work between {operands[0]} and {operands[1]}{hint}"
    return f"{sign!r} does not work on {' and '.join(operands)}"
