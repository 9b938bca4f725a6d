"""Explains what is wrong with a condition, so that its author can mend it."""

from __future__ import annotations

import re
from typing import ClassVar

from milepost.errors import MilepostError
from milepost.language import cel_text
from milepost.language.asks import AskType
from milepost.language.cel_text import Reference, Rewritten, Token
from milepost.language.condition_hints import HOW, hint_for, mismatch_hint, way_for_word
from milepost.language.field_types import AttributeType
from milepost.language.names import Names, nearest
from milepost.text import did_you_mean, listing

_SPACES = {
    "customer": "attribute",
    "steps": "step",
    "results": "step with results",
    "outcomes": "outcome",
    "plays": "play",
    "stages": "stage",
    "answers": "answer",
}
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


_FUNCTIONS = ("has", "size", "contains", "startsWith", "endsWith", "matches", "exists", "days_until", "days_since")


class ConditionError(MilepostError, ValueError):
    """A condition that can't be used.

    Attributes:
        column: where in the condition's text, from 1; None if the fault has no place.
        length: how many characters from there the fault covers.
        suggestion: the valid name that was probably meant, if there is one.
    """

    code: ClassVar[str] = "bad_condition"

    def __init__(self, message: str, column: int | None, length: int = 1, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.column = column
        self.length = length
        self.suggestion = suggestion


def plain_type(name: str) -> str:
    """Returns a CEL type in plain words."""
    return _PLAIN_TYPES.get(name, "a list" if name.startswith("list") else name)


def check_reference(reference: Reference, names: Names, *, event: bool) -> None:
    """Raises a ConditionError if a name can't be used; `event`: the condition sees an event."""
    root, name, column, length = reference.root, reference.name, reference.start + 1, reference.length
    if not name:
        way = "answers.STEP.FIELD" if root == "answers" else f"{root}.NAME"
        raise ConditionError(f"{root!r} needs a name; write {way}", column, length)
    if root == "event":
        if not event:
            hint = "only the 'if' of an event trigger sees the event"
            raise ConditionError(f"{root}.{name} can't be used here: {hint}", column, length)
        return
    if name in names.within(root):
        return
    near = nearest(name, names.within(root)) if root != "answers" or "." in name else None
    suggestion = f"{root}.{near}" if near else None
    message = f"Unknown {_SPACES[root]} {name!r}"
    if root == "answers":
        message = _unknown_answer(name, names)
    if root == "results" and name in names.steps:
        message = f"Step {name!r} has no 'results', so results.{name} has no value"
    raise ConditionError(message + did_you_mean(suggestion), column, length, suggestion)


def _unknown_answer(name: str, names: Names) -> str:
    step, _, field = name.partition(".")
    fields = [each.partition(".")[2] for each in names.answers if each.startswith(f"{step}.")]
    if not fields and step in names.steps:
        return f"Step {step!r} asks for nothing, so answers.{step} has no value"
    if fields and not field:
        return f"answers.{step} needs a field ({listing(fields, last='or')}); write answers.{step}.FIELD"
    return f"Unknown answer {name!r}"


def check_dates(tokens: list[Token], names: Names, *, waited: bool) -> None:
    """Raises a ConditionError if days can't be counted; `waited`: the condition is waited for."""
    for index, token in enumerate(tokens):
        if token.text not in cel_text.DATE_FUNCTIONS or token.kind != "name":
            continue
        if waited:
            raise ConditionError(
                f"{token.text}() can't be waited for, as no change triggers it; "
                "use an anchor such as 'at: 30 days before customer.DATE'",
                token.start + 1,
                len(token.text),
            )
        words = tokens[index + 1 : index + 6]
        if cel_text.shape(words) == "(name.name)" and words[1].text == "customer":
            _check_is_date(token.text, words[3], names)
        answer = tokens[index + 1 : index + 8]
        if cel_text.shape(answer) == "(name.name.name)" and answer[1].text == "answers":
            _check_answer_is_date(token.text, answer, names)


def _check_answer_is_date(function: str, words: list[Token], names: Names) -> None:
    name = f"{words[3].text}.{words[5].text}"
    ask = names.answers[name]
    if ask.type is not AskType.DATE:
        message = f"{function}() needs a date, and answers.{name} is of type {ask.type}"
        raise ConditionError(message, words[1].start + 1, words[5].end - words[1].start)


def _check_is_date(function: str, attribute: Token, names: Names) -> None:
    kind = names.attributes[attribute.text]
    if kind is not AttributeType.DATE:
        dates = (name for name, each in names.attributes.items() if each is AttributeType.DATE)
        near = nearest(attribute.text, dates)
        message = f"{function}() needs a date, and customer.{attribute.text} is of type {kind}"
        raise ConditionError(message + did_you_mean(near), attribute.start + 1, len(attribute.text), near)


def explain(error: str, text: str, rewritten: Rewritten, variables: tuple[tuple[str, str], ...]) -> ConditionError:
    """Returns an error of the CEL compiler in plain words, at its place in the author's text."""
    place = re.search(r"<input>:(\d+):(\d+): ([^\n]*)", error)
    if place is None:
        deep = "recursion limit" in error
        why = "is nested too deeply; write it with fewer parentheses" if deep else "can't be read"
        return ConditionError(f"The condition {why}", 1, len(text))
    at = min(rewritten.origin(int(place[1]), int(place[2])), len(text))
    problem = place[3]
    if undeclared := re.search(r"(?:undeclared reference to|reserved identifier:) '?([^\s']+)'?", problem):
        return _unknown(undeclared[1], at, text, variables)
    words = re.match(r"[\w.]+|[<>=!]=|&&|\|\||.|", text[at:], re.DOTALL)
    word = words[0] if words else ""
    message = f"The condition is wrong: {problem.partition(' (in container')[0]}"
    if overload := re.search(r"no matching overload for '([^']+)' applied to '([^']*)'", problem):
        message = _mismatch(overload[1], overload[2], text, at)
    elif "Syntax error" in problem:
        if hint := hint_for(text, cel_text.tokenize(text)):
            return ConditionError(hint.message, hint.start + 1, max(hint.end - hint.start, 1))
        where = f"near {word!r}" if word.strip() else "at its end" if at >= len(text) else "here"
        message = f"The condition can't be read {where}; {HOW}"
    return ConditionError(message, at + 1, max(len(word), 1))


def _unknown(name: str, at: int, text: str, variables: tuple[tuple[str, str], ...]) -> ConditionError:
    """Explains an unknown name or function; for a function, CEL reports the place of its bracket."""
    if text.endswith(name, 0, at):
        at -= len(name)
    if (plain := name.lower()) != name and plain in ("true", "false", "null"):
        return ConditionError(f"Unknown name {name!r}; write {plain}", at + 1, len(name), plain)
    way = way_for_word(name)
    if way is not None:
        return ConditionError(f"{name!r} means nothing here; {way}", at + 1, len(name))
    if re.match(r"\s*\(", text[at + len(name) :]):
        near = nearest(name, (each for each in _FUNCTIONS if each != name))
        hint = did_you_mean(near) or f"; there are {', '.join(_FUNCTIONS)}"
        return ConditionError(f"Unknown function {name!r}{hint}", at + 1, len(name), near)
    near = nearest(name, (each for each, _ in variables if not each.startswith(f"{cel_text.KNOWN}.")))
    hint = did_you_mean(near) or f'; write customer.ATTRIBUTE, or "{name}" in quotes if it is text'
    return ConditionError(f"Unknown name {name!r}{hint}", at + 1, len(name), near)


def _mismatch(operator: str, types: str, text: str, at: int) -> str:
    operands = [plain_type(each.strip()) for each in types.strip("()").split(",")]
    sign = operator.strip("_@").replace("_", "")
    if len(operands) != 2 or operator[:1].isalpha():  # noqa: PLR2004 - not an operator between two
        return f"{sign!r} doesn't work on {' and '.join(operands)}"
    hint = mismatch_hint(text, cel_text.tokenize(text), at, operands)
    hint = "; use has(customer.X) to ask whether X is known" if "null" in operands else hint
    if operands[0] == operands[1]:
        return f"{sign!r} doesn't work on {operands[0]}{hint}"
    return f"{sign!r} doesn't work between {operands[0]} and {operands[1]}{hint}"
