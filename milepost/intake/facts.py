"""Taking in facts: checked against the journey's map, written down, told to the journey."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.intake.context import House, customer_of
from milepost.intake.enrolment import barred, enrol_if_it_turned
from milepost.intake.errors import NoOpenJourney
from milepost.intake.journey_client import Reached
from milepost.language.model import Attribute
from milepost.language.names import nearest
from milepost.planner.compiled_map import Chart
from milepost.planner.fact_checks import ABOUT_THE_RECORD, check, check_attributes
from milepost.planner.fact_errors import InvalidFact
from milepost.planner.facts import AttributesSet, Fact, MapChanged, to_json
from milepost.planner.written_facts import WrittenFact
from milepost.store import errors as store_errors
from milepost.store import facts, journeys, maps
from milepost.store.facts import Recorded
from milepost.store.version_names import listed, meant_of_one


class Became(StrEnum):
    """What became of a fact at the door."""

    DELIVERED = "delivered"  # the journey has been told
    PENDING = "pending"  # Temporal is away; the journey is told as soon as it can be
    KEPT = "kept"  # there is no journey to tell
    COUNTED = "counted"  # no map asks for this product event: it is neither stored nor delivered
    KNOWN = "known"  # the id was known already: nothing changed


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a fact; `message` says it to people."""

    fact_id: str
    became: Became
    message: str

    @property
    def new(self) -> bool:
        """Whether it was told for the first time."""
        return self.became is not Became.KNOWN

    @property
    def delivered(self) -> bool:
        return self.became is Became.DELIVERED

    @property
    def counted(self) -> bool:
        return self.became is Became.COUNTED


_REACHED = {
    Reached.YES: (Became.DELIVERED, "Recorded; the journey has been told."),
    Reached.AWAY: (
        Became.PENDING,
        "Recorded; Temporal cannot be reached, the journey is told as soon as it can be.",
    ),
    Reached.ENDED: (Became.KEPT, "Recorded; the journey ended meanwhile."),
}


async def tell(
    house: House, customer: str, fact: WrittenFact | Fact, *, by: str | None = None, source: str = "api"
) -> Told:
    """Take in one fact; it acts at the instant at which it is taken in.

    Raises:
        Refused: it is for nobody, or speaks of what there is not; nothing is written down.
    """
    now = house.now()
    made = fact.fact(house.new_id(), now, by) if isinstance(fact, WrittenFact) else fact
    charts = await house.charts.current()
    async with house.store.transaction() as session:
        before = await customer_of(session, customer)
        chart = await house.chart(await journeys.open_of(session, customer))
        if isinstance(made, MapChanged) and chart is not None:
            made = replace(made, version=await _version(session, chart, made.version))
        if chart is None and not isinstance(made, ABOUT_THE_RECORD):
            raise NoOpenJourney(customer, await barred(session, before, charts, now))
        _check(made, chart, charts)
        try:
            recorded = await facts.record(
                session,
                customer,
                to_json(made),
                now,
                source=source,
                asked_events=_asked(chart, charts),
                received_at=int(house.wall()),
            )
        except store_errors.InvalidFact as error:
            raise InvalidFact(str(error)) from error
    if recorded.new and chart is None and isinstance(made, AttributesSet):
        await enrol_if_it_turned(house, customer, before)
    return await told(house, customer, recorded, _asked(chart, charts))


async def told(house: House, customer: str, recorded: Recorded, asked: Iterable[str] = ()) -> Told:
    """Tell the journey what was recorded, if that is news and there is a journey.

    `asked` are the product events that maps ask for: one of them was perhaps meant.
    """
    fact = recorded.fact
    if recorded.counted:
        said = f"No map asks for the event {fact['event']!r}: it is counted, neither stored nor delivered."
        near = nearest(fact["event"], asked)
        said += f" Did you mean {near!r}?" if near else ""
        return Told(fact["id"], Became.COUNTED, said)
    if not recorded.new:
        return Told(fact["id"], Became.KNOWN, f"The fact {fact['id']!r} was known already; nothing changed.")
    if recorded.journey is None:
        return Told(fact["id"], Became.KEPT, "Recorded; the customer has no open journey to tell.")
    return Told(fact["id"], *_REACHED[await house.reach.tell(recorded.journey, customer, fact, house.wall())])


def _check(fact: Fact, chart: Chart | None, charts: list[Chart]) -> None:
    if chart is not None:
        check(fact, chart)
    elif isinstance(fact, AttributesSet):
        check_attributes(fact.attributes, _declared(charts))


async def _version(session: AsyncSession, chart: Chart, said: str) -> str:
    """The hash of the version of the journey's map that somebody names."""
    rows = await maps.versions(session, chart.map.map)
    row = meant_of_one(rows, said)
    if row is None:
        raise InvalidFact(f"{said!r} is no version of the map {chart.map.map!r}.", listed(rows))
    return row.hash


def _asked(chart: Chart | None, charts: list[Chart]) -> frozenset[str]:
    """The product events that the journey's map asks for, or, without a journey, any map."""
    if chart is not None:
        return chart.events
    return frozenset(event for each in charts for event in each.events)


def _declared(charts: list[Chart]) -> Mapping[str, Attribute]:
    """The attributes that any map declares; maps that declare one differently are told apart by enrolment."""
    return {name: attribute for chart in charts for name, attribute in chart.map.attributes.items()}
