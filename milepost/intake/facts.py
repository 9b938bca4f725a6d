"""Taking in facts: checked against the journey's map, written down, told to the journey."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.intake.context import IntakeContext, customer_of
from milepost.intake.enrolment import barred, enrol_if_it_turned
from milepost.intake.errors import NoOpenJourneyError
from milepost.intake.journey_client import SignalResult
from milepost.language.model import Attribute
from milepost.language.names import nearest
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.fact_checks import ABOUT_THE_RECORD, check, check_attributes
from milepost.planner.fact_errors import InvalidFactError
from milepost.planner.facts import AttributesSet, Fact, MapChanged, to_json
from milepost.planner.written_facts import WrittenFact
from milepost.store import facts, journeys, maps
from milepost.store.facts import RecordedFact
from milepost.store.version_names import find_version_of_map, version_hint


class FactStatus(StrEnum):
    """What became of a fact at the door."""

    DELIVERED = "delivered"  # the journey has been told
    PENDING = "pending"  # Temporal is away; the journey is told as soon as it can be
    KEPT = "kept"  # there is no journey to tell
    COUNTED = "counted"  # no map asks for this product event: it is neither stored nor delivered
    KNOWN = "known"  # the id was known already: nothing changed


@dataclass(frozen=True, slots=True)
class FactReceipt:
    """What became of a fact; `message` says it to people."""

    fact_id: str
    became: FactStatus
    message: str

    @property
    def new(self) -> bool:
        """Whether it was told for the first time."""
        return self.became is not FactStatus.KNOWN

    @property
    def delivered(self) -> bool:
        return self.became is FactStatus.DELIVERED

    @property
    def counted(self) -> bool:
        return self.became is FactStatus.COUNTED


_REACHED = {
    SignalResult.YES: (FactStatus.DELIVERED, "Recorded; the journey has been told."),
    SignalResult.AWAY: (
        FactStatus.PENDING,
        "Recorded; Temporal cannot be reached, the journey is told as soon as it can be.",
    ),
    SignalResult.ENDED: (FactStatus.KEPT, "Recorded; the journey ended meanwhile."),
}


async def tell(
    context: IntakeContext, customer: str, fact: WrittenFact | Fact, *, by: str | None = None, source: str = "api"
) -> FactReceipt:
    """Take in one fact; it acts at the instant at which it is taken in.

    Raises:
        RefusedError: it is for nobody, or speaks of what there is not; nothing is written down.
    """
    now = context.now()
    made = fact.fact(context.new_id(), now, by) if isinstance(fact, WrittenFact) else fact
    compiled_maps = await context.compiled_maps.current()
    async with context.store.transaction() as session:
        before = await customer_of(session, customer)
        compiled_map = await context.compiled_map(await journeys.open_of(session, customer))
        if isinstance(made, MapChanged) and compiled_map is not None:
            made = replace(made, version=await _version(session, compiled_map, made.version))
        if compiled_map is None and not isinstance(made, ABOUT_THE_RECORD):
            raise NoOpenJourneyError(customer, await barred(session, before, compiled_maps, now))
        _check(made, compiled_map, compiled_maps)
        recorded = await facts.record(
            session,
            customer,
            to_json(made),
            now,
            source=source,
            asked_events=_asked(compiled_map, compiled_maps),
            received_at=int(context.wall()),
        )
    if recorded.new and compiled_map is None and isinstance(made, AttributesSet):
        await enrol_if_it_turned(context, customer, before)
    return await told(context, customer, recorded, _asked(compiled_map, compiled_maps))


async def told(context: IntakeContext, customer: str, recorded: RecordedFact, asked: Iterable[str] = ()) -> FactReceipt:
    """Tell the journey what was recorded, if that is news and there is a journey.

    `asked` are the product events that maps ask for: one of them was perhaps meant.
    """
    fact = recorded.fact
    if recorded.counted:
        said = f"No map asks for the event {fact['event']!r}: it is counted, neither stored nor delivered."
        near = nearest(fact["event"], asked)
        said += f" Did you mean {near!r}?" if near else ""
        return FactReceipt(fact["id"], FactStatus.COUNTED, said)
    if not recorded.new:
        return FactReceipt(fact["id"], FactStatus.KNOWN, f"The fact {fact['id']!r} was known already; nothing changed.")
    if recorded.journey is None:
        return FactReceipt(fact["id"], FactStatus.KEPT, "Recorded; the customer has no open journey to tell.")
    return FactReceipt(
        fact["id"], *_REACHED[await context.journey_client.tell(recorded.journey, customer, fact, context.wall())]
    )


def _check(fact: Fact, compiled_map: CompiledMap | None, compiled_maps: list[CompiledMap]) -> None:
    if compiled_map is not None:
        check(fact, compiled_map)
    elif isinstance(fact, AttributesSet):
        check_attributes(fact.attributes, _declared(compiled_maps))


async def _version(session: AsyncSession, compiled_map: CompiledMap, said: str) -> str:
    """The hash of the version of the journey's map that somebody names."""
    rows = await maps.versions(session, compiled_map.map.map)
    row = find_version_of_map(rows, said)
    if row is None:
        raise InvalidFactError(f"{said!r} is no version of the map {compiled_map.map.map!r}.", version_hint(rows))
    return row.hash


def _asked(compiled_map: CompiledMap | None, compiled_maps: list[CompiledMap]) -> frozenset[str]:
    """The product events that the journey's map asks for, or, without a journey, any map."""
    if compiled_map is not None:
        return compiled_map.events
    return frozenset(event for each in compiled_maps for event in each.events)


def _declared(compiled_maps: list[CompiledMap]) -> Mapping[str, Attribute]:
    """The attributes that any map declares; maps that declare one differently are told apart by enrolment."""
    return {
        name: attribute for compiled_map in compiled_maps for name, attribute in compiled_map.map.attributes.items()
    }
