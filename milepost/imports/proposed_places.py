"""Proposes columns of contacts, and of where a customer stands, by a column's heading and values."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from milepost.imports.dates import patterns_of
from milepost.imports.known_words import lone_persona, without_roles
from milepost.imports.targets import Target
from milepost.imports.vocabulary import Vocabulary
from milepost.language.field_types import Verdict
from milepost.text import listing, nearest, parse_flag

Found = tuple[Target, dict[str, Any], str | None]
"""A target, the fields of its column besides, and what is doubtful."""
_SHARE = 0.6  # of the values that must be those of a stage
_ALL_DATES = 0.8
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_CONTACT_FIELDS = {
    "email": ("email", "e mail", "mail", "email address", "mail address", "e mail adresse", "mailadresse", "courriel"),
    "first_name": ("first name", "vorname", "prénom"),
    "last_name": ("last name", "surname", "nachname", "nom de famille"),
    "salutation": ("salutation", "anrede", "civilité"),
    "name": ("name", "", "contact", "contact name", "kontakt", "nom"),
}
_SOMEBODY = re.compile(
    r"\b(primary |main )?(contact|ansprechpartner(in)?|ansprechperson|kontakt|interlocuteur)\b( principal)?"
)
_SINCE = (
    *("stage since", "in stage since", "phase since", "stage date", "stage entered", "since stage", "entered stage"),
    *("phase seit", "in phase seit", "stufe seit", "seit phase", "étape depuis", "phase depuis"),
)
_STAGE = re.compile(r"\b(stage|phase|step|lebenszyklusphase)\b")
_STAGE_HEADINGS = (  # a CRM's own life cycle last: it ends where the journey begins
    *("journey stage", "customer stage", "current stage", "stage", "phase"),
    *("kundenphase", "aktuelle phase", "étape"),
    *("lifecycle stage", "lifecycle phase", "lebenszyklusphase", "lebenszyklus phase", "phase du cycle de vie"),
)
_PAUSED = ("paused", "paused since", "paused on", "pausiert", "pausiert seit", "en pause depuis")
_ENDED = ("ended because", "end reason", "reason of the end", "churn reason", "kündigungsgrund", "beendet weil")
_MOST_STAGES = 10
_OF_STEP = (
    ("agreed", re.compile(r"\b(agreed|vereinbart\w*)\b")),
    ("skipped", re.compile(r"\b(skipped|übersprungen)\b")),
    ("open", re.compile(r"\b(open|offen)\b")),
    ("due", re.compile(r"\b(due|fällig)\b")),
)
_BESIDES = re.compile(r"\b(play|since|seit|running|läuft|date|datum|am|on|with|mit|for)\b")


def proposed_place(words: str, values: Collection[str], vocabulary: Vocabulary) -> Found | None:
    """Returns what a column with such a heading, in small letters, and such values may fill; None for nothing."""
    return _contact(words, values, vocabulary) or _somebody(words, vocabulary) or _entry(words, values, vocabulary)


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


def contact_field(words: str) -> str | None:
    """Returns which field of a contact a heading, in small letters, says, of whomever; None for none."""
    rest = _without_somebody(words)
    return next((each for each, names in _CONTACT_FIELDS.items() if rest and rest in names), None)


def _without_somebody(words: str) -> str:
    return " ".join(without_roles(_SOMEBODY.sub(" ", words)).split())


def _somebody(words: str, vocabulary: Vocabulary) -> Found | None:
    """A field of a contact whose persona the heading doesn't name."""
    field = contact_field(words)
    if field is None or not vocabulary.lone_personas or (field == "name" and words == _without_somebody(words)):
        return None
    persona, why = lone_persona(words, vocabulary.lone_personas, vocabulary.reach)
    return Target("contacts", persona, field), {}, f"whose is it? {why[0].upper()}{why[1:]}"


def _entry(words: str, values: Collection[str], vocabulary: Vocabulary) -> Found | None:
    if not values or not vocabulary.stages:
        return None
    if words in _SINCE and (dates := _dates(values)) is not None:
        return Target("enters", "since"), dates, "is it since when the customer is in its stage?"
    if _STAGE.search(words) and (found := _stages(values, vocabulary.stages)) is not None:
        return found
    if words in _PAUSED and (dates := _dates(values)) is not None:
        return Target("enters", "paused"), dates, "is it since when the journey is paused?"
    if words in _ENDED:
        return Target("enters", "ended"), {}, "does it say why a customer's journey is over, so that none begins?"
    return _of_step(words, values, vocabulary) or _under_way(words, values, vocabulary)


def stage_heading(headings: Collection[str]) -> str | None:
    """Returns the one of some headings, in small letters, that says best in which stage a customer is."""
    found = [heading for heading in headings if heading in _STAGE_HEADINGS]
    return min(found, key=_STAGE_HEADINGS.index, default=None)


def stage_by_heading(values: Collection[str], vocabulary: Vocabulary) -> Found | None:
    """Returns the stage for a column that only its heading speaks for.

    Where none of its values is a stage's, it is a CRM's own life cycle, and all of them mean the beginning.
    """
    if not vocabulary.stages:
        return None
    strange, unknown = _stands_for(values, vocabulary.stages)
    if len(unknown) == len(values):
        strange = dict.fromkeys(strange)
        known = listing(sorted(vocabulary.stages), most=_MOST_STAGES)
        doubt = f"is it the stage that the customer is in? The maps have {known}; null is the beginning"
    else:
        doubt = _stage_doubt(unknown, vocabulary.stages)
    return Target("enters", "stage"), {"values": strange} if strange else {}, doubt


def _under_way(words: str, values: Collection[str], vocabulary: Vocabulary) -> Found | None:
    """What goes on in a journey: plays that run, steps that are open, dates and people that were agreed on."""
    own = "_".join(_BESIDES.sub(" ", words).split())
    dates = _dates(values)
    are_flags = all(parse_flag(value) is not None for value in values)
    if own in vocabulary.plays and (dates is not None or are_flags):
        return Target("enters", "plays", own), dates or {}, f"is it since when the play {own} runs?"
    for what, marker in _OF_STEP:
        step = "_".join(_BESIDES.sub(" ", marker.sub(" ", words)).split())
        if not marker.search(words) or step not in vocabulary.steps | vocabulary.outcomes:
            continue
        if what == "agreed":
            part = "person" if all(_EMAIL.search(value) for value in values) else "due" if dates is not None else None
            doubt = f"was it agreed on for {step}?"
            return (Target("enters", "agreed", f"{step}.{part}"), dates or {}, doubt) if part else None
        if (are_flags and what != "due") or (dates is not None and what != "skipped"):
            return Target("enters", what, step), dates or {}, f"is {step} {what}?"
    return None


def _stages(values: Collection[str], stages: Collection[str]) -> Found | None:
    """The stages that values stand for; None where too few of them are like one."""
    strange, unknown = _stands_for(values, stages)
    if len(values) - len(unknown) < _SHARE * len(values):
        return None
    return Target("enters", "stage"), {"values": strange} if strange else {}, _stage_doubt(unknown, stages)


def _stands_for(values: Collection[str], stages: Collection[str]) -> tuple[dict[str, str | None], list[str]]:
    """Returns what values stand for that aren't stages themselves, and those that are like none.

    These stand for an empty text, which a mapping refuses: whoever is taken for new gets the welcome.
    """
    found = {value: _stage(value, stages) for value in values}
    unknown = [value for value, stage in found.items() if stage is None]
    return {value: stage or "" for value, stage in found.items() if value != stage}, unknown


def _stage_doubt(unknown: Collection[str], stages: Collection[str]) -> str:
    """Returns what is doubtful about a column of stages, some of whose values are like none."""
    if not unknown:
        return "is it the stage that the customer is in?"
    which = listing([f"“{value}”" for value in unknown], most=_MOST_STAGES)
    known = listing(sorted(stages), most=_MOST_STAGES)
    verb = "means" if len(unknown) == 1 else "mean"
    return (
        f"is it the stage that the customer is in? Write which stage {which} {verb}: {known}, or null for the "
        "beginning, welcome included; a stage that opens by a date opens beside it"
    )


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
