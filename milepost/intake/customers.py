"""Taking in customer records: kept as they are given; a running journey is told what changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from milepost.customer import BUILT_IN_ATTRIBUTES, Customer
from milepost.intake.context import IntakeContext, known
from milepost.intake.enrolment import Enrolled, NotEnrolled, enrol_if_it_turned
from milepost.intake.facts import FactReceipt, told
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.fact_checks import fits
from milepost.planner.facts import AttributesSet, ContactsGiven, Fact, TeamGiven, to_json
from milepost.store import customers, facts, journeys


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a record: `told` are the facts that its journey learnt, `entry` is its enrolment, if any."""

    customer: str
    new: bool
    told: tuple[FactReceipt, ...]
    entry: Enrolled | NotEnrolled | None


async def save(context: IntakeContext, customer: Customer, *, by: str | None = None, source: str = "api") -> Saved:
    """Make a customer's record this one; its journey learns of the changes, or it begins one if it first matches."""
    now = context.now()
    async with context.store.transaction() as session:
        before = await known(session, customer.id)
        running = await journeys.open_of(session, customer.id)
        compiled_map = await context.compiled_map(running)
        await customers.save(session, [customer], now)
        changes = _changes(context, before, customer, compiled_map, by) if before and compiled_map else []
        recorded = [await facts.record(session, customer.id, to_json(change), now, source=source) for change in changes]
    entry = None if running else await enrol_if_it_turned(context, customer.id, before)
    tellings = [await told(context, customer.id, each) for each in recorded]
    return Saved(customer.id, before is None, tuple(tellings), entry)


def _changes(
    context: IntakeContext, before: Customer, after: Customer, compiled_map: CompiledMap, by: str | None
) -> list[Fact]:
    """What the journey does not know yet; attributes that its map does not take are none of its business."""
    now = context.now()
    out: list[Fact] = []
    attributes = _changed_attributes(before, after, compiled_map)
    if attributes:
        out.append(AttributesSet(id=context.new_id(), at=now, by=by, attributes=attributes))
    if before.contacts != after.contacts:
        out.append(ContactsGiven(id=context.new_id(), at=now, by=by, contacts=after.contacts))
    if dict(before.team) != dict(after.team):
        out.append(TeamGiven(id=context.new_id(), at=now, by=by, team=dict(after.team)))
    return out


def _changed_attributes(before: Customer, after: Customer, compiled_map: CompiledMap) -> dict[str, Any]:
    names = sorted({*before.attributes, *after.attributes, *BUILT_IN_ATTRIBUTES})
    return {
        name: _value(after, name)
        for name in names
        if _value(before, name) != _value(after, name) and fits(name, _value(after, name), compiled_map.map.attributes)
    }


def _value(customer: Customer, name: str) -> Any:
    return getattr(customer, name) if name in BUILT_IN_ATTRIBUTES else customer.attributes.get(name)
