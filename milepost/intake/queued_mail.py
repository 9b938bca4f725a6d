"""Takes messages back that are on their way, before a channel has them: to be cancelled, or as mail was held since."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from milepost.intake.context import IntakeContext, customer_of
from milepost.intake.errors import MailRefusedError
from milepost.intake.facts import FactReceipt, nudge_all, receipt_of
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.fact_errors import RefusedError
from milepost.planner.facts import Fact, MessageCancelled, MessageReturned, to_json
from milepost.planner.ids import MessageId
from milepost.planner.instants import Instant
from milepost.planner.message_effects import part_of
from milepost.planner.state import State
from milepost.store import inbox, journeys, mail_switches, messages
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
    returned = _returned(_taken_back(session, journey, cancelled.message), at, cancelled.by)
    parts = _other_parts(context.compiled_maps.load(session, journey.state["version"]), journey, returned)
    told: list[Fact] = [returned, replace(cancelled, at=at, parts=parts or None)]
    recipient = Recipient(customer, journey.id, None)
    return inbox.record(session, [NewFact(recipient, to_json(fact), source) for fact in told], at)


def _returned(row: MessageRow, at: Instant, by: str | None) -> MessageReturned:
    return MessageReturned(
        id=f"message_returned/{row.journey_id}/{row.message}/{row.revision}",
        at=at,
        by=by,
        message=row.message,
        steps=row.steps,
        templates=row.templates,
        contact=row.contact,
    )


async def hold_back(context: IntakeContext, journeys_of: ColumnElement[bool], most: int) -> int:
    """Takes back what waits for the grace and is held by now, of at most so many journeys; returns how many messages.

    What waits for nothing may be with a channel this moment: before an attempt, its delivery finds out for itself.
    """
    async with context.store.reading() as session:
        found = await messages.journeys_in_grace(session, journeys_of, most)
    taken = 0
    for journey in found:
        recorded = await context.store.write(partial(_hold_back, context, journey))
        await nudge_all(context, recorded)
        taken += sum(each.new for each in recorded)
    return taken


def _hold_back(context: IntakeContext, journey_id: str, session: Session) -> list[RecordedFact]:
    journey = journeys.lock(session, journey_id)
    if journey is None or journey.ended_at is not None:
        return []
    at, told = max(context.now(), journey.clock), list[NewFact]()
    for row in messages.in_grace(session, journey_id):
        digests = partial(context.compiled_maps.message_digests, session, row.version)
        if mail_switches.holds(session, row, journey.state["map"], digests):
            messages.record_returned(session, journey_id, row.message)
            fact = to_json(_returned(row, at, "milepost"))
            told.append(NewFact(Recipient(journey.customer, journey_id, None), fact, "mail"))
    return inbox.record(session, told, at) if told else []


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
