"""Reads what somebody types after `milepost tell CUSTOMER` as a fact."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from milepost.imports import cell_parsers as cells
from milepost.imports.answer_texts import PERSON, read_answer
from milepost.imports.vocabulary import Vocabulary
from milepost.intake.acknowledgement import Acknowledgement, acknowledgement_of
from milepost.intake.fact_examples import EXAMPLES
from milepost.intake.facts import FactReceipt
from milepost.intake.intake import Intake
from milepost.language.asks import Ask
from milepost.language.field_types import AttributeType
from milepost.numbers import AmbiguousNumberError, NotANumberError, read_number
from milepost.planner.fact_errors import RefusedError
from milepost.planner.fact_words import meant_fact
from milepost.planner.written_facts import KINDS, WrittenFact

Types = Mapping[str, AttributeType]
Asks = Mapping[str, Ask]
_NO_ASKS: Asks = {}


class TypedFactError(RefusedError):
    """Words that spell no fact; the hint has an example."""

    code = "typed_fact"


_ANSWERS = "answers."
_MORE_WORDS = {
    "answer": ["verdict"],
    "snoozed": ["until"],
    "handed_over": ["to"],
    "away": ["delegate", "first_day", "last_day"],
    "requested": ["wish"],
}
"""The fields that further words fill, without their names."""


async def tell(
    intake: Intake, customer: str, kind: str, words: Sequence[str], options: Mapping[str, Any]
) -> dict[str, Any]:
    """Records the fact that somebody typed, waits a moment for the journey to take it in, and returns what came of it.

    `options` are texts by the names of the fact's fields; None is left out.

    Raises:
        RefusedError: the words spell no fact, or it can't be recorded.
    """
    vocabulary = Vocabulary.of(await intake.context.compiled_maps.current())
    typed = {**options, "value": number_or_text(options.get("value"))}
    fact = fact_of(kind, words, typed, vocabulary.types, vocabulary.asks)
    receipt = await intake.record_fact(customer, fact, source="cli")
    answer = await acknowledgement_of(intake.context.store, customer, receipt.fact_id) if receipt.delivered else None
    return told(customer, receipt, answer)


def told(customer: str, receipt: FactReceipt, answer: Acknowledgement | None) -> dict[str, Any]:
    """Returns what came of a typed fact, as JSON."""
    return {
        "customer": customer,
        "fact": receipt.fact_id,
        "new": receipt.new,
        "delivered": receipt.delivered,
        "counted": receipt.counted,
        "became": receipt.status,
        "message": receipt.message,
        "taken_in": answer is not None,
        "ignored": answer.ignored if answer else None,
        **({"warnings": list(receipt.warnings)} if receipt.warnings else {}),
    }


def fact_of(
    kind: str, words: Sequence[str], options: Mapping[str, Any], types: Types, asks: Asks = _NO_ASKS
) -> WrittenFact:
    """The fact that `kind`, `words` and `options` spell.

    `types` are those of the attributes that maps declare, `asks` what their forms ask for, by `STEP.FIELD`.

    Raises:
        TypedFactError: they spell no fact; the message has an example.
    """
    if kind not in KINDS:
        raise _unknown(kind)
    fields = {name: value for name, value in options.items() if value is not None}
    try:
        from_words = _fields(kind, list(words), types, asks)
        _refuse(sorted(set(from_words) & set(fields)), "a field is given twice, as a word and as an option")
        return WrittenFact.model_validate(_with_people({**from_words, **fields}))
    except ValidationError as error:
        raise _invalid(kind, "; ".join(_problems(error))) from None
    except ValueError as error:
        raise _invalid(kind, str(error).rstrip(".")) from None


def _unknown(kind: str) -> TypedFactError:
    suggestion = meant_fact(kind)
    hint = f"It is one of: {', '.join(KINDS)}."
    if suggestion:
        hint = f"Did you mean {suggestion!r}? For example: {EXAMPLES[suggestion]}"
    return TypedFactError(f"There is no fact {kind!r}.", hint)


def _invalid(kind: str, why: str) -> TypedFactError:
    return TypedFactError(f"This can't be recorded: {why}.", f"For example: milepost tell CUSTOMER {EXAMPLES[kind]}")


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
    if "emptied" in pairs:
        fields["emptied"] = pairs.pop("emptied").split(",")
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


def _agreed(words: list[str]) -> dict[str, dict[str, Any]]:
    steps: dict[str, dict[str, Any]] = {}
    step: str | None = None
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            step = name
            steps[step] = {}
        elif step is None:
            raise ValueError(f"name the step before {word!r}")
        elif value:
            steps[step][name] = value
        else:  # `due=` takes a date back
            steps[step]["cleared"] = [*steps[step].get("cleared", ()), name]
    if not steps:
        raise ValueError("it names no step")
    return {step: _with_people(agreed) for step, agreed in steps.items()}


def _with_people(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with a person who is written `Name <address>` as both."""
    person = fields.get("person")
    found = PERSON.fullmatch(person) if isinstance(person, str) else None
    return fields if found is None else {**fields, "person": {"name": found[1], "email": found[2]}}


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
        TypedFactError: the number has two readings.
    """
    if text is None:
        return None
    try:
        return read_number(text)
    except AmbiguousNumberError as error:
        raise TypedFactError(error.message, error.hint) from None
    except NotANumberError:
        return _value(text)
