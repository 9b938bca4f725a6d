"""What can be done on a customer's page: each act with its form, where it goes, and the same at the terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from milepost.explain.overview import CustomerOverview
from milepost.web.ops.step_choices import (
    answered_outcomes,
    can_be_done,
    can_be_snoozed,
    closed_steps,
    discussed_steps,
    outcomes_of,
    standing_steps,
    system_tasks,
    with_form,
)


@dataclass(frozen=True, slots=True)
class Act:
    """An act: `key` names it in addresses, `path` is where its form or its links go, as `doors.DOORS` writes it.

    `command` is the same at the terminal, behind `milepost`, with CUSTOMER for the customer's id; empty: there is none.
    `facts` are the kinds of facts that it tells.
    """

    key: str
    title: str
    command: str = ""
    path: str = ""
    facts: tuple[str, ...] = ()
    method: Literal["GET", "POST"] = "POST"

    @property
    def door(self) -> str:
        return self.path or f"/ops/customers/{{customer}}/{self.key}"


@dataclass(frozen=True, slots=True)
class ActGroup:
    """Acts under a heading."""

    title: str
    acts: tuple[Act, ...]


GROUPS = (
    ActGroup(
        "Write down",
        (
            Act("note", "Write a note", "tell CUSTOMER note 'They merge in May'", facts=("note",)),
            Act(
                "task",
                "Add a task",
                "tell CUSTOMER task_added 'Send the price list' --due 2026-03-10",
                facts=("task_added",),
            ),
            Act("files", "Attach a file", facts=("note",)),
            Act("event", "Record an event", "tell CUSTOMER event NAME FIELD=VALUE", facts=("event",)),
        ),
    ),
    ActGroup(
        "Steps",
        (
            Act(
                "step-done",
                "Mark a step as done",
                "tell CUSTOMER step_done STEP --result RESULT",
                facts=("step_done",),
            ),
            Act("step-skipped", "Skip a step", "tell CUSTOMER step_skipped STEP --reason WHY", facts=("step_skipped",)),
            Act("snoozed", "Put a step off", "tell CUSTOMER snoozed STEP 2026-03-10 --reason WHY", facts=("snoozed",)),
            Act(
                "step-reopened",
                "Reopen a step",
                "tell CUSTOMER step_reopened STEP --reason WHY",
                facts=("step_reopened",),
            ),
            Act(
                "agreed",
                "Agree on a date or a person",
                "tell CUSTOMER agreed STEP due=2026-03-10 person=ADDRESS",
                facts=("agreed",),
            ),
            Act("play", "Start a play", "tell CUSTOMER play_started PLAY --reason WHY", facts=("play_started",)),
            Act("task-done", "Close a task", "tell CUSTOMER task_done TASK --note WHAT", facts=("task_done",)),
        ),
    ),
    ActGroup(
        "They told me",
        (
            Act(
                "step-form",
                "Fill in a form for them",
                "tell CUSTOMER step_done STEP answers.FIELD=VALUE --evidence WHERE",
                facts=("step_done",),
            ),
            Act(
                "answer",
                "Record an answer",
                "tell CUSTOMER answer OUTCOME verified --evidence WHERE",
                facts=("answer",),
            ),
            Act(
                "answer-completed",
                "Add to an answer",
                "tell CUSTOMER answer_completed OUTCOME --value 12.5 --comment WORDS",
                facts=("answer_completed",),
            ),
            Act(
                "requested",
                "They want something",
                "tell CUSTOMER requested STEP wish=date due=2026-03-14 --note WORDS",
                facts=("requested",),
            ),
            Act(
                "replied",
                "They replied",
                "tell CUSTOMER replied STEP --note WORDS needs_answer=true",
                facts=("replied",),
            ),
            Act(
                "responded",
                "Answer them on the plan",
                "tell CUSTOMER responded STEP --note WORDS declined=true",
                facts=("responded",),
            ),
        ),
    ),
    ActGroup(
        "The customer",
        (
            Act("set", "Change an attribute", "tell CUSTOMER set NAME=VALUE", facts=("set",)),
            Act(
                "contacts",
                "Add a person",
                "tell CUSTOMER contacts 'Sam Poe <sam@acme.example> sponsor'",
                facts=("contacts",),
            ),
            Act("team", "Change the team", "tell CUSTOMER team ROLE=ADDRESS", facts=("team",)),
            Act(
                "hand-over",
                "Hand over, or stand in",
                "hand-over FROM TO --customers CUSTOMER",
                "/desk/hand-over",
                facts=("handed_over", "away", "back"),
                method="GET",
            ),
            Act("hold", "Hold or free mail", "mail hold --customer CUSTOMER --reason WHY", "/ops/mail/switch"),
        ),
    ),
    ActGroup(
        "The journey",
        (
            Act("pause", "Pause", "tell CUSTOMER paused --reason WHY", facts=("paused",)),
            Act("resume", "Resume", "tell CUSTOMER resumed --reason WHY", facts=("resumed",)),
            Act("move", "Move to another version", "tell CUSTOMER map_changed NUMBER", facts=("map_changed",)),
            Act("enroll", "Begin a journey", "enroll CUSTOMER --again --reason WHY --enters FILE"),
            Act("end", "End the journey", "tell CUSTOMER ended WHY", facts=("ended",)),
        ),
    ),
)
ELSEWHERE = {
    "revoked": "beside each answer on the tab Results",
    "mail_chosen": "beside each person on the tab People",
    "message_failed": "on the message's page, which the tab Now leads to",
    "message_released": "on the message's page, which the tab Now leads to",
    "message_cancelled": "on the message's page, which the tab Now leads to",
    "message_retried": "on the message's page, which the tab Now leads to",
}
"""The facts that have no act of their own, with where on the page or behind it they are told."""
_FIRST = ("note", "task", "resume", "pause", "enroll")
"""The acts that have a button of their own."""


@dataclass(frozen=True, slots=True)
class Offered:
    """The acts that there are for a customer now: those with a button, all by group, and the one that was chosen."""

    buttons: tuple[Act, ...]
    groups: tuple[ActGroup, ...]
    chosen: Act | None


def offered(overview: CustomerOverview, may: Callable[[str, str], bool], chosen: str) -> Offered:
    """Returns the acts that somebody may do on a customer as it stands."""
    there = _there(overview)
    groups = [
        ActGroup(group.title, tuple(act for act in group.acts if act.key in there and may(act.method, act.door)))
        for group in GROUPS
    ]
    acts = {act.key: act for group in groups for act in group.acts}
    buttons = tuple(acts[key] for key in _FIRST if key in acts)
    return Offered(buttons, tuple(group for group in groups if group.acts), acts.get(chosen))


def _there(overview: CustomerOverview) -> set[str]:
    """Returns the acts that make sense for a customer as it stands."""
    journey = overview.journey
    keys = {"set", "contacts", "team", "hand-over"}
    if journey is not None:
        keys |= {"note", "event"}
    if journey is None or (journey.has_ended and journey.record == overview.journeys[0]):
        return keys | {"enroll"}
    if journey.has_ended or journey.compiled_map is None:
        return keys
    by_choices = {
        "step-done": can_be_done(journey),
        "step-form": with_form(journey),
        "step-skipped": standing_steps(journey),
        "snoozed": can_be_snoozed(journey),
        "step-reopened": closed_steps(journey),
        "agreed": standing_steps(journey),
        "play": journey.compiled_map.plays,
        "task-done": system_tasks(journey),
        "answer": outcomes_of(journey),
        "answer-completed": answered_outcomes(journey),
        "requested": discussed_steps(journey),
        "replied": discussed_steps(journey),
        "responded": discussed_steps(journey),
        "move": len(journey.versions) > 1,
    }
    keys |= {key for key, choices in by_choices.items() if choices}
    return keys | {"task", "files", "hold", "end", "resume" if journey.state.paused else "pause"}
