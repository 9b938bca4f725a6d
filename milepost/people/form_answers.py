"""Answers of made-up customers to the forms of a map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from milepost.customer import Contact
from milepost.language.asks import Ask, AskType
from milepost.language.attribute_values import parse_date
from milepost.people.draws import Draws

_ANSWERS_OPTIONAL = 0.5
_SAYS_YES = 0.8
_WEEKS_AHEAD = range(2, 9)
_NUMBERS = (5, 10, 12, 20, 25, 40)
_TEXTS = ("As we talked about", "See our mail", "Main office", "Nothing special")
_LONG_TEXTS = (
    "We would like to begin with one team.\nThe others join when it works.",
    "Please mind our month-end: nobody has time then.",
    "Our IT department asks to be told a week ahead.",
)


def form_answers(
    asks: Iterable[Ask], attributes: Mapping[str, Any], contacts: Iterable[Contact], today: date, draws: Draws
) -> dict[str, Any]:
    """Returns a form as a customer with these attributes and contacts might fill it in on a day.

    What is known already is said again, so that a form doesn't turn a customer into another.
    """
    known = tuple(contacts)
    return {
        ask.field: _answer(ask, attributes.get(ask.set or ""), known, today, draws)
        for ask in asks
        if not ask.optional or draws.random() < _ANSWERS_OPTIONAL
    }


def _answer(ask: Ask, known: Any, contacts: tuple[Contact, ...], today: date, draws: Draws) -> Any:
    if ask.type is AskType.PERSON:
        return _person(ask, contacts)
    if known is not None and ask.complaint(known) is None and not _is_past(ask, known, today):
        return known
    match ask.type:
        case AskType.CHOICE:
            return _choice(ask, draws)
        case AskType.NUMBER:
            return draws.choice(_NUMBERS)
        case AskType.FLAG:
            return draws.random() < _SAYS_YES
        case AskType.DATE:
            return (today + timedelta(weeks=draws.choice(_WEEKS_AHEAD))).isoformat()
        case AskType.FILE | AskType.URL:
            return f"https://files.customer.example/{ask.field}"
        case AskType.LONG_TEXT:
            return draws.choice(_LONG_TEXTS)
    return draws.choice(_TEXTS)


def _is_past(ask: Ask, known: Any, today: date) -> bool:
    day = parse_date(known) if ask.type is AskType.DATE else None
    return day is not None and day <= today


def _choice(ask: Ask, draws: Draws) -> Any:
    offered = ask.one_of or ()
    first = draws.choice(offered)
    if not ask.many:
        return first
    return [each for each in offered if each == first or draws.random() < 1 / len(offered)]


def _person(ask: Ask, contacts: tuple[Contact, ...]) -> dict[str, str]:
    """Names the person who has the persona already, else somebody new at the same customer."""
    for contact in contacts:
        if ask.persona is not None and ask.persona in contact.personas:
            return {"name": contact.name, "email": contact.email}
    domain = contacts[0].email.rpartition("@")[2] if contacts else "customer.example"
    name = (ask.persona or ask.field).replace("_", " ").capitalize()
    return {"name": name, "email": f"{ask.persona or ask.field}@{domain}"}
