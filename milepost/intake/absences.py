"""Absences: a colleague is away, and a delegate stands in.

The customers' timelines say so. Tasks and mails find the delegate by themselves, see `milepost.store.stand_ins`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from sqlalchemy.orm import Session

from milepost.intake.colleagues import check_colleague, check_customers, working_zone
from milepost.intake.context import IntakeContext
from milepost.intake.errors import AbsenceRefusedError
from milepost.intake.facts import nudge_all
from milepost.planner.colleague_checks import check_away
from milepost.planner.fact_errors import UnknownRoleError
from milepost.planner.facts import Away, Back, Fact, to_json
from milepost.planner.instants import Instant
from milepost.planner.zones import beginning_of, date_of, end_of
from milepost.store import absences, hand_overs, inbox
from milepost.store.absence_tables import AbsenceRow
from milepost.store.inbox import NewFact, RecordedFact
from milepost.store.stand_ins import Absence, StandIns


@dataclass(frozen=True, slots=True)
class NewAbsence:
    """A colleague who will be away. `first_day` None: from today; `timezone` None: where most maps work."""

    person: str
    delegate: str
    last_day: date
    first_day: date | None = None
    role: str | None = None
    customers: tuple[str, ...] | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class AbsenceChange:
    """What changes of an absence; None stays."""

    delegate: str | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class RecordedAbsence:
    """An absence as it is stored now, and the customers whose timelines say so."""

    absence: Absence
    customers: tuple[str, ...]


async def check(context: IntakeContext, wish: NewAbsence) -> Absence:
    """Checks an absence as `record` does, without storing it; returns it as it would be stored."""
    absence = await _absence(context, wish)
    async with context.store.reading() as session:
        await session.run_sync(partial(_check, absence, context.now()))
    return absence


async def record(
    context: IntakeContext, wish: NewAbsence, *, by: str | None = None, source: str = "api"
) -> RecordedAbsence:
    """Records an absence: the delegate stands in from its first day to its last, both included.

    Raises:
        InvalidFactError: an address can't be one, both are the same, or the days are in the wrong order.
        UnknownColleagueError: nobody knows who is away.
        UnknownRoleError: nobody has the role.
        AbsenceRefusedError: it is over, overlaps another one of the same person, or runs in a circle.
    """
    absence = replace(await _absence(context, wish), told_by=by)

    def write(session: Session) -> tuple[RecordedAbsence, list[RecordedFact]]:
        absences.hold(session)
        _check(absence, context.now(), session)
        stored = replace(absence, number=absences.insert(session, absence))
        return _told(context, stored, source, session)

    result, recorded = await context.store.write(write)
    await nudge_all(context, recorded)
    return result


async def change(
    context: IntakeContext, number: int, wish: AbsenceChange, *, by: str | None = None, source: str = "api"
) -> RecordedAbsence:
    """Changes the delegate or the days of an absence that isn't over.

    Raises:
        UnknownAbsenceError: there is none of this number.
        InvalidFactError: as for `record`.
        AbsenceRefusedError: as for `record`.
    """

    def write(session: Session) -> tuple[RecordedAbsence, list[RecordedFact]]:
        absences.hold(session)
        before = absences.load_one(session, number)
        _check_running(before, context.now())
        after = _changed(before, wish)
        check_away(None, _away(after, "check", 0))
        _check(after, context.now(), session)
        if after == before:
            return RecordedAbsence(before, ()), []
        after = replace(after, told_at=context.now(), told_by=by)
        absences.change(session, after)
        return _told(context, after, source, session)

    result, recorded = await context.store.write(write)
    await nudge_all(context, recorded)
    return result


async def end(context: IntakeContext, number: int, *, by: str | None = None, source: str = "api") -> RecordedAbsence:
    """Ends an absence now: the person is back early, or isn't away after all.

    Raises:
        UnknownAbsenceError: there is none of this number.
        AbsenceRefusedError: it is over already.
    """

    def write(session: Session) -> tuple[RecordedAbsence, list[RecordedFact]]:
        absences.hold(session)
        before = absences.load_one(session, number)
        _check_running(before, context.now())
        after = replace(before, ended_at=context.now(), ended_by=by)
        absences.change(session, after)
        fact = Back(id=context.new_id(), at=context.now(), by=by, person=after.person)
        return _tell(after, fact, source, session)

    result, recorded = await context.store.write(write)
    await nudge_all(context, recorded)
    return result


async def _absence(context: IntakeContext, wish: NewAbsence) -> Absence:
    """The absence that somebody wishes to record, checked as far as other absences don't matter."""
    zone, now = wish.timezone or await working_zone(context), context.now()
    absence = Absence(
        number=0,
        person=wish.person.strip().lower(),
        delegate=wish.delegate.strip().lower(),
        role=wish.role,
        customers=None if wish.customers is None else frozenset(wish.customers),
        first_day=wish.first_day or date_of(now, zone),
        last_day=wish.last_day,
        timezone=zone,
        starts_at=0,
        ends_at=0,
        told_at=now,
    )
    check_away(None, _away(absence, "check", 0))
    await check_colleague(context, absence.person)
    if wish.role is not None:
        await _check_role(context, wish.role)
    if absence.customers is not None:
        await check_customers(context, absence.person, sorted(absence.customers))
    return _with_instants(absence)


async def _check_role(context: IntakeContext, role: str) -> None:
    async with context.store.reading() as session:
        roles = set(await session.run_sync(hand_overs.known_roles))
    roles.update(role for each in await context.compiled_maps.readable() for role in each.map.roles)
    if role not in roles:
        raise UnknownRoleError(role, roles)


def _with_instants(absence: Absence) -> Absence:
    starts_at = beginning_of(absence.first_day, absence.timezone)
    return replace(absence, starts_at=starts_at, ends_at=end_of(absence.last_day, absence.timezone))


def _changed(before: Absence, wish: AbsenceChange) -> Absence:
    return _with_instants(
        replace(
            before,
            delegate=(wish.delegate or before.delegate).strip().lower(),
            first_day=wish.first_day or before.first_day,
            last_day=wish.last_day or before.last_day,
        )
    )


def _check_running(absence: Absence, now: Instant) -> None:
    if absence.ended_at is not None or absence.ends_at <= now:
        message = f"Absence {absence.number} of {absence.person} is over."
        raise AbsenceRefusedError(message, "`milepost away` lists those that aren't.")


def _check(absence: Absence, now: Instant, session: Session) -> None:
    """Checks an absence against the others that aren't over.

    Raises:
        AbsenceRefusedError: it is over, overlaps another one of the same person, or runs in a circle.
    """
    if absence.ends_at <= now:
        message = f"The last day, {absence.last_day}, is over."
        raise AbsenceRefusedError(message, "Name a later one; for good it is a hand-over without days.")
    at_the_same_time = (AbsenceRow.starts_at < absence.ends_at, AbsenceRow.ends_at > absence.starts_at)
    others = absences.load(session, *at_the_same_time, AbsenceRow.ended_at.is_(None))
    others = [each for each in others if each.number != absence.number]
    for other in others:
        is_same = other.person == absence.person and other.weight == absence.weight
        if is_same and absence.may_meet(other):
            message = (
                f"{other.person} is away from {other.first_day} to {other.last_day} already, "
                f"and {other.delegate} stands in (absence {other.number})."
            )
            raise AbsenceRefusedError(message, f"Change it: `milepost away change {other.number}`.")
    _check_circle(absence, others)


def _check_circle(absence: Absence, others: Iterable[Absence]) -> None:
    """Checks at every instant at which somebody else begins to be away that the delegates lead to somebody present."""
    together = [absence, *others]
    beginnings = {max(each.starts_at, absence.starts_at) for each in together}
    for at in sorted(beginnings):
        if StandIns.at(together, at).runs_in_a_circle(absence):
            message = f"{absence.delegate} is away too, and the delegates lead back to {absence.person}."
            raise AbsenceRefusedError(message, "Choose somebody who is there; `milepost away` lists who is away.")


def _away(absence: Absence, fact_id: str, at: Instant) -> Away:
    return Away(
        id=fact_id,
        at=at,
        by=absence.told_by,
        person=absence.person,
        delegate=absence.delegate,
        first_day=absence.first_day.isoformat(),
        last_day=absence.last_day.isoformat(),
        role=absence.role,
    )


def _told(
    context: IntakeContext, absence: Absence, source: str, session: Session
) -> tuple[RecordedAbsence, list[RecordedFact]]:
    return _tell(absence, _away(absence, context.new_id(), context.now()), source, session)


def _tell(absence: Absence, fact: Fact, source: str, session: Session) -> tuple[RecordedAbsence, list[RecordedFact]]:
    """Writes a line for the journey of every customer that the absence is about."""
    ids = hand_overs.on_teams(session, absence.person, absence.role)
    if absence.customers is not None:
        ids = [each for each in ids if each in absence.customers]
    recipients = inbox.recipients(session, ids)
    data = inbox.checked(to_json(fact), fact.at)
    told = sorted((each for each in recipients.values() if each.journey), key=lambda each: each.customer)
    new = [NewFact(recipient, data, source) for recipient in told]
    recorded = inbox.record(session, new, fact.at) if new else []
    return RecordedAbsence(absence, tuple(each.customer for each in told)), recorded
