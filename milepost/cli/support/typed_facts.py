"""Reads what somebody types after `milepost tell CUSTOMER` as a fact."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from milepost.cli.support.errors import CommandError
from milepost.imports import cell_parsers as cells
from milepost.imports.answer_texts import read_answer
from milepost.language.asks import Ask
from milepost.language.field_types import AttributeType
from milepost.numbers import AmbiguousNumberError, NotANumberError, read_number
from milepost.planner.fact_words import meant_fact
from milepost.planner.written_facts import KINDS, WrittenFact

Types = Mapping[str, AttributeType]
Asks = Mapping[str, Ask]
_NO_ASKS: Asks = {}

EXAMPLES: Mapping[str, str] = {
    "step_done": "step_done kickoff --result held --note 'All there' (a form: answers.day=2026-05-04 answers.seats=20)",
    "step_skipped": "step_skipped kickoff --reason 'They know us'",
    "step_reopened": "step_reopened kickoff",
    "snoozed": "snoozed connect_sso 2026-03-10 --reason 'Their freeze'",
    "event": "event report_published rows=120",
    "answer": "answer hours_saved verified --value 12 --evidence 'Mail of 3 March'",
    "revoked": "revoked hours_saved --reason 'Wrong quarter'",
    "set": "set health=35 seats=20 renews_on=2027-03-01 (NAME= removes one)",
    "contacts": "contacts 'Sam Poe <sam@acme.example> sponsor+coordinator; Ann <ann@acme.example> end_user mail=none'",
    "mail_chosen": "mail_chosen sam@acme.example mail=none --reason 'Asked on the phone' (at all customers)",
    "team": "team csm=ana@vendor.example account_executive=bo@vendor.example",
    "handed_over": "handed_over ana@vendor.example bo@vendor.example introduce=true (or: milepost hand-over)",
    "away": "away ana@vendor.example bo@vendor.example 2026-12-21 2027-01-03 (a line alone; see milepost hand-over)",
    "back": "back ana@vendor.example (a line alone; see milepost away)",
    "agreed": "agreed kickoff due=2026-03-10 person=ana@vendor.example",
    "play_started": "play_started rescue --reason 'Their champion left'",
    "paused": "paused --reason 'Merger'",
    "resumed": "resumed",
    "ended": "ended churned --note 'Their budget was cut'",
    "map_changed": "map_changed 2 (a number, MAP@2, or the beginning of a hash)",
    "message_failed": "message_failed connect_sso/1/opening/1 permanent=true --why 'Address unknown'",
    "message_released": "message_released welcome/1/touchpoint/1 now=true (without now: in the contact's hours)",
    "message_cancelled": "message_cancelled welcome/1/touchpoint/1 --reason 'They know us'",
    "message_retried": "message_retried connect_sso/1/opening/1",
    "task_done": "task_done stuck/onboarding/1 --note 'Spoke to them'",
    "task_added": "task_added 'Send the price list' --due '2 business days' --role csm --effort '30 minutes'",
    "note": "note 'They merge in May' --about sam@acme.example (or a step)",
}
"""How each kind of fact is typed."""

_ANSWERS = "answers."
_MORE_WORDS = {
    "answer": ["verdict"],
    "snoozed": ["until"],
    "handed_over": ["to"],
    "away": ["delegate", "first_day", "last_day"],
}
"""The fields that further words fill, without their names."""


def fact_of(
    kind: str, words: Sequence[str], options: Mapping[str, Any], types: Types, asks: Asks = _NO_ASKS
) -> WrittenFact:
    """The fact that `kind`, `words` and `options` spell.

    `types` are those of the attributes that maps declare, `asks` what their forms ask for, by `STEP.FIELD`.

    Raises:
        CommandError: they spell no fact; the message has an example.
    """
    if kind not in KINDS:
        raise _unknown(kind)
    fields = {name: value for name, value in options.items() if value is not None}
    try:
        from_words = _fields(kind, list(words), types, asks)
        _refuse(sorted(set(from_words) & set(fields)), "a field is given twice, as a word and as an option")
        return WrittenFact.model_validate({**from_words, **fields})
    except ValidationError as error:
        raise _invalid(kind, "; ".join(_problems(error))) from None
    except ValueError as error:
        raise _invalid(kind, str(error).rstrip(".")) from None


def _unknown(kind: str) -> CommandError:
    suggestion = meant_fact(kind)
    hint = f"It is one of: {', '.join(KINDS)}."
    if suggestion:
        hint = f"Did you mean {suggestion!r}? For example: {EXAMPLES[suggestion]}"
    return CommandError(f"There is no fact {kind!r}.", hint)


def _invalid(kind: str, why: str) -> CommandError:
    return CommandError(f"This can't be recorded: {why}.", f"For example: milepost tell CUSTOMER {EXAMPLES[kind]}")


def _problems(error: ValidationError) -> Iterable[str]:
    for problem in error.errors(include_url=False, include_context=False):
        where = ".".join(str(part) for part in problem["loc"])
        message = problem["msg"].removeprefix("Value error, ")
        yield f"{where}: {message}" if where else message


def _fields(kind: str, words: list[str], types: Types, asks: Asks) -> dict[str, Any]:
    """The fields that the words after the kind fill."""
    if kind == "contacts":
        return {kind: [contact.to_json() for contact in cells.read_contacts(" ".join(words))]}
    if kind == "agreed":
        return {kind: _agreed(words)}
    names = [word for word in words if "=" not in word]
    pairs = _pairs(word for word in words if "=" in word)
    if kind in ("set", "team"):
        _refuse(names, f"write NAME=VALUE instead of {' '.join(names)!r}")
        if not pairs:
            raise ValueError("nothing to set; write NAME=VALUE")
        return {
            kind: {name: _attribute(name, value, types) for name, value in pairs.items()} if kind == "set" else pairs
        }
    fields = _positional(kind, names)
    if kind == "step_done":
        fields.update(_form(fields[kind], pairs, asks))
    if kind == "event":
        properties = {name: _value(value) for name, value in pairs.items()}
        return {**fields, **({"properties": properties} if properties else {})}
    return {**fields, **{name: number_or_text(value) if name == "value" else value for name, value in pairs.items()}}


def _positional(kind: str, words: list[str]) -> dict[str, Any]:
    """The fields that words without `=` fill, by their position."""
    if kind in ("paused", "resumed"):
        _refuse(words, f"unexpected {' '.join(words)!r}; a reason goes after --reason")
        return {kind: True}
    if not words:
        raise ValueError(f"say what it is about after {kind!r}")
    if kind in ("ended", "note", "task_added"):
        return {kind: " ".join(words)}
    names = [kind, *_MORE_WORDS.get(kind, [])]
    _refuse(words[len(names) :], f"unexpected {' '.join(words[len(names) :])!r}; put texts in quotes")
    return dict(zip(names, words, strict=False))


def _form(step: str, pairs: dict[str, str], asks: Asks) -> dict[str, Any]:
    """Takes the answers of a form out of the pairs: `answers.day=2026-05-04`; `answers.notes=` leaves one out."""
    form = {name: pairs.pop(name) for name in list(pairs) if name.startswith(_ANSWERS)}
    if not form:
        return {}
    typed = {name.removeprefix(_ANSWERS): text for name, text in form.items() if text}
    return {"answers": {name: _answer(name, text, asks.get(f"{step}.{name}")) for name, text in typed.items()}}


def _answer(name: str, text: str, ask: Ask | None) -> Any:
    try:
        return _value(text) if ask is None else read_answer(ask, text)
    except ValueError as error:
        raise ValueError(f"{name!r}: {error}") from None


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


def _refuse(words: list[str], why: str) -> None:
    if words:
        raise ValueError(why)


def _attribute(name: str, value: str, types: Types) -> Any:
    if value in ("", "null"):
        return None
    return cells.read_attribute(value, types[name]) if name in types else _value(value)


def _value(text: str) -> Any:
    """A number, a flag or a text; quotes inside keep a number a text."""
    try:
        value = json.loads(text, parse_constant=str)
    except ValueError:
        return text
    return value if isinstance(value, bool | int | float | str) else text


def number_or_text(text: str | None) -> Any:
    """Returns the value of an outcome as somebody types it: a number, or a text that isn't one.

    Raises:
        CommandError: the number has two readings.
    """
    if text is None:
        return None
    try:
        return read_number(text)
    except AmbiguousNumberError as error:
        raise CommandError(error.message, error.hint) from None
    except NotANumberError:
        return _value(text)
