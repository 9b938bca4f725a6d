"""Records facts: checks them against the journey's map, stores them, and sends them to the journey."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.customer import BUILT_IN_ATTRIBUTES
from milepost.imports.customer_checks import FieldProblem, check_built_in, check_contacts, check_team
from milepost.imports.vocabulary import Vocabulary
from milepost.intake.context import IntakeContext, customer_of
from milepost.intake.enrolment import enrol_on_match, enrolment_obstacle
from milepost.intake.errors import NoOpenJourneyError
from milepost.intake.journey_client import SignalResult
from milepost.language.model import Attribute
from milepost.language.names import nearest
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.fact_checks import ABOUT_THE_RECORD, check, check_attributes
from milepost.planner.fact_errors import InvalidFactError
from milepost.planner.facts import AttributesSet, ContactsGiven, Fact, MapChanged, TeamGiven, to_json
from milepost.planner.written_facts import WrittenFact
from milepost.store import facts, journeys, maps
from milepost.store.facts import RecordedFact
from milepost.store.version_names import find_version_of_map, version_hint


class FactStatus(StrEnum):
    """What happened to a fact that came in."""

    DELIVERED = "delivered"  # the journey has it
    PENDING = "pending"  # Temporal is away; the journey gets it as soon as possible
    KEPT = "kept"  # the customer has no open journey
    COUNTED = "counted"  # no map asks for this product event: it is neither stored nor delivered
    KNOWN = "known"  # a fact with this id came in before: nothing changed


@dataclass(frozen=True, slots=True)
class FactReceipt:
    """The result of recording a fact; `message` says it in a sentence."""

    fact_id: str
    status: FactStatus
    message: str

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


_BY_SIGNAL = {
    SignalResult.YES: (FactStatus.DELIVERED, "Recorded; the journey has been told."),
    SignalResult.AWAY: (
        FactStatus.PENDING,
        "Recorded; Temporal cannot be reached, the journey is told as soon as it can be.",
    ),
    SignalResult.ENDED: (FactStatus.KEPT, "Recorded; the journey ended meanwhile."),
}


async def record_fact(
    context: IntakeContext, customer: str, written: WrittenFact | Fact, *, by: str | None = None, source: str = "api"
) -> FactReceipt:
    """Records one fact, as of now.

    Raises:
        UnknownCustomerError: there is no such customer.
        NoOpenJourneyError: the fact needs an open journey, and the customer has none.
        RefusedError: the fact names something that the map doesn't define, or doesn't make sense.

    Nothing is stored where it raises.
    """
    now = context.now()
    fact = written.fact(context.new_id(), now, by) if isinstance(written, WrittenFact) else written
    compiled_maps = await context.compiled_maps.current()
    async with context.store.transaction() as session:
        before = await customer_of(session, customer)
        compiled_map = await context.compiled_map(await journeys.open_of(session, customer))
        if isinstance(fact, MapChanged) and compiled_map is not None:
            fact = replace(fact, version=await _version(session, compiled_map, fact.version))
        if compiled_map is None and not isinstance(fact, ABOUT_THE_RECORD):
            raise NoOpenJourneyError(customer, await enrolment_obstacle(session, before, compiled_maps, now))
        _check(fact, compiled_map, compiled_maps)
        recorded = await facts.record(
            session,
            customer,
            to_json(fact),
            now,
            source=source,
            asked_events=_events(compiled_map, compiled_maps),
            received_at=int(context.wall()),
        )
    if recorded.new and compiled_map is None and isinstance(fact, AttributesSet):
        await enrol_on_match(context, customer, before)
    return await send(context, customer, recorded, _events(compiled_map, compiled_maps))


async def send(
    context: IntakeContext, customer: str, recorded: RecordedFact, events: Iterable[str] = ()
) -> FactReceipt:
    """Sends a recorded fact to the journey, if it is new and there is a journey.

    `events` are the product events that maps ask for; the nearest is suggested for one that none asks for.
    """
    fact = recorded.fact
    if recorded.counted:
        message = f"No map asks for the event {fact['event']!r}: it is counted, neither stored nor delivered."
        near = nearest(fact["event"], events)
        message += f" Did you mean {near!r}?" if near else ""
        return FactReceipt(fact["id"], FactStatus.COUNTED, message)
    if not recorded.new:
        return FactReceipt(fact["id"], FactStatus.KNOWN, f"The fact {fact['id']!r} was known already; nothing changed.")
    if recorded.journey is None:
        return FactReceipt(fact["id"], FactStatus.KEPT, "Recorded; the customer has no open journey to tell.")
    result = await context.journey_client.send_fact(recorded.journey, customer, fact, context.wall())
    return FactReceipt(fact["id"], *_BY_SIGNAL[result])


def _check(fact: Fact, compiled_map: CompiledMap | None, compiled_maps: list[CompiledMap]) -> None:
    if compiled_map is not None:
        check(fact, compiled_map)
    elif isinstance(fact, AttributesSet):
        check_attributes(fact.attributes, _declared(compiled_maps))
    vocabulary = Vocabulary.of(compiled_maps if compiled_map is None else [*compiled_maps, compiled_map])
    problems = [str(problem) for problem in _record_problems(fact, vocabulary)]
    if problems:
        raise InvalidFactError("; ".join(problems) + ".")


def _record_problems(fact: Fact, vocabulary: Vocabulary) -> Iterator[FieldProblem]:
    """Yields the problems of the part of a customer's record that a fact changes."""
    match fact:
        case AttributesSet():
            for name in BUILT_IN_ATTRIBUTES:
                if name in fact.attributes:
                    yield from check_built_in(name, fact.attributes[name])
        case ContactsGiven():
            yield from check_contacts(fact.contacts, vocabulary)
        case TeamGiven():
            yield from check_team(fact.team, vocabulary)


async def _version(session: AsyncSession, compiled_map: CompiledMap, name: str) -> str:
    """Returns the hash of a version of the journey's map, by any of its names."""
    rows = await maps.versions(session, compiled_map.map.map)
    row = find_version_of_map(rows, name)
    if row is None:
        raise InvalidFactError(f"{name!r} is no version of the map {compiled_map.map.map!r}.", version_hint(rows))
    return row.hash


def _events(compiled_map: CompiledMap | None, compiled_maps: list[CompiledMap]) -> frozenset[str]:
    """Returns the product events that the journey's map asks for; without a journey, those of all maps."""
    if compiled_map is not None:
        return compiled_map.events
    return frozenset(event for each in compiled_maps for event in each.events)


def _declared(compiled_maps: list[CompiledMap]) -> Mapping[str, Attribute]:
    """Returns the attributes that any map declares. Where maps differ, the last one counts; enrolment looks closer."""
    return {name: attribute for each in compiled_maps for name, attribute in each.map.attributes.items()}
