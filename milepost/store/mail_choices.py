"""Which mail people want, by address: each change is kept, and the latest of an address counts at every customer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.customer import ChoiceWay, Contact, Mail, address_key, is_forgotten, mail_wanted, strictest
from milepost.planner.facts import MailChosen, MessageFailed, to_json
from milepost.planner.instants import Instant
from milepost.store import customers, inbox
from milepost.store.inbox import NewFact, Recipient, RecordedFact
from milepost.store.keyset import Cursor, Segment, read_page
from milepost.store.mail_choice_row import MailChoiceRow
from milepost.store.table_types import table_of
from milepost.store.tables import ContactRow, CustomerRow, JourneyRow, MessageRow
from milepost.store.upsert import insert_new

_ATTEMPTS = 20
_SAME_BOUNCE = 86_400  # seconds in which a provider may tell of one refusal several times
BY_ITSELF = "milepost"
"""Who changed something where no person did."""
_choices = table_of(MailChoiceRow)
_CHOSEN = (
    select(_choices.c.address, _choices.c.mail)
    .where(_choices.c.address.in_(bindparam("keys", expanding=True)), _choices.c.how != ChoiceWay.BOUNCE)
    .order_by(_choices.c.address, _choices.c.number)
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A change of the mail that goes to an address; `request` tells repetitions of the same one."""

    address: str
    mail: Mail
    how: ChoiceWay
    request: str
    by: str | None = None
    reason: str | None = None

    def fact(self, now: Instant) -> MailChosen:
        """Returns the fact by which the customers of the person learn of it."""
        return MailChosen(
            id=f"mail_chosen/{self.request}", at=now, by=self.by,
            contact=self.address, mail=self.mail.value, how=self.how.value, reason=self.reason,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class RecordOrigin:
    """Where a record or a list of contacts comes from: `how` is `import` or `record`; `new_id` makes ids of choices."""

    how: ChoiceWay
    by: str | None
    new_id: Callable[[], str]


@dataclass(frozen=True, slots=True)
class OptOuts:
    """A page of the changes, the oldest first, each with the names of the address's contacts and their customers."""

    choices: tuple[MailChoiceRow, ...]
    contacts: dict[str, tuple[tuple[ContactRow, CustomerRow], ...]]
    next: Cursor | None


def chosen(session: Session, addresses: Iterable[str]) -> dict[str, Mail]:
    """Returns which mail goes to these addresses, by their keys; those about whom nobody said anything are left out.

    That a mail server refused an address isn't a choice: it holds until the contact is changed.
    """
    keys = sorted({address_key(address) for address in addresses})
    if not keys:
        return {}
    rows = session.connection().execute(_CHOSEN, {"keys": keys})
    return {address: _mail(mail) for address, mail in rows}


def _mail(setting: str) -> Mail:
    return Mail(setting) if setting in set(Mail) else Mail.NONE


def history(session: Session, address: str) -> list[MailChoiceRow]:
    """Returns all changes of the mail to an address, the oldest first."""
    query = select(MailChoiceRow).where(MailChoiceRow.address == address_key(address)).order_by(MailChoiceRow.number)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def keep(session: Session, choice: Choice, now: Instant) -> bool:
    """Keeps a choice, unless it was kept before or says what holds anyway; returns whether it was kept."""
    key = address_key(choice.address)
    for _ in range(_ATTEMPTS):  # somebody else may take the next number meanwhile
        rows = history(session, key)
        if any(row.request == choice.request for row in rows) or _holds_already(session, rows, choice, now):
            return False
        columns = {"mail": choice.mail, "how": choice.how, "by": choice.by, "reason": choice.reason, "at": now}
        row = {"address": key, "number": len(rows) + 1, **columns, "request": choice.request}
        if insert_new(session, MailChoiceRow, [row], ("address", "number"), MailChoiceRow.number):
            return True
    raise RuntimeError("others change the same choice all the time")


def _holds_already(session: Session, rows: Sequence[MailChoiceRow], choice: Choice, now: Instant) -> bool:
    """Returns whether a choice changes nothing; one after a refusal does: the address is tried again."""
    last = rows[-1] if rows else None
    if choice.how is ChoiceWay.BOUNCE:
        return last is not None and last.how == ChoiceWay.BOUNCE and now - last.at < _SAME_BOUNCE
    if last is None:
        return choice.mail is Mail.ALL and not _is_refused_anywhere(session, choice.address)
    return last.how != ChoiceWay.BOUNCE and last.mail == choice.mail


def _is_refused_anywhere(session: Session, address: str) -> bool:
    refused = select(ContactRow.customer_id).where(ContactRow.address_key == address_key(address), ContactRow.refused)
    return session.scalar(refused.limit(1)) is not None


def settled(session: Session, contacts: Iterable[Contact], origin: RecordOrigin, now: Instant) -> tuple[Contact, ...]:
    """Returns contacts of a record with what is known of their addresses: a record makes nobody get more mail again.

    Where it wants less mail for somebody than was known, that is kept as a choice.
    """
    contacts = tuple(contacts)
    known = chosen(session, (contact.email for contact in contacts))
    if not known and all(contact.mail is Mail.ALL for contact in contacts):
        return contacts
    result = []
    for contact in contacts:
        before = known.get(contact.address_key, Mail.ALL)
        mail = strictest((before, contact.mail))
        if mail is not before:
            keep(session, Choice(contact.email, mail, origin.how, origin.new_id(), origin.by), now)
        result.append(replace(contact, mail=mail))
    return tuple(result)


def hold(session: Session, ids: Collection[str]) -> None:
    """Keeps others from changing the contacts of these customers before the transaction ends.

    The journeys are locked first, as an advance does (`journeys.held_open`).
    """
    if not ids:
        return
    journeys = select(JourneyRow.id).where(JourneyRow.customer_id.in_(ids), JourneyRow.ended_at.is_(None))
    session.execute(journeys.order_by(JourneyRow.id).with_for_update(read=True, key_share=True))
    records = select(CustomerRow.id).where(CustomerRow.id.in_(ids)).order_by(CustomerRow.id)
    session.execute(records.with_for_update(key_share=True))


def holders(session: Session, address: str) -> list[str]:
    """Returns the ids of the customers with a contact of this address, sorted."""
    query = select(ContactRow.customer_id).where(ContactRow.address_key == address_key(address)).distinct()
    return sorted(session.scalars(query))


def tell(session: Session, ids: Collection[str], fact: MailChosen, now: Instant) -> list[tuple[str, RecordedFact]]:
    """Lets these customers know: their journeys or, where none is open, their records; returns what was recorded."""
    recipients = inbox.recipients(session, ids)
    new = [NewFact(recipients[each], to_json(fact), "preferences") for each in sorted(recipients)]
    recorded = inbox.record(session, new, now) if new else []
    return list(zip(sorted(recipients), recorded, strict=True))


def refuse_address(
    session: Session, address: str, why: str, now: Instant, *, request: str, told: Collection[str] = ()
) -> list[tuple[str, RecordedFact]]:
    """Keeps that a mail server refused an address for good, for all customers with it but those `told` otherwise."""
    ids = holders(session, address)
    choice = Choice(address, Mail.NONE, ChoiceWay.BOUNCE, request, BY_ITSELF, why)
    fresh = [each for each in ids if not _is_refused(session, each, address)]
    if not fresh or not keep(session, choice, now):
        return []
    return tell(session, [each for each in fresh if each not in told], choice.fact(now), now)


def refuse_message(session: Session, recipient: Recipient, fact: MessageFailed, now: Instant) -> None:
    """Keeps the refusal that a fact of one customer's journey tells, and lets the other customers know."""
    message = session.get(MessageRow, (recipient.journey, fact.message)) if recipient.journey else None
    address = fact.contact or (message.contact if message else None)
    if address and not is_forgotten(address):
        request = f"{recipient.customer}/{fact.id}"
        refuse_address(session, address, fact.why or "", now, request=request, told=[recipient.customer])


def _is_refused(session: Session, customer: str, address: str) -> bool:
    same = [each for each in customers.load(session, customer).contacts if each.has_address(address)]
    return all(each.refused for each in same)


def wanted(session: Session, contacts: Iterable[Contact], address: str) -> Mail:
    """Returns the mail that may go to an address: by these contacts, and by what the person chose anywhere."""
    choices = chosen(session, [address]).values()
    return strictest((mail_wanted(contacts, address), *choices))


def addresses_of(session: Session, customer: str) -> list[str]:
    """Returns the addresses of a customer's contacts, then those that messages to it went to."""
    contacts = select(ContactRow.email).where(ContactRow.customer_id == customer).order_by(ContactRow.position)
    messages = select(MessageRow.contact).where(MessageRow.customer_id == customer).distinct()
    return list(dict.fromkeys([*session.scalars(contacts), *sorted(session.scalars(messages))]))


_OLDEST_FIRST = (Segment((MailChoiceRow.at, MailChoiceRow.address, MailChoiceRow.number)),)


async def opt_outs(session: AsyncSession, *, cursor: Cursor | None = None, limit: int = 500) -> OptOuts:
    """Returns a page of all changes, opting in again among them.

    Raises:
        InvalidCursorError: the cursor is none of this list.
    """
    page = await read_page(session, select(MailChoiceRow), _OLDEST_FIRST, cursor, limit)
    rows = tuple(row[0] for row in page.rows)
    contacts = await session.run_sync(contacts_at, {row.address for row in rows})
    return OptOuts(rows, contacts, page.next)


def contacts_at(session: Session, addresses: Iterable[str]) -> dict[str, tuple[tuple[ContactRow, CustomerRow], ...]]:
    """Returns the contacts of addresses, each with its customer, by the addresses' keys."""
    keys = sorted({address_key(address) for address in addresses})
    query = select(ContactRow, CustomerRow).join(CustomerRow, CustomerRow.id == ContactRow.customer_id)
    query = query.where(ContactRow.address_key.in_(keys)).order_by(func.lower(CustomerRow.name), CustomerRow.id)
    result: dict[str, tuple[tuple[ContactRow, CustomerRow], ...]] = {}
    for contact, customer in session.execute(query):
        result[contact.address_key] = (*result.get(contact.address_key, ()), (contact, customer))
    return result
