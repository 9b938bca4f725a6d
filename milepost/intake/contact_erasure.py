"""Forgetting one person, who may be a contact of many customers, and everything that is held on one."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from milepost.actor import actor
from milepost.audit_kinds import Kind
from milepost.customer import address_key
from milepost.intake.context import IntakeContext
from milepost.intake.errors import AbsentColleagueError, ColleagueError
from milepost.intake.facts import nudge_all
from milepost.intake.files import remove_leftovers
from milepost.intake.import_erasure import forget_in_imports, rows_with
from milepost.planner.instants import Instant
from milepost.store import absences, audit, contact_erasure, contact_export, customers, erasure
from milepost.store.audit import Entry
from milepost.store.contact_erasure import ForgottenAt
from milepost.store.inbox import RecordedFact
from milepost.store.personal_data import customers_with
from milepost.store.pseudonyms import Person, Pseudonymiser, new_pseudonym

_ROUNDS = 3


@dataclass(slots=True)
class ContactErasure:
    """Where a person was forgotten: rows by table, for each customer and `elsewhere` (reviews of maps and the like).

    `named_after` are customers whose own id or name has the person's, which stays. `told` are the journeys that have
    been nudged, by id, and whether Temporal took it.
    """

    pseudonym: str
    customers: dict[str, Mapping[str, int]] = field(default_factory=dict)
    elsewhere: Mapping[str, int] = field(default_factory=dict)
    named_after: list[str] = field(default_factory=list)
    told: dict[str, bool] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Tells whether nothing was held on the person."""
        return not (self.customers or self.elsewhere)

    def add(self, customer: str, rows: Mapping[str, int]) -> None:
        """Adds rows to those of a customer."""
        self.customers[customer] = Counter(self.customers.get(customer, {})) + Counter(rows)


async def forget_contact(context: IntakeContext, address: str, *, dry_run: bool = False) -> ContactErasure:
    """Puts a pseudonym in the place of a person, everywhere, one customer at a time; it may be repeated.

    Counts, outcomes and values stay. The person is no contact any more, and the journeys go on for the others. With
    `dry_run` nothing is written.

    Raises:
        ColleagueError: the address is on a customer's team.
        AbsentColleagueError: the address is part of an absence that isn't over.
    """
    address, result = address.strip(), ContactErasure(new_pseudonym(secrets.token_hex(4)))
    names: frozenset[str] = frozenset()
    recorded: list[RecordedFact] = []
    for _ in range(_ROUNDS):  # what came in meanwhile is found by the next
        ids, person = await _find(context, address, names)
        names = person.names
        await _refuse_colleague(context, person, ids)
        result.named_after = result.named_after or await _named_after(context, person, ids)
        work = _count if dry_run else partial(_forget, context.now())
        for customer in ids:
            at = await context.store.write(partial(work, person, result.pseudonym, customer))
            if at.rows:
                result.add(customer, at.rows)
            if at.fact is not None:
                recorded.append(at.fact)
        elsewhere = await context.store.write(partial(_elsewhere, person, result.pseudonym, dry_run=dry_run))
        in_files = await _in_files(context, person, dry_run=dry_run)
        result.elsewhere = Counter(result.elsewhere) + Counter(elsewhere) + Counter(import_files=in_files)
        if dry_run or not (ids or elsewhere or in_files):
            break
    if not dry_run and not result.is_empty:
        said = Entry(int(context.wall()), actor(), Kind.PERSON_FORGOTTEN, result.pseudonym)
        await context.store.write(partial(audit.record, entry=said))
    if not dry_run:
        await remove_leftovers(context)
    if not dry_run and context.store.is_sqlite:
        await erasure.empty_log(context.store)
    result.told = await nudge_all(context, recorded)
    return result


async def export_contact(context: IntakeContext, address: str) -> dict[str, Any]:
    """Returns everything that is held on a person, as one document of plain data."""
    address = address.strip()
    ids, person = await _find(context, address, frozenset())
    async with context.store.reading() as session:
        document = await session.run_sync(contact_export.export, person, ids)
    in_files = [row.to_json() for row in await rows_with(context, person.is_in)]
    return {**document, "records": [*document["records"], *in_files]}


async def _in_files(context: IntakeContext, person: Person, *, dry_run: bool) -> int:
    """Removes uploaded files that hold the person; returns how many, or with `dry_run` would."""
    files = {(row.number, row.kind) for row in await rows_with(context, person.is_in)}
    if files and not dry_run:
        await forget_in_imports(context, person.is_in, person.address)
    return len(files)


async def _find(context: IntakeContext, address: str, names: frozenset[str]) -> tuple[list[str], Person]:
    """Returns the customers that have something on the person, and the person with the names beside the address."""

    def find(session: Session) -> tuple[list[str], Person]:
        ids = customers_with(session, address)
        return ids, contact_erasure.person_at(session, address, ids)

    async with context.store.reading() as session:
        ids, person = await session.run_sync(find)
    return ids, Person(address, person.names | names)


async def _refuse_colleague(context: IntakeContext, person: Person, ids: Sequence[str]) -> None:
    async with context.store.reading() as session:
        records = await customers.all_customers(session, ids)
        away = await absences.listed(session, context.now(), person=person.address)
    teams = [record.id for record in records if any(map(person.is_at, record.team.values()))]
    if teams:
        raise ColleagueError(person.address, teams)
    if away:
        raise AbsentColleagueError(person.address, away[0].number)


async def _named_after(context: IntakeContext, person: Person, ids: Sequence[str]) -> list[str]:
    pseudonymiser = Pseudonymiser(person, new_pseudonym("somebody"))
    async with context.store.reading() as session:
        records = await customers.all_customers(session, ids)
    whole = {name.casefold() for name in person.all_names()} | {address_key(person.address)}
    return [
        record.id
        for record in records
        if pseudonymiser.text(record.id, strictly=True) != record.id
        or (pseudonymiser.text(record.name, strictly=True) != record.name and record.name.casefold() not in whole)
    ]


def _forget(now: Instant, person: Person, pseudonym: str, customer: str, session: Session) -> ForgottenAt:
    return contact_erasure.forget_at(session, person, pseudonym, customer, now)


def _count(person: Person, pseudonym: str, customer: str, session: Session) -> ForgottenAt:
    changes = list(contact_erasure.mentions(session, person, pseudonym, customer))
    return ForgottenAt(contact_erasure.count(changes))


def _elsewhere(person: Person, pseudonym: str, session: Session, *, dry_run: bool) -> dict[str, int]:
    changes = list(contact_erasure.mentions(session, person, pseudonym, None))
    return contact_erasure.count(changes) if dry_run else contact_erasure.replace_everywhere(session, changes)
