"""Forms: what an action asks the customer for. Beside them, the link to where a step's work is done."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, PrivateAttr

from milepost import limits
from milepost.language.attribute_values import fits
from milepost.language.field_types import AttributeType, Conflict, Id, Node, Text
from milepost.language.stored_file import StoredFile
from milepost.text import listing


class AskType(StrEnum):
    """What is asked for; it decides how the form looks and what may be answered."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"
    CHOICE = "choice"
    PERSON = "person"
    FILE = "file"
    URL = "url"


_ATTRIBUTES = {
    AskType.NUMBER: AttributeType.NUMBER,
    AskType.DATE: AttributeType.DATE,
    AskType.FLAG: AttributeType.FLAG,
}


class Ask(Node):
    """One field of the form that an action asks the customer to fill in."""

    field: Id = Field(description="the field's name in its form; conditions and messages see `answers.STEP.FIELD`")
    title: Text = Field(description="what the customer is asked")
    type: AskType = Field(AskType.TEXT, description="what is asked for")
    one_of: Annotated[tuple[Text, ...], Field(min_length=1)] | None = Field(
        None, description="the answers that a `choice` offers"
    )
    many: bool = Field(default=False, description="whether several answers of a `choice` may be picked")
    optional: bool = Field(default=False, description="whether the form may be sent without it")
    help: Text | None = Field(None, description="a hint beside the field")
    set: Id | None = Field(None, description="the attribute of the customer that the answer is written to")
    persona: Id | None = Field(None, description="the persona that the `person` gets, before all other contacts")
    _labels: dict[str, str] = PrivateAttr(default_factory=dict)

    def conflicts(self) -> Iterator[Conflict]:
        if self.type is AskType.CHOICE and self.one_of is None:
            yield Conflict(("type", "one_of"), "A 'choice' needs 'one_of', the answers to choose from")
        if self.type is not AskType.CHOICE and self.one_of is not None:
            message = f"'one_of' belongs to a 'choice', and this asks for '{self.type}'; write type: choice"
            yield Conflict(("one_of", "type"), message)
        if self.type is not AskType.CHOICE and self.many:
            message = f"'many' belongs to a 'choice', and this asks for '{self.type}'; remove it, or write type: choice"
            yield Conflict(("many", "type"), message)
        if self.persona is not None and self.type is not AskType.PERSON:
            message = f"'persona' belongs to a 'person', and this asks for '{self.type}'; write type: person"
            yield Conflict(("persona", "type"), message)
        if self.set is not None and self.type is AskType.PERSON:
            message = "'set' writes an attribute, and a person isn't one; write 'persona' to keep them as a contact"
            yield Conflict(("set", "type"), message)
        if self.set is not None and self.many:
            yield Conflict(("set", "many"), "An attribute has one value, so 'set' and 'many' exclude each other")

    def label(self, answer: str) -> str:
        """What customers read of an answer that a `choice` offers: the answer, or its translation."""
        return self._labels.get(answer, answer)

    def labelled(self, labels: Mapping[str, str]) -> Self:
        """Returns the same field with other words for the answers that it offers."""
        copy = self.model_copy()
        copy._labels = dict(labels)  # noqa: SLF001 - our own
        return copy

    @property
    def attribute_type(self) -> AttributeType:
        """The type of an attribute that takes one answer."""
        return _ATTRIBUTES.get(self.type, AttributeType.TEXT)

    def complaint(self, value: Any) -> str | None:
        """Returns what is wrong with an answer, as in `... isn't a number`; None if it fits."""
        match self.type:
            case AskType.TEXT | AskType.LONG_TEXT:
                return _text_complaint(value, _LONGEST[self.type])
            case AskType.FILE if StoredFile.parse(value) is not None:
                return None
            case AskType.URL | AskType.FILE:
                is_address = isinstance(value, str) and _WEB.fullmatch(value) is not None
                return None if is_address and len(value) <= limits.VALUE else "isn't an address such as https://..."
            case AskType.CHOICE:
                return self._choice_complaint(value)
            case AskType.PERSON:
                return _person_complaint(value)
        return None if fits(value, self.attribute_type) else _WRONG_TYPE[self.attribute_type]

    def _choice_complaint(self, value: Any) -> str | None:
        offered = self.one_of or ()
        if not self.many:
            return None if value in offered else f"isn't one of {listing(offered, last='or')}"
        if not isinstance(value, list | tuple) or not value:
            return "isn't a list of answers"
        wrong = [each for each in value if each not in offered]
        if wrong:
            return f"holds {wrong[0]!r}, which isn't one of {listing(offered, last='or')}"
        return "holds an answer twice" if len(set(value)) < len(value) else None


_LONGEST = {AskType.TEXT: limits.NAME, AskType.LONG_TEXT: limits.VALUE}
_WEB = re.compile(r"https?://[^\s\x00-\x1f]+", re.IGNORECASE)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+")
_WRONG_TYPE = {
    AttributeType.NUMBER: "isn't a number",
    AttributeType.DATE: "isn't a date; write it as 2026-03-02",
    AttributeType.FLAG: "isn't true or false",
}


def _text_complaint(value: Any, longest: int) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return "isn't a text"
    return None if len(value) <= longest else f"is longer than {longest} characters"


def _person_complaint(value: Any) -> str | None:
    if not isinstance(value, Mapping) or set(value) != {"name", "email"}:
        return "isn't a person with 'name' and 'email'"
    if complaint := _text_complaint(value["name"], limits.NAME):
        return f"has a name that {complaint}"
    email = value["email"]
    is_address = isinstance(email, str) and _MAIL.fullmatch(email) and len(email) <= limits.ADDRESS
    return None if is_address else "has an email that isn't a mail address"


class StepLink(Node):
    """A link on the customer's plan that leads to where a step is done."""

    url: Text = Field(description="the address, a template that begins with `https://` or `http://`")
    title: Text = Field(description="what the link says")
