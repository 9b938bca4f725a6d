"""Removes what has been kept for long enough: the words and people of old messages and facts, and old events.

Rows of messages and facts stay, so that counts do, and a fact that comes again is known. Records, contacts, the states
of journeys and answers are never touched: open journeys need them, and answers are the evidence of outcomes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import RowMapping, Select, bindparam, delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.customer import FORGOTTEN
from milepost.planner.facts import EventHappened
from milepost.planner.instants import Instant, moment
from milepost.store import absences, links, timeline
from milepost.store.database import Store
from milepost.store.inbox import InboxStatus
from milepost.store.messages import MessageStatus
from milepost.store.single_rows import RetentionRow
from milepost.store.table_types import table_of
from milepost.store.tables import EventCountRow, FactRow, MessageRow, TimelineRow
from milepost.store.upsert import insert_new

REMOVED = f"removed{FORGOTTEN}"
"""Stands for the people of rows whose content has been removed."""
DAY = 86_400
_BATCH = 500
_PAUSE = 0.02  # seconds between two batches, in which others write
_ROW = 1
_PEOPLE = frozenset({"by", "note", "comment", "evidence", "person", "name", "on_behalf_of", "left", "came"})
_PEOPLE_NEEDED = {
    "handed_over": ("former", "to"), "away": ("person", "delegate"), "back": ("person",), "mail_chosen": ("contact",),
    "replied": ("note",), "note": ("text",),
}  # fmt: skip
"""The people without whom a fact or an entry of these kinds can't be read."""
_EMPTY: dict[str, Any] = {"properties": {}, "attributes": {}, "contacts": [], "team": {}}
_REASONED = frozenset({"step_snoozed", "outcome_revoked", "outcome_answered", "journey_paused", "journey_resumed"})
"""Kinds of the timeline whose `why` is in people's words; elsewhere it is one of ours."""

_messages, _facts, _timeline = table_of(MessageRow), table_of(FactRow), table_of(TimelineRow)
_counts, _retention = table_of(EventCountRow), table_of(RetentionRow)


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many days messages, facts (with timeline and absences) and product events are kept; None: for ever."""

    messages: int | None = None
    facts: int | None = None
    events: int | None = None

    @property
    def is_on(self) -> bool:
        return any(days is not None for days in (self.messages, self.facts, self.events))


FOR_EVER = Retention()


async def last_run(session: AsyncSession) -> Instant | None:
    """Returns when old data was last removed (wall clock); None if it never was."""
    return await session.scalar(select(RetentionRow.ran_at))


async def claim(store: Store, wall: float) -> bool:
    """Tells whether the day's run is ours: a day has passed since the last one, and no other worker was faster."""
    return await store.write(partial(_claim, int(wall)))


def _claim(wall: int, session: Session) -> bool:
    if insert_new(session, RetentionRow, [{"id": _ROW, "ran_at": wall, "timeline_serial": 0}], ["id"], RetentionRow.id):
        return True
    is_due = update(_retention).where(_retention.c.ran_at <= wall - DAY).values(ran_at=wall)
    return bool(session.connection().execute(is_due).rowcount)


async def remove_old(store: Store, retention: Retention, now: Instant) -> dict[str, int]:
    """Removes what is too old at `now` (journey time), in small batches; returns how many rows of each table."""
    removed = {}
    if retention.messages is not None:
        removed["messages"] = await _in_batches(store, partial(_old_messages, now - retention.messages * DAY), _empty)
        removed["links"] = await store.write(partial(links.remove_old, now - retention.messages * DAY))
    if retention.facts is not None:
        before = now - retention.facts * DAY
        removed["facts"] = await _in_batches(store, partial(_old_facts, before), _strip_facts)
        removed["timeline"] = await _strip_timeline(store, before)
        removed["absences"] = await store.write(partial(absences.remove_old, before))
    if retention.events is not None:
        before = now - retention.events * DAY
        removed["events"] = await _in_batches(store, partial(_old_events, before), _delete_facts)
        day = moment(before).date().isoformat()
        removed["event_counts"] = await store.write(partial(_delete_counts, day))
    return removed


async def _in_batches(
    store: Store,
    find: Callable[[int], Select[Any]],
    change: Callable[[Sequence[RowMapping], Session], None],
    after: int = 0,
) -> int:
    """Changes the rows that `find` finds after a place; the first column of its rows is their place."""
    changed = 0
    while True:
        async with store.reading() as session:
            rows = (await session.execute(find(after).limit(_BATCH))).mappings().all()
        if not rows:
            return changed
        await store.write(partial(change, rows))
        changed, after = changed + len(rows), next(iter(rows[-1].values()))
        await asyncio.sleep(_PAUSE)


def _old_messages(before: Instant, after: int) -> Select[Any]:
    """Finds messages that are out, or never will be; those that are dealt with are no longer found."""
    return (
        select(_messages.c.at, _messages.c.journey_id, _messages.c.message)
        .where(_messages.c.at >= after, _messages.c.at < before, _messages.c.contact != REMOVED)
        .where(_messages.c.status != MessageStatus.QUEUED)
        .order_by(_messages.c.at)
    )


def _empty(rows: Sequence[RowMapping], session: Session) -> None:
    keys = [(row["journey_id"], row["message"]) for row in rows]
    session.connection().execute(
        update(_messages)
        .where(tuple_(_messages.c.journey_id, _messages.c.message).in_(keys))
        .values(contact=REMOVED, **dict.fromkeys(("subject", "text", "html", "last_error", "channel_id", "reply_key")))
    )


def _old_facts(before: Instant, after: int) -> Select[Any]:
    return (
        select(_facts.c.serial, _facts.c.data)
        .where(_facts.c.serial > after, _facts.c.at < before, _facts.c.status != InboxStatus.PENDING)
        .where(_facts.c.told_by.is_distinct_from(REMOVED))
        .order_by(_facts.c.serial)
    )


def _strip_facts(rows: Sequence[RowMapping], session: Session) -> None:
    statement = update(_facts).where(_facts.c.serial == bindparam("key")).values(told_by=REMOVED, data=bindparam("new"))
    session.connection().execute(statement, [{"key": row["serial"], "new": stripped_fact(row["data"])} for row in rows])


def stripped_fact(data: dict[str, Any]) -> dict[str, Any]:
    """Returns a fact, as JSON, without people and their words; it can be read as before."""
    left_out = {"contact", "why", *(() if data["kind"] == "ended" else ("reason",))}  # the reason for an end is counted
    kept = _without_people({name: value for name, value in data.items() if name not in left_out})
    return kept | dict.fromkeys(_PEOPLE_NEEDED.get(data["kind"], ()), REMOVED)


async def _strip_timeline(store: Store, before: Instant) -> int:
    """Strips the entries from where the last run ended to the first that is too young: they are nearly in order."""
    async with store.reading() as session:
        after = await session.scalar(select(RetentionRow.timeline_serial)) or 0
        young = select(_timeline.c.serial).where(_timeline.c.serial > after, _timeline.c.at >= before)
        first_young = await session.scalar(young.order_by(_timeline.c.serial).limit(1))
        up_to = await timeline.last_serial(session) if first_young is None else first_young - 1
    return await _in_batches(store, partial(_entries, up_to), _strip_entries, after)


def _entries(up_to: int, after: int) -> Select[Any]:
    query = select(_timeline.c.serial, _timeline.c.kind, _timeline.c.data)
    return query.where(_timeline.c.serial > after, _timeline.c.serial <= up_to).order_by(_timeline.c.serial)


def _strip_entries(rows: Sequence[RowMapping], session: Session) -> None:
    connection = session.connection()
    changes = [
        {"key": row["serial"], "new": new}
        for row in rows
        if (new := stripped_entry(row["kind"], row["data"])) != row["data"]
    ]
    if changes:
        connection.execute(
            update(_timeline).where(_timeline.c.serial == bindparam("key")).values(data=bindparam("new")), changes
        )
    connection.execute(update(_retention).values(timeline_serial=rows[-1]["serial"]))


def stripped_entry(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """Returns the fields of an entry without people and their words; it can be read as before."""
    stripped = _without_people(data)
    if "contact" in stripped:
        stripped["contact"] = REMOVED
    stripped |= dict.fromkeys(_PEOPLE_NEEDED.get(kind, ()), REMOVED)
    if kind in _REASONED:
        stripped.pop("why", None)
    if kind == "step_skipped" and "by" in data:
        stripped["why"] = "told"
    return stripped


def _without_people(data: dict[str, Any]) -> dict[str, Any]:
    return {name: _EMPTY.get(name, _stripped(name, value)) for name, value in data.items() if name not in _PEOPLE}


def _stripped(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return _without_people(value)
    if name == "names":
        return [_unless_address(each) for each in value]
    return _unless_address(value) if name == "about" else value


def _unless_address(name: Any) -> Any:
    """Returns a name of the map; an address stands for somebody."""
    return REMOVED if isinstance(name, str) and "@" in name else name


def _old_events(before: Instant, after: int) -> Select[Any]:
    return (
        select(_facts.c.serial)
        .where(_facts.c.serial > after, _facts.c.kind == EventHappened.kind, _facts.c.at < before)
        .where(_facts.c.status != InboxStatus.PENDING)
        .order_by(_facts.c.serial)
    )


def _delete_facts(rows: Sequence[RowMapping], session: Session) -> None:
    session.connection().execute(delete(_facts).where(_facts.c.serial.in_([row["serial"] for row in rows])))


def _delete_counts(before: str, session: Session) -> int:
    return session.connection().execute(delete(_counts).where(_counts.c.day < before)).rowcount
