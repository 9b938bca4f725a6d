"""The values of the short templates on the plan: the same names as in a message to the contact."""

from __future__ import annotations

from milepost.customer import name_of
from milepost.explain import local_time
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
from milepost.web.portal.plan_link import Opened


def plan_context(opened: Opened, situation: Situation, step: CompiledStep) -> MessageContext:
    """Returns the values for a text about one step, as the contact reads it."""
    state, compiled_map = opened.state, opened.compiled_map
    due, csm = state.step(step.id).due_at, compiled_map.map.csm
    address = state.customer.team.get(csm)
    day = None if due is None else local_time.due_date(due, opened.zone)
    return message_context(
        customer=state.customer,
        contact=opened.contact,
        steps=[StepContext(step.id, Wording(compiled_map).step(step.id), day)],
        csm=CsmContext(name_of(address) if address else compiled_map.map.roles[csm].title, address or ""),
        plan_url=opened.path,
        map_title=compiled_map.map.title,
        attributes=compiled_map.map.attributes,
        started_on=situation.customer_calendar(None).local(state.started_at).date(),
        language=opened.contact.language or state.customer.language,
        answers=answers_context(compiled_map.asks, state.answers),
    )
