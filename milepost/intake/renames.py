"""Giving a customer another id, in one transaction. The one that it had leads to it (`milepost.store.aliases`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from milepost.customer import Customer
from milepost.imports.cell_parsers import read_id
from milepost.imports.customer_checks import FieldProblem
from milepost.intake.context import IntakeContext, customer_of
from milepost.intake.errors import IdTakenError, InvalidCustomerError
from milepost.intake.facts import nudge_all
from milepost.intake.merges import note_for
from milepost.store import aliases, customers, inbox, journeys, record_moves
from milepost.store.inbox import Recipient, RecordedFact
from milepost.store.tables import CustomerRow


@dataclass(frozen=True, slots=True)
class Renaming:
    """What giving a customer another id does, or did; `moved` counts what is about the customer, by table."""

    customer: Customer
    new_id: str
    journey: str | None
    moved: Mapping[str, int]
    reached: bool = True

    def to_json(self) -> dict[str, Any]:
        return {
            "customer": self.customer.id,
            "new_id": self.new_id,
            "journey": self.journey,
            "moved": dict(self.moved),
            "reached": self.reached,
        }


async def rename(
    context: IntakeContext, customer: str, new_id: str, *, by: str | None = None, dry_run: bool = False
) -> Renaming:
    """Gives a customer another id; with `dry_run` it only says what would move.

    Raises:
        UnknownCustomerError: no customer has the first id; the nearest one is suggested.
        IdTakenError: a customer has the new id, or had it. Nothing is changed.
        InvalidCustomerError: the new id isn't one.
    """
    async with context.store.reading() as session:
        present = (await customer_of(session, customer)).id
        if dry_run:
            return await session.run_sync(partial(_look_at_renaming, present, new_id))
    done, recorded = await context.store.write(partial(_rename, context, present, new_id, by))
    reached = await nudge_all(context, recorded)
    return replace(done, reached=all(reached.values()))


def _look_at_renaming(customer: str, new_id: str, session: Session) -> Renaming:
    try:
        read_id(new_id)
    except ValueError as error:
        raise InvalidCustomerError(customer, [FieldProblem("id", str(error))]) from None
    record = customers.load(session, customer)
    owner = session.get(CustomerRow, aliases.present_id(session, new_id))
    if owner is not None and (owner.id != record.id or new_id == record.id):
        raise IdTakenError(record.id, new_id, owner.id)
    return Renaming(record, new_id, journeys.open_id(session, record.id), record_moves.count(session, record.id))


def _rename(
    context: IntakeContext, customer: str, new_id: str, by: str | None, session: Session
) -> tuple[Renaming, list[RecordedFact]]:
    now = context.now()
    record_moves.lock(session, [customer, new_id])
    if (present := aliases.present_id(session, customer)) != customer:  # renamed or merged meanwhile
        return _rename(context, present, new_id, by, session)
    done = _look_at_renaming(customer, new_id, session)
    if not record_moves.copy_record(session, customer, new_id):
        raise IdTakenError(customer, new_id, new_id)  # by a customer that came in meanwhile
    record_moves.move(session, customer, new_id)
    customers.write(session, [done.customer.having(id=new_id)], now)
    aliases.add(session, customer, new_id, now, by)
    if done.journey is None:
        return done, []
    note = note_for(context, Recipient(new_id, done.journey, None), f"The customer's id was {customer}", now, by)
    return done, inbox.record(session, [note], now, received_at=int(context.wall()))
