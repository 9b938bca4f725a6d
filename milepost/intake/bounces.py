"""Takes in what a mail provider tells after sending: refused addresses, reports of spam, unsubscriptions.

Addresses that nobody here has are left alone. What is told twice counts once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from milepost.channels.bounces import EventKind, ProviderEvent
from milepost.customer import ChoiceWay, Mail
from milepost.intake.context import IntakeContext
from milepost.intake.facts import nudge_all
from milepost.intake.preferences import choose
from milepost.planner.facts import MessageFailed, to_json
from milepost.planner.instants import Instant
from milepost.store import bounced_messages, inbox, mail_choices
from milepost.store.inbox import NewFact, RecordedFact
from milepost.store.mail_choices import BY_ITSELF, Choice
from milepost.store.tables import MessageRow

_RECENT = 30 * 86_400
"""Seconds within which a refusal may be about the last message to an address, where the provider names none."""
_WAYS = {EventKind.COMPLAINT: ChoiceWay.COMPLAINT, EventKind.UNSUBSCRIBED: ChoiceWay.PROVIDER}


@dataclass(frozen=True, slots=True)
class TakenEvents:
    """How many events were about people whom somebody here has as a contact, and how many about nobody known."""

    taken: int = 0
    unknown: int = 0


async def take_events(context: IntakeContext, events: Iterable[ProviderEvent]) -> TakenEvents:
    """Takes events in, one after the other."""
    taken = unknown = 0
    for event in events:
        known = await (_refused(context, event) if event.kind is EventKind.REFUSED else _opted_out(context, event))
        taken, unknown = taken + known, unknown + (not known)
    return TakenEvents(taken, unknown)


async def _opted_out(context: IntakeContext, event: ProviderEvent) -> bool:
    async with context.store.reading() as session:
        if not await session.run_sync(mail_choices.holders, event.address):
            return False
    way = _WAYS[event.kind]
    request = f"{way}/{context.new_id()}"
    await choose(context, Choice(event.address, Mail.NONE, way, request, BY_ITSELF, event.why or None))
    return True


async def _refused(context: IntakeContext, event: ProviderEvent) -> bool:
    recorded = await context.store.write(partial(_refuse, event, context.now()))
    if recorded is None:
        return False
    await nudge_all(context, recorded)
    return True


def _refuse(event: ProviderEvent, now: Instant, session: Session) -> list[RecordedFact] | None:
    """Refuses an address at all customers; None: nobody has it. The csm of each is told of the message that failed."""
    row = bounced_messages.by_id(session, event.message) if event.message else None
    address = row.contact if row is not None else event.address
    ids = mail_choices.holders(session, address)
    if row is None and not ids:
        return None
    if row is not None:
        bounced_messages.record_bounced(session, row, now, event.why)
    recorded: list[RecordedFact] = []
    told: list[str] = []
    for customer, recipient in sorted(inbox.recipients(session, {*ids, *([row.customer_id] if row else [])}).items()):
        failed = row if row is not None and row.customer_id == customer else None
        failed = failed or bounced_messages.latest_to(session, recipient.journey, address, now - _RECENT)
        if failed is not None and failed.journey_id == recipient.journey:
            new = NewFact(recipient, to_json(_failure(failed, address, event.why, now)), "bounce")
            recorded += inbox.record(session, [new], now)
            told.append(customer)
    request = f"bounce/{event.message or address}/{now}"
    others = mail_choices.refuse_address(session, address, event.why, now, request=request, told=told)
    return [*recorded, *(fact for _, fact in others)]


def _failure(row: MessageRow, address: str, why: str, now: Instant) -> MessageFailed:
    return MessageFailed(
        id=f"message_failed/{row.journey_id}/{row.message}", at=now, by=BY_ITSELF,
        message=row.message, why=why or None, permanent=True, contact=address,
    )  # fmt: skip
