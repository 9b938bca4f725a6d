"""The counts of a forecast."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from milepost.capacity.report import build_report
from milepost.capacity.spread import Spread
from milepost.capacity.tally import Series, Tally, Weeks
from milepost.people.draws import seeded
from milepost.people.journey_simulation import SimulatedJourney, simulate
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import parse
from milepost.planner.open_tasks import minutes
from milepost.planner.timeline import Entry, FactIgnored, StepDone
from tests.capacity.conftest import QUARTER, SMALL, YEAR, behaving, chart_from, forecast_of, gold
from tests.planner.generated import DAY, START, compiled_maps, customers

NEVER = {"never": 1}
NOBODY = behaving(
    colleagues={"pace": NEVER, "engine_tasks": {"unsticks": 0}},
    customers={"pace": NEVER, "answers": {"silent": 1}},
    other_events=0,
)
PROMPT = behaving(colleagues={"pace": {"early": 1}}, customers={"pace": {"early": 1}, "answers": {"verified": 1}})


def timeline(compiled_map: CompiledMap, number: int, behaviour=PROMPT, until="2026-05-31T21:59:59Z") -> list[Entry]:
    """The timeline of a customer's journey, apart from any counting."""
    chance = seeded(behaviour.seed)
    journey = SimulatedJourney(
        compiled_map,
        gold(number),
        parse("2026-03-02T09:00:00Z"),
        parse(until),
        behaviour,
        lambda *about: chance(0, f"gold-{number}", *about),
    )
    return [entry for plan, _ in simulate(journey) for entry in plan.timeline]


def test_the_same_seed_gives_the_same_figures(small):
    book = [gold(number) for number in range(6)]
    assert forecast_of((small,), book, runs=3)[1].tally.series == forecast_of((small,), book, runs=3)[1].tally.series


def test_another_seed_gives_others(small):
    book = [gold(number) for number in range(6)]
    one, other = (forecast_of((small,), book, behaving(seed=seed))[1].tally.series for seed in (1, 2))
    assert one != other


def test_a_customer_has_the_same_chances_whoever_else_is_in_the_book(small):
    alone = forecast_of((small,), [gold(4)])[1].tally
    among = [forecast_of((small,), [gold(number)])[1].tally for number in (3, 4, 5)]
    together = forecast_of((small,), [gold(3), gold(4), gold(5)])[1].tally
    summed = Tally(alone.weeks)
    for each in among:
        summed.merge(each)
    assert summed.series == together.series
    assert among[1].series == alone.series


def test_more_runs_make_the_mean_surer(small):
    book = [gold(number) for number in range(4)]
    few, many = (build_report(*forecast_of((small,), book, runs=runs)).roles[0].total for runs in (4, 64))
    assert few.margin is not None
    assert many.margin is not None
    assert many.margin < few.margin
    assert few.low <= few.mean <= few.high


def test_one_run_says_nothing_of_how_sure_it_is(small):
    assert build_report(*forecast_of((small,), [gold(1)])).roles[0].total.margin is None


def test_the_hours_of_the_table_are_the_efforts_of_the_tasks_that_were_done(small):
    setup, counts = forecast_of((small,), [gold(number) for number in range(5)], PROMPT)
    done = [
        small.steps[entry.step]
        for number in range(5)
        for entry in timeline(small, number)
        if isinstance(entry, StepDone) and small.steps[entry.step].is_task
    ]
    without = minutes(PROMPT.colleagues.without_effort)
    efforts = sum(minutes(getattr(step.step, "effort", None)) or without for step in done)
    report = build_report(setup, counts)
    assert done
    assert sum(work.total.mean for work in report.roles) * 60 == pytest.approx(efforts)
    assert sum(spread.mean for work in report.roles for spread in work.hours) * 60 == pytest.approx(efforts)
    by_map = sum(sum(hours) for work in report.roles for hours in work.by_map.values())
    assert by_map * 60 == pytest.approx(efforts)


def test_a_task_without_effort_takes_what_is_assumed(small):
    hours = [
        build_report(
            *forecast_of((small,), [gold(1)], behaving(colleagues={"pace": {"early": 1}, "without_effort": effort}))
        )
        for effort in ("30 minutes", "2 hours")
    ]
    handoff = [next(work.total.mean for work in report.roles if work.role == "ae") for report in hours]
    assert handoff == [0.5, 2.0]


def test_work_counts_in_the_week_in_which_it_is_done(small):
    entries = timeline(small, 1)
    done_at = next(e.at for e in entries if isinstance(e, StepDone) and e.step == "kickoff")
    _, counts = forecast_of((small,), [gold(1)], PROMPT)
    week = QUARTER.of(small.ours.local(done_at).date())
    assert counts.tally.by_week("minutes", "small", "csm")[week] >= 90


def test_where_nobody_does_anything_there_is_no_work_and_nothing_is_verified(small):
    report = build_report(*forecast_of((small,), [gold(1), gold(2)], NOBODY))
    done = {work.role: (work.counts["opened"], work.counts["done"], work.counts["late"]) for work in report.roles}
    # the csm also has a task of Milepost's for each stuck customer, and that is done: it is no step
    assert done["ae"] == (2, 0, 2)
    assert report.outcomes[0].asked == 0
    assert report.outcomes[0].half_by is None
    assert report.courses[0].ended == {}


def test_customers_who_stay_silent_are_counted_as_silent(small):
    silent = behaving(colleagues={"pace": {"early": 1}}, customers={"pace": {"early": 1}, "answers": {"silent": 1}})
    report = build_report(*forecast_of((small,), [gold(number) for number in range(3)], silent))
    assert report.outcomes[0].asked == report.outcomes[0].answers["silent"].mean == 3


def test_customers_who_confirm_are_counted_by_the_week_of_their_answer(small):
    report = build_report(*forecast_of((small,), [gold(number) for number in range(3)], PROMPT))
    outcome = report.outcomes[0]
    assert outcome.answers["verified"].mean == sum(outcome.by_week["verified"]) == 3
    assert outcome.half_by in report.mondays


def test_an_action_is_done_by_the_events_that_its_map_waits_for(small):
    by = [e.by for e in timeline(small, 1) if isinstance(e, StepDone) and e.step == "connect"]
    ignored = [e.why for e in timeline(small, 1) if isinstance(e, FactIgnored)]
    assert len(by) == 1
    assert ignored == ["closed"]  # saying it as well came after the events had closed it


def test_an_unprompted_event_comes_as_often_as_the_behaviour_says(small):
    often = behaving(events={"champion_left": 6}, colleagues={"results": {"good": 1, "bad": 0}})
    _, counts = forecast_of((small,), [gold(number) for number in range(20)], often, weeks=YEAR)
    assert 70 < counts.tally.total("play", "small", "rescue") < 130
    assert counts.tally.total("ended") == 0


def test_results_are_picked_as_they_are_weighed(small):
    bad = behaving(
        events={"champion_left": 20}, colleagues={"pace": {"early": 1}}, steps={"call": {"results": {"bad": 1}}}
    )
    report = build_report(*forecast_of((small,), [gold(number) for number in range(5)], bad))
    assert report.courses[0].ended == {"churned": 5}


def test_a_step_may_differ_from_the_others(small):
    slow = behaving(colleagues={"pace": {"early": 1}}, steps={"kickoff": {"pace": NEVER}}, other_events=0)
    report = build_report(*forecast_of((small,), [gold(1)], slow, weeks=Weeks(date(2026, 3, 2), date(2026, 3, 20))))
    assert {work.role: work.counts["done"] for work in report.roles} == {"csm": 0, "ae": 1}


def test_a_stuck_customer_goes_on_once_somebody_looked_after_it(small):
    def verified(unsticks: float) -> float:
        stuck = behaving(
            colleagues={"pace": {"early": 1}, "engine_tasks": {"unsticks": unsticks}},
            customers={"pace": NEVER, "answers": {"verified": 1}},
            other_events=0,
        )
        return build_report(*forecast_of((small,), [gold(1), gold(2)], stuck)).outcomes[0].answers["verified"].mean

    assert verified(0) == 0
    assert verified(1) == 2


def test_the_product_events_of_a_step_that_two_people_see_to_count_once(small):
    slow = behaving(
        colleagues={"pace": {"early": 1}, "engine_tasks": {"unsticks": 1}},
        customers={"pace": {"late": 1}, "late_by": "120 days"},
        other_events=0,
    )
    start, until = parse("2026-03-02T09:00:00Z"), parse("2026-12-31T00:00:00Z")
    journeys = [SimulatedJourney(small, gold(1), start, until, slow, seeded(seed)) for seed in range(5)]
    for journey in journeys:
        ids = [fact.id for _, facts in simulate(journey) for fact in facts]
        assert ids.count("connect/1 event 1") == 1
        assert len(ids) == len(set(ids))


def test_a_persona_without_a_contact_gets_one_when_its_task_is_done(small):
    nobody = gold(1).having(contacts=())
    report = build_report(*forecast_of((small,), [nobody], PROMPT))
    assert report.outcomes[0].answers["verified"].mean == 1


def test_journeys_begin_on_the_day_that_the_book_says(small):
    behaviour = behaving(starts={"attribute": "since"}, colleagues={"pace": {"early": 1}}, other_events=0)
    book = [gold(1, since="2026-04-06"), gold(2, since="2025-03-02"), gold(3, since="2027-01-01"), gold(4)]
    setup, counts = forecast_of((small,), book, behaviour)
    begun = counts.tally.by_week("started", "small")
    assert begun[QUARTER.of(date(2026, 4, 6))] == 1
    assert begun[0] == 1  # gold-4, who has no such day; gold-2 began long before and is not counted again
    assert sum(begun) == 2
    assert counts.later == 1
    assert build_report(setup, counts).courses[0].customers == 4


def test_journeys_may_be_spread_over_time(small):
    behaviour = behaving(starts={"over": "8 weeks"})
    _, counts = forecast_of((small,), [gold(number) for number in range(40)], behaviour)
    begun = counts.tally.by_week("started", "small")
    assert sum(1 for number in begun if number) >= 7
    assert sum(begun[9:]) == 0


def test_a_contract_that_nobody_ended_is_renewed(small):
    text = SMALL.replace(
        "plays:",
        "  - stage: renewal\n    title: Renewal\n    opens: {at: 30 days before customer.renews_on}\n    touchpoints:\n"
        "      - {touchpoint: talk, title: Talk, role: csm, due: 5 business days, effort: 1 hours}\nplays:",
    )
    behaviour = behaving(colleagues={"pace": {"early": 1}}, renewals={"term": "3 months"}, other_events=0)
    compiled_map = chart_from(text)
    _, counts = forecast_of((compiled_map,), [gold(1, renews_on="2020-05-15")], behaviour, weeks=YEAR)
    once = forecast_of(
        (compiled_map,), [gold(1, renews_on="2020-05-15")], behaving(renewals=None, other_events=0), weeks=YEAR
    )
    assert counts.tally.total("opened", about="csm") >= 4 + 1  # four talks a year, and the kickoff
    assert once[1].tally.total("opened", about="csm") < counts.tally.total("opened", about="csm")


def test_a_figure_wanders_within_its_bounds(small):
    behaviour = behaving(attributes={"health": {"swing": 200, "lowest": 10, "highest": 20}})
    journey = SimulatedJourney(
        small, gold(1, health=15), parse("2026-03-02T09:00:00Z"), parse("2026-12-31T00:00:00Z"), behaviour, seeded(1)
    )
    seen = {plan.state.customer.attributes["health"] for plan, _ in simulate(journey)}
    assert seen <= set(range(10, 21))
    assert {10, 20} <= seen


def test_customers_without_a_map_are_counted_and_named(small):
    _, counts = forecast_of((small,), [gold(1), gold(2).having(attributes={"tier": "tin"})])
    assert counts.unmatched == 1
    assert "tier is 'tin'" in counts.why["gold-2"]


def test_a_journey_that_its_map_makes_impossible_is_counted_and_named():
    round_and_round = (
        SMALL.split("stages:", maxsplit=1)[0]
        + """
stages:
  - stage: a
    title: A
    then: {go_to: a}
    touchpoints: [{touchpoint: t, title: T, role: csm, skip_when: 'customer.tier == "gold"'}]
"""
    )
    _, counts = forecast_of((chart_from(round_and_round),), [gold(1), gold(2)])
    assert counts.broke == 2
    assert "goes round in a circle" in counts.broken["gold-1"]


def test_messages_are_counted_by_contact_and_week(small):
    report = build_report(*forecast_of((small,), [gold(number) for number in range(3)], PROMPT))
    messages = report.messages[0]
    assert sum(messages.shares.values()) == pytest.approx(1)
    sent = sum(many * share for many, share in messages.shares.items())
    assert messages.per_week == pytest.approx(sent)
    assert messages.sent == sum(messages.by_week) > 0


def test_the_spread_of_equal_values_is_nothing():
    assert Spread.of([3, 3, 3]) == Spread(3, 3, 3, 0)


def test_a_week_outside_is_refused():
    with pytest.raises(ValueError, match="week 3"):
        Tally(3).add(Series("a", "b", "c", 0), 3)


@given(
    compiled_map=compiled_maps,
    customer=customers,
    seed=st.integers(0, 10_000),
    weights=st.lists(st.floats(0, 10), min_size=4, max_size=4).filter(any),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_the_map_and_the_behaviour_a_journey_ends_in_time(compiled_map, customer, seed, weights):
    shares = dict(zip(("early", "on_time", "late", "never"), weights, strict=True))
    answers = dict(zip(("verified", "partial", "disputed", "silent"), weights, strict=True))
    behaviour = behaving(
        seed=seed, colleagues={"pace": shares}, customers={"pace": shares, "answers": answers}, other_events=5
    )
    until = START + 120 * DAY
    journey = SimulatedJourney(compiled_map, customer, START, until, behaviour, seeded(seed))
    plans = [plan for plan, _ in simulate(journey)]
    assert all(entry.at <= until for plan in plans for entry in plan.timeline)
    assert [entry.at for plan in plans for entry in plan.timeline] == sorted(
        entry.at for plan in plans for entry in plan.timeline
    )
