"""Values that people type into forms: numbers, and attributes of customers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Form, Path
from pydantic import AfterValidator, BeforeValidator, StringConstraints

from milepost import limits
from milepost.imports.cell_parsers import read_attribute
from milepost.language.model import Attribute
from milepost.numbers import AmbiguousNumberError, NotANumberError, decimal_of, read_number
from milepost.places import without_region
from milepost.text import storable
from milepost.web.problems import ProblemError

Token = Annotated[str, Form(max_length=1000)]
Onward = Annotated[str, Form(alias="next", max_length=1000)]
Number = Annotated[int, Path(ge=1, le=limits.POSITION)]
Line = Annotated[
    str, Form(), StringConstraints(max_length=limits.NAME, strip_whitespace=True), AfterValidator(storable)
]
Address = Annotated[
    str, Form(), StringConstraints(max_length=limits.ADDRESS, strip_whitespace=True), AfterValidator(storable)
]
Value = Annotated[
    str, Form(), StringConstraints(max_length=limits.VALUE, strip_whitespace=True), AfterValidator(storable)
]
Text = Annotated[
    str, Form(), StringConstraints(max_length=limits.TEXT, strip_whitespace=True), AfterValidator(storable)
]
Maybe = BeforeValidator(lambda value: value or None)
"""Turns an empty field of an address into a filter that isn't set."""
Tick = Annotated[Literal["yes"] | None, Maybe]


def required(text: str, what: str, hint: str = "Go back and write it.") -> str:
    """Returns the text of a field that must not be empty; `what` names it, such as `reason`.

    Raises:
        ProblemError: it is empty.
    """
    if not text:
        raise ProblemError(422, f"{what}_missing", f"The {what} is missing.", hint)
    return text


def number_or_text(text: str, locale: str | None = None, *, only_number: bool = False) -> float | str | None:
    """Returns the number that was typed, or the text if it isn't one; None for nothing.

    Raises:
        ProblemError: the number has two readings, or there must be a number and there is none.
    """
    if not text.strip():
        return None
    try:
        return read_number(text, locale)
    except AmbiguousNumberError as error:
        raise ProblemError(422, "value", error.message, f"Go back. {error.hint}") from None
    except NotANumberError as error:
        if only_number:
            hint = "Go back and write a number, such as 12.5, or leave it out."
            raise ProblemError(422, "value", error.message, hint) from None
        return text.strip()


def attribute_value(text: str, attribute: Attribute) -> Any:
    """Returns the value of an attribute; None for nothing, which forgets it.

    Raises:
        ProblemError: the text isn't a value of the attribute's type.
    """
    if not text.strip():
        return None
    try:
        return read_attribute(text.strip(), attribute.type)
    except NotANumberError as error:
        raise ProblemError(422, "value", error.message, f"Go back. {error.hint}") from None
    except ValueError as error:
        raise ProblemError(422, "value", f"{error}.", "Go back and correct it.") from None


def locale_of(language: str | None, country: str | None) -> str | None:
    """Returns the locale in which somebody writes numbers; None where the language isn't known.

    English written in Germany has the numbers of Germany.
    """
    if language is None:
        return None
    local = f"{language.split('-')[0]}_{without_region(country or '')}"
    return local if decimal_of(local) else language
