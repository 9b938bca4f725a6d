"""Cancels a message that is on its way: before a channel has it, it goes back to its journey, which drops it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from sqlalchemy.orm import Session

from milepost.intake.context import IntakeContext, customer_of
from milepost.intake.errors import MailRefusedError
from milepost.intake.facts import FactReceipt, nudge_all, receipt_of
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.fact_errors import RefusedError
from milepost.planner.facts import Fact, MessageCancelled, MessageReturned, to_json
from milepost.planner.ids import MessageId
from milepost.planner.message_effects import part_of
from milepost.planner.state import State
from milepost.store import inbox, journeys, messages
from milepost.store.inbox import NewFact, Recipient, RecordedFact
from milepost.store.journeys import LockedJourney
from milepost.store.messages import MessageStatus
from milepost.store.tables import MessageRow


async def cancel(
    context: IntakeContext, customer: str, cancelled: MessageCancelled, *, source: str
) -> FactReceipt | RefusedError:
    """Cancels a message that no channel has taken yet, or says why it can't be; `cancelled` is what is told of it."""
    try:
        async with context.store.reading() as session:
            present = (await customer_of(session, customer)).id
        recorded = await context.store.write(partial(_cancel, context, present, cancelled, source))
    except RefusedError as refused:
        return refused
    return await receipt_of(context, recorded[-1], await nudge_all(context, recorded))


def _cancel(
    context: IntakeContext, customer: str, cancelled: MessageCancelled, source: str, session: Session
) -> list[RecordedFact]:
    open_id = journeys.open_id(session, customer)
    journey = journeys.lock(session, open_id) if open_id else None
    if journey is None:
        raise MailRefusedError(customer, cancelled.message, "no such message waits")
    at = max(cancelled.at, journey.clock)
    row = _taken_back(session, journey, cancelled.message)
    returned = MessageReturned(
        id=f"message_returned/{journey.id}/{row.message}/{row.revision}",
        at=at,
        by=cancelled.by,
        message=row.message,
        steps=row.steps,
        templates=row.templates,
        contact=row.contact,
    )
    parts = _other_parts(context.compiled_maps.load(session, journey.state["version"]), journey, returned)
    told: list[Fact] = [returned, replace(cancelled, at=at, parts=parts or None)]
    recipient = Recipient(customer, journey.id, None)
    return inbox.record(session, [NewFact(recipient, to_json(fact), source) for fact in told], at)


def _taken_back(session: Session, journey: LockedJourney, message: str) -> MessageRow:
    """Keeps a message that is on its way from leaving.

    Raises:
        MailRefusedError: it isn't on its way.
    """
    is_on_its_way = message in messages.queued(session, journey.id)
    row = messages.record_returned(session, journey.id, message)
    if not is_on_its_way or row.status != MessageStatus.RETURNED:
        raise MailRefusedError(journey.customer, message, f"it doesn't wait any more: it is {row.status}")
    return row


def _other_parts(compiled_map: CompiledMap, journey: LockedJourney, returned: MessageReturned) -> list[str]:
    """Returns the ids by which what was merged into a message waits, each for itself, once that is back."""
    today = compiled_map.earlier_ids.today(returned)
    assert isinstance(today, MessageReturned)
    state, first = State.from_json(journey.state), MessageId.parse(today.message)
    return [
        str(part_of(state, compiled_map.steps[step], template, first))
        for step, template in zip(today.steps, today.templates, strict=True)
        if first is not None and step in compiled_map.steps and step != first.step
    ]
