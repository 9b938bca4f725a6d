"""Merging two records of one customer, in one transaction.

One journey goes on; the other's ends, and stays beside it with all that belongs to it. The id that is given up leads to
the customer from then on (`milepost.store.aliases`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from milepost.customer import Contact, Customer
from milepost.intake.context import IntakeContext, customer_of
from milepost.intake.customers import changes_of
from milepost.intake.endings import end_at_once, take_in_what_waits
from milepost.intake.errors import MergeRefusedError
from milepost.intake.facts import nudge_all
from milepost.intake.joined_record import Difference, differences, joined
from milepost.planner.facts import Ended, Noted, to_json
from milepost.planner.instants import Instant
from milepost.planner.state import State
from milepost.store import aliases, customers, inbox, journeys, record_moves
from milepost.store.inbox import NewFact, Recipient, RecordedFact
from milepost.store.tables import JourneyRow

MERGED = "merged"
"""The reason for which a journey ends whose customer's record is merged into another."""


@dataclass(frozen=True, slots=True)
class JourneyOfMerge:
    """A journey that is open when its customer's record is merged: where it stands."""

    journey: str
    map: str
    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merge:
    """What merging the record `other` into `into` does, or did; `record` is the customer's afterwards.

    `moved` counts what is about the other customer, by table. `reached` tells whether Temporal has been told.
    """

    other: Customer
    into: Customer
    record: Customer
    goes_on: JourneyOfMerge | None
    ends: JourneyOfMerge | None
    moved: Mapping[str, int]
    reached: bool = True

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What the two records have otherwise, with what is kept."""
        return tuple(differences(self.into, self.other))

    @property
    def contacts(self) -> tuple[tuple[Contact, str], ...]:
        """The people afterwards, each with which of the records has the address: `both`, or the id of one."""
        of_other, of_into = ({each.address_key for each in record.contacts} for record in (self.other, self.into))
        return tuple(
            (each, self._whose(each.address_key in of_into, each.address_key in of_other))
            for each in self.record.contacts
        )

    def _whose(self, *whose: bool) -> str:
        return "both" if all(whose) else self.into.id if whose[0] else self.other.id

    def to_json(self) -> dict[str, Any]:
        return {
            "from": self.other.id,
            "into": self.into.id,
            "goes_on": asdict(self.goes_on) if self.goes_on else None,
            "ends": asdict(self.ends) if self.ends else None,
            "differences": [
                {"part": each.part, "from": each.other, "into": each.into, "kept": each.kept}
                for each in self.differences
            ],
            "contacts": [{**contact.to_json(), "whose": whose} for contact, whose in self.contacts],
            "moved": dict(self.moved),
            "reached": self.reached,
        }


@dataclass(frozen=True, slots=True)
class MergeOrder:
    """The wish to merge one record into another; `keep_journey_of` is the id of either, None: that of `into`."""

    customer: str
    into: str
    keep_journey_of: str | None = None
    by: str | None = None


async def merge(context: IntakeContext, order: MergeOrder, *, dry_run: bool = False) -> Merge:
    """Merges a customer's record into another; with `dry_run` it only says what that would do.

    Raises:
        UnknownCustomerError: one of the two doesn't exist; the nearest id is suggested.
        MergeRefusedError: they are one already, or the journeys don't allow what is asked for. Nothing is changed.
    """
    async with context.store.reading() as session:
        customer, into = [(await customer_of(session, each)).id for each in (order.customer, order.into)]
        if customer == into:
            raise _one_already(order)
        order = replace(order, customer=customer, into=into)
        if dry_run:
            return await session.run_sync(partial(_preview, order))
    done, recorded = await context.store.write(partial(_merge, context, order))
    reached = await nudge_all(context, recorded)
    return replace(done, reached=all(reached.values()))


def _preview(order: MergeOrder, session: Session) -> Merge:
    other, into = (customers.load(session, each) for each in (order.customer, order.into))
    stays, goes = _whose_journey_goes_on(session, order)
    moved = record_moves.count(session, other.id)
    return Merge(other, into, joined(into, other), _standing(session, stays), _standing(session, goes), moved)


def _whose_journey_goes_on(session: Session, order: MergeOrder) -> tuple[str | None, str | None]:
    """Returns the journeys of which one goes on and the other ends; None where there is none."""
    open_ones = {each: journeys.open_id(session, each) for each in (order.into, order.customer)}
    kept = aliases.present_id(session, order.keep_journey_of) if order.keep_journey_of else None
    if kept is None:
        stays = open_ones[order.into] or open_ones[order.customer]
    elif kept not in open_ones:
        raise MergeRefusedError(
            f"{order.keep_journey_of!r} is neither of the two.", f"Name {order.customer!r} or {order.into!r}."
        )
    elif (stays := open_ones[kept]) is None:
        raise MergeRefusedError(f"{order.keep_journey_of!r} has no open journey that could go on.", "Leave that out.")
    return stays, next((each for each in open_ones.values() if each not in (None, stays)), None)


def _standing(session: Session, journey: str | None) -> JourneyOfMerge | None:
    if journey is None:
        return None
    row = session.get_one(JourneyRow, journey, populate_existing=True)
    state = State.from_json(row.state)
    stages = tuple(stage for stage, record in state.stages.items() if record.is_open)
    return JourneyOfMerge(row.id, state.map, stages)


def _merge(context: IntakeContext, order: MergeOrder, session: Session) -> tuple[Merge, list[RecordedFact]]:
    now = context.now()
    order = _with_both_locked(session, order)
    stays, ends = _whose_journey_goes_on(session, order)
    for journey in filter(None, (stays, ends)):
        take_in_what_waits(context, session, journey, now)
    preview = _preview(order, session)
    other, into, record = preview.other, preview.into, preview.record
    if ends is not None:
        note = f"The record {other.id} is merged into {into.id}" + (f"; journey {stays} goes on" if stays else "")
        _end(context, session, ends, Ended(id=context.new_id(), at=now, by=order.by, reason=MERGED, note=note))
    record_moves.move(session, other.id, into.id)
    customers.write(session, [record], now)
    aliases.add(session, other.id, into.id, now, order.by)
    recorded = _tell(context, session, preview, now, order.by)
    return preview, recorded


def _one_already(order: MergeOrder) -> MergeRefusedError:
    return MergeRefusedError(f"{order.customer!r} and {order.into!r} are one customer already.")


def _with_both_locked(session: Session, order: MergeOrder) -> MergeOrder:
    """Locks both customers; one that was merged or renamed before that goes by the id that it has now."""
    record_moves.lock(session, [order.customer, order.into])
    customer, into = (aliases.present_id(session, each) for each in (order.customer, order.into))
    if customer == into:
        raise _one_already(order)
    present = replace(order, customer=customer, into=into)
    return order if present == order else _with_both_locked(session, present)


def _end(context: IntakeContext, session: Session, journey: str, fact: Ended) -> None:
    """Ends a journey now.

    Raises:
        MergeRefusedError: not even that can be planned.
    """
    try:
        end_at_once(context, session, journey, fact, MERGED)
    except Exception as error:
        raise MergeRefusedError(
            f"Journey {journey} can't be planned, so it can't be ended either ({type(error).__name__}).",
            "Move it to a corrected version of its map first, or let it be the one that goes on.",
        ) from error


def _tell(context: IntakeContext, session: Session, done: Merge, now: Instant, by: str | None) -> list[RecordedFact]:
    """Tells the journey that goes on what it doesn't know of the customer, and both journeys of the merge."""
    facts: list[NewFact] = []
    customer = done.record.id
    if done.ends is not None:
        text = f"Merged into {done.into.name} ({customer})"
        facts.append(note_for(context, Recipient(customer, done.ends.journey, None), text, now, by))
    if done.goes_on is not None:
        row = session.get_one(JourneyRow, done.goes_on.journey, populate_existing=True)
        state, recipient = State.from_json(row.state), Recipient(customer, row.id, None)
        compiled_map = context.compiled_maps.load(session, state.version)
        changes = changes_of(context, state.customer, done.record, compiled_map, by)
        facts += [NewFact(recipient, inbox.checked(to_json(each), now), MERGED) for each in changes]
        beside = f"; its journey {done.ends.journey} is kept beside this one" if done.ends else ""
        text = f"The record {done.other.id} ({done.other.name}) was merged into this one{beside}"
        facts.append(note_for(context, recipient, text, now, by))
    return inbox.record(session, facts, now, received_at=int(context.wall())) if facts else []


def note_for(context: IntakeContext, recipient: Recipient, text: str, now: Instant, by: str | None) -> NewFact:
    """Returns a note for a journey's timeline that nobody wrote."""
    return NewFact(recipient, to_json(Noted(id=context.new_id(), at=now, by=by, text=f"{text}.")), MERGED)
