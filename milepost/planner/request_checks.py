"""Validates what a customer wants about a step: a wish that there is, with what belongs to it."""

from __future__ import annotations

from milepost.language.attribute_values import YEARS, parse_date
from milepost.planner.compiled_map import CompiledMap, CompiledStep
from milepost.planner.enums import IgnoreReason, StepKind, Wish
from milepost.planner.fact_errors import InvalidFactError
from milepost.planner.facts import Requested, Responded
from milepost.planner.pointers import kinds_of
from milepost.text import did_you_mean, nearest

WISHES = (Wish.HELP, Wish.DATE, Wish.PERSON)
"""What a customer can ask for; an answer is what a mail of theirs needs."""
OF_THE_CUSTOMER = (StepKind.ACTION, StepKind.OUTCOME)
"""The kinds of steps that the customer does."""


def check_requested(step: CompiledStep | None, fact: Requested) -> None:
    """Check what a customer wants; of a task that was added, `step` None, only the journey knows.

    Raises:
        InvalidFactError: there is no such wish, it lacks its date or person, or it makes no sense for this step.
    """
    if fact.wish not in WISHES:
        raise InvalidFactError(f"The wish is {fact.wish!r}.", f"It is one of: {', '.join(WISHES)}.")
    if (fact.due is None) is (fact.wish == Wish.DATE) or (fact.person is None) is (fact.wish == Wish.PERSON):
        hint = "A 'date' needs 'due', a 'person' needs 'person', and nothing else has either."
        raise InvalidFactError(f"The wish is {fact.wish!r}, and what belongs to it doesn't fit.", hint)
    if fact.due is not None and parse_date(fact.due) is None:
        hint = f"Write a date, 2026-03-02, in a year from {YEARS[0]} to {YEARS[-1]}."
        raise InvalidFactError(f"The date proposed for {fact.step!r} is {fact.due!r}.", hint, IgnoreReason.DUE)
    if fact.wish == Wish.PERSON and (step is None or step.kind not in OF_THE_CUSTOMER):
        message = f"{fact.step!r} is done by the vendor, so the customer doesn't say who does it."
        raise InvalidFactError(message, "Tell that they want help, or a note.")


def check_responded(compiled_map: CompiledMap, fact: Responded) -> None:
    """Check what a colleague says to a customer.

    Raises:
        InvalidFactError: there are no words, it says two things, or there is no such kind of what is for others.
    """
    if fact.elsewhere is None:
        if fact.note is None or fact.contact is not None:
            hint = "Only what is for others ('elsewhere') has a 'contact', and needs no 'note'."
            raise InvalidFactError(f"What is said about {fact.step!r} doesn't fit.", hint)
        return
    kinds = kinds_of(compiled_map.map)
    if fact.elsewhere not in kinds:
        suggestion = did_you_mean(nearest(fact.elsewhere, kinds)) or f". It is one of: {', '.join(kinds)}"
        message = f"There is no kind {fact.elsewhere!r} of requests that are for others{suggestion}"
        raise InvalidFactError(f"{message}.", "Write the kind as the map's 'pointers' name it.")
    if fact.declined:
        raise InvalidFactError("A request is declined or is for others, not both.", "Leave one of them out.")
