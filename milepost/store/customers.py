"""The book of customers: records, contacts in their order, teams."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any
from unicodedata import combining, normalize

from sqlalchemy import bindparam, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.customer import BUILT_IN_ATTRIBUTES, Contact, Customer, Mail, keep_refused
from milepost.explain.contract import renewal_of, told_value
from milepost.planner.facts import AttributesSet, ContactsGiven, Fact, HandedOver, MailChosen, TeamGiven
from milepost.planner.hand_over import handed_over_team, roles_of
from milepost.planner.instants import Instant
from milepost.planner.mail_choices import contacts_after
from milepost.planner.state import State
from milepost.store import aliases, earlier_ends, former_colleagues, links
from milepost.store.errors import UnknownCustomerError
from milepost.store.table_types import table_of
from milepost.store.tables import ContactRow, CustomerRow, JourneyRow, TeamMemberRow
from milepost.store.upsert import upsert

_CHUNK = 500
_LONGEST_KEY = 400  # characters; PostgreSQL has no room for long texts in an index
MOST_COLLEAGUES = 1000
"""Addresses that a page lists."""
_customers, _contacts, _members = table_of(CustomerRow), table_of(ContactRow), table_of(TeamMemberRow)
_is_customer = _customers.c.id == bindparam("customer")
# FOR NO KEY UPDATE: an advance takes this while it has its journey's lock, and a fact that comes in takes a key share
# of the customer before it waits for the journey's; a plain FOR UPDATE would let the two wait for each other.
_ATTRIBUTES = select(_customers.c.attributes).where(_is_customer).with_for_update(key_share=True)
_HOLD = select(_customers.c.id).where(_is_customer).with_for_update()
_SET_UNMATCHED = update(_customers).where(_is_customer).values(unmatched_why=bindparam("why"))
_DELETE_CONTACTS, _DELETE_MEMBERS = (
    delete(table).where(table.c.customer_id.in_(bindparam("ids", expanding=True))) for table in (_contacts, _members)
)


async def save(session: AsyncSession, customers: Iterable[Customer], now: Instant) -> tuple[int, int]:
    """Writes customer records, with contacts and team; returns how many are new, and how many were there before.

    Of several with one id the last counts.
    This is the record alone. A customer's running journey learns of it by facts (`set`, `contacts`, `team`).
    """
    by_id = {customer.id: customer for customer in customers}
    existing = await _existing(session, list(by_id))
    await session.run_sync(write, by_id.values(), now)
    return len(by_id) - len(existing), len(existing)


def write(session: Session, customers: Collection[Customer], now: Instant) -> None:
    """Writes customer records, as `save` does; each id comes once."""
    rows = [
        {**_columns(customer), "unmatched_why": None, "created_at": now, "updated_at": now} for customer in customers
    ]
    upsert(session, CustomerRow, rows, keep=("created_at", "unmatched_why"))
    write_contacts(session, {customer.id: customer.contacts for customer in customers})
    write_members(session, {customer.id: customer.team for customer in customers})


async def _existing(session: AsyncSession, ids: Sequence[str]) -> set[str]:
    existing: set[str] = set()
    for start in range(0, len(ids), _CHUNK):
        some = ids[start : start + _CHUNK]
        existing |= set(await session.scalars(select(CustomerRow.id).where(CustomerRow.id.in_(some))))
    return existing


def _columns(customer: Customer) -> dict[str, Any]:
    columns = {each.name: getattr(customer, each.name) for each in fields(Customer) if each.name != "contacts"}
    team, attributes = dict(customer.team), dict(customer.attributes)
    return {
        **columns,
        "attributes": attributes,
        "team": team,
        **mirrored(customer.attributes),
        "sort_key": sort_key(customer.id, customer.name),
    }


def sort_key(customer: str, name: str) -> str:
    """Returns what lists of customers are ordered and searched by: name and id without case and accents."""
    return f"{folded(name)} {folded(customer)}"[:_LONGEST_KEY]


def folded(words: str) -> str:
    """Returns a text without case and accents, for comparisons: `Öko` becomes `oko`."""
    return "".join(each for each in normalize("NFKD", words.casefold()) if not combining(each))


def mirrored(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the columns that lists are narrowed and ordered by: health, day of renewal and value of the contract."""
    day = renewal_of(attributes)
    return {
        "health": _number(attributes.get("health")),
        "renews_on": day.isoformat() if day else None,
        "contract_value": _number(told_value(attributes)),
    }


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def write_contacts(session: Session, people: Mapping[str, Iterable[Contact]]) -> None:
    """Replaces these customers' contacts, in this order. Links of those who are no longer among them are void."""
    people = {customer: tuple(contacts) for customer, contacts in people.items()}
    links.void_of_gone(session, people)
    ids = list(people)
    for start in range(0, len(ids), _CHUNK):
        session.connection().execute(_DELETE_CONTACTS, {"ids": ids[start : start + _CHUNK]})
    rows = [
        {"customer_id": customer, "position": position, **asdict(contact), "address_key": contact.address_key}
        for customer, contacts in people.items()
        for position, contact in enumerate(contacts)
    ]
    upsert(session, ContactRow, rows)


def write_members(session: Session, teams: Mapping[str, Mapping[str, str]]) -> None:
    """Replaces these customers' colleagues by whom their teams name."""
    ids = list(teams)
    for start in range(0, len(ids), _CHUNK):
        session.connection().execute(_DELETE_MEMBERS, {"ids": ids[start : start + _CHUNK]})
    rows = [
        {"customer_id": customer, "role": role, "address": address.strip().lower()}
        for customer, team in teams.items()
        for role, address in team.items()
        if address.strip()
    ]
    upsert(session, TeamMemberRow, rows)


def apply(session: Session, customer: str, fact: Fact, now: Instant) -> None:
    """Applies a fact about the customer to the record; other facts change nothing.

    Raises:
        UnknownCustomerError: no customer has this id.
    """
    match fact:
        case AttributesSet():
            set_attributes(session, customer, fact.attributes, now)
        case TeamGiven():
            set_team(session, customer, fact.team, now)
        case HandedOver():
            hand_over(session, customer, fact, now)
        case ContactsGiven():
            before = load(session, customer).contacts
            _set_contacts(session, customer, keep_refused(before, fact.contacts), now)
        case MailChosen():
            before = load(session, customer).contacts
            _set_contacts(session, customer, contacts_after(before, fact), now)
        case _:
            pass


def _set_contacts(session: Session, customer: str, contacts: Iterable[Contact], now: Instant) -> None:
    _row(session, customer).updated_at = now
    session.flush()
    write_contacts(session, {customer: contacts})


def hand_over(session: Session, customer: str, fact: HandedOver, now: Instant) -> bool:
    """Gives the roles of one colleague to another, and remembers who had them; returns whether there were any.

    Raises:
        UnknownCustomerError: no customer has this id.
    """
    record = load(session, customer)
    roles = roles_of(record.team, fact.former, fact.roles)
    if roles:
        set_team(session, customer, handed_over_team(record, fact.former, fact.to, fact.roles).team, now)
        former_colleagues.remember(session, customer, roles, fact.former, fact.to, at=now)
    return bool(roles)


def keep_what_came_too_late(session: Session, state: State, facts: Iterable[Fact]) -> None:
    """Lets facts about the customer change the record, though the journey had ended when they came."""
    for fact in facts:
        if state.ended_at is not None and fact.at >= state.ended_at:
            apply(session, state.customer.id, fact, state.clock)


def set_attributes(session: Session, customer: str, values: Mapping[str, Any], now: Instant) -> None:
    """Sets these attributes and keeps the others; None forgets one. Built-in ones are the record's own columns.

    Raises:
        UnknownCustomerError: no customer has this id.
    """
    before = session.connection().execute(_ATTRIBUTES, {"customer": customer}).scalar_one_or_none()
    if before is None:
        raise UnknownCustomerError(customer)
    columns = {
        name: values[name]
        for name in BUILT_IN_ATTRIBUTES
        if name in values and (values[name] is not None or name in {"country", "language"})
    }
    merged = {**before, **{name: value for name, value in values.items() if name not in BUILT_IN_ATTRIBUTES}}
    attributes = {name: value for name, value in merged.items() if value is not None}
    columns |= {"attributes": attributes, **mirrored(attributes), "updated_at": now}
    if "name" in columns:
        columns["sort_key"] = sort_key(customer, columns["name"])
    session.connection().execute(update(_customers).where(_customers.c.id == customer).values(columns))


def set_team(session: Session, customer: str, team: Mapping[str, str], now: Instant) -> None:
    """Replaces the customer's team.

    Raises:
        UnknownCustomerError: no customer has this id.
    """
    row = _row(session, customer)
    row.team, row.updated_at = dict(team), now
    session.flush()
    write_members(session, {customer: team})


async def get(session: AsyncSession, customer: str) -> Customer:
    """Returns the customer's record as the planner takes it.

    Raises:
        UnknownCustomerError: no customer has this id.
    """
    return await session.run_sync(load, customer)


def hold(session: Session, customer: str) -> None:
    """Keeps others from changing the record before the transaction ends; lock the customer's journey first."""
    session.connection().execute(_HOLD, {"customer": customer})


def load(session: Session, customer: str) -> Customer:
    """Returns the customer's record as the planner takes it.

    Raises:
        UnknownCustomerError: no customer has this id.
    """
    return _with_contacts(session, [_row(session, customer)])[0]


def load_names(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Returns the names of those of the customers that exist, by id."""
    query = select(_customers.c.id, _customers.c.name).where(_customers.c.id.in_(sorted(ids)))
    return dict(iter(session.execute(query))) if ids else {}


async def get_row(session: AsyncSession, customer: str) -> CustomerRow:
    """Returns the customer's row.

    Raises:
        UnknownCustomerError: no customer has this id.
    """
    return await session.run_sync(_row, customer)


def _row(session: Session, customer: str) -> CustomerRow:
    row = session.get(CustomerRow, customer, populate_existing=True)
    if row is None and (present := aliases.present_id(session, customer)) != customer:
        row = session.get(CustomerRow, present, populate_existing=True)
    if row is None:
        raise UnknownCustomerError(customer)
    return row


async def ids(session: AsyncSession) -> list[str]:
    """Returns the ids of all customers, sorted."""
    return list(await session.scalars(select(CustomerRow.id).order_by(CustomerRow.id)))


async def all_customers(session: AsyncSession, only: Iterable[str] | None = None) -> list[Customer]:
    """Returns all customers, or `only` those of these ids, ordered by id."""
    query = select(CustomerRow).order_by(CustomerRow.id)
    if only is not None:
        query = query.where(CustomerRow.id.in_(list(only)))
    return await session.run_sync(_with_contacts, list(await session.scalars(query)))


def load_all(session: Session, ids: Iterable[str]) -> list[Customer]:
    """Returns the customers of these ids, ordered by id; unknown ones are left out."""
    query = select(CustomerRow).where(CustomerRow.id.in_(list(ids))).order_by(CustomerRow.id)
    return _with_contacts(session, list(session.scalars(query)))


async def without_open_journey(session: AsyncSession) -> list[Customer]:
    """Returns the customers that an enrolment looks at: those without a journey that is open or paused.

    Left out are those whose journey had ended before they were imported.
    """
    running = exists().where(JourneyRow.customer_id == CustomerRow.id, JourneyRow.ended_at.is_(None))
    query = select(CustomerRow).where(~running, ~earlier_ends.is_known).order_by(CustomerRow.id)
    return await session.run_sync(_with_contacts, list(await session.scalars(query)))


def _with_contacts(session: Session, rows: Sequence[CustomerRow]) -> list[Customer]:
    query = select(ContactRow).order_by(ContactRow.customer_id, ContactRow.position)
    if len(rows) <= _CHUNK:
        query = query.where(ContactRow.customer_id.in_([row.id for row in rows]))
    contacts: dict[str, list[Contact]] = defaultdict(list)
    for contact in session.scalars(query):
        contacts[contact.customer_id].append(_contact(contact))
    return [_customer(row, contacts[row.id]) for row in rows]


def _contact(row: ContactRow) -> Contact:
    columns = {each.name: getattr(row, each.name) for each in fields(Contact)}
    return Contact(**columns | {"personas": tuple(row.personas), "mail": _mail(row.mail)})


def _mail(setting: str) -> Mail:
    """Reads a setting; one that only a later Milepost knows counts as the strictest."""
    return Mail(setting) if setting in set(Mail) else Mail.NONE


def _customer(row: CustomerRow, contacts: Iterable[Contact]) -> Customer:
    return Customer(
        row.id, row.name, row.timezone, row.country, row.language, row.attributes, tuple(contacts), row.team
    )


async def mark_unmatched(session: AsyncSession, customer: str, why: str | None) -> None:
    """Stores why no map fits the customer; None where one does.

    Raises:
        UnknownCustomerError: no customer has this id.
    """
    await session.run_sync(set_unmatched, customer, why)


def set_unmatched(session: Session, customer: str, why: str | None) -> None:
    """Stores why no map fits the customer, as `mark_unmatched` does."""
    if not session.connection().execute(_SET_UNMATCHED, {"customer": customer, "why": why}).rowcount:
        raise UnknownCustomerError(customer)


async def colleagues(session: AsyncSession, limit: int = MOST_COLLEAGUES) -> list[str]:
    """Returns the addresses of everybody on a customer's team, in lower case, sorted; the first `limit` of them."""
    # Each address leads to the next one in the index, past all customers of the same colleague.
    first = select(func.min(TeamMemberRow.address).label("address")).cte("addresses", recursive=True)
    following = select(func.min(TeamMemberRow.address)).where(TeamMemberRow.address > first.c.address).scalar_subquery()
    addresses = first.union_all(select(following).where(first.c.address.is_not(None)))
    query = select(addresses.c.address).where(addresses.c.address.is_not(None)).limit(limit)
    return sorted(await session.scalars(query))


def is_on_a_team(session: Session, address: str) -> bool:
    """Returns whether a colleague, by the address in lower case, is on any customer's team."""
    return session.scalar(select(TeamMemberRow.address).where(TeamMemberRow.address == address).limit(1)) is not None


async def count(session: AsyncSession) -> int:
    """Counts the customers."""
    return await session.scalar(select(func.count()).select_from(CustomerRow)) or 0


async def rows(session: AsyncSession, ids: Collection[str]) -> dict[str, CustomerRow]:
    """Returns the rows of a page of customers by id; those that there aren't are left out."""
    found = await session.scalars(select(CustomerRow).where(CustomerRow.id.in_(ids)))
    return {row.id: row for row in found}
