"""Opting out: mails that their recipient doesn't want are dropped, and what they were for is done otherwise."""

from __future__ import annotations

from milepost.customer import Mail, mail_wanted
from milepost.planner import deferred
from milepost.planner.closings import skip_step
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.enums import MessageReason, StepKind
from milepost.planner.messages import drop
from milepost.planner.state import Queued
from milepost.planner.system_tasks import open_opted_out
from milepost.planner.turn import Turn

_WHY = "opted_out"


def drop_unwanted(turn: Turn) -> bool:
    """Drop the messages that wait for people who don't want them; returns whether there were any."""
    if not turn.state.queue or all(each.mail is Mail.ALL and not each.refused for each in turn.state.customer.contacts):
        return False
    steps = turn.compiled_map.steps
    unwanted = [queued for queued in turn.state.queue if _is_unwanted(turn, steps[queued.step])]
    for queued in sorted(unwanted, key=lambda each: steps[each.step].position):
        _drop(turn, steps[queued.step], queued)
    return bool(unwanted)


def _is_unwanted(turn: Turn, step: CompiledStep) -> bool:
    contact = turn.now.contact_of(step)
    return contact is not None and not step.is_let_through(mail_wanted(turn.state.customer.contacts, contact.email))


def _drop(turn: Turn, step: CompiledStep, queued: Queued) -> None:
    """Drop a message: a mail touchpoint is skipped, and the csm is to reach the person otherwise.

    An action's reminders give no task: its opening mail did, or was read.
    """
    drop(turn, queued, _WHY)
    if queued.reason is MessageReason.TOUCHPOINT:
        skip_step(turn, step, _WHY)
    elif queued.reason is MessageReason.REMINDER and step.kind is not StepKind.OUTCOME:
        return
    elif turn.state.paused:
        turn.state.deferred.append(deferred.OptedOut(queued.message))
    else:
        open_opted_out(turn, queued.message)
