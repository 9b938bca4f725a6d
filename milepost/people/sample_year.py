"""A scenario for a map that has none: a year of a made-up customer, who takes part or falls silent.

What happens is simulated once, by the planner alone, and kept as facts, so that it is a scenario like any other and
runs on any engine.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from milepost.customer import Customer
from milepost.explain.local_time import local
from milepost.language.attribute_values import fits
from milepost.language.field_types import AttributeType
from milepost.language.model import Attribute
from milepost.language.steps import Touchpoint
from milepost.people.behaviour import Answers, Behaviour, Colleagues, Customers, Pace, StepBehaviour, SystemTasks
from milepost.people.draws import no_chance
from milepost.people.journey_simulation import SimulatedJourney, simulate
from milepost.people.sample_customer import MADE_UP_START, made_up_customer
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import Fact
from milepost.planner.instants import Instant
from milepost.planner.segment_match import matches
from milepost.planner.timeline import FactIgnored
from milepost.scenarios.maps import MapCache
from milepost.scenarios.scenario import LoadedScenario, Scenario

Manner = Literal["prompt", "silent"]
MANNERS = {
    "prompt": "everybody does everything in good time and confirms every outcome",
    "silent": "colleagues do their tasks in good time, and the customer does and says nothing",
}
MADE_UP_DAYS = 366
_MOST_TRIED = 2000
_LITERAL = re.compile(r"\"([^\"]*)\"|'([^']*)'|(-?\d+(?:\.\d+)?)")


def load_made_up(path: Path, manner: Manner) -> LoadedScenario:
    """Returns a year of a map with a made-up customer, or everything that is wrong with the map."""
    read = MapCache().at(path)
    problems = (*read.errors, *read.text_problems)
    if read.compiled_map is None:
        return LoadedScenario(None, problems)
    return LoadedScenario(_year_of(read.compiled_map, read.files, manner), problems)


def _year_of(compiled_map: CompiledMap, files: Mapping[str, str], manner: Manner) -> Scenario:
    start = compiled_map.ours.next_open(MADE_UP_START)
    until = start + MADE_UP_DAYS * 86_400
    customer = fitting_customer(compiled_map, start)
    behaviour = behaviour_of(compiled_map, manner)
    journey = SimulatedJourney(compiled_map, customer, start, until, behaviour, no_chance)
    facts: list[Fact] = []
    for plan, new_facts in simulate(journey):
        ignored = {(each.fact, each.step) for each in plan.timeline if isinstance(each, FactIgnored)}
        facts += [fact for fact in new_facts if (fact.kind, getattr(fact, "step", None)) not in ignored]
    return Scenario(
        name=f"{compiled_map.map.title}: {MANNERS[manner]}",
        compiled_map=compiled_map,
        files=files,
        customer=customer,
        start=start,
        facts=tuple(facts),
        until=until,
        offset=int((local(start, customer.timezone).utcoffset() or timedelta()).total_seconds()),
    )


def behaviour_of(compiled_map: CompiledMap, manner: Manner) -> Behaviour:
    """Returns the behaviour of everybody around a made-up customer; tasks end in the first of their results."""
    silent = manner == "silent"
    tasks = (each.step for each in compiled_map.steps.values())
    firsts = {
        task.id: StepBehaviour(results={next(iter(task.results)): 1.0})
        for task in tasks
        if isinstance(task, Touchpoint) and task.results
    }
    return Behaviour(
        colleagues=Colleagues(pace=Pace(on_time=1), engine_tasks=SystemTasks(unsticks=0 if silent else 1)),
        customers=Customers(
            pace=Pace(never=1) if silent else Pace(on_time=1),
            answers=Answers(silent=1) if silent else Answers(verified=1),
        ),
        steps=firsts,
        attributes={},
        other_events=0,
        renewals=None,
    )


def fitting_customer(compiled_map: CompiledMap, start: Instant) -> Customer:
    """Returns a made-up customer that the map is for, if trying the values that its segment names finds one."""
    customer = made_up_customer(compiled_map.map, start)
    for changes in itertools.islice(_guesses(compiled_map, customer), _MOST_TRIED):
        guess = customer.having(attributes={**customer.attributes, **changes})
        if matches(compiled_map, guess, start):
            return guess
    return customer


def _guesses(compiled_map: CompiledMap, customer: Customer) -> Iterator[dict[str, Any]]:
    """Values for the attributes that the segment reads: first as they are, then those that it names."""
    where = compiled_map.where.text
    referenced = sorted({name for root, name in compiled_map.where.references if root == "customer"})
    names = [name for name in referenced if name in compiled_map.map.attributes]
    choices = [[customer.attributes[name], *_candidates(compiled_map.map.attributes[name], where)] for name in names]
    for values in itertools.product(*choices):
        yield dict(zip(names, values, strict=True))


def _candidates(attribute: Attribute, where: str) -> list[Any]:
    if attribute.one_of:
        return list(attribute.one_of)
    if attribute.type is AttributeType.FLAG:
        return [True, False]
    texts, numbers = [], []
    for double, single, number in _LITERAL.findall(where):
        texts.append(double or single)
        if number:
            numbers += [float(number), float(number) + 1, float(number) - 1]
    return [each for each in (*texts, *numbers) if fits(each, attribute.type)]
