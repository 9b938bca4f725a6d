"""One journey, lived: the planner in a loop, and people and the product who answer what it opens."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import count

from milepost.customer import Customer
from milepost.language.attribute_values import parse_date
from milepost.people.behaviour import Behaviour, Drift
from milepost.people.draws import Chance, now_and_then
from milepost.people.responses import Act, People
from milepost.people.signals import unprompted_signals
from milepost.planner import facts as told
from milepost.planner.calendars import shift_date
from milepost.planner.commands import OpenTask
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import Fact
from milepost.planner.instants import Instant
from milepost.planner.plan import Plan, plan
from milepost.planner.state import State
from milepost.planner.timeline import Kind


@dataclass(frozen=True, slots=True)
class Setting:
    """One journey that is to be lived: whose, on which map, from when up to and including when, with whose chance."""

    compiled_map: CompiledMap
    customer: Customer
    start: Instant
    until: Instant
    behaviour: Behaviour
    chance: Chance


def live(setting: Setting) -> Iterator[Plan]:
    """Every plan of a journey.

    Raises:
        EndlessMapError: the map brings about more and more at one instant.
        NeverOpensError: a calendar of the map has no working day within ten years.
    """
    return (made for made, _ in live_and_tell(setting))


def live_and_tell(setting: Setting) -> Iterator[tuple[Plan, Sequence[Fact]]]:
    """Every plan of a journey, with what it was told.

    Raises:
        EndlessMapError: the map brings about more and more at one instant.
        NeverOpensError: a calendar of the map has no working day within ten years.
    """
    compiled_map, start, until = setting.compiled_map, setting.start, setting.until
    people = People(compiled_map, setting.behaviour, setting.chance)
    numbers = count()
    agenda = [(act.at, next(numbers), act) for act in happenings(setting)]
    heapq.heapify(agenda)
    made = plan(
        compiled_map,
        State.begin(_renewed_up_to_now(setting), compiled_map.map.map, compiled_map.version, start),
        (),
        start,
    )
    told_now: list[Fact] = []
    while True:
        yield made, told_now
        if made.state.status == "ended":
            return
        for act in _answers(people, made):
            heapq.heappush(agenda, (act.at, next(numbers), act))
        told_now = _next_facts(agenda, made.state, made.wake_at, until)
        now = told_now[0].at if told_now else made.wake_at
        if now is None or now > until:
            return
        made = plan(compiled_map, made.state, told_now, now)


def _next_facts(
    agenda: list[tuple[Instant, int, Act]], state: State, wake_at: Instant | None, until: Instant
) -> list[Fact]:
    """What is told next, unless the journey wakes by itself before; acts that came to nothing are dropped."""
    end = until if wake_at is None else min(wake_at, until)
    while agenda and agenda[0][0] <= end:
        act = heapq.heappop(agenda)[2]
        if act.makes_sense(state):
            return list(act.facts)
    return []


def _answers(people: People, made: Plan) -> Iterator[Act]:
    """What people will do about all that a plan has opened."""
    state = made.state
    for entry in made.timeline:
        if entry.kind in (Kind.STEP_OPENED, Kind.OUTCOME_ASKED):
            step = people.compiled_map.steps[entry.more["step"]]
            record = state.step(step.id)
            if not record.is_open or record.occurrence != entry.more["occurrence"]:
                continue
            do = people.about_opening if entry.kind is Kind.STEP_OPENED else people.about_asking
            yield from do(step, state, entry.at)
    for command in made.commands:
        if isinstance(command, OpenTask) and command.step is None:
            yield from people.about_task(command.task, state, state.clock)


def happenings(setting: Setting) -> Iterator[Act]:
    """What happens to a customer without anybody being asked: figures, unprompted_signals, renewals."""
    for attribute, drift in sorted(setting.behaviour.attributes.items()):
        if attribute in setting.compiled_map.map.attributes:
            yield from _figures(setting, attribute, drift)
    for event, signal in sorted(unprompted_signals(setting.compiled_map).items()):
        times = setting.behaviour.events.get(event, setting.behaviour.other_events)
        draws = setting.chance("event", event)
        for number, at in enumerate(now_and_then(draws, times, setting.start, setting.until)):
            yield Act(
                at,
                tuple(
                    told.EventHappened(id=f"{event} {number} {copy}", at=at, event=event, properties=signal.properties)
                    for copy in range(signal.count)
                ),
            )
    yield from _renewals(setting)


def _figures(setting: Setting, attribute: str, drift: Drift) -> Iterator[Act]:
    given = setting.customer.attributes.get(attribute)
    begins = given if isinstance(given, int | float) and not isinstance(given, bool) else drift.towards
    if begins is None:
        begins = (drift.lowest + drift.highest) / 2
    home = begins if drift.towards is None else drift.towards
    value, before = float(begins), given
    draws = setting.chance("figure", attribute)
    at, number = setting.start, 0
    while (at := setting.compiled_map.ours.plus(at, drift.every)) <= setting.until:
        number += 1
        value += drift.pull * (home - value) + drift.swing * (2 * draws.random() - 1)
        value = min(max(value, drift.lowest), drift.highest)
        if round(value) != before:
            before = round(value)
            yield Act(at, (told.AttributesSet(id=f"{attribute} {number}", at=at, attributes={attribute: before}),))


def _renewals(setting: Setting) -> Iterator[Act]:
    """The date of a contract moves on when it comes, as long as the journey goes on."""
    renewals, day = setting.behaviour.renewals, _contract(setting)
    while renewals is not None and day is not None:
        at = setting.compiled_map.ours.on(day, time(0))
        if at > setting.until:
            return
        day = shift_date(day, renewals.term, 1)
        if at > setting.start:
            given = {renewals.attribute: day.isoformat()}
            yield Act(at, (told.AttributesSet(id=f"{renewals.attribute} {day}", at=at, attributes=given),))


def _renewed_up_to_now(setting: Setting) -> Customer:
    """The customer with the date of its contract moved on by whole terms until it is not past."""
    renewals, day = setting.behaviour.renewals, _contract(setting)
    if renewals is None or day is None:
        return setting.customer
    today = setting.compiled_map.ours.local(setting.start).date()
    while day < today:
        day = shift_date(day, renewals.term, 1)
    attributes = {**setting.customer.attributes, renewals.attribute: day.isoformat()}
    return setting.customer.having(attributes=attributes)


def _contract(setting: Setting) -> date | None:
    renewals = setting.behaviour.renewals
    return None if renewals is None else parse_date(setting.customer.attributes.get(renewals.attribute))
