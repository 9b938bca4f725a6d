"""What a customer wants about a step, on a colleague's day, and in which words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.customer import name_of
from milepost.explain.local_time import day_text, time_of
from milepost.explain.people_names import colleague_name
from milepost.explain.spoken import wished
from milepost.planner.enums import SystemTaskReason
from milepost.planner.spoken_entries import Noted, Replied, Requested, Responded
from milepost.planner.state import State
from milepost.planner.task_records import SystemTask
from milepost.planner.timeline import Entry
from milepost.store import timeline
from milepost.store.tasks import TaskLine

_SPOKEN = Requested | Replied | Responded | Noted
KINDS = tuple(each.kind for each in (Requested, Replied, Responded, Noted))
_MOST = 12
"""So much of what was said is shown, the last of it."""


@dataclass(frozen=True, slots=True)
class SaidLine:
    """One thing that was said about the step: who, when, what they want, and the words."""

    who: str
    at: str
    what: str
    words: str | None


@dataclass(frozen=True, slots=True)
class RequestView:
    """What a customer wants about a step: what was said since the task opened, and what could be agreed to.

    `day` is a local date as it is written, `day_text` as people read it. `not_mine` is the page for what is for others.
    """

    step: str
    said: tuple[SaidLine, ...]
    day: str | None
    day_text: str | None
    person: str | None
    name: str | None
    not_mine: str


async def requests_of(
    session: AsyncSession, lines: Sequence[TaskLine], states: dict[str, State], zone: str
) -> dict[tuple[str, str], RequestView]:
    """Returns what customers want, by journey and task."""
    views = {}
    for task in (line.task for line in lines if line.task.why == SystemTaskReason.REQUEST):
        record = states[task.journey_id].tasks.get(task.task)
        if record is not None:
            said = await timeline.of_kinds(session, task.journey_id, KINDS, since=record.opened_at)
            where = f"/desk/not-mine?journey={quote(task.journey_id)}&task={quote(task.task)}"
            views[task.journey_id, task.task] = _view(record, said, states[task.journey_id], zone, where)
    return views


def who_asked(record: SystemTask, entries: Iterable[Entry], state: State) -> str | None:
    """Returns the address of the contact who spoke last about what a task is about."""
    spoken = [each for each in entries if isinstance(each, Requested | Replied | Noted) and each.step == record.about]
    contacts = (each.by for each in reversed(spoken) if each.by and state.customer.has_contact(each.by))
    return next(contacts, None)


def _view(record: SystemTask, entries: Iterable[Entry], state: State, zone: str, not_mine: str) -> RequestView:
    about = (each for each in entries if isinstance(each, _SPOKEN) and each.step == record.about)
    person = record.person or {}
    email = person.get("email")
    return RequestView(
        record.about,
        tuple(_line(each, state, zone) for each in about)[-_MOST:],
        record.day,
        day_text(record.day) if record.day else None,
        email,
        (person.get("name") or name_of(email)) if email else None,
        not_mine,
    )


def _line(entry: _SPOKEN, state: State, zone: str) -> SaidLine:
    contacts = state.customer.contacts
    known = next((each.name for each in contacts if entry.by and each.has_address(entry.by)), None)
    who = known or (colleague_name(entry.by) if entry.by else "Somebody")
    match entry:
        case Requested():
            what, words = f"{wished(entry)} this", entry.note
        case Replied():
            what, words = "replied by mail", entry.note
        case Noted():
            what, words = "noted", entry.text
        case Responded():
            what = f"pointed them elsewhere ({entry.elsewhere})" if entry.elsewhere else f"answered ({entry.response})"
            words = entry.note
    return SaidLine(who, time_of(entry.at, zone), what, words)
