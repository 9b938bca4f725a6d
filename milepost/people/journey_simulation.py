"""Simulates one journey: the planner in a loop, with modelled people and product events responding to what it opens."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import count

from milepost.customer import Customer
from milepost.language.attribute_values import parse_date
from milepost.people.behaviour import Behaviour, Drift
from milepost.people.draws import Chance, now_and_then
from milepost.people.responses import People, Response
from milepost.people.signals import unprompted_signals
from milepost.planner.calendars import shift_date
from milepost.planner.commands import OpenTask
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.entry_point import EntryPoint, JourneyStart
from milepost.planner.facts import AttributesSet, EventHappened, Fact
from milepost.planner.instants import Instant
from milepost.planner.plan import Plan, plan
from milepost.planner.state import State
from milepost.planner.timeline import OutcomeAsked, StepOpened


@dataclass(frozen=True, slots=True)
class SimulatedJourney:
    """The journey to simulate: whose, on which map, from when up to and including when, with which behaviour.

    `entry` is where the customer enters it; None: at the first stage.
    """

    compiled_map: CompiledMap
    customer: Customer
    start: Instant
    until: Instant
    behaviour: Behaviour
    chance: Chance
    entry: EntryPoint | None = None


def simulate(journey: SimulatedJourney) -> Iterator[tuple[Plan, Sequence[Fact]]]:
    """Yields every plan of a journey, with the facts that led to it; each fact's id comes once.

    Raises:
        EndlessMapError: the map goes round in a circle at one instant.
        NeverOpensError: a calendar of the map has no working day within ten years.
    """
    compiled_map, until = journey.compiled_map, journey.until
    people = People(compiled_map, journey.behaviour, journey.chance)
    numbers = count()
    agenda = [(response.at, next(numbers), response) for response in unprompted_responses(journey)]
    heapq.heapify(agenda)
    customer, begins = _with_contract_renewed(journey), JourneyStart(journey.entry) if journey.entry else None
    state = State.begin(customer, compiled_map.map.map, compiled_map.version, journey.start, begins)
    now, facts = journey.start, list[Fact]()
    played: set[str] = set()
    while True:
        latest = plan(compiled_map, state, facts, now)
        yield latest, facts
        state = latest.state
        if state.ended:
            return
        for response in _responses(people, latest):
            heapq.heappush(agenda, (response.at, next(numbers), response))
        facts = _next_facts(agenda, state, latest.wake_at, until, played)
        played.update(fact.id for fact in facts)
        wake_at = facts[0].at if facts else latest.wake_at
        if wake_at is None or wake_at > until:
            return
        now = wake_at


def _next_facts(
    agenda: list[tuple[Instant, int, Response]],
    state: State,
    wake_at: Instant | None,
    until: Instant,
    played: Collection[str],
) -> list[Fact]:
    """Returns the next facts, unless the journey wakes up before; responses to what is closed by then are dropped.

    So are facts that have been `played`: a step that somebody sees to twice shows the same product events.
    """
    end = until if wake_at is None else min(wake_at, until)
    while agenda and agenda[0][0] <= end:
        response = heapq.heappop(agenda)[2]
        facts = [fact for fact in response.facts if fact.id not in played]
        if facts and response.applies_to(state):
            return facts
    return []


def _responses(people: People, latest: Plan) -> Iterator[Response]:
    """Yields the responses of people to everything that a plan has opened."""
    state = latest.state
    for entry in latest.timeline:
        if isinstance(entry, StepOpened | OutcomeAsked):
            step = people.compiled_map.steps[entry.step]
            record = state.step(step.id)
            if not record.is_open or record.occurrence != entry.occurrence:
                continue
            respond = people.about_opening if isinstance(entry, StepOpened) else people.about_asking
            yield from respond(step, state, entry.at)
    for command in latest.commands:
        if isinstance(command, OpenTask) and command.step is None:
            yield from people.about_task(command.task, state, state.clock)


def unprompted_responses(journey: SimulatedJourney) -> Iterator[Response]:
    """Yields what happens to a customer without anybody being asked: wandering figures, product events, renewals."""
    for attribute, drift in sorted(journey.behaviour.attributes.items()):
        if attribute in journey.compiled_map.map.attributes:
            yield from _figures(journey, attribute, drift)
    for event, signal in sorted(unprompted_signals(journey.compiled_map).items()):
        per_year = journey.behaviour.events.get(event, journey.behaviour.other_events)
        draws = journey.chance("event", event)
        for number, at in enumerate(now_and_then(draws, per_year, journey.start, journey.until)):
            yield Response(
                at,
                tuple(
                    EventHappened(id=f"{event} {number} {copy}", at=at, event=event, properties=signal.properties)
                    for copy in range(signal.count)
                ),
            )
    yield from _renewals(journey)


def _figures(journey: SimulatedJourney, attribute: str, drift: Drift) -> Iterator[Response]:
    before = journey.customer.attributes.get(attribute)
    begins = before if isinstance(before, int | float) and not isinstance(before, bool) else drift.towards
    if begins is None:
        begins = (drift.lowest + drift.highest) / 2
    home = begins if drift.towards is None else drift.towards
    value = float(begins)
    draws = journey.chance("figure", attribute)
    at, number = journey.start, 0
    while (at := journey.compiled_map.ours.plus(at, drift.every)) <= journey.until:
        number += 1
        value += drift.pull * (home - value) + drift.swing * (2 * draws.random() - 1)
        value = min(max(value, drift.lowest), drift.highest)
        if round(value) != before:
            before = round(value)
            yield Response(at, (AttributesSet(id=f"{attribute} {number}", at=at, attributes={attribute: before}),))


def _renewals(journey: SimulatedJourney) -> Iterator[Response]:
    """Yields the changes of a contract's date: it moves on by a term when it comes, while the journey continues."""
    renewals, day = journey.behaviour.renewals, _contract_date(journey)
    while renewals is not None and day is not None:
        at = journey.compiled_map.ours.on(day, time(0))
        if at > journey.until:
            return
        day = shift_date(day, renewals.term, 1)
        if at > journey.start:
            attributes = {renewals.attribute: day.isoformat()}
            yield Response(at, (AttributesSet(id=f"{renewals.attribute} {day}", at=at, attributes=attributes),))


def _with_contract_renewed(journey: SimulatedJourney) -> Customer:
    """Returns the customer, with the date of the contract moved on by whole terms until it isn't past."""
    renewals, day = journey.behaviour.renewals, _contract_date(journey)
    if renewals is None or day is None:
        return journey.customer
    today = journey.compiled_map.ours.local(journey.start).date()
    while day < today:
        day = shift_date(day, renewals.term, 1)
    attributes = {**journey.customer.attributes, renewals.attribute: day.isoformat()}
    return journey.customer.having(attributes=attributes)


def _contract_date(journey: SimulatedJourney) -> date | None:
    renewals = journey.behaviour.renewals
    return None if renewals is None else parse_date(journey.customer.attributes.get(renewals.attribute))
