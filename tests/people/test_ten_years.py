"""The shipped maps for ten years, with people who do what they are asked: the customer renews every year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, time

import pytest

from milepost.language.loader import load
from milepost.language.model import Stage
from milepost.language.steps import Outcome, Touchpoint
from milepost.people.sample_customer import MADE_UP_START, made_up_customer
from milepost.planner.compiled_map import CompiledMap, CompiledStep
from milepost.planner.enums import StepStatus
from milepost.planner.facts import Answered, AttributesSet, Fact, StepDone
from milepost.planner.plan import plan
from milepost.planner.state import State
from milepost.planner.timeline import Entry, JourneyEnded, StageOpened
from milepost.shipped import shipped_maps

DAY = 86_400
YEARS = 10
COLLEAGUE = "csm@vendor.example"


def _compiled_map(name: str) -> CompiledMap:
    loaded = load(shipped_maps()[name])
    assert loaded.map is not None
    return CompiledMap.of(loaded.map, "v1")


def _renewal_of(compiled_map: CompiledMap) -> Stage:
    """The stage that opens at a date of the customer's."""
    (stage,) = [each for each in compiled_map.map.stages[1:] if each.opens is not None and each.opens.at is not None]
    return stage


def _result_of(step: Touchpoint) -> str | None:
    """The result that sets a date, else the first that doesn't end the journey."""
    results = step.results or {}
    sets = (name for name, branch in results.items() if any(item.dates for item in branch))
    goes_on = (name for name, branch in results.items() if not any(item.end for item in branch))
    return next(sets, next(goes_on, None))


def _done(compiled_map: CompiledMap, state: State) -> Iterator[Fact]:
    """What people do, a day later, about everything that they are asked for."""
    queued = {message.step for message in state.queue}
    for step in compiled_map.steps.values():
        record = state.step(step.id)
        if record.is_open and step.id not in queued and not step.is_mail:
            yield from _done_about(step, record.status, f"{step.id}/{record.occurrence}", state.clock + DAY)


def _done_about(step: CompiledStep, status: StepStatus, fact_id: str, at: int) -> Iterator[Fact]:
    if isinstance(step.step, Outcome):
        if status is StepStatus.ASKED:
            yield Answered(id=fact_id, at=at, outcome=step.id, verdict="verified")
    else:
        result = _result_of(step.step) if isinstance(step.step, Touchpoint) else None
        yield StepDone(id=fact_id, at=at, step=step.id, result=result, by=COLLEAGUE)


def _lived(compiled_map: CompiledMap, told: Sequence[Fact]) -> list[Entry]:
    """Ten years of one customer; `told` are facts of other systems."""
    customer = made_up_customer(compiled_map.map, MADE_UP_START)
    state = State.begin(customer, compiled_map.map.map, compiled_map.version, MADE_UP_START)
    timeline: list[Entry] = []
    end, now, seen = MADE_UP_START + YEARS * 365 * DAY, MADE_UP_START, set[str]()
    waiting, due = list(told), list[Fact]()
    while now <= end and not state.ended:
        latest = plan(compiled_map, state, due, now)
        state = latest.state
        timeline += latest.timeline
        fresh = [fact for fact in _done(compiled_map, state) if fact.id not in seen]
        seen.update(fact.id for fact in fresh)
        waiting += fresh
        ahead = [fact.at for fact in waiting] + ([latest.wake_at] if latest.wake_at else [])
        now = max(now, min(ahead, default=end + 1))
        due = [fact for fact in waiting if fact.at <= now]
        waiting = [fact for fact in waiting if fact.at > now]
    return timeline


def _told_by_the_crm(compiled_map: CompiledMap, attribute: str) -> list[Fact]:
    """The customer's own system moves the date by a year, a month before it comes."""
    first = date.fromisoformat(str(made_up_customer(compiled_map.map, MADE_UP_START).attributes[attribute]))
    ours = compiled_map.ours
    dates = [first.replace(year=first.year + number) for number in range(YEARS)]
    return [
        AttributesSet(
            id=f"crm {day}",
            at=ours.on(day, time(9)) - 30 * DAY,
            attributes={attribute: day.replace(year=day.year + 1).isoformat()},
        )
        for day in dates
    ]


@pytest.mark.parametrize("is_told_twice", [False, True], ids=["by a colleague", "by a colleague and a system"])
@pytest.mark.parametrize("name", shipped_maps())
def test_a_customer_renews_every_year_for_ten_years(name: str, *, is_told_twice: bool) -> None:
    compiled_map = _compiled_map(name)
    renewal = _renewal_of(compiled_map)
    assert renewal.opens is not None
    assert renewal.opens.at is not None
    told = _told_by_the_crm(compiled_map, renewal.opens.at.attribute) if is_told_twice else []
    timeline = _lived(compiled_map, told)
    openings = [entry for entry in timeline if isinstance(entry, StageOpened) and entry.stage == renewal.stage]
    assert len(openings) == YEARS
    assert not [entry for entry in timeline if isinstance(entry, JourneyEnded)]
