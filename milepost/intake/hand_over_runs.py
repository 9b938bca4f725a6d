"""Hands customers over: the order is written down first, and then done in batches, each in one transaction.

Whatever cuts it off in between, the order stays: a worker goes on with it, and so may anybody else beside it. A
customer's part is settled in the transaction that moves the customer, so that each is told of it once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from milepost.errors import MilepostError
from milepost.intake.context import IntakeContext
from milepost.intake.facts import nudge_all
from milepost.intake.hand_over import HandOver, preview, still_theirs
from milepost.planner.facts import to_json
from milepost.store import customers, hand_over_orders, hand_overs, inbox, successors
from milepost.store.errors import StoreUnreachableError
from milepost.store.hand_over_orders import Part
from milepost.store.hand_over_tables import HandOverOrderRow
from milepost.store.inbox import NewFact, RecordedFact

log = structlog.get_logger()
BATCH = 100
"""Customers that are handed over in one transaction."""


@dataclass(frozen=True, slots=True)
class HandOverResult:
    """The customers that were handed over, and those that weren't, each with the reason."""

    done: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What one transaction came to: the facts that it recorded, whom it moved, and whether the order is over."""

    facts: Sequence[RecordedFact] = ()
    moved: int = 0
    is_over: bool = False


async def carry_out(
    context: IntakeContext, hand_over: HandOver, *, by: str | None = None, source: str = "api"
) -> HandOverResult:
    """Hands over what `preview` shows, as it is by then, and lets the journeys take it in.

    Raises:
        RefusedError: as `preview` does; nothing has moved.
    """
    number = await order(context, hand_over, form=context.new_id(), by=by, source=source)
    await go_on(context, number)
    return await result_of(context, number)


async def order(context: IntakeContext, hand_over: HandOver, *, form: str, by: str | None, source: str) -> int:
    """Writes a hand-over down, and returns its number; one that the same `form` has ordered before is that one.

    From then on it goes on by itself wherever a worker runs.

    Raises:
        RefusedError: as `preview` does; nothing is written down.
    """
    async with context.store.reading() as session:
        earlier = await hand_over_orders.of_form(session, form)
    if earlier is not None:
        return earlier
    ids = [each.customer for each in (await preview(context, hand_over)).customers]
    row = HandOverOrderRow(
        form=form,
        former=hand_over.former,
        successor=hand_over.to,
        roles=None if hand_over.roles is None else list(hand_over.roles),
        introduce=hand_over.introduce,
        source=source,
        ordered_at=context.now(),
        ordered_by=by,
    )

    def write(session: Session) -> int:
        number, is_new = hand_over_orders.add(session, row, ids)
        if is_new and hand_over.customers is None:  # for good, so that new customers go there too
            successors.remember(session, hand_over.former, hand_over.to, hand_over.roles, row.ordered_at)
        return number

    return await context.store.write(write)


async def go_on(context: IntakeContext, number: int, beat: Callable[[], None] = lambda: None) -> int:
    """Hands over what is left of an order, and returns how many customers moved; `beat` is called for each batch.

    Raises:
        UnknownHandOverError: there is none of this number.
        StoreUnreachableError: the database is away; what was written stays.
    """
    moved = 0
    while True:
        beat()
        step = await hand_over_next(context, number)
        moved += step.moved
        if step.is_over:
            return moved


async def hand_over_next(context: IntakeContext, number: int) -> BatchResult:
    """Hands the next customers of an order over, and lets their journeys take it in.

    A batch that can't be written is tried again customer by customer, and what fails is kept with the reason.

    Raises:
        UnknownHandOverError, StoreUnreachableError: as `go_on` does.
    """
    async with context.store.reading() as session:
        ids = await session.run_sync(hand_over_orders.left, number, BATCH)
    try:
        step = await context.store.write(partial(_write, context, number, ids))
    except StoreUnreachableError:
        raise
    except (SQLAlchemyError, MilepostError):
        log.warning("a batch could not be handed over; its customers are tried one by one", hand_over=number)
        step = await _one_by_one(context, number, ids)
    await nudge_all(context, step.facts)
    return step


async def _one_by_one(context: IntakeContext, number: int, ids: Sequence[str]) -> BatchResult:
    """Hands over the customers of a batch, each in a transaction of its own."""
    steps: list[BatchResult] = []
    for customer in ids:
        try:
            steps.append(await context.store.write(partial(_write, context, number, [customer])))
        except StoreUnreachableError:
            raise
        except (SQLAlchemyError, MilepostError) as error:
            steps.append(await context.store.write(partial(_leave_out, context, number, customer, str(error))))
    facts = [fact for step in steps for fact in step.facts]
    return BatchResult(facts, sum(step.moved for step in steps), any(step.is_over for step in steps))


def _write(context: IntakeContext, number: int, chosen: Sequence[str], session: Session) -> BatchResult:
    """Changes the records, tells the journeys, and settles the customers, all or nothing.

    Of those chosen, whoever was settled meanwhile by somebody else is left out.
    """
    row, now = hand_over_orders.lock(session, number), context.now()
    ids = hand_over_orders.still_left(session, number, chosen)
    hand_overs.lock(session, ids)
    moving = still_theirs(context, _of_row(row, ids), session) if ids else []
    new = []
    for customer, recipient in inbox.recipients(session, moving).items():
        fact = _of_row(row, ids).fact(context.new_id(), now, row.ordered_by)
        customers.hand_over(session, customer, fact, now)
        if recipient.journey is not None:
            new.append(NewFact(recipient, inbox.checked(to_json(fact), now), row.source))
    hand_over_orders.settle(session, number, moving, Part.MOVED)
    hand_over_orders.settle(session, number, sorted({*ids} - {*moving}), Part.GONE)
    recorded = inbox.record(session, new, now) if new else []
    return BatchResult(recorded, len(moving), hand_over_orders.end_if_done(session, row, now, context.wall()))


def _leave_out(context: IntakeContext, number: int, customer: str, why: str, session: Session) -> BatchResult:
    """Keeps why a customer can't be handed over."""
    row = hand_over_orders.lock(session, number)
    hand_over_orders.settle(session, number, [customer], Part.STAYED, why)
    return BatchResult(is_over=hand_over_orders.end_if_done(session, row, context.now(), context.wall()))


def _of_row(row: HandOverOrderRow, ids: Sequence[str]) -> HandOver:
    roles = None if row.roles is None else tuple(row.roles)
    return HandOver(row.former, row.successor, roles, tuple(ids), row.introduce)


async def result_of(context: IntakeContext, number: int) -> HandOverResult:
    """Returns what became of the customers of an order so far.

    Raises:
        UnknownHandOverError: there is none of this number.
    """
    async with context.store.reading() as session:
        moved = await hand_over_orders.became(session, number, Part.MOVED)
        stayed = await hand_over_orders.became(session, number, Part.STAYED)
    return HandOverResult(list(moved), {customer: why or "" for customer, why in stayed.items()})
