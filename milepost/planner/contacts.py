"""The customer's contacts, as a fact or a form gives them."""

from __future__ import annotations

from milepost.customer import Contact
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
