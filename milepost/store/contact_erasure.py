"""Forgetting one person, customer by customer: a pseudonym in every place, while the journeys go on for the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, select, update
from sqlalchemy.orm import Session

from milepost.customer import Contact, address_key
from milepost.planner.facts import ContactsGiven, to_json
from milepost.planner.instants import Instant
from milepost.store import customers, files, inbox, people
from milepost.store.desk_message_tables import DeskMessagesRow
from milepost.store.files import FileStatus
from milepost.store.inbox import InboxStatus, NewFact, RecordedFact
from milepost.store.personal_data import PLACES, Place, of_customer
from milepost.store.pseudonyms import Person, Pseudonymiser, names_beside
from milepost.store.sqlite import overwriting
from milepost.store.table_types import table_of
from milepost.store.tables import CustomerRow, FactRow, JourneyRow

_customers, _journeys = table_of(CustomerRow), table_of(JourneyRow)
_THEIRS: Mapping[str, Mapping[str, Any]] = {
    people.PersonRow.__tablename__: {"booking_link": None},
    DeskMessagesRow.__tablename__: {"next_at": None, "chat": None, "chat_sealed": None, "chat_shown": None},
}
"""Pages and chats that are theirs, whatever they are called, and that nobody else may reach by their row."""


@dataclass(frozen=True, slots=True)
class Change:
    """A row that mentions the person; `columns` are those that do, as they are to be. `customer` None: of nobody."""

    place: Place
    row: RowMapping
    columns: Mapping[str, Any]
    customer: str | None

    def apply(self, session: Session) -> None:
        statement = update(self.place.table).where(self.place.is_row(self.row)).values(dict(self.columns))
        session.connection().execute(statement)


@dataclass(frozen=True, slots=True)
class ForgottenAt:
    """What was forgotten at one customer: rows by table, and the fact that takes the person off the contacts."""

    rows: Mapping[str, int]
    fact: RecordedFact | None = None


def person_at(session: Session, address: str, ids: list[str]) -> Person:
    """Returns the person of this address, with all names that these customers' data has beside it, or a colleague's."""
    told = people.load_names(session).get(address_key(address))
    names = {
        name
        for customer in ids
        for _, content in _contents(session, customer)
        for name in names_beside(address, content)
        if name.strip()
    }
    return Person(address, frozenset(names if told is None else names | {told}))


def mentions(session: Session, person: Person, pseudonym: str, customer: str | None) -> Iterator[Change]:
    """Yields every row about the customer that mentions the person; None: the rows that are about no customer."""
    if customer is None:
        pseudonymiser = Pseudonymiser(person, pseudonym)
        for place in PLACES:
            if of_customer(place.table, "") is None:
                for row in place.rows(session, place.holds(person.address)):
                    yield from _change(place, row, pseudonymiser, None)
        return
    pseudonymiser = Pseudonymiser(person, pseudonym, others=_others(session, person, customer))
    for place in PLACES:
        condition = of_customer(place.table, customer)
        if condition is not None:
            for row in place.rows(session, condition):
                yield from _change(place, row, pseudonymiser, customer)


def forget_at(session: Session, person: Person, pseudonym: str, customer: str, now: Instant) -> ForgottenAt:
    """Puts the pseudonym in the place of the person at one customer, and takes the person off the contacts.

    The journeys are locked first, as an advance does: it sees all of this or nothing.
    """
    connection = session.connection()
    connection.execute(
        select(_journeys.c.id).where(_journeys.c.customer_id == customer).order_by(_journeys.c.id).with_for_update()
    )
    connection.execute(select(_customers.c.id).where(_customers.c.id == customer).with_for_update(key_share=True))
    of_customer_ = select(_journeys.c.id).where(_journeys.c.customer_id == customer)
    files.empty(session, files.sent_by(session, person.address, of_customer_), FileStatus.REMOVED)
    rows = replace_everywhere(session, list(mentions(session, person, pseudonym, customer)))
    return ForgottenAt(rows, _take_off_contacts(session, pseudonym, customer, now))


def replace_everywhere(session: Session, changes: list[Change]) -> dict[str, int]:
    """Makes the changes; returns how many rows of each table they are. On SQLite nothing stays in freed space."""
    with overwriting(session):
        for change in changes:
            change.apply(session)
    return count(changes)


def count(changes: list[Change]) -> dict[str, int]:
    """Counts changes by table, in the order of the tables."""
    return dict(Counter(change.place.table.name for change in changes))


def _change(place: Place, row: RowMapping, pseudonymiser: Pseudonymiser, customer: str | None) -> Iterator[Change]:
    before = place.content(row)
    after = pseudonymiser.rewritten(before)
    changed = {name: value for name, value in after.items() if value != before[name]}
    if "address" in changed:
        changed |= _THEIRS.get(place.table.name, {})
    if changed:
        yield Change(place, row, changed, customer)


def _contents(session: Session, customer: str) -> Iterator[tuple[Place, dict[str, Any]]]:
    for place in PLACES:
        condition = of_customer(place.table, customer)
        if condition is not None:
            yield from ((place, place.content(row)) for row in place.rows(session, condition))


def _others(session: Session, person: Person, customer: str) -> set[str]:
    """Returns the names of the customer and of everybody else on either side."""
    record = customers.load(session, customer)
    others = {contact.name for contact in record.contacts if not person.is_at(contact.email)}
    return {name for name in (record.name, *others, *record.team.values()) if not person.is_in(name)}


def _take_off_contacts(session: Session, pseudonym: str, customer: str, now: Instant) -> RecordedFact | None:
    """Records, as a fact, the contacts without the person, so that the planner finds who is in the person's place."""
    contacts = _latest_contacts(session, customer)
    others = tuple(contact for contact in contacts if contact.email != pseudonym)
    if len(others) == len(contacts):
        return None
    fact = ContactsGiven(id=f"forgotten/{pseudonym}", at=now, by="milepost", contacts=others)
    recipient = inbox.recipients(session, [customer])[customer]
    [recorded] = inbox.record(session, [NewFact(recipient, to_json(fact), "forget")], now)
    return recorded


def _latest_contacts(session: Session, customer: str) -> tuple[Contact, ...]:
    """Returns the contacts that the last fact which waits names, or else those of the record."""
    query = select(FactRow.data).where(
        FactRow.customer_id == customer, FactRow.kind == ContactsGiven.kind, FactRow.status == InboxStatus.PENDING
    )
    data = session.scalar(query.order_by(FactRow.serial.desc()).limit(1))
    if data is None:
        return customers.load(session, customer).contacts
    return tuple(Contact.from_json(contact) for contact in data["contacts"])
