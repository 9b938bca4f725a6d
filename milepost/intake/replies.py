"""Takes in mails that answer ours: a word of the customer's, an automatic answer, or a report that ours came back.

What is written nowhere: addresses and words of mails in logs, and mails that answer none of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from milepost import limits
from milepost.channels.inbound.mail import InboundMail, MailKind
from milepost.customer import Contact
from milepost.intake.bounces import take_events
from milepost.intake.context import IntakeContext
from milepost.intake.facts import FactReceipt, FactStatus, record_fact
from milepost.planner.fact_errors import RefusedError
from milepost.planner.facts import Fact, Noted, Replied
from milepost.store import answered_messages, customers, inbox
from milepost.store.mail_choices import BY_ITSELF
from milepost.text import listing

SOURCE = "mail"
_NO_WORDS = "(no words of their own)"
_TOO_LARGE = "(too large to be read here)"
_CUT = " […]"


class TakenAs(StrEnum):
    """What became of a mail that came in."""

    REPLIED = "replied"
    NOTED = "noted"  # of somebody who is no contact of the customer
    AUTOMATIC = "automatic"
    BOUNCED = "bounced"
    KNOWN = "known"  # it came in before
    UNKNOWN = "unknown"  # it answers no mail of ours; nothing is kept of it


@dataclass(frozen=True, slots=True)
class _Answered:
    """The mail of ours that was answered: its customer, journey, id and first step, and who of theirs answers."""

    customer: str
    journey: str
    message: str
    step: str
    writer: Contact | None
    is_present: bool
    """Whether its journey is the customer's latest."""


async def take_mail(context: IntakeContext, mail: InboundMail, *, too_large: bool = False) -> TakenAs:
    """Takes a mail in; the same one again changes nothing. Of one that is `too_large` only the headers are there."""
    if mail.kind is MailKind.BOUNCE:
        taken = await take_events(context, mail.events)
        return TakenAs.BOUNCED if taken.taken or not mail.events else TakenAs.UNKNOWN
    async with context.store.reading() as session:
        answered = await session.run_sync(_answered, mail)
    if answered is None or (answered.writer is None and mail.kind is MailKind.AUTOMATIC):
        return TakenAs.UNKNOWN
    words = _words(mail, too_large=too_large)
    if answered.writer is None:
        text = f"{mail.sender}, who is no contact, answered a mail to this customer: {words}"
        return _as(TakenAs.NOTED, await _note(context, answered, f"reply/{mail.id}", text))
    if mail.kind is MailKind.AUTOMATIC:
        text = f"An automatic answer came from {answered.writer.name}: {words}"
        fact_id = f"automatic/{answered.journey}/{answered.message}/{answered.writer.address_key}"
        return _as(TakenAs.AUTOMATIC, await _note(context, answered, fact_id, text))
    return _as(TakenAs.REPLIED, await _reply(context, answered, answered.writer, mail, words))


def _answered(session: Session, mail: InboundMail) -> _Answered | None:
    row = answered_messages.answered(session, mail.tokens, mail.references)
    if row is None:
        return None
    contacts = [*customers.load(session, row.customer_id).contacts, Contact(row.contact, row.contact)]
    writer = next((each for each in contacts if each.has_address(mail.sender)), None)
    is_present = inbox.last_recipient(session, row.customer_id).journey == row.journey_id
    return _Answered(row.customer_id, row.journey_id, row.message, row.steps[0], writer, is_present)


def _words(mail: InboundMail, *, too_large: bool) -> str:
    """Returns what is kept of a mail: the words, as many as a note holds, and the names of what was attached."""
    words = _TOO_LARGE if too_large else mail.words or _NO_WORDS
    attached = f"\n\nAttached, and not kept here: {listing(mail.attachments)}" if mail.attachments else ""
    most = limits.TEXT - len(attached) - limits.ADDRESS - limits.NAME
    return (words if len(words) <= most else words[:most] + _CUT) + attached


async def _reply(
    context: IntakeContext, answered: _Answered, writer: Contact, mail: InboundMail, words: str
) -> FactReceipt | None:
    needs = mail.needs_answer or None
    fact_id, now = f"reply/{mail.id}", context.now()
    fact = Replied(id=fact_id, at=now, by=writer.email, step=answered.step, note=words, needs_answer=needs)
    receipt = await _record(context, answered, fact) if answered.is_present else None
    if receipt is not None:
        return receipt
    return await _note(context, answered, fact_id, f"{writer.name} answered a mail about {answered.step!r}: {words}")


async def _note(context: IntakeContext, answered: _Answered, fact_id: str, text: str) -> FactReceipt | None:
    """Notes something as Milepost's own: it keeps no step quiet, whoever wrote it."""
    now, about = context.now(), answered.step if answered.is_present else None
    for each in (about, None):
        receipt = await _record(context, answered, Noted(id=fact_id, at=now, by=BY_ITSELF, text=text, about=each))
        if receipt is not None:
            return receipt
    return None


async def _record(context: IntakeContext, answered: _Answered, fact: Fact) -> FactReceipt | None:
    """Records a fact; None: it makes no sense any more, as the map has lost its step."""
    try:
        return await record_fact(context, answered.customer, fact, source=SOURCE)
    except RefusedError:
        return None


def _as(taken: TakenAs, receipt: FactReceipt | None) -> TakenAs:
    if receipt is None:
        return TakenAs.UNKNOWN
    return TakenAs.KNOWN if receipt.status is FactStatus.KNOWN else taken
