"""The customer's contacts, as a fact or a form gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from milepost.customer import Contact, name_of
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.customer_changes import change_customer
from milepost.planner.enums import SystemTaskReason, TaskStatus
from milepost.planner.system_tasks import close_system_task
from milepost.planner.turn import Turn


def give_contacts(turn: Turn, contacts: tuple[Contact, ...], by: str | None) -> None:
    """Put the whole new list in place; a task to name a person is done once somebody has the persona."""
    change_customer(turn, turn.state.customer.having(contacts=contacts), by)
    for task, record in sorted(turn.state.tasks.items()):
        if record.why is SystemTaskReason.CONTACT and turn.now.contact(record.about) is not None:
            close_system_task(turn, task, TaskStatus.DONE)


def with_known_person(turn: Turn, step: CompiledStep, agreed: Mapping[str, Any], by: str | None) -> dict[str, Any]:
    """What was agreed on a step, with the person's address; one who comes with a name is a contact from now on.

    Somebody new has the persona of the step.
    """
    person = agreed.get("person")
    if not isinstance(person, Mapping):
        return dict(agreed)
    email, contacts = person["email"], turn.state.customer.contacts
    if not any(each.has_address(email) for each in contacts):
        personas = (step.persona,) if step.persona else ()
        give_contacts(turn, (*contacts, Contact(person.get("name") or name_of(email), email, personas)), by)
    return {**agreed, "person": email}
