"""The one validator of customer records, whichever way they come in: CSV, API, pages and facts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from typing import Any

from milepost import limits, places
from milepost.customer import Contact, Customer
from milepost.imports.cell_parsers import read_email, read_id, read_language
from milepost.imports.vocabulary import Vocabulary
from milepost.language.attribute_values import YEARS, fits
from milepost.language.field_types import AttributeType
from milepost.language.model import Attribute
from milepost.text import nearest, storable

NEAR_COLUMN = 0.75  # `industy` is `industry`; `health_score` may well be something else than `health`
NEAR_NAME = 0.6  # `cms` is `csm`
_NAMES = ("name", "first_name", "last_name", "salutation")
_MOST_VALUES = 12  # values that are listed where none is near
_EXPECTED = {
    AttributeType.TEXT: "a text; write it in quotes",
    AttributeType.NUMBER: "a number; write it without quotes and without a unit",
    AttributeType.DATE: f"a date; write it as YYYY-MM-DD, in a year from {YEARS[0]} to {YEARS[-1]}",
    AttributeType.FLAG: "yes or no; write true or false",
}


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """A reason to refuse a field, and what to write instead; `field` is its path, such as `attributes.renews_on`."""

    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


def check_customer(
    customer: Customer, vocabulary: Vocabulary, *, columns: Collection[str] = ()
) -> Iterator[FieldProblem]:
    """Yields every problem of a record.

    An attribute, persona or role that no map defines is only a problem where it is nearly the name of one that a map
    does define. `columns` are names that count as present though this record leaves them empty.
    """
    yield from _unreadable("id", customer.id, read_id)
    for name in ("name", "timezone", "country", "language"):
        yield from check_built_in(name, getattr(customer, name))
    yield from _attributes(customer.attributes, vocabulary, {*columns, *customer.attributes})
    yield from check_contacts(customer.contacts, vocabulary)
    yield from check_team(customer.team, vocabulary)


def check_values(attributes: Mapping[str, Any]) -> Iterator[FieldProblem]:
    """Yields the attributes that are too many or too long, whichever maps there are."""
    yield from _too_many("attributes", attributes, limits.ATTRIBUTES)
    for name, value in attributes.items():
        yield from _too_long(f"attributes.{name[: limits.NAME]}", name, limits.NAME)
        if isinstance(value, str):
            yield from _too_long(f"attributes.{name}", value, limits.VALUE)
        elif isinstance(value, float) and not limits.is_number(value):
            yield FieldProblem(f"attributes.{name}", f"numbers go up to {limits.NUMBER}; send a smaller one")


def check_built_in(name: str, value: Any) -> Iterator[FieldProblem]:
    """Yields what is wrong with a field that every customer has: `name`, `timezone`, `country` or `language`."""
    if value is None and name in ("country", "language"):
        return
    if not isinstance(value, str) or not value.strip():
        yield FieldProblem(name, f"{value!r} isn't a text; write one")
    elif len(value) > limits.NAME:
        yield from _too_long(name, value, limits.NAME)
    elif name in _PLACES:
        yield from _place(name, value)


def check_contacts(contacts: Sequence[Contact], vocabulary: Vocabulary) -> Iterator[FieldProblem]:
    """Yields what is wrong with people on the customer's side."""
    yield from _too_many("contacts", contacts, limits.CONTACTS)
    for number, contact in enumerate(contacts[: limits.CONTACTS]):
        at = f"contacts.{number}"
        for name in _NAMES:
            yield from _too_long(f"{at}.{name}", getattr(contact, name) or "", limits.NAME)
        yield from _too_many(f"{at}.personas", contact.personas, limits.PERSONAS)
        yield from _unreadable(f"{at}.email", contact.email, read_email)
        yield from _misspelt(f"{at}.personas", "persona", contact.personas, vocabulary.personas)
        for name in _PLACES:
            if getattr(contact, name) is not None:
                yield from _place(name, getattr(contact, name), f"{at}.")


def check_team(team: Mapping[str, str], vocabulary: Vocabulary) -> Iterator[FieldProblem]:
    """Yields what is wrong with a team, addresses by role."""
    yield from _too_many("team", team, limits.TEAM)
    yield from _misspelt("team", "role", team, vocabulary.roles)
    for role, address in team.items():
        yield from _unreadable(f"team.{role}", address, read_email)


def misspelt(names: Iterable[str], valid: Iterable[str], cutoff: float) -> Iterator[tuple[str, str]]:
    """Yields each unknown name that is nearly a valid one, with that one."""
    choices = frozenset(valid)
    for name in names:
        near = None if name in choices else nearest(name, choices, cutoff=cutoff)
        if near is not None:
            yield name, near


def _attributes(values: Mapping[str, Any], vocabulary: Vocabulary, present: Collection[str]) -> Iterator[FieldProblem]:
    yield from check_values(values)
    free = {name for name in vocabulary.attributes if name not in present}
    unknown = [name for name in values if name not in vocabulary.attributes]
    for name, near in misspelt(unknown, free, NEAR_COLUMN):
        yield FieldProblem(f"attributes.{name}", f"No map has an attribute {name!r}; did you mean {near!r}?")
    for name, value in values.items():
        problem = _value_problem(value, vocabulary.attributes.get(name, ()))
        if problem is not None:
            yield FieldProblem(f"attributes.{name}", problem)


def _value_problem(value: Any, declared: Sequence[Attribute]) -> str | None:
    """Returns why no map that declares the attribute takes the value; None where one does, or none declares it."""
    if value is None or not declared or any(attribute.accepts(value) for attribute in declared):
        return None
    if not any(fits(value, attribute.type) for attribute in declared):
        return f"{value!r} isn't {_EXPECTED[declared[-1].type]}"
    allowed = list(dict.fromkeys(str(each) for attribute in declared for each in attribute.one_of or ()))
    text = str(value)
    near = nearest(text, allowed) or nearest(text.lower().replace(" ", "_"), allowed)
    hint = f"did you mean {near!r}?" if near else f"it is one of: {', '.join(allowed[:_MOST_VALUES])}"
    return f"{text!r} is not among the values that the maps allow; {hint}"


def _too_many(field: str, values: Sized, most: int) -> Iterator[FieldProblem]:
    if len(values) > most:
        yield FieldProblem(field, f"{len(values)} are too many; send at most {most}")


def _too_long(field: str, text: str, most: int) -> Iterator[FieldProblem]:
    if len(text) > most:
        yield FieldProblem(field, f"{len(text)} characters are too many; write at most {most}")
    if storable(text) != text:
        yield FieldProblem(field, "it has a character that can't be stored; leave it out")


def _misspelt(field: str, what: str, names: Iterable[str], valid: Iterable[str]) -> Iterator[FieldProblem]:
    for name, near in misspelt(names, valid, NEAR_NAME):
        yield FieldProblem(field, f"No map has a {what} {name!r}; did you mean {near!r}?")


def _place(name: str, value: str, at: str = "") -> Iterator[FieldProblem]:
    yield from _unreadable(f"{at}{name}", value, _PLACES[name], exact=name == "country")


def _unreadable(field: str, value: str, reader: Callable[[str], str], *, exact: bool = False) -> Iterator[FieldProblem]:
    try:
        spelling = reader(value)
    except ValueError as error:
        yield FieldProblem(field, str(error))
        return
    if exact and spelling != value:
        yield FieldProblem(field, f"{value!r} is written {spelling!r}")


_PLACES: Mapping[str, Callable[[str], str]] = {
    "timezone": places.timezone,
    "country": places.country,
    "language": read_language,
}
