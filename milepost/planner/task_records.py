"""The records of tasks in a journey's state that no step of its map has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from milepost.planner.enums import SystemTaskReason
from milepost.planner.instants import Instant
from milepost.planner.records import Record


@dataclass(slots=True)
class SystemTask(Record):
    """A system task: one that Milepost itself gave a colleague.

    `about` is the stage, persona, step or message behind it; `role` is empty for a task of the map's owner. `wishes` is
    what a customer wants about the step: with the `day` that they propose, a local date, and the `person`, with `name`
    and `email`. By `due_at` they are to be answered; at `escalates_at` another role gets the task too, if there is one,
    and that is `escalated_to` then.
    """

    parsers: ClassVar = {"why": SystemTaskReason}

    role: str
    why: SystemTaskReason
    about: str
    opened_at: Instant
    wishes: list[str] = field(default_factory=list)
    day: str | None = None
    person: dict[str, str] | None = None
    due_at: Instant | None = None
    escalates_at: Instant | None = None
    escalated_to: str | None = None


@dataclass(slots=True)
class Invitation(Record):
    """The date that people agreed on for one occurrence of a touchpoint with guests, and what the guests know of it.

    `day` is a local date; with a time of day `at` is the instant, and `minutes` how long it takes. `uid` is the event's
    name in calendars, `title` the touchpoint's, `organizer` the address of the colleague who invites, `number` that of
    the last mail. `guests` are, by address, what their calendar says (see `milepost.planner.invitations`), the number
    of the mail that told them, and what it had said before. `unheard` is the date of which a colleague was told that
    mail reaches none of the guests.
    """

    step: str
    occurrence: int
    uid: str
    title: str = ""
    day: str = ""
    at: Instant | None = None
    minutes: int | None = None
    organizer: str | None = None
    number: int = 0
    guests: dict[str, list[Any]] = field(default_factory=dict)
    unheard: str = ""


@dataclass(slots=True)
class AddedTask(Record):
    """A task that a colleague added to this customer alone; the step of its id says where it stands.

    `effort` and `due` are durations, as they were written; without `due` the default holds, or the date agreed on.
    The customer doesn't see what is `internal`.
    """

    title: str
    role: str
    effort: str | None = None
    due: str | None = None
    internal: bool = False
