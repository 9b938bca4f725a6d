"""The values of the short templates on the plan: the same names as in a message to the contact."""

from __future__ import annotations

from dataclasses import dataclass

from milepost.explain import local_time
from milepost.explain.people_names import booking_link_of, colleague_name, initials_of, stand_in_text
from milepost.explain.sentences import Wording
from milepost.language.templates.context import (
    CsmContext,
    MessageContext,
    StepContext,
    answers_context,
    message_context,
)
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.situation import Situation
from milepost.translations.languages import Languages
from milepost.web.portal.plan_link import Opened


@dataclass(frozen=True, slots=True)
class OurContact:
    """The colleague of ours who looks after a customer, or who stands in; without an address, the name of the role.

    `booking_link` is the page on which customers book a time with them. `stands_in` is the sentence on whom they stand
    in for, and until when; None where whoever looks after the customer is there.
    """

    name: str
    title: str
    address: str | None
    booking_link: str | None = None
    stands_in: str | None = None

    @property
    def initials(self) -> str:
        return initials_of(self.name)


def our_contact(opened: Opened) -> OurContact:
    """Returns who looks after the customer of a plan: while they are away, who stands in."""
    role, customer = opened.compiled_map.map.csm, opened.state.customer
    title, address = opened.compiled_map.map.roles[role].title, customer.team.get(role)
    if address is None:
        return OurContact(title, title, None)
    stand_in = opened.stand_ins.for_task(address, role, customer.id)
    if stand_in is None:
        return OurContact(colleague_name(address), title, address, booking_link_of(address))
    delegate = stand_in.delegate
    sentence = stand_in_text(opened.reader, delegate, address, stand_in.absence.last_day)
    return OurContact(colleague_name(delegate), title, delegate, booking_link_of(delegate), sentence)


def plan_context(opened: Opened, situation: Situation, step: CompiledStep, languages: Languages) -> MessageContext:
    """Returns the values for a text about one step, as the contact reads it."""
    state, compiled_map = opened.state, opened.compiled_map
    due, ours = state.step(step.id).due_at, our_contact(opened)
    day = None if due is None else local_time.due_date(due, opened.zone)
    return message_context(
        customer=state.customer,
        contact=opened.contact,
        steps=[StepContext(step.id, Wording(compiled_map).step(step.id), day)],
        csm=CsmContext(ours.name, ours.address or ""),
        plan_url=opened.path,
        map_title=compiled_map.map.title,
        attributes=compiled_map.map.attributes,
        started_on=situation.customer_calendar(None).local(state.started_at).date(),
        language=opened.contact.language or state.customer.language,
        answers=answers_context(compiled_map.asks, state.answers),
        languages=languages,
    )
