"""M107 for comparisons whose answer never changes, because a value is compared with a text that it never has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import chain

from milepost.language import cel_text
from milepost.language.cel_text import Token
from milepost.language.field_types import AttributeType
from milepost.language.findings import related
from milepost.language.lint.outline import MapOutline
from milepost.language.names import nearest
from milepost.language.steps import Outcome
from milepost.text import did_you_mean, listing

_STATES = ("waiting", "open", "done", "skipped", "withdrawn")
_OF_OUTCOMES = ("waiting", "open", "asked", "verified", "partial", "disputed", "silent", "skipped", "withdrawn")
_OF_PLAYS = ("never", "open", "ended")
_OF_STAGES = ("waiting", "open", "closed")
_ORDER = ("<", "<=", ">", ">=")
_SIGNS = ("==", "!=", *_ORDER)
_JOINED = (".", "[", "(", "+")
"""Beside one of these, a text or a name is only a part of what is compared."""


@dataclass(frozen=True, slots=True)
class ImpossibleComparison:
    """A text of a condition, from `offset` on, which the other side of the comparison never equals."""

    offset: int
    message: str
    suggestion: str | None


@dataclass(frozen=True, slots=True)
class _Comparison:
    """`ROOT.NAME` compared with a text."""

    root: str
    name: str
    sign: str
    literal: Token
    text: str


def impossible_comparisons(outline: MapOutline, condition: str) -> Iterator[ImpossibleComparison]:
    """Yields the impossible comparisons of a condition that compiles, in the order of its text."""
    for each in _comparisons(cel_text.tokenize(condition)):
        if each.root == "customer":
            yield from _of_attribute(outline, each)
        elif each.sign not in _ORDER:
            yield from _unless_one_of(each, *_valid_texts(outline, each.root, each.name))


def _comparisons(tokens: Sequence[Token]) -> Iterator[_Comparison]:
    for at, literal in enumerate(tokens):
        value = _value(literal.text) if literal.kind == "text" else None
        before, after = _word(tokens, at - 1), _word(tokens, at + 1)
        name, sign = None, "in"
        if before in _SIGNS and after not in _JOINED:
            name, sign = _name_before(tokens, at - 1), before
        elif (after in _SIGNS or after == "in") and before != "+":
            name, sign = _name_after(tokens, at + 1), after
        elif before in ("[", ",") and after in ("]", ","):
            opening = max((index for index in range(at) if tokens[index].text == "["), default=0)
            name = _name_before(tokens, opening - 1) if _word(tokens, opening - 1) == "in" else None
        if name is not None and value is not None:
            yield _Comparison(*name, sign, literal, value)


def _word(tokens: Sequence[Token], index: int) -> str:
    return tokens[index].text if 0 <= index < len(tokens) else ""


def _name_before(tokens: Sequence[Token], index: int) -> tuple[str, str] | None:
    answer = _answer(tokens[max(index - 5, 0) : index])
    if answer is not None:
        return None if _word(tokens, index - 6) == "+" else answer
    return None if _word(tokens, index - 4) == "+" else _name(tokens[max(index - 3, 0) : index])


def _name_after(tokens: Sequence[Token], index: int) -> tuple[str, str] | None:
    answer = _answer(tokens[index + 1 : index + 6])
    if answer is not None:
        return None if _word(tokens, index + 6) in _JOINED else answer
    return None if _word(tokens, index + 4) in _JOINED else _name(tokens[index + 1 : index + 4])


def _name(words: Sequence[Token]) -> tuple[str, str] | None:
    is_name = cel_text.shape(words) == "name.name" and words[0].text in cel_text.ROOTS
    return (words[0].text, words[2].text) if is_name else None


def _answer(words: Sequence[Token]) -> tuple[str, str] | None:
    is_answer = cel_text.shape(words) == "name.name.name" and words[0].text == "answers"
    return ("answers", f"{words[2].text}.{words[4].text}") if is_answer else None


def _value(literal: str) -> str | None:
    """The value of a text in quotes; None if it has backslashes or is written as bytes."""
    if literal[0] not in "\"'" or "\\" in literal:
        return None
    quotes = 3 if literal[:3] in ('"""', "'''") else 1
    return literal[quotes:-quotes]


def _valid_texts(outline: MapOutline, root: str, name: str) -> tuple[Sequence[str], str]:
    """Returns the texts that `ROOT.NAME` may be, and what they are; none if that isn't known."""
    steps = [each for each in outline.steps if each.step.id == name]
    match root:
        case "outcomes":
            return _OF_OUTCOMES, "the verdict or state of an outcome"
        case "plays":
            return _OF_PLAYS, "the state of a play"
        case "stages":
            return _OF_STAGES, "the state of a stage"
        case "answers":
            ask = outline.names.answers.get(name)
            return (ask.one_of or () if ask else ()), f"the answer answers.{name}"
        case "results" if not any(related((*each.path, "results"), outline.repaired) for each in steps):
            results = [getattr(each.step, "results", None) or () for each in steps]
            return [*chain.from_iterable(results)], f"the result of step {name!r}"
        case "steps":
            outcomes = {isinstance(each.step, Outcome) for each in steps}
            states = (*_STATES[:2], *_OF_OUTCOMES[2:7], *_STATES[2:]) if True in outcomes else _STATES
            return states, "the state of an outcome" if outcomes == {True} else "the state of a step"
    return (), ""


def _of_attribute(outline: MapOutline, comparison: _Comparison) -> Iterator[ImpossibleComparison]:
    if related(("attributes", comparison.name), outline.repaired):
        return
    if outline.names.attributes.get(comparison.name) is AttributeType.DATE:
        yield from _unless_date(comparison)
    declared = outline.map.attributes.get(comparison.name)
    if declared is not None and declared.type is AttributeType.TEXT and comparison.sign not in _ORDER:
        valid = [str(each) for each in declared.one_of or ()]
        yield from _unless_one_of(comparison, valid, f"the {comparison.name!r} of a customer")


def _unless_one_of(comparison: _Comparison, valid: Sequence[str], what: str) -> Iterator[ImpossibleComparison]:
    if valid and comparison.text not in valid:
        near = nearest(comparison.text, valid)
        message = f"{comparison.text!r} is never {what}: it is {listing(valid, last='or')}{did_you_mean(near)}"
        yield ImpossibleComparison(comparison.literal.start, message, near)


def _unless_date(comparison: _Comparison) -> Iterator[ImpossibleComparison]:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", comparison.text) and _date(*comparison.text.split("-")) is not None:
        return
    attribute = f"customer.{comparison.name}"
    if not comparison.text and comparison.sign == "!=":
        return  # the same as has(): a comparison with an unknown value isn't true
    if not comparison.text:
        message = f"The date {attribute} is never an empty text; use has({attribute}) to ask whether it is known"
        yield ImpossibleComparison(comparison.literal.start, message, None)
        return
    near = _date_suggestion(comparison.text)
    way = f"write {near!r}" if near else "write YYYY-MM-DD, such as '2027-03-01'"
    message = f"{comparison.text!r} isn't a date, and {attribute} is one; {way}"
    yield ImpossibleComparison(comparison.literal.start, message, near)


def _date_suggestion(text: str) -> str | None:
    """The date that a text clearly stands for: with the year first, or as in `31.12.2026`."""
    if year_first := re.fullmatch(r"(\d{4})[-./](\d\d?)[-./](\d\d?)", text):
        return _date(*year_first.groups())
    day_first = re.fullmatch(r"(\d\d?)\. ?(\d\d?)\. ?(\d{4})", text)
    return _date(*reversed(day_first.groups())) if day_first else None


def _date(year: str, month: str, day: str) -> str | None:
    with suppress(ValueError):
        return date(int(year), int(month), int(day)).isoformat()
    return None
