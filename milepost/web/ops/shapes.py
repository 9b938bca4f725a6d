"""The parts of a customer's page."""

from __future__ import annotations

from dataclasses import dataclass

from milepost.explain.waits import WaitingStep
from milepost.web.ops.blocked_journey import Blocked


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a timeline or a forecast."""

    time: str
    kind: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Contact:
    """A person on the customer's side, with the link to the plan as this person gets it."""

    name: str
    email: str
    personas: str
    clock: str | None
    plan: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to an outcome."""

    time: str
    verdict: str
    told: str
    revoked: str | None


@dataclass(frozen=True, slots=True)
class OutcomeShown:
    """An outcome with all its answers."""

    id: str
    statement: str
    status: str
    target: str | None
    answers: tuple[Answer, ...]
    may_revoke: bool


@dataclass(frozen=True, slots=True)
class TaskShown:
    """A task in a line."""

    title: str
    who: str
    due: str | None
    status: str


@dataclass(frozen=True, slots=True)
class MessageShown:
    """A message in a line, with the address of the whole of it."""

    time: str
    contact: str
    subject: str
    status: str
    address: str


@dataclass(frozen=True, slots=True)
class Choices:
    """The possible actions on the journey; `form` is None if nobody is signed in."""

    form: str | None
    is_open: bool
    is_paused: bool
    outcomes: tuple[tuple[str, str], ...]
    plays: tuple[tuple[str, str], ...]
    attributes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """The page."""

    id: str
    name: str
    place: str
    standing: str
    why_none: tuple[str, ...]
    blocked: Blocked | None
    map: str | None
    version: str | None
    stages: tuple[tuple[str, bool], ...]
    plays: tuple[tuple[str, str], ...]
    health: float | None
    zone: str
    attributes: tuple[tuple[str, str], ...]
    contacts: tuple[Contact, ...]
    team: tuple[tuple[str, str], ...]
    waits: tuple[WaitingStep, ...]
    starts: tuple[WaitingStep, ...]
    timezone: str
    ahead: tuple[Entry, ...]
    ahead_note: str
    outcomes: tuple[OutcomeShown, ...]
    tasks: tuple[TaskShown, ...]
    messages: tuple[MessageShown, ...]
    messages_total: int
    entries: tuple[Entry, ...]
    kind: str
    kinds: tuple[tuple[str, str], ...]
    journeys: tuple[tuple[str, str, bool], ...]
    pending: tuple[str, ...]
    counted: tuple[tuple[str, int], ...]
    choices: Choices
