"""What undoing needs for as long as the grace lasts: states from before, and messages that wait.

All instants are journey time.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from milepost.planner.commands import SendMessage
from milepost.planner.facts import FactUndone, MailSwitched, MessageReleased, MessageRetried
from milepost.planner.instants import Instant
from milepost.planner.plan import Plan
from milepost.planner.timeline import MessageSent
from milepost.store.table_types import table_of
from milepost.store.tables import MessageRow
from milepost.store.undo_tables import UndoPointRow

CLICKS = frozenset({"desk", "portal", "ops", "cli"})
"""The sources of facts that are people's own doing."""
_FOR_GOOD = frozenset({FactUndone.kind, MailSwitched.kind, MessageReleased.kind, MessageRetried.kind})
"""Kinds that can't be undone: a mail that somebody lets go, having read it, waits for nothing."""
_points, _messages = table_of(UndoPointRow), table_of(MessageRow)


class StoredFact(Protocol):
    """A fact of the inbox."""

    @property
    def source(self) -> str: ...
    @property
    def data(self) -> dict[str, Any]: ...


def is_undoable(fact: StoredFact) -> bool:
    """Tells whether a person told of the fact: by a click or a command, or by a program that names the person."""
    if fact.data["kind"] in _FOR_GOOD:
        return False
    return fact.source in CLICKS or (fact.source == "api" and "@" in (fact.data.get("by") or ""))


def keep(session: Session, journey: str, revision: int, state: dict[str, Any], until: Instant) -> None:
    """Keeps the state of a locked journey from before the advance `revision`, until an instant."""
    row = {"journey_id": journey, "revision": revision, "state": state, "until": until}
    session.connection().execute(_points.insert(), [row])


def hold_messages(session: Session, journey: str, plan: Plan, told_at: Collection[Instant], grace: int) -> None:
    """Lets the messages that a plan sends because of what was told at these instants wait for the grace, in seconds.

    What fell due by itself doesn't wait.
    """
    if not any(isinstance(command, SendMessage) for command in plan.commands):
        return
    for entry in plan.timeline:
        if isinstance(entry, MessageSent) and entry.at in told_at:
            is_row = (_messages.c.journey_id == journey, _messages.c.message == entry.message)
            session.connection().execute(update(_messages).where(*is_row).values(not_before=entry.at + grace))


def state_before(session: Session, journey: str, revision: int) -> dict[str, Any] | None:
    """Returns the state of a journey from before the advance `revision`; None if it isn't kept."""
    row = session.get(UndoPointRow, (journey, revision), populate_existing=True)
    return None if row is None else row.state


def forget(session: Session, journey: str, *, since: int = 0) -> None:
    """Forgets the states of a journey from before the advance `since` and later ones."""
    session.connection().execute(delete(_points).where(_points.c.journey_id == journey, _points.c.revision >= since))


def remove_old(session: Session, now: Instant) -> int:
    """Removes the states that nobody needs any more; returns how many."""
    return session.connection().execute(delete(_points).where(_points.c.until <= now)).rowcount
