"""Lets journeys begin again that a book began in the wrong place, as long as nothing has happened in them.

The one that was begun wrongly ends, and another one begins where the book says now: in one transaction, so that nobody
is without a journey, and so that a mail which leaves meanwhile is found.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import takewhile
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from milepost.customer import Customer
from milepost.intake.context import IntakeContext
from milepost.intake.endings import end_at_once, take_in_what_waits
from milepost.planner import facts
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.entry_checks import check_entry, entry_problems, with_stage
from milepost.planner.entry_point import EntryPoint, JourneyStart
from milepost.planner.facts import Ended
from milepost.planner.instants import Instant
from milepost.planner.plan import plan
from milepost.planner.segment_match import best_map
from milepost.planner.state import State
from milepost.planner.timeline import Entry, JourneyStarted, OutcomeAnswered, StepDone, StepSkipped
from milepost.store import customers, journeys
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.inbox import InboxStatus
from milepost.store.messages import MessageStatus
from milepost.store.tables import FactRow, JourneyRow, MessageRow
from milepost.store.timeline import beginning

BEGUN_AGAIN = "begun_again"
"""The reason for which a journey ends that was begun in the wrong place."""
MENDED = "Imported again, as it had begun in the wrong place"
"""Why it begins again, if nobody says it otherwise."""
_FIRST_LINES = (JourneyStarted, StepDone, OutcomeAnswered, StepSkipped)
_NOTHING_HAPPENED = frozenset(
    each.kind
    for each in (
        *(facts.AttributesSet, facts.ContactsGiven, facts.TeamGiven, facts.MailChosen),
        *(facts.HandedOver, facts.Away, facts.Back, facts.MapChanged, facts.FactUndone),
        *(facts.MailSwitched, facts.MessageReleased, facts.MessageCancelled, facts.MessageReturned),
    )
)
"""Facts that say who and what a customer is, or that are about mail which hasn't left: they hold for any journey."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a journey began: its map, the stage (empty: at the beginning), and since when, a local date if known."""

    map: str
    stage: str
    since: str | None = None

    def __str__(self) -> str:
        since = f" since {self.since}" if self.since else ""
        return f"{self.stage or 'the beginning'}{since}"


@dataclass(frozen=True, slots=True)
class Restart:
    """A journey that begins again: where it had begun, and where the book says that it begins."""

    customer: str
    journey: str
    was: Standing
    becomes: Standing

    def __str__(self) -> str:
        was, becomes = self.was, self.becomes
        maps = ("", "") if was.map == becomes.map else (f"{was.map}: ", f"{becomes.map}: ")
        return f"{maps[0]}{was} -> {maps[1]}{becomes}"


@dataclass(frozen=True, slots=True)
class StaysThere:
    """A journey that began elsewhere than the book says now and that stays there, as something has happened in it."""

    customer: str
    why: str


Verdict = Restart | StaysThere | None


def again_json(verdict: Verdict) -> dict[str, Any]:
    """Returns what becomes of a journey that had begun elsewhere, for programs; nothing where none had."""
    match verdict:
        case Restart():
            return {"again": {"was": asdict(verdict.was), "becomes": asdict(verdict.becomes)}}
        case StaysThere(why=why):
            return {"stays": why}
        case None:
            return {}


def look(
    session: Session, compiled_maps: CompiledMaps, record: Customer, entry: EntryPoint | None, now: Instant
) -> Verdict:
    """Returns whether a customer's open journey would begin again where `entry` says; None: it began there, or none is.

    A customer whom no map is for any more keeps the journey.

    Raises:
        RefusedError: it would begin again, and the customer can't enter there.
    """
    running = next(iter(journeys.load_open(session, [record.id])), None)
    match = best_map(compiled_maps.load_current(session), record, now) if running is not None else None
    if running is None or not isinstance(match, CompiledMap):
        return None
    entry = _on(match, entry)
    first = _first_lines(session, compiled_maps, running)
    started = first[0] if first else None
    if not isinstance(started, JourneyStarted):  # nobody knows any more where it began
        return None
    begun_on = compiled_maps.load(session, started.version)
    if match.map.map == running.map and _alike(first, _would_begin(begun_on, running, record, entry)):
        return None
    if entry is not None:
        check_entry(match, entry, now)
    why = _what_happened(session, running.id)
    if why is not None:
        return StaysThere(record.id, why)
    stage, since = with_stage(match, entry).stage if entry else "", entry.since if entry else None
    return Restart(record.id, running.id, _standing(begun_on, started), Standing(match.map.map, stage, since))


async def begin_again(
    context: IntakeContext, customer: str, entry: EntryPoint | None, *, by: str | None, why: str = MENDED
) -> Verdict:
    """Lets a customer's open journey begin again where `entry` says, if it began elsewhere and nothing has happened.

    Raises:
        RefusedError: the customer can't enter there; nothing has changed.
        UnknownCustomerError: there is no such customer.
    """
    try:
        verdict, begun = await context.store.write(partial(_begin_again, context, customer, entry, by=by, why=why))
    except _MailLeavesError:
        return StaysThere(customer, "a mail of its journey is leaving right now")
    if begun is not None:
        await context.journey_client.start(begun.id)
    return verdict


class _MailLeavesError(Exception):
    """Ending the journey found that a mail is leaving: nothing is changed."""


def _begin_again(
    context: IntakeContext, customer: str, entry: EntryPoint | None, session: Session, *, by: str | None, why: str
) -> tuple[Verdict, JourneyRow | None]:
    now, journey = context.now(), journeys.open_id(session, customer)
    locked = journeys.lock(session, journey) if journey is not None else None  # before anything is read of it
    if locked is not None and locked.revision:
        take_in_what_waits(context, session, locked.id, now)
    record = customers.load(session, customer)
    verdict = look(session, context.compiled_maps, record, entry, now)
    if not isinstance(verdict, Restart):
        return verdict, None
    [running] = journeys.load_open(session, [record.id])
    match = best_map(context.compiled_maps.load_current(session), record, now)
    assert isinstance(match, CompiledMap)
    state = State.begin(record, match.map.map, match.version, now, JourneyStart(_on(match, entry), why, by))
    if running.revision == 0:  # Temporal hasn't let it begin yet, so that there is nothing to end
        running.map, running.version, running.started_at = state.map, state.version, state.started_at
        running.state, running.clock, running.updated_at = state.to_json(), state.clock, now
        return verdict, running
    fact = Ended(id=context.new_id(), at=now, by=by, reason=BEGUN_AGAIN, note=why)
    end_at_once(context, session, running.id, fact, BEGUN_AGAIN)
    if _mail_on_its_way(session, running.id) is not None:
        raise _MailLeavesError
    return verdict, journeys.insert(session, state)


def _on(compiled_map: CompiledMap, entry: EntryPoint | None) -> EntryPoint | None:
    """Returns where a customer of a map enters; None: plainly at the beginning."""
    there = entry.on(compiled_map.map.map) if entry is not None else None
    return None if there == EntryPoint("") else there


def _first_lines(session: Session, compiled_maps: CompiledMaps, running: JourneyRow) -> list[Entry]:
    """Returns the lines with which a journey began: where, and what was before."""
    if running.revision == 0:
        state = State.from_json(running.state)
        return _first(plan(compiled_maps.load(session, state.version), state, (), state.started_at).timeline)
    return beginning(session, running.id, [each.kind for each in _FIRST_LINES])


def _first(lines: Iterable[Entry]) -> list[Entry]:
    return list(takewhile(lambda each: isinstance(each, _FIRST_LINES), lines))


def _would_begin(
    compiled_map: CompiledMap, running: JourneyRow, record: Customer, entry: EntryPoint | None
) -> list[Entry]:
    """Returns the lines with which a journey would have begun if `entry` had been said; none if it couldn't."""
    start = JourneyStart(entry) if entry else None
    if entry is not None and any(entry_problems(compiled_map, entry, running.started_at)):
        return []
    state = State.begin(record, compiled_map.map.map, compiled_map.version, running.started_at, start)
    return _first(plan(compiled_map, state, (), running.started_at).timeline)


def _alike(lines: list[Entry], others: list[Entry]) -> bool:
    """Tells whether two journeys begin in one place, whoever began them and why."""
    return list(map(_plain, lines)) == list(map(_plain, others))


def _plain(entry: Entry) -> Entry:
    return replace(entry, version="", again=None, by=None) if isinstance(entry, JourneyStarted) else entry


def _standing(compiled_map: CompiledMap, started: JourneyStarted) -> Standing:
    is_long = started.since is not None and started.since < started.at
    since = str(compiled_map.ours.local(started.since).date()) if is_long and started.since is not None else None
    return Standing(started.map, started.stage or "", since)


def _what_happened(session: Session, journey: str) -> str | None:
    """Returns what has happened in a journey that another one wouldn't know of; None: nothing."""
    query = select(FactRow).where(
        FactRow.journey_id == journey,
        FactRow.kind.not_in(sorted(_NOTHING_HAPPENED)),
        FactRow.status != InboxStatus.UNDONE,
    )
    fact = session.scalars(query.order_by(FactRow.serial).limit(1)).first()
    if fact is not None:
        about = fact.data.get("step") or fact.data.get("outcome") or fact.data.get("event") or ""
        return f"{' '.join(filter(None, (fact.kind, about)))} was told since it began"
    template = _mail_on_its_way(session, journey)
    return None if template is None else f"its mail {template} has left, or is leaving"


def _mail_on_its_way(session: Session, journey: str) -> str | None:
    """Returns a text that has gone to a channel, or that is about to; None: there is none."""
    query = select(MessageRow.template).where(
        MessageRow.journey_id == journey, MessageRow.status != MessageStatus.RETURNED
    )
    return session.scalars(query.order_by(MessageRow.at, MessageRow.message).limit(1)).first()
