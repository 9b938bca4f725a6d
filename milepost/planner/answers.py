"""The answers of forms: what the customer fills in is kept, and changes the customer's record where the map says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from milepost.customer import Contact
from milepost.planner import timeline
from milepost.planner.branches import set_attributes
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.contacts import give_contacts
from milepost.planner.customer_changes import BY_THE_MAP
from milepost.planner.fact_checks import asks_of
from milepost.planner.turn import Turn


def keep_answers(turn: Turn, step: CompiledStep, answers: Mapping[str, Any]) -> tuple[str, ...]:
    """Keep a form in the place of the one before; returns the fields that differ, in the order of the form."""
    before = turn.state.answers.get(step.id, {})
    sent = {ask.field: answers[ask.field] for ask in asks_of(step) if answers.get(ask.field) is not None}
    differ = tuple(ask.field for ask in asks_of(step) if sent.get(ask.field) != before.get(ask.field))
    if differ:
        turn.state.answers[step.id] = sent
        turn.invalidate(step.itself)
    return differ


def change_answers(turn: Turn, step: CompiledStep, answers: Mapping[str, Any], by: str | None) -> None:
    """Take in a form that is sent for a step which is done already."""
    names = keep_answers(turn, step, answers)
    if names:
        turn.report(timeline.AnswersChanged(turn.at, turn.place(step), names=names, by=by))
    write_to_customer(turn, step, answers)


def write_to_customer(turn: Turn, step: CompiledStep, answers: Mapping[str, Any]) -> None:
    """Set the attributes and the contacts that a form gives; what isn't answered stays as it is."""
    asked = [(ask, answers[ask.field]) for ask in asks_of(step) if answers.get(ask.field) is not None]
    values = {ask.set: value for ask, value in asked if ask.set is not None}
    if values:
        set_attributes(turn, values, BY_THE_MAP)
    contacts = turn.state.customer.contacts
    for ask, value in asked:
        if ask.persona is not None:
            contacts = with_person(contacts, ask.persona, value["name"], value["email"])
    if contacts != turn.state.customer.contacts:
        give_contacts(turn, contacts, BY_THE_MAP)


def with_person(contacts: tuple[Contact, ...], persona: str, name: str, email: str) -> tuple[Contact, ...]:
    """Returns the contacts with this person as the first who has the persona.

    A known address keeps its name and its other personas; it moves only where somebody else had the persona before it.
    """
    person = next((each for each in contacts if each.has_address(email)), None) or Contact(name, email)
    if persona not in person.personas:
        person = replace(person, personas=(*person.personas, persona))
    at = next((place for place, each in enumerate(contacts) if persona in each.personas), len(contacts))
    known = next((place for place, each in enumerate(contacts) if each.has_address(email)), None)
    if known is not None and known <= at:
        return (*contacts[:known], person, *contacts[known + 1 :])
    before, after = contacts[:at], [each for each in contacts[at:] if not each.has_address(email)]
    return (*before, person, *after)
