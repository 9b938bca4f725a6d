from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.demo import colleagues, customers
from milepost.demo.actions import DAY, Act, Journey, OpenStep, OpenTask
from milepost.demo.chance import Chance
from milepost.demo.clock import BEGINS
from milepost.demo.personalities import PARTS, Part, Renewal, Temperament
from milepost.planner.written_facts import WrittenFact

SEEDS = st.integers(min_value=0, max_value=2**32)
BY_TEMPERAMENT = {part.temperament: part for part in PARTS}
ENTERPRISE = "enterprise-save-time"
STEP = OpenStep(
    customer="acme",
    journey="acme/1",
    step="choose_reports",
    occurrence=1,
    kind="action",
    contact="dana@acme.example",
    opened_at=BEGINS,
    asked_at=None,
    due_at=BEGINS + 10 * DAY,
)
TASK = OpenTask(
    customer="acme",
    journey="acme/1",
    task="renewal_talk/1",
    step="renewal_talk",
    role="csm",
    person="ana@vendor.example",
    results=("renewed", "at_risk", "lost"),
    opened_at=BEGINS,
    due_at=BEGINS + 10 * DAY,
)
JOURNEY = Journey(customer="acme", journey="acme/1", map=ENTERPRISE, status="open", started_at=BEGINS)


def readable(act: Act) -> WrittenFact:
    """Facts are in the form that the API takes."""
    return WrittenFact(**act.fact)


@given(SEEDS)
def test_prompt_customers_are_in_time_and_slow_ones_often_are_not(scripts, seed: int) -> None:
    [prompt] = customers.does(STEP, BY_TEMPERAMENT[Temperament.PROMPT], scripts[ENTERPRISE], Chance(seed))
    [silent] = customers.does(STEP, BY_TEMPERAMENT[Temperament.SILENT], scripts[ENTERPRISE], Chance(seed))
    assert STEP.opened_at < prompt.at < STEP.due_at < silent.at
    assert readable(prompt).step_done == "choose_reports"


def test_what_the_product_can_see_is_told_as_its_events(scripts) -> None:
    step = replace(STEP, step="publish_reports")
    acts = customers.does(step, PARTS[0], scripts[ENTERPRISE], Chance(1))
    assert [readable(act).event for act in acts] == ["report_published"] * 3
    assert [act.at for act in acts] == sorted({act.at for act in acts})
    assert len({act.fact["id"] for act in acts}) == 3


def test_a_repeated_step_is_told_anew_each_time(scripts) -> None:
    once, again = (
        customers.does(replace(STEP, occurrence=number), PARTS[0], scripts[ENTERPRISE], Chance(1)) for number in (1, 2)
    )
    assert once[0].fact["id"] != again[0].fact["id"]


@given(SEEDS)
def test_silent_customers_answer_nothing(scripts, seed: int) -> None:
    asked = replace(STEP, step="hours_saved", kind="outcome", asked_at=BEGINS)
    silent = next(part for part in PARTS if part.verdicts == (None,))
    for again in (False, True):
        assert not customers.answers(asked, silent, scripts[ENTERPRISE], Chance(seed), again=again)


@given(SEEDS)
def test_answers_come_with_a_value_that_goes_with_the_verdict(scripts, seed: int) -> None:
    asked = replace(STEP, step="hours_saved", kind="outcome", asked_at=BEGINS)
    for part in PARTS:
        for act in customers.answers(asked, part, scripts[ENTERPRISE], Chance(seed), again=False):
            fact = readable(act)
            assert fact.verdict == part.verdicts[0]
            assert isinstance(fact.value, float)
            assert (fact.value >= 10) is (fact.verdict == "verified")


@given(SEEDS)
def test_a_partial_answer_may_be_followed_by_a_better_one(scripts, seed: int) -> None:
    asked = replace(STEP, step="hours_saved", kind="outcome", asked_at=BEGINS)
    part = next(part for part in PARTS if part.verdicts == ("partial", "verified"))
    [first] = customers.answers(asked, part, scripts[ENTERPRISE], Chance(seed), again=False)
    later = replace(asked, asked_at=BEGINS + 40 * DAY)
    [second] = customers.answers(later, part, scripts[ENTERPRISE], Chance(seed), again=True)
    assert (first.fact["verdict"], second.fact["verdict"]) == ("partial", "verified")
    assert first.fact["id"] != second.fact["id"]


@given(SEEDS)
def test_alarms_satisfy_what_the_maps_wait_for(scripts, seed: int) -> None:
    part = next(part for part in PARTS if part.alarm)
    for script in scripts.values():
        acts = customers.alarms(JOURNEY, part, script, Chance(seed))
        assert acts
        assert all(readable(act).event for act in acts)
    [complaint] = customers.alarms(JOURNEY, part, scripts["midmarket-make-money"], Chance(seed))
    assert complaint.fact["properties"] == {"severity": "high"}


@given(SEEDS)
def test_health_falls_below_every_maps_alarm_and_comes_up_again_where_the_part_says_so(seed: int) -> None:
    chance = Chance(seed)
    for part in PARTS:
        weekly = [customers.health("acme", part, week, chance) for week in range(52)]
        assert (min(weekly) < 35) is part.dips
        assert (weekly[-1] >= 60) is (part.recovers or not part.dips)


def test_figures_are_told_when_they_change(scripts) -> None:
    chance, part = Chance(3), PARTS[1]
    told = [act for week in range(52) for act in customers.figures(JOURNEY, part, week, chance)]
    values = [readable(act).set["health"] for act in told]
    assert 1 < len(told) < 49
    assert all(one != other for one, other in pairwise(values))
    assert len({act.fact["id"] for act in told}) == len(told)


@given(SEEDS)
def test_colleagues_are_diligent_but_not_always(seed: int) -> None:
    chance = Chance(seed)
    late = sum(
        colleagues.does(replace(TASK, task=f"kickoff/{number}"), PARTS[0], chance).at > TASK.due_at
        for number in range(200)
    )
    assert 0 < late < 50


@pytest.mark.parametrize(
    ("renewal", "result"),
    [
        (Renewal.RENEWED, "renewed"),
        (Renewal.PERSUADED, "at_risk"),
        (Renewal.LOST, "lost"),
        (Renewal.GIVEN_UP, "at_risk"),
    ],
)
def test_the_talk_about_the_contract_ends_as_the_part_has_it(renewal: Renewal, result: str) -> None:
    act = colleagues.does(TASK, Part(Temperament.PROMPT, ("verified",), renewal), Chance(1))
    assert readable(act).result == result
    assert readable(act).step_done == "renewal_talk"


def test_every_way_that_a_shipped_task_can_end_is_one_that_colleagues_know(scripts) -> None:
    known = {*colleagues.REACHED, *colleagues.NOT_REACHED, "interested", "not_now"}
    known.update(word for words in colleagues.ENDINGS.values() for word in words)
    assert {result for script in scripts.values() for ways in script.results.values() for result in ways} <= known


def test_tasks_that_the_engine_made_are_done_too() -> None:
    act = colleagues.does(replace(TASK, task="stuck/value/1", step=None, results=()), PARTS[0], Chance(1))
    assert readable(act).task_done == "stuck/value/1"
