"""Proposes columns of contacts, and of where a customer stands, by a column's heading and values."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from milepost.customer import Mail
from milepost.imports.dates import patterns_of
from milepost.imports.known_words import lone_persona, value_akin, without_roles
from milepost.imports.proposed_columns import Proposed, is_language
from milepost.imports.proposed_shapes import NUMBER
from milepost.imports.targets import Target
from milepost.imports.vocabulary import Vocabulary
from milepost.language.field_types import Verdict
from milepost.text import parse_flag

_ALL_DATES = 0.8
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_CONTACT_FIELDS = {
    "email": ("email", "e mail", "mail", "email address", "mail address", "e mail adresse", "mailadresse", "courriel"),
    "first_name": ("first name", "vorname", "prénom"),
    "last_name": ("last name", "surname", "nachname", "nom de famille"),
    "salutation": ("salutation", "anrede", "civilité"),
    "name": ("name", "", "contact", "contact name", "kontakt", "nom"),
    "language": ("language", "preferred language", "sprache", "bevorzugte sprache", "langue"),
    "mail": (
        *("mail preference", "opted out", "email opt out", "opted out of email", "unsubscribed"),
        *("unsubscribed from all email", "abgemeldet", "von allen e mails abgemeldet", "désabonné"),
    ),
}
_NOBODYS = ("language", "mail")
"""Fields of which a heading that names nobody says nothing: they are the customer's, or of some list of mail."""
_SOMEBODY = re.compile(
    r"\b(primary |main )?(contact|ansprechpartner(in)?|ansprechperson|kontakt|interlocuteur)\b( principal)?"
)
_SINCE = (
    *("stage since", "in stage since", "phase since", "stage date", "stage entered", "since stage", "entered stage"),
    *("phase seit", "in phase seit", "stufe seit", "seit phase", "étape depuis", "phase depuis"),
)
_PAUSED = ("paused", "paused since", "paused on", "pausiert", "pausiert seit", "en pause depuis")
_ENDED = ("ended because", "end reason", "reason of the end", "churn reason", "kündigungsgrund", "beendet weil")
_OF_STEP = (
    ("agreed", re.compile(r"\b(agreed|vereinbart\w*)\b")),
    ("skipped", re.compile(r"\b(skipped|übersprungen)\b")),
    ("open", re.compile(r"\b(open|offen)\b")),
    ("due", re.compile(r"\b(due|fällig)\b")),
)
_OF_ANSWER = re.compile(r"\b(verdict|value|result|confirmed|verified|answered|date|on|at)\b")
_COUNTED = re.compile(r"\b(number|no|count|anzahl|nombre|of|der|de|so|far)\b")
_BESIDES = re.compile(r"\b(play|since|seit|running|läuft|date|datum|am|on|with|mit|for)\b")


def proposed_place(words: str, values: Collection[str], vocabulary: Vocabulary) -> Proposed | None:
    """Returns what a column with such a heading, in small letters, and such values may fill; None for nothing."""
    return (
        _contact(words, values, vocabulary) or _somebody(words, values, vocabulary) or _entry(words, values, vocabulary)
    )


def _contact(words: str, values: Collection[str], vocabulary: Vocabulary) -> Proposed | None:
    for persona in sorted(vocabulary.personas, key=len, reverse=True):
        spelled = persona.replace("_", " ")
        if not re.search(rf"\b{re.escape(spelled)}\b", words):
            continue
        rest = " ".join(re.sub(rf"\b{re.escape(spelled)}s?\b", " ", words).split())
        field = next((each for each, names in _CONTACT_FIELDS.items() if rest in names), None)
        if field == "name" and values and all(_EMAIL.search(value) for value in values):
            field = "email"
        if field is not None:
            return _of_person(Target("contacts", persona, field), values)
    return None


def _of_person(target: Target, values: Collection[str]) -> Proposed | None:
    """A field of a contact, if its values can be read as such."""
    if target.field == "mail":
        return _mail_wanted(target, values)
    return None if target.field == "language" and not all(map(is_language, values)) else Proposed(target)


def _mail_wanted(target: Target, values: Collection[str]) -> Proposed | None:
    """The mail that somebody wants, as it is or by a flag: whoever opted out gets none."""
    if values and {value.casefold() for value in values} <= {str(each) for each in Mail}:
        return Proposed(target)
    flags = {value: parse_flag(value) for value in values}
    if not flags or None in flags.values():
        return None
    wanted = {value: str(Mail.NONE) if opted_out else None for value, opted_out in flags.items()}
    return Proposed(target, {"values": wanted}, remark="whoever opted out gets no mail at all")


def contact_field(words: str) -> str | None:
    """Returns which field of a contact a heading, in small letters, says, of whomever; None for none."""
    rest = _without_somebody(words)
    return next((each for each, names in _CONTACT_FIELDS.items() if rest and rest in names), None)


def _without_somebody(words: str) -> str:
    return " ".join(without_roles(_SOMEBODY.sub(" ", words)).split())


def _somebody(words: str, values: Collection[str], vocabulary: Vocabulary) -> Proposed | None:
    """A field of a contact whose persona the heading doesn't name."""
    field = contact_field(words)
    names_nobody = field in ("name", *_NOBODYS) and words == _without_somebody(words)
    if field is None or not vocabulary.lone_personas or names_nobody:
        return None
    persona, why = lone_persona(words, vocabulary.lone_personas, vocabulary.reach)
    said = f"{why[0].upper()}{why[1:]}"
    if field != "email" or len(vocabulary.lone_personas) == 1:  # who it is is decided with the address
        proposed = _of_person(Target("contacts", persona, field), values)
        return proposed and replace(proposed, remark="; ".join(filter(None, (said, proposed.remark))))
    return Proposed(Target("contacts", persona, field), {}, f"whose is it? {said}")


def _entry(words: str, values: Collection[str], vocabulary: Vocabulary) -> Proposed | None:
    if not values or not vocabulary.stage_names:
        return None
    if words in _SINCE and (dates := _dates(values)) is not None:
        return Proposed(Target("enters", "since"), dates)
    if words in _PAUSED and (dates := _dates(values)) is not None:
        return Proposed(Target("enters", "paused"), dates)
    if words in _ENDED:
        return Proposed(Target("enters", "ended"), remark="no journey begins for customers who have something here")
    ways = (_of_step, _of_outcome, _under_way, _of_event)
    return next((found for way in ways if (found := way(words, values, vocabulary))), None)


def _under_way(words: str, values: Collection[str], vocabulary: Vocabulary) -> Proposed | None:
    """What goes on in a journey: plays that run, steps that are open, dates and people that were agreed on."""
    own = "_".join(_BESIDES.sub(" ", words).split())
    dates = _dates(values)
    are_flags = all(parse_flag(value) is not None for value in values)
    if own in vocabulary.plays and (dates is not None or are_flags):
        return Proposed(Target("enters", "plays", own), dates or {})
    for what, marker in _OF_STEP:
        step = "_".join(_BESIDES.sub(" ", marker.sub(" ", words)).split())
        if not marker.search(words) or step not in vocabulary.steps | vocabulary.outcomes:
            continue
        if what == "agreed":
            part = "person" if all(_EMAIL.search(value) for value in values) else "due" if dates is not None else None
            return Proposed(Target("enters", "agreed", f"{step}.{part}"), dates or {}) if part else None
        if (are_flags and what != "due") or (dates is not None and what != "skipped"):
            return Proposed(Target("enters", what, step), dates or {})
    return None


def _of_step(words: str, values: Collection[str], vocabulary: Vocabulary) -> Proposed | None:
    own = re.sub(r"\b(done|date|completed|on|held|at|verdict|result)\b", " ", words).split()
    step = "_".join(own)
    if step not in vocabulary.steps:
        return None
    if all(parse_flag(value) is not None for value in values):
        return Proposed(Target("enters", "done", step))
    dates = _dates(values)
    return None if dates is None else Proposed(Target("enters", "done", step), dates)


def _of_outcome(words: str, values: Collection[str], vocabulary: Vocabulary) -> Proposed | None:
    """How an outcome was answered before: its verdict, its value or its date."""
    outcome = "_".join(_OF_ANSWER.sub(" ", words).split())
    if outcome not in vocabulary.outcomes:
        return None
    if {value.casefold() for value in values} <= {str(each) for each in Verdict}:
        return Proposed(Target("enters", "outcomes", f"{outcome}.verdict"))
    if (dates := _dates(values)) is not None:
        return Proposed(Target("enters", "outcomes", f"{outcome}.at"), dates)
    are_numbers = all(NUMBER.fullmatch(value) for value in values)
    return Proposed(Target("enters", "outcomes", f"{outcome}.value")) if are_numbers else None


def _of_event(words: str, values: Collection[str], vocabulary: Vocabulary) -> Proposed | None:
    """How many of a product event count already: a heading with its words, in whatever number and order."""
    event = value_akin(_COUNTED.sub(" ", words), vocabulary.events)
    if event is None or len(event.split("_")) != len(_COUNTED.sub(" ", words).split()):
        return None
    return Proposed(Target("enters", "counts", event)) if all(map(str.isdecimal, values)) else None


def _dates(values: Collection[str]) -> dict[str, Any] | None:
    patterns = patterns_of(values, share=_ALL_DATES)
    if not patterns:
        return None
    fields: Mapping[str, Any] = {} if patterns[0] == "YYYY-MM-DD" else {"dates": patterns[0]}
    return dict(fields)
