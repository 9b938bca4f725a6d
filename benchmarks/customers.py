"""A prompt customer with a full year: what the planner is timed on."""

from __future__ import annotations

from dataclasses import dataclass

from milepost.customer import Customer
from milepost.language.loader import content_hash, load
from milepost.language.steps import Touchpoint
from milepost.people.sample_customer import made_up_customer
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import Answered, AttributesSet, Fact, StepDone
from milepost.planner.instants import Instant, parse
from milepost.planner.plan import plan
from milepost.planner.state import State
from milepost.planner.timeline import Entry, OutcomeAsked, StepOpened

START = parse("2026-01-05T09:00:00Z")
DAY = 86_400
YEAR = 365 * DAY
BEST_RESULTS = ("renewed", "accepted", "held", "agreed", "helped", "reached", "fixed")


@dataclass(frozen=True, slots=True)
class Case:
    """One map with a customer and all that the customer and colleagues tell in a number of years."""

    name: str
    compiled_map: CompiledMap
    customer: Customer
    facts: tuple[Fact, ...]
    until: Instant


def prompt_customer(folder: str, years: int = 1) -> Case:
    """A customer of a shipped map: everything is done a day after it opens, the health is told every week."""
    loaded = load(folder)
    assert loaded.map is not None, loaded.problems
    compiled_map = CompiledMap.of(loaded.map, content_hash(loaded.files or {}), loaded.files)
    customer = made_up_customer(loaded.map, START)
    until = START + years * YEAR
    health: list[Fact] = [
        AttributesSet(id=f"health-{week}", at=START + week * 7 * DAY + 3600, attributes={"health": 70 + week % 9})
        for week in range(52 * years)
    ]
    return Case(loaded.map.map, compiled_map, customer, tuple(_told(compiled_map, customer, health, until)), until)


def _told(compiled_map: CompiledMap, customer: Customer, told: list[Fact], until: Instant) -> list[Fact]:
    """Play the journey once, answering whatever opens a day later; returns all facts in the order of time."""
    waiting = sorted(told, key=lambda fact: fact.at)
    made = plan(compiled_map, State.begin(customer, compiled_map.map.map, compiled_map.version, START), (), START)
    taken: list[Fact] = []
    while True:
        answers = (_answer(compiled_map, entry, len(taken) + number) for number, entry in enumerate(made.timeline))
        waiting = sorted([*waiting, *(fact for fact in answers if fact)], key=lambda fact: fact.at)
        ahead = [at for at in (made.wake_at, waiting[0].at if waiting else None) if at is not None]
        if not ahead or min(ahead) > until:
            return taken
        now = min(ahead)
        due = [fact for fact in waiting if fact.at <= now]
        waiting = waiting[len(due) :]
        taken += due
        made = plan(compiled_map, made.state, due, now)


def _answer(compiled_map: CompiledMap, entry: Entry, number: int) -> Fact | None:
    name = f"answer-{number}-{entry.at}"
    if isinstance(entry, OutcomeAsked):
        return Answered(id=name, at=entry.at + DAY, outcome=entry.step, verdict="verified", value=12)
    if not isinstance(entry, StepOpened) or entry.track == "outcome":
        return None
    step = compiled_map.steps[entry.step]
    if step.is_mail:
        return None
    results = tuple(step.step.results or ()) if isinstance(step.step, Touchpoint) else ()
    best = next((result for result in BEST_RESULTS if result in results), results[0] if results else None)
    return StepDone(id=name, at=entry.at + DAY, step=step.id, result=best)
