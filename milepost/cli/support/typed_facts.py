"""What somebody types after `milepost tell CUSTOMER`, read as a fact."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from milepost.cli.support.errors import CommandError
from milepost.imports import cell_parsers as cells
from milepost.language.model import AttributeType
from milepost.language.names import nearest
from milepost.numbers import AmbiguousNumberError, NotANumberError, read_number
from milepost.planner.written_facts import KINDS, WrittenFact

Types = Mapping[str, AttributeType]

EXAMPLES: Mapping[str, str] = {
    "step_done": "step_done kickoff --result held --note 'All there'",
    "step_skipped": "step_skipped kickoff --reason 'They know us'",
    "step_reopened": "step_reopened kickoff",
    "snoozed": "snoozed connect_sso 2026-03-10 --reason 'Their freeze'",
    "event": "event report_published rows=120",
    "answer": "answer hours_saved verified --value 12 --evidence 'Mail of 3 March'",
    "revoked": "revoked hours_saved --reason 'Wrong quarter'",
    "set": "set health=35 seats=20 renews_on=2027-03-01 (NAME= forgets one)",
    "contacts": "contacts 'Sam Poe <sam@acme.example> sponsor+coordinator; Ann Lee <ann@acme.example> end_user'",
    "team": "team csm=ana@vendor.example account_executive=bo@vendor.example",
    "agreed": "agreed kickoff due=2026-03-10 person=ana@vendor.example",
    "play_started": "play_started rescue --reason 'Their champion left'",
    "paused": "paused --reason 'Merger'",
    "resumed": "resumed",
    "ended": "ended churned",
    "map_changed": "map_changed 2 (a number, MAP@2, or the beginning of a hash)",
    "message_failed": "message_failed connect_sso/1/opening/1 --why 'Address unknown'",
    "task_done": "task_done stuck/onboarding/1 --note 'Spoke to them'",
}
"""Of each kind, how it is typed."""


def fact_of(kind: str, words: Sequence[str], more: Mapping[str, Any], types: Types) -> WrittenFact:
    """The fact that these words say. `types` are those of the attributes that maps declare.

    Raises:
        CommandError: they say none; the message has an example.
    """
    if kind not in KINDS:
        near = nearest(kind, KINDS)
        hint = f"Did you mean {near!r}? For example: {EXAMPLES[near]}" if near else f"It is one of: {', '.join(KINDS)}."
        raise CommandError(f"Nothing is told as {kind!r}.", hint)
    given = {name: value for name, value in more.items() if value is not None}
    try:
        said = _said(kind, list(words), types)
        _nothing_more(sorted(set(said) & set(given)), "a field is given twice, as a word and as an option")
        return WrittenFact.model_validate({**said, **given})
    except ValidationError as error:
        raise _wrong(kind, "; ".join(_problems(error))) from None
    except ValueError as error:
        raise _wrong(kind, str(error).rstrip(".")) from None


def _wrong(kind: str, why: str) -> CommandError:
    return CommandError(f"That cannot be told: {why}.", f"For example: milepost tell CUSTOMER {EXAMPLES[kind]}")


def _problems(error: ValidationError) -> Iterable[str]:
    for problem in error.errors(include_url=False, include_context=False):
        where = ".".join(str(part) for part in problem["loc"])
        said = problem["msg"].removeprefix("Value error, ")
        yield f"{where}: {said}" if where else said


def _said(kind: str, words: list[str], types: Types) -> dict[str, Any]:
    """The fields that the words after the kind fill."""
    if kind == "contacts":
        return {kind: [contact.to_json() for contact in cells.read_contacts(" ".join(words))]}
    if kind == "agreed":
        return {kind: _agreed(words)}
    named = [word for word in words if "=" not in word]
    pairs = _pairs(word for word in words if "=" in word)
    if kind in ("set", "team"):
        _nothing_more(named, f"write NAME=VALUE instead of {' '.join(named)!r}")
        if not pairs:
            raise ValueError("it names nothing")
        return {
            kind: {name: _attribute(name, value, types) for name, value in pairs.items()} if kind == "set" else pairs
        }
    fields = _named(kind, named)
    if kind == "event":
        properties = {name: _value(value) for name, value in pairs.items()}
        return {**fields, **({"properties": properties} if properties else {})}
    return {**fields, **{name: number_or_text(value) if name == "value" else value for name, value in pairs.items()}}


def _named(kind: str, words: list[str]) -> dict[str, Any]:
    """The fields that words without `=` fill, by their place."""
    if kind in ("paused", "resumed"):
        _nothing_more(words, f"{' '.join(words)!r} is too much; a reason goes after --reason")
        return {kind: True}
    if not words:
        raise ValueError("it does not say what of")
    if kind == "ended":
        return {kind: " ".join(words)}
    places = [kind, *{"answer": ["verdict"], "snoozed": ["until"]}.get(kind, [])]
    _nothing_more(words[len(places) :], f"{' '.join(words[len(places) :])!r} is too much; put texts in quotes")
    return dict(zip(places, words, strict=False))


def _agreed(words: list[str]) -> dict[str, dict[str, str]]:
    steps: dict[str, dict[str, str]] = {}
    step: str | None = None
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            step = name
            steps[step] = {}
        elif step is None:
            raise ValueError(f"name the step before {word!r}")
        else:
            steps[step][name] = value
    if not steps:
        raise ValueError("it names no step")
    return steps


def _pairs(words: Iterable[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for word in words:
        name, _, value = word.partition("=")
        if name in pairs:
            raise ValueError(f"{name!r} is given twice")
        pairs[name] = value
    return pairs


def _nothing_more(words: list[str], why: str) -> None:
    if words:
        raise ValueError(why)


def _attribute(name: str, value: str, types: Types) -> Any:
    if value in ("", "null"):
        return None
    return cells.read_attribute(value, types[name]) if name in types else _value(value)


def _value(value: str) -> Any:
    """A number, a flag or a text; quotes inside keep a number a text."""
    try:
        read = json.loads(value, parse_constant=str)
    except ValueError:
        return value
    return read if isinstance(read, bool | int | float | str) else value


def number_or_text(value: str | None) -> Any:
    """Returns the value of an outcome as somebody types it: a number, or a text that isn't one.

    Raises:
        CommandError: the number has two readings.
    """
    if value is None:
        return None
    try:
        return read_number(value)
    except AmbiguousNumberError as error:
        raise CommandError(error.message, error.hint) from None
    except NotANumberError:
        return _value(value)
