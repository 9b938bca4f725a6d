"""Opting out: mails that their recipient doesn't want are dropped, and what they were for is done otherwise."""

from __future__ import annotations

from milepost.customer import Mail, mail_wanted
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.enums import SystemTaskReason
from milepost.planner.turn import Turn
from milepost.planner.unsent_messages import drop_for_good


def drop_unwanted(turn: Turn) -> bool:
    """Drop the messages that wait for people who don't want them; returns whether there were any."""
    if not turn.state.queue or all(each.mail is Mail.ALL and not each.refused for each in turn.state.customer.contacts):
        return False
    steps = turn.compiled_map.steps
    of_map = [queued for queued in turn.state.queue if not queued.reason.is_ours]
    unwanted = [queued for queued in of_map if _is_unwanted(turn, steps[queued.step])]
    for queued in sorted(unwanted, key=lambda each: steps[each.step].position):
        drop_for_good(turn, queued, SystemTaskReason.OPTED_OUT)
    return bool(unwanted)


def _is_unwanted(turn: Turn, step: CompiledStep) -> bool:
    contact = turn.now.contact_of(step)
    return contact is not None and not step.is_let_through(mail_wanted(turn.state.customer.contacts, contact.email))
