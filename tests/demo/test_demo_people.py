from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.demo import colleagues
from milepost.demo.clock import BEGINS
from milepost.demo.customers import DemoCustomer
from milepost.demo.personalities import PERSONALITIES, Personality, Renewal, Temperament
from milepost.demo.views import DAY, Journey, OpenStep, OpenTask, PlannedFact
from milepost.language.asks import Ask
from milepost.language.steps import Figures
from milepost.people.draws import seeded
from milepost.planner.written_facts import WrittenFact

SEEDS = st.integers(min_value=0, max_value=2**32)
BY_TEMPERAMENT = {personality.temperament: personality for personality in PERSONALITIES}
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


def readable(planned: PlannedFact) -> WrittenFact:
    """Facts are in the form that the API takes."""
    return WrittenFact(**planned.fact)


@given(SEEDS)
def test_prompt_customers_are_in_time_and_slow_ones_often_are_not(compiled_maps, seed: int) -> None:
    [prompt] = DemoCustomer(BY_TEMPERAMENT[Temperament.PROMPT], compiled_maps[ENTERPRISE], seeded(seed)).about_opening(
        STEP
    )
    [silent] = DemoCustomer(BY_TEMPERAMENT[Temperament.SILENT], compiled_maps[ENTERPRISE], seeded(seed)).about_opening(
        STEP
    )
    assert STEP.opened_at < prompt.at < STEP.due_at < silent.at
    assert readable(prompt).step_done == "choose_reports"


def test_what_the_product_can_see_is_recorded_as_its_events(compiled_maps) -> None:
    step = replace(STEP, step="publish_reports")
    facts = list(DemoCustomer(PERSONALITIES[0], compiled_maps[ENTERPRISE], seeded(1)).about_opening(step))
    assert [readable(planned).event for planned in facts] == ["report_published"] * 3
    assert [planned.at for planned in facts] == sorted({planned.at for planned in facts})
    assert len({planned.fact["id"] for planned in facts}) == 3


def test_a_repeated_step_is_recorded_each_time(compiled_maps) -> None:
    customer = DemoCustomer(PERSONALITIES[0], compiled_maps[ENTERPRISE], seeded(1))
    [once], [again] = (customer.about_opening(replace(STEP, occurrence=number)) for number in (1, 2))
    assert once.fact["id"] != again.fact["id"]


@given(SEEDS)
def test_silent_customers_answer_nothing(compiled_maps, seed: int) -> None:
    outcome = replace(STEP, step="hours_saved", kind="outcome", asked_at=BEGINS)
    silent = next(personality for personality in PERSONALITIES if personality.verdicts == (None,))
    for again in (False, True):
        assert not list(DemoCustomer(silent, compiled_maps[ENTERPRISE], seeded(seed)).answer(outcome, again=again))


@given(SEEDS)
def test_answers_come_with_a_value_that_goes_with_the_verdict(compiled_maps, seed: int) -> None:
    metric = Figures("hours saved a week", "h", 0.0, 10.0)
    outcome = replace(STEP, step="hours_saved", kind="outcome", asked_at=BEGINS, metric=metric)
    for personality in PERSONALITIES:
        for planned in DemoCustomer(personality, compiled_maps[ENTERPRISE], seeded(seed)).answer(outcome, again=False):
            fact = readable(planned)
            assert fact.verdict == personality.verdicts[0]
            assert isinstance(fact.value, float)
            assert (fact.value >= 10) is (fact.verdict == "verified")


@given(SEEDS)
def test_a_partial_answer_may_be_followed_by_a_better_one(compiled_maps, seed: int) -> None:
    outcome = replace(STEP, step="hours_saved", kind="outcome", asked_at=BEGINS)
    personality = next(personality for personality in PERSONALITIES if personality.verdicts == ("partial", "verified"))
    customer = DemoCustomer(personality, compiled_maps[ENTERPRISE], seeded(seed))
    [first] = customer.answer(outcome, again=False)
    later = replace(outcome, asked_at=BEGINS + 40 * DAY)
    [second] = customer.answer(later, again=True)
    assert (first.fact["verdict"], second.fact["verdict"]) == ("partial", "verified")
    assert first.fact["id"] != second.fact["id"]


@given(SEEDS)
def test_alarms_satisfy_what_the_maps_wait_for(compiled_maps, seed: int) -> None:
    personality = next(personality for personality in PERSONALITIES if personality.alarm)
    for compiled_map in compiled_maps.values():
        facts = list(DemoCustomer(personality, compiled_map, seeded(seed)).alarm(JOURNEY))
        assert facts
        assert all(readable(planned).event for planned in facts)
    [complaint] = DemoCustomer(personality, compiled_maps["midmarket-make-money"], seeded(seed)).alarm(JOURNEY)
    assert complaint.fact["properties"] == {"severity": "high"}


@given(SEEDS)
def test_health_falls_below_every_maps_alarm_and_recovers_where_the_personality_says_so(
    compiled_maps, seed: int
) -> None:
    for personality in PERSONALITIES:
        customer = DemoCustomer(personality, compiled_maps[ENTERPRISE], seeded(seed))
        weekly = [customer.health("acme", week) for week in range(52)]
        assert (min(weekly) < 35) is personality.dips
        assert (weekly[-1] >= 60) is (personality.recovers or not personality.dips)


def test_figures_are_recorded_when_they_change(compiled_maps) -> None:
    customer = DemoCustomer(PERSONALITIES[1], compiled_maps[ENTERPRISE], seeded(3))
    changes = [planned for week in range(52) for planned in customer.health_change(JOURNEY, week)]
    values = [readable(planned).set["health"] for planned in changes]
    assert 1 < len(changes) < 49
    assert all(one != other for one, other in pairwise(values))
    assert len({planned.fact["id"] for planned in changes}) == len(changes)


@given(SEEDS)
def test_colleagues_are_diligent_but_not_always(seed: int) -> None:
    chance = seeded(seed)
    late = sum(
        planned.at > TASK.due_at
        for number in range(200)
        for planned in colleagues.task_done(replace(TASK, task=f"kickoff/{number}"), PERSONALITIES[0], chance)
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
def test_the_talk_about_the_contract_ends_as_the_personality_has_it(renewal: Renewal, result: str) -> None:
    [planned] = colleagues.task_done(TASK, Personality(Temperament.PROMPT, ("verified",), renewal), seeded(1))
    assert readable(planned).result == result
    assert readable(planned).step_done == "renewal_talk"


def test_every_way_that_a_shipped_task_can_end_is_one_that_colleagues_know(compiled_maps) -> None:
    steps = [step for compiled_map in compiled_maps.values() for step in compiled_map.steps.values()]
    expected = {*colleagues.REACHED, *colleagues.NOT_REACHED, "interested", "not_now"}
    expected.update(word for words in colleagues.ENDINGS.values() for word in words)
    assert {result for step in steps for result in getattr(step.step, "results", None) or ()} <= expected


def test_system_tasks_are_done_too() -> None:
    [planned] = colleagues.task_done(
        replace(TASK, task="stuck/value/1", step=None, results=()), PERSONALITIES[0], seeded(1)
    )
    assert readable(planned).task_done == "stuck/value/1"


@given(SEEDS)
def test_customers_agree_to_targets_above_their_baselines(compiled_maps, seed: int) -> None:
    number = DemoCustomer(PERSONALITIES[0], compiled_maps["midmarket-make-money"], seeded(seed))
    [planned] = number.about_opening(replace(STEP, step="agree_number"))
    answers = readable(planned).answers
    assert answers is not None
    assert answers["today"] < answers["goal"]


def test_a_form_is_filled_in(compiled_maps) -> None:
    ask = Ask.model_validate({"field": "reports", "title": "Which?", "type": "choice", "one_of": ["a", "b"]})
    enterprise = compiled_maps[ENTERPRISE]
    step = enterprise.steps["choose_reports"]
    asking = replace(step, step=step.step.model_copy(update={"asks": (ask,), "done_when": ()}))
    with_form = replace(enterprise, steps={**enterprise.steps, "choose_reports": asking})
    [planned] = DemoCustomer(PERSONALITIES[0], with_form, seeded(1)).about_opening(STEP)
    assert readable(planned).answers in ({"reports": "a"}, {"reports": "b"})
