"""The form of an action on the customer's plan: as it is shown, and as it is read when it comes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal
from starlette.datastructures import FormData

from milepost import limits
from milepost.files.kept_files import KeptFiles
from milepost.imports.answer_texts import read_answer
from milepost.intake.files import answer_of
from milepost.language.asks import Ask, AskType
from milepost.language.stored_file import StoredFile
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.fact_checks import answer_problems, asks_of
from milepost.store.file_tables import FileRow
from milepost.text import storable
from milepost.translations.reader import Reader
from milepost.web.portal.complaints import misfit_complaint, unread_complaint
from milepost.web.portal.file_answers import FileField, SentFile, field_of
from milepost.web.portal.plan_link import Opened

_BEFORE = "answers."
_FEW = 6
"""So many answers of a choice are shown side by side; more go into a list."""


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form: what is asked, what has been typed, and what is wrong with that."""

    ask: Ask
    typed: tuple[str, ...] = ()
    complaint: str | None = None
    file: FileField | None = None

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

    def choices(self, reader: Reader) -> tuple[tuple[str, str], ...]:
        """Returns the answers to choose from, each with its title."""
        if self.ask.type is AskType.FLAG:
            return (("yes", reader.pgettext("form", "Yes")), ("no", reader.pgettext("form", "No")))
        return tuple((each, self.ask.label(each)) for each in self.ask.one_of or ())

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

    @property
    def has_files(self) -> bool:
        """Whether a file can be sent with it, which needs another form of sending."""
        return any(each.file for each in self.fields)


def typed(step: CompiledStep, data: FormData) -> dict[str, tuple[str, ...]]:
    """Returns what has been typed in a step's form, by field; of each no more than a form takes."""
    texts = {ask.field: (_inputs(ask, data) or _kept_file(ask, data))[: limits.VALUES] for ask in asks_of(step)}
    return {name: tuple(storable(text)[: limits.VALUE] for text in each) for name, each in texts.items()}


def typed_before(
    step: CompiledStep,
    typed: Mapping[str, Sequence[str]],
    opened: Opened,
    files: Mapping[str, FileRow],
    kept: KeptFiles,
) -> AnswerForm:
    """Returns a step's form with what somebody has typed in it and not sent; `files` are as for `filled_in`."""
    return AnswerForm(tuple(_field(ask, tuple(typed.get(ask.field, ())), opened, files, kept) for ask in asks_of(step)))


def filled_in(
    step: CompiledStep, answers: Mapping[str, Any], opened: Opened, files: Mapping[str, FileRow], kept: KeptFiles
) -> AnswerForm:
    """Returns a step's form with the answers that were sent last; `files` are those of the journey, by id."""
    typed = {ask.field: tuple(_typed(ask, answers.get(ask.field), opened.locale)) for ask in asks_of(step)}
    return AnswerForm(tuple(_field(ask, typed[ask.field], opened, files, kept) for ask in asks_of(step)), answers)


def _field(
    ask: Ask, typed: tuple[str, ...], opened: Opened, files: Mapping[str, FileRow], kept: KeptFiles
) -> FormField:
    """Returns a field; where a file is its text, that is shown beside an empty link."""
    stored = StoredFile.parse(typed[0]) if ask.type is AskType.FILE and typed else None
    if stored is None:
        return FormField(ask, typed, file=field_of(ask, None, opened, kept))
    return FormField(ask, file=field_of(ask, files.get(stored.id), opened, kept))


def sent(
    step: CompiledStep, data: FormData, opened: Opened, files: Mapping[str, SentFile], kept: KeptFiles
) -> AnswerForm:
    """Reads a form that came back; all that was typed stays in it, and so do its files, by field."""
    answers: dict[str, Any] = {}
    complaints: dict[str, str] = {}
    typed = {ask.field: _inputs(ask, data) for ask in asks_of(step)}
    for ask in asks_of(step):
        try:
            texts = [storable(text) for text in typed[ask.field]]
            if any(texts):
                answers[ask.field] = _read(ask, texts, opened.locale)
        except ValueError as error:
            complaints[ask.field] = unread_complaint(ask, typed[ask.field][0], error, opened.reader)
    for name, file in files.items():
        if file.row is not None:
            answers[name] = answer_of(file.row)
            complaints.pop(name, None)
        if file.complaint is not None:
            complaints[name] = file.complaint
    problems = answer_problems(step, answers, opened.compiled_map.map.attributes)
    for ask in asks_of(step):
        if ask.field in problems and ask.field not in complaints:
            complaints[ask.field] = misfit_complaint(ask, typed[ask.field], opened.reader)
    rows = {name: file.row for name, file in files.items()}
    fields = (
        FormField(ask, typed[ask.field], complaints.get(ask.field), field_of(ask, rows.get(ask.field), opened, kept))
        for ask in asks_of(step)
    )
    return AnswerForm(tuple(fields), answers)


def _inputs(ask: Ask, data: FormData) -> tuple[str, ...]:
    names = [f"{_BEFORE}{ask.field}"]
    if ask.type is AskType.PERSON:
        names = [f"{names[0]}.name", f"{names[0]}.email"]
        return tuple(str(data.get(name, "")).strip() for name in names)
    return tuple(text for each in data.getlist(names[0]) if (text := str(each).strip().replace("\r\n", "\n")))


def _kept_file(ask: Ask, data: FormData) -> tuple[str, ...]:
    """Returns the file that a field had before, as the text that names it."""
    before = data.get(f"{_BEFORE}{ask.field}.kept")
    return (str(before),) if ask.type is AskType.FILE and StoredFile.parse(before) else ()


def _read(ask: Ask, texts: Sequence[str], locale: str | None) -> Any:
    if ask.type is AskType.PERSON:
        return {"name": texts[0], "email": texts[1]}
    return list(texts) if ask.many else read_answer(ask, texts[0], locale)


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
