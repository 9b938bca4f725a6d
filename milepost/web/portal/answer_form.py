"""The form of an action on the customer's plan: as it is shown, and as it is read when it comes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal
from starlette.datastructures import FormData

from milepost.errors import MilepostError
from milepost.imports.answer_texts import read_answer
from milepost.language.asks import Ask, AskType
from milepost.language.model import Attribute
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.fact_checks import answer_problems, asks_of
from milepost.text import storable

_BEFORE = "answers."
_FEW = 6
"""So many answers of a choice are shown side by side; more go into a list."""


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form: what is asked, what has been typed, and what is wrong with that."""

    ask: Ask
    typed: tuple[str, ...] = ()
    complaint: str | None = None

    @property
    def name(self) -> str:
        """The name of its input."""
        return f"{_BEFORE}{self.ask.field}"

    @property
    def text(self) -> str:
        """What is typed in its only input."""
        return self.typed[0] if self.typed else ""

    @property
    def part(self) -> Mapping[str, str]:
        """What is typed in the inputs of a person."""
        name, email = (*self.typed, "", "")[:2]
        return {"name": name, "email": email}

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """The answers to choose from, each with its title."""
        if self.ask.type is AskType.FLAG:
            return (("yes", "Yes"), ("no", "No"))
        return tuple((each, each) for each in self.ask.one_of or ())

    @property
    def input(self) -> str:
        """Which input it has: a `line`, `lines`, a `number`, `date`, `person`, `address` or `flag`, or a choice.

        A choice is `one`, a `list`, or `many`.
        """
        match self.ask.type:
            case AskType.CHOICE if self.ask.many:
                return "many"
            case AskType.CHOICE:
                return "one" if len(self.ask.one_of or ()) <= _FEW else "list"
        return _INPUTS.get(self.ask.type, str(self.ask.type))


_INPUTS = {
    AskType.TEXT: "line",
    AskType.LONG_TEXT: "lines",
    AskType.FILE: "address",
    AskType.URL: "address",
}


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """A form: its fields, and the answers in it as far as they can be read."""

    fields: tuple[FormField, ...]
    answers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_wrong(self) -> bool:
        return any(each.complaint for each in self.fields)


def filled_in(step: CompiledStep, answers: Mapping[str, Any], locale: str | None) -> AnswerForm:
    """Returns a step's form with the answers that were sent last."""
    fields = (FormField(ask, tuple(_typed(ask, answers.get(ask.field), locale))) for ask in asks_of(step))
    return AnswerForm(tuple(fields), answers)


def sent(step: CompiledStep, data: FormData, declared: Mapping[str, Attribute], locale: str | None) -> AnswerForm:
    """Reads a form that came back; all that was typed stays in it."""
    answers: dict[str, Any] = {}
    unread: dict[str, str] = {}
    typed = {ask.field: _inputs(ask, data) for ask in asks_of(step)}
    for ask in asks_of(step):
        try:
            texts = [storable(text) for text in typed[ask.field]]
            if any(texts):
                answers[ask.field] = _read(ask, texts, locale)
        except ValueError as error:
            unread[ask.field] = _explained(error)
    problems = answer_problems(step, answers, declared)
    fields = (
        FormField(
            ask, typed[ask.field], unread.get(ask.field) or _sentence(ask, typed[ask.field], problems.get(ask.field))
        )
        for ask in asks_of(step)
    )
    return AnswerForm(tuple(fields), answers)


def _inputs(ask: Ask, data: FormData) -> tuple[str, ...]:
    names = [f"{_BEFORE}{ask.field}"]
    if ask.type is AskType.PERSON:
        names = [f"{names[0]}.name", f"{names[0]}.email"]
        return tuple(str(data.get(name, "")).strip() for name in names)
    return tuple(text for each in data.getlist(names[0]) if (text := str(each).strip().replace("\r\n", "\n")))


def _read(ask: Ask, texts: Sequence[str], locale: str | None) -> Any:
    if ask.type is AskType.PERSON:
        return {"name": texts[0], "email": texts[1]}
    return list(texts) if ask.many else read_answer(ask, texts[0], locale)


def _explained(error: ValueError) -> str:
    hint = f" {error.hint}" if isinstance(error, MilepostError) and error.hint else ""
    message = error.message if isinstance(error, MilepostError) else str(error)
    return f"{message.rstrip('.')}.{hint}"


def _sentence(ask: Ask, typed: Sequence[str], problem: str | None) -> str | None:
    """Says to the customer what is wrong with an answer."""
    if problem is None:
        return None
    if not any(typed):
        return "Please answer this."
    if ask.type is AskType.PERSON and all(typed):
        return "Please write a mail address, such as sam@company.com."
    if ask.type is AskType.PERSON:
        return "Please write a name and a mail address."
    if ask.type in (AskType.URL, AskType.FILE):
        return "Please paste an address, such as https://files.company.com/plan.pdf."
    return f"This {problem}."


def _typed(ask: Ask, value: Any, locale: str | None) -> Iterator[str]:
    """Yields what somebody would have typed to give an answer."""
    match value:
        case None:
            return
        case Mapping():
            yield from (str(value.get("name", "")), str(value.get("email", "")))
        case list() | tuple():
            yield from map(str, value)
        case bool():
            yield "yes" if value else "no"
        case int() | float() if ask.type is AskType.NUMBER:
            yield _number(value, locale)
        case _:
            yield str(value)


def _number(value: float, locale: str | None) -> str:
    try:
        known = Locale.parse((locale or "en").replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        known = Locale.parse("en")
    return str(format_decimal(value, "0.######", locale=known))
