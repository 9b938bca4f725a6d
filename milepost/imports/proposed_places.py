"""Proposes columns of contacts, and of where a customer stands, by a column's heading and values."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from milepost.imports.dates import patterns_of
from milepost.imports.targets import Target
from milepost.imports.vocabulary import Vocabulary
from milepost.language.field_types import Verdict
from milepost.text import nearest, parse_flag

Found = tuple[Target, dict[str, Any], str | None]
"""A target, the fields of its column besides, and what is doubtful."""
_SHARE = 0.6  # of the values that must be those of a stage
_ALL_DATES = 0.8
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_CONTACT_FIELDS = {
    "email": ("email", "e mail", "mail", "email address", "mail address"),
    "first_name": ("first name",),
    "last_name": ("last name", "surname"),
    "salutation": ("salutation",),
    "name": ("name", "", "contact", "contact name"),
}
_SINCE = ("stage since", "in stage since", "phase since", "stage date", "stage entered", "since stage", "entered stage")
_STAGE = re.compile(r"\b(stage|phase|step)\b")


def proposed_place(words: str, values: Collection[str], vocabulary: Vocabulary) -> Found | None:
    """Returns what a column with such a heading, in small letters, and such values may fill; None for nothing."""
    return _contact(words, values, vocabulary) or _entry(words, values, vocabulary)


def _contact(words: str, values: Collection[str], vocabulary: Vocabulary) -> Found | None:
    for persona in sorted(vocabulary.personas, key=len, reverse=True):
        spelled = persona.replace("_", " ")
        if not re.search(rf"\b{re.escape(spelled)}\b", words):
            continue
        rest = " ".join(re.sub(rf"\b{re.escape(spelled)}s?\b", " ", words).split())
        field = next((each for each, names in _CONTACT_FIELDS.items() if rest in names), None)
        if field == "name" and values and all(_EMAIL.search(value) for value in values):
            field = "email"
        if field is not None:
            return Target("contacts", persona, field), {}, f"is it the {spelled}'s?"
    return None


def _entry(words: str, values: Collection[str], vocabulary: Vocabulary) -> Found | None:
    if not values or not vocabulary.stages:
        return None
    if words in _SINCE and (dates := _dates(values)) is not None:
        return Target("enters", "since"), dates, "is it since when the customer is in its stage?"
    if _STAGE.search(words) and (stages := _stages(values, vocabulary.stages)) is not None:
        return Target("enters", "stage"), stages, "is it the stage that the customer is in?"
    return _of_step(words, values, vocabulary)


def _stages(values: Collection[str], stages: Collection[str]) -> dict[str, Any] | None:
    """The stages that values stand for; None where too few of them are like one."""
    stands_for = {value: _stage(value, stages) for value in values}
    if sum(each is not None for each in stands_for.values()) < _SHARE * len(values):
        return None
    strange = {value: stage for value, stage in stands_for.items() if value != stage}
    return {"values": strange} if strange else {}


def _stage(value: str, stages: Collection[str]) -> str | None:
    return nearest(re.sub(r"\W+", "_", value.casefold()).strip("_"), stages, cutoff=0.75)


def _of_step(words: str, values: Collection[str], vocabulary: Vocabulary) -> Found | None:
    own = re.sub(r"\b(done|date|completed|on|held|at|verdict|result)\b", " ", words).split()
    step = "_".join(own)
    verdicts = {str(each) for each in Verdict}
    if step in vocabulary.outcomes and {value.casefold() for value in values} <= verdicts:
        return Target("enters", "outcomes", f"{step}.verdict"), {}, "was it confirmed before?"
    if step not in vocabulary.steps:
        return None
    if all(parse_flag(value) is not None for value in values):
        return Target("enters", "done", step), {}, f"does it say that {step} is done?"
    dates = _dates(values)
    return None if dates is None else (Target("enters", "done", step), dates, f"is it when {step} was done?")


def _dates(values: Collection[str]) -> dict[str, Any] | None:
    patterns = patterns_of(values, share=_ALL_DATES)
    if not patterns:
        return None
    fields: Mapping[str, Any] = {} if patterns[0] == "YYYY-MM-DD" else {"dates": patterns[0]}
    return dict(fields)
