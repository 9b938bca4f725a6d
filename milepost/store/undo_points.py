"""What undoing needs for as long as the grace lasts: states from before, and messages that wait.

All instants are journey time.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import delete, null, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.customer import address_key
from milepost.planner.fact_checks import is_address
from milepost.planner.facts import (
    Agreed,
    Away,
    Back,
    FactUndone,
    HandedOver,
    MailChosen,
    MailSwitched,
    MessageCancelled,
    MessageReleased,
    MessageRetried,
    MessageReturned,
)
from milepost.planner.ids import step_of
from milepost.planner.instants import Instant
from milepost.planner.plan import Plan
from milepost.planner.timeline import MessageSent
from milepost.store.inbox import InboxStatus
from milepost.store.table_types import table_of
from milepost.store.tables import FactRow, MessageRow
from milepost.store.undo_tables import UndoPointRow

CLICKS = frozenset({"desk", "portal", "ops", "cli"})
"""The sources of facts that are people's own doing."""
_ELSEWHERE = (MailChosen, HandedOver, Away, Back)
_OF_MAIL = (MailSwitched, MessageRetried, MessageReturned)
_FOR_GOOD = frozenset(each.kind for each in (FactUndone, *_OF_MAIL, *_ELSEWHERE))
"""Kinds that can't be undone: a mail that failed and is sent again waits for nothing; and what is kept in other places
than the journey is changed there."""
_OF_A_MESSAGE = frozenset({MessageReleased.kind, MessageCancelled.kind})
_LOOKED_AT = 200
_OF_ADVANCE = (FactRow.journey_id == UndoPointRow.journey_id.concat("")) & (
    FactRow.revision == UndoPointRow.revision + 0
)
"""Which fact a point is from before. SQLite begins with the few points, as it can't look one up by such a condition."""
_points, _messages = table_of(UndoPointRow), table_of(MessageRow)


class StoredFact(Protocol):
    """A fact of the inbox."""

    @property
    def source(self) -> str: ...
    @property
    def data(self) -> dict[str, Any]: ...


def is_undoable(fact: StoredFact) -> bool:
    """Tells whether a person told the fact, and it is of a kind that can be undone; what was sent at once isn't."""
    is_at_once = fact.data["kind"] == MessageReleased.kind and bool(fact.data.get("now"))
    return fact.data["kind"] not in _FOR_GOOD and not is_at_once and is_by_person(fact)


def is_by_person(fact: StoredFact) -> bool:
    """Tells whether a person told the fact."""
    return is_person(fact.source, fact.data.get("by"))


def is_person(source: str, by: str | None) -> bool:
    """Tells whether a person tells something: by a click or a command, or by a program that names the person."""
    return source in CLICKS or (source == "api" and "@" in (by or ""))


def is_own(fact: FactRow, address: str) -> bool:
    """Tells whether a contact told the fact on their plan."""
    return fact.source == "portal" and address_key(fact.told_by or "") == address_key(address)


def keep(
    session: Session,
    journey: str,
    before: dict[str, Any],
    plan: Plan,
    *,
    told_at: Collection[Instant],
    until: Instant,
    left_out: Collection[str] = (),
) -> None:
    """Keeps the state of a locked journey from `before` a plan, so that what was told can be undone until an instant.

    Messages that the plan sends at the instants `told_at` wait for as long, but for those of the ids `left_out`. What
    fell due by itself doesn't wait.
    """
    row = {"journey_id": journey, "revision": plan.state.revision, "state": before, "until": until}
    session.connection().execute(_points.insert(), [row])
    for entry in plan.timeline:
        if isinstance(entry, MessageSent) and entry.at in told_at and entry.message not in left_out:
            is_row = (_messages.c.journey_id == journey, _messages.c.message == entry.message)
            session.connection().execute(update(_messages).where(*is_row).values(not_before=until))


def find(session: Session, journey: str, revision: int, now: Instant) -> dict[str, Any] | None:
    """Returns the state of a journey from before the advance `revision`; None if it is kept no longer."""
    row = session.get(UndoPointRow, (journey, revision), populate_existing=True)
    return None if row is None or row.until <= now else row.state


def kept_until(session: Session, journey: str, revision: int) -> Instant | None:
    """Returns until when what the advance `revision` took in can be undone, or could; None if nobody keeps it."""
    row = session.get(UndoPointRow, (journey, revision), populate_existing=True)
    return None if row is None else row.until


def take_out(session: Session, journey: str, *, since: int) -> dict[int | None, Instant]:
    """Forgets the states of a journey from before the advance `since` and later; returns until when each was kept."""
    is_one = (_points.c.journey_id == journey, _points.c.revision >= since)
    until = {row[0]: row[1] for row in session.execute(select(_points.c.revision, _points.c.until).where(*is_one))}
    session.connection().execute(delete(_points).where(*is_one))
    return until


def forget(session: Session, journey: str) -> None:
    """Forgets all states of a journey: nothing of it can be undone any more."""
    take_out(session, journey, since=0)


@dataclass(frozen=True, slots=True)
class UndoableFact:
    """A fact that can be undone until an instant; None: it waits for its journey, and can be until that has it."""

    fact: FactRow
    until: Instant | None

    @property
    def step(self) -> str | None:
        """The step or outcome that the fact is about, if it is about one."""
        data = self.fact.data
        about: str | None = data.get("step") or data.get("outcome") or data.get("about")
        if self.fact.kind == Agreed.kind and len(data["steps"]) == 1:
            (about,) = data["steps"]
        if about is None and self.fact.kind in _OF_A_MESSAGE:
            return step_of(data["message"])
        return None if is_address(about) else about


def undoable(
    session: Session, now: Instant, *, customer: str | None = None, by: str | None = None
) -> list[UndoableFact]:
    """Returns what people told and can undo, the latest first: about a customer, or by a person (an address)."""
    taken = select(FactRow, UndoPointRow.until).join(UndoPointRow, _OF_ADVANCE).where(UndoPointRow.until > now)
    waiting = select(FactRow).where(FactRow.status == InboxStatus.PENDING)
    for column, value in ((FactRow.customer_id, customer), (FactRow.told_by, by)):
        if value is not None:
            taken, waiting = taken.where(column == value), waiting.where(column == value)
    found = [
        *(UndoableFact(fact, until) for fact, until in session.execute(taken) if fact.status == InboxStatus.DELIVERED),
        *(UndoableFact(fact, None) for fact in session.scalars(waiting)),
    ]
    return sorted((each for each in found if is_undoable(each.fact)), key=lambda each: -each.fact.serial)


@dataclass(frozen=True, slots=True)
class UndoableRelease:
    """A release of a message that can be undone until an instant; None: its journey has yet to take it in."""

    customer: str
    fact: str
    message: str
    by: str | None
    at: Instant
    until: Instant | None


async def releases(session: AsyncSession, now: Instant) -> list[UndoableRelease]:
    """Returns the releases of messages that can be undone now, whoever released them, the earliest first."""
    columns = (FactRow.customer_id, FactRow.id, FactRow.told_by, FactRow.at, FactRow.source, FactRow.data)
    is_release = FactRow.kind == MessageReleased.kind
    of_advance = (UndoPointRow.journey_id == FactRow.journey_id) & (UndoPointRow.revision == FactRow.revision)
    taken = select(*columns, UndoPointRow.until).join(UndoPointRow, of_advance)
    taken = taken.where(is_release, FactRow.status == InboxStatus.DELIVERED, UndoPointRow.until > now)
    waiting = select(*columns, null()).where(is_release, FactRow.status == InboxStatus.PENDING)
    rows = [*await session.execute(taken), *await session.execute(waiting)]
    rows.sort(key=lambda row: (row.at, row.customer_id, row.id))
    undoable_rows = [row for row in rows if is_undoable(row)]
    return [UndoableRelease(row[0], row[1], row.data["message"], row[2], row[3], row[6]) for row in undoable_rows]


def latest_told(session: Session, customer: str) -> FactRow | None:
    """Returns the latest of a customer's last facts that a person told and a journey took in; None: there is none."""
    query = select(FactRow).where(FactRow.customer_id == customer, FactRow.status == InboxStatus.DELIVERED)
    latest = session.scalars(query.order_by(FactRow.serial.desc()).limit(_LOOKED_AT))
    return next((fact for fact in latest if fact.journey_id and is_undoable(fact)), None)


def remove_old(session: Session, now: Instant) -> int:
    """Removes the states that nobody needs any more; returns how many."""
    return session.connection().execute(delete(_points).where(_points.c.until <= now)).rowcount
