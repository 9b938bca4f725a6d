"""Takes facts in: they are checked and stored, and only then their journeys are nudged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from milepost import metrics
from milepost.intake.context import IntakeContext, customer_of
from milepost.intake.enrolment import enrol_on_match, enrolment_obstacle
from milepost.intake.errors import NoOpenJourneyError
from milepost.intake.fact_admission import FactAdmission, IncomingFact
from milepost.language.names import nearest
from milepost.planner.fact_errors import InvalidFactError, RefusedError
from milepost.planner.facts import Ended, Fact, MapChanged
from milepost.planner.written_facts import WrittenFact
from milepost.store import aliases, journeys, maps
from milepost.store.errors import UnknownCustomerError
from milepost.store.inbox import RecordedFact
from milepost.store.version_names import find_version_of_map, version_hint

_FREEING = {Ended.kind, MapChanged.kind}


class FactStatus(StrEnum):
    """What happened to a fact that came in."""

    DELIVERED = "delivered"  # the journey has it
    PENDING = "pending"  # Temporal is away; the journey gets it as soon as possible
    KEPT = "kept"  # the customer has no open journey
    COUNTED = "counted"  # no map asks for this product event: it is neither stored nor delivered
    KNOWN = "known"  # a fact with this id came in before: nothing changed


@dataclass(frozen=True, slots=True)
class FactReceipt:
    """The result of recording a fact; `message` says it in a sentence, `warnings` what of it can't be used."""

    fact_id: str
    status: FactStatus
    message: str
    warnings: tuple[str, ...] = ()

    @property
    def new(self) -> bool:
        """Tells whether the fact came in for the first time."""
        return self.status is not FactStatus.KNOWN

    @property
    def delivered(self) -> bool:
        return self.status is FactStatus.DELIVERED

    @property
    def counted(self) -> bool:
        return self.status is FactStatus.COUNTED


async def record_fact(
    context: IntakeContext, customer: str, fact: WrittenFact | Fact, *, by: str | None = None, source: str = "api"
) -> FactReceipt:
    """Records one fact, as of now.

    Raises:
        UnknownCustomerError: there is no such customer.
        NoOpenJourneyError: the fact needs an open journey, and the customer has none.
        RefusedError: the fact names something that the map doesn't define, or doesn't make sense.

    Nothing is stored where it raises.
    """
    [result] = await record_facts(context, [IncomingFact(customer, fact, by)], source=source)
    if isinstance(result, RefusedError):
        raise result
    return result


async def record_facts(
    context: IntakeContext, incoming: Sequence[IncomingFact], *, source: str = "api", together: bool = False
) -> list[FactReceipt | RefusedError]:
    """Records facts, as of now, in their order and in one transaction; each is taken or refused for itself.

    Every journey is nudged once, whatever has come for it.

    Raises:
        RefusedError: one of those that come `together` makes no sense; none of them is stored.
    """
    admission = FactAdmission(context, source)
    named = [await _with_version(context, each) for each in incoming]
    known = [each for each in named if isinstance(each, IncomingFact)]
    run = admission.run_together if together else admission.run
    results = iter(await context.store.write(partial(run, known)))
    recorded = [next(results) if isinstance(each, IncomingFact) else each for each in named]
    for customer, before in admission.before.items():
        await enrol_on_match(context, customer, before)
    customers = [each.customer for each in incoming]
    reached = await nudge_all(context, recorded)
    metrics.FACTS.add(sum(isinstance(each, RefusedError) for each in recorded), {"outcome": "refused"})
    return [
        await _explained(context, customer, each)
        if isinstance(each, RefusedError)
        else await receipt_of(context, each, reached)
        for customer, each in zip(customers, recorded, strict=True)
    ]


async def nudge_all(context: IntakeContext, recorded: Iterable[RecordedFact | RefusedError]) -> dict[str, bool]:
    """Nudges the journeys of recorded facts; tells of each whether it has been told, now or by what waited before.

    An inbox that held something already needs no second nudge, unless nobody heard the first, or its journey can't be
    planned and this fact may free it. Once Temporal is away nobody is nudged any more: the sweeper does it later.
    """
    client = context.journey_client
    reached: dict[str, bool] = {}
    found_away = False
    for record in recorded:
        if isinstance(record, RefusedError) or not record.new or record.journey is None:
            continue
        if record.is_first or client.is_away or record.fact["kind"] in _FREEING:
            if not reached.get(record.journey, False):
                reached[record.journey] = not found_away and await client.nudge(record.journey)
                found_away = not reached[record.journey]
        else:
            reached.setdefault(record.journey, True)
    return reached


async def receipt_of(context: IntakeContext, record: RecordedFact, reached: Mapping[str, bool]) -> FactReceipt:
    """Returns the receipt of a fact that has been recorded, and counts it."""
    receipt = await _receipt(context, record, reached)
    metrics.FACTS.add(1, {"outcome": receipt.status.value})
    return receipt


async def _receipt(context: IntakeContext, record: RecordedFact, reached: Mapping[str, bool]) -> FactReceipt:
    fact = record.fact
    if record.counted:
        message = f"No map asks for the event {fact['event']!r}: it is counted, neither stored nor delivered."
        near = nearest(fact["event"], await _asked_events(context))
        message += f" Did you mean {near!r}?" if near else ""
        return FactReceipt(fact["id"], FactStatus.COUNTED, message)
    if not record.new:
        return FactReceipt(fact["id"], FactStatus.KNOWN, f"The fact {fact['id']!r} was known already; nothing changed.")
    if record.journey is None:
        status, message = FactStatus.KEPT, "Recorded; the customer has no open journey to tell."
    elif reached.get(record.journey, False):
        status, message = FactStatus.DELIVERED, "Recorded; the journey has been told."
    else:
        status = FactStatus.PENDING
        message = "Recorded; Temporal cannot be reached, the journey is told as soon as it can be."
    return FactReceipt(fact["id"], status, message, record.warnings)


async def _asked_events(context: IntakeContext) -> set[str]:
    return {event for compiled_map in await context.compiled_maps.readable() for event in compiled_map.events}


async def _explained(context: IntakeContext, customer: str, refused: RefusedError) -> RefusedError:
    """Adds to a refusal what takes a closer look at the book: a near name, or why no journey can begin."""
    async with context.store.reading() as session:
        try:
            record = await customer_of(session, customer)
        except UnknownCustomerError as unknown:
            return unknown
        if isinstance(refused, NoOpenJourneyError):
            current = await context.compiled_maps.readable()
            return NoOpenJourneyError(customer, await enrolment_obstacle(session, record, current, context.now()))
    return refused


async def _with_version(context: IntakeContext, incoming: IncomingFact) -> IncomingFact | RefusedError:
    """Names the version that a journey is to move to by its hash, whichever of its names was given."""
    fact = incoming.fact
    if isinstance(fact, WrittenFact) and fact.map_changed is not None:
        fact = fact.fact(context.new_id(), context.now(), incoming.by)
    if not isinstance(fact, MapChanged):
        return incoming
    async with context.store.reading() as session:
        customer = await session.run_sync(aliases.present_id, incoming.customer)
        journey = await journeys.open_of(session, customer)
        if journey is None:
            return replace(incoming, fact=fact)
        rows = await maps.versions(session, journey.map)
    row = find_version_of_map(rows, fact.version)
    if row is None:
        return InvalidFactError(f"{fact.version!r} is no version of the map {journey.map!r}.", version_hint(rows))
    return replace(incoming, fact=replace(fact, version=row.hash))
