"""Why a customer is where it is: conditions with their values, what holds a message, what led to a stage or play."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from milepost.explain.held_messages import held_messages
from milepost.explain.journey import explain, explain_step
from milepost.explain.sentences import Wording
from milepost.language.cel_text import conjuncts
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.condition_trace import trace
from milepost.planner.facts import Answered, AttributesSet, EventHappened, Fact, Paused, PlayStarted, StepDone
from milepost.planner.instants import Instant, parse
from milepost.planner.segment_match import considered
from milepost.planner.situation import Situation
from milepost.planner.state import State
from tests.simulation import simulate
from tests.workflows.example import CUSTOMER, FILES, MAP, START, compiled_map_of

CHART = compiled_map_of(FILES)
DAY = 86_400
HELD = StepDone(id="held", at=START + 60, step="kickoff", result="held")
LOW = AttributesSet(id="low", at=START + 120, attributes={"health": 20})


def variant(*changes: tuple[str, str]) -> CompiledMap:
    text = MAP
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return compiled_map_of({**FILES, "map.yaml": text})


def run_of(compiled_map: CompiledMap, facts: Iterable[Fact], until: Instant):  # type: ignore[no-untyped-def] - the run
    return simulate(compiled_map, CUSTOMER, START, list(facts), until)


# Conditions with their values.


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a == 1 && b == 2", ["a == 1", "b == 2"]),
        ("a", ["a"]),
        ("(a && b) && c == 'x && y'", ["(a && b)", "c == 'x && y'"]),
        ("a && b || c", ["a && b || c"]),
        ("a ? b : c && d", ["a ? b : c && d"]),
    ],
)
def test_a_condition_comes_apart_at_its_ands_only(text: str, parts: list[str]) -> None:
    assert conjuncts(text) == parts


def test_a_look_names_the_values_and_the_part_that_is_not_true() -> None:
    where = 'where: customer.tier == "pilot"'
    compiled_map = variant((where, f"{where} && customer.health > 90 && has(customer.renews_on)"))
    (map_,) = considered([compiled_map], CUSTOMER, START)
    assert map_.where.values_text == "health is 75, renews_on is unknown, tier is 'pilot'"
    assert map_.where.failing == ("customer.health > 90", "has(customer.renews_on)")
    assert map_.to_json()["values"] == {"customer.health": 75, "customer.renews_on": None, "customer.tier": "pilot"}
    assert map_.why_not.endswith("is not true (health is 75, renews_on is unknown, tier is 'pilot')")


def test_maps_are_considered_in_the_order_in_which_they_are_tried() -> None:
    second = variant(("map: pilot", "map: other"), ("priority: 1", "priority: 9"))
    found = considered([CHART, second], CUSTOMER, START)
    assert [(each.map, each.where.holds) for each in found] == [("other", True), ("pilot", True)]


def test_every_root_of_a_condition_has_its_value() -> None:
    text = (
        'steps.connect == "open" && results.kickoff == "held" && outcomes.faster == "waiting" && '
        'plays.rescue == "never" && stages.start == "open" && customer.started_on > "2027-01-01"'
    )
    compiled_map = variant(("starts_when: {if: customer.health < 40}", f"starts_when: {{if: {text}}}"))
    state = run_of(compiled_map, [HELD], START + 60).state
    condition = compiled_map.plays["rescue"].starts_when[0].condition
    assert condition is not None
    condition_trace = trace(Situation(compiled_map, state, state.clock), condition)
    assert condition_trace.values == {
        "customer.started_on": "2026-03-02",
        "outcomes.faster": "waiting",
        "plays.rescue": "never",
        "results.kickoff": "held",
        "stages.start": "open",
        "steps.connect": "open",
    }
    assert condition_trace.failing == ('customer.started_on > "2027-01-01"',)


# What led here.


def origins_of(compiled_map: CompiledMap, facts: Iterable[Fact], until: Instant) -> dict[str, list[str]]:
    run = run_of(compiled_map, facts, until)
    found = explain(Situation.of(compiled_map, run.state, until), run.timeline, Wording(compiled_map))
    say = Wording(compiled_map)
    return {each.id: [say.sentence(entry) for entry in each.led_by] for each in found.origins}


def test_a_stage_tells_since_when_and_why_it_is_open() -> None:
    assert origins_of(CHART, [], START) == {
        "start": ["The journey began on the map “Pilot customers”.", "The stage “Start” opened."]
    }


def test_a_play_tells_the_answer_that_led_to_it() -> None:
    facts = [
        HELD,
        EventHappened(id="e", at=START + 120, event="connected"),
        Answered(id="a", at=START + 180, outcome="faster", verdict="disputed"),
    ]
    led = origins_of(CHART, facts, START + 180)["rescue"]
    assert led[0].startswith("“Reports are made in half the time.” was disputed")
    assert led[-1] == "The play “Win back” began: the step before led here."


def test_a_play_that_a_condition_or_a_person_began_says_so_and_what_ends_it() -> None:
    for fact, why in ((LOW, "what it waits for came true"), (PlayStarted(id="p", at=START, play="rescue"), "somebody")):
        run = run_of(CHART, [fact], START + 180)
        (play,) = [
            each
            for each in explain(Situation.of(CHART, run.state, START + 180), run.timeline, Wording(CHART)).origins
            if each.kind == "play"
        ]
        (entry,) = play.led_by
        assert why in Wording(CHART).sentence(entry)
        assert [reason.kind for reason in play.ends] == ["steps", "date"]


def begun_by(compiled_map: CompiledMap, *facts: Fact) -> list[str]:
    run = run_of(compiled_map, facts, START + 240)
    origins = explain(Situation.of(compiled_map, run.state, START + 240), run.timeline, Wording(compiled_map)).origins
    return [reason.phrase for each in origins if each.kind == "play" for reason in each.begun_by]


def test_a_play_says_which_condition_or_event_began_it() -> None:
    assert begun_by(CHART, LOW) == ["customer.health < 40 (health is 20)"]
    well = AttributesSet(id="well", at=START + 180, attributes={"health": 80})
    assert begun_by(CHART, LOW, well) == ["customer.health < 40 (health is 80), which is true no longer"]
    assert begun_by(CHART, PlayStarted(id="p", at=START, play="rescue")) == []
    starts = "starts_when: {event: fell, if: event.far > 2, count: 2}"
    falls = [EventHappened(id=f"fall{n}", at=START + n, event="fell", properties={"far": 3}) for n in (1, 2)]
    compiled_map = variant(("starts_when: {if: customer.health < 40}", starts))
    assert begun_by(compiled_map, *falls) == ["the product event “fell”, 2 times, with event.far > 2"]


def test_plays_say_what_would_begin_them() -> None:
    compiled_map = variant(
        ("    deadline: 20", "    cooldown: 30 days\n    only_if: customer.health < 90\n    deadline: 20")
    )
    run = run_of(compiled_map, [], START)
    (rescue,) = explain(Situation.of(compiled_map, run.state, START), run.timeline, Wording(compiled_map)).starts
    assert rescue.waits_for == (
        "this to be true: customer.health < 40 (health is 75); and only if customer.health < 90 (health is 75)"
    )
    facts = [LOW, StepDone(id="c", at=START + 180, step="rescue_call")]
    run = run_of(compiled_map, facts, START + 180)
    (rescue,) = explain(Situation.of(compiled_map, run.state, START + 180), run.timeline, Wording(compiled_map)).starts
    assert [reason.kind for reason in rescue.reasons] == ["condition", "date", "condition"]


def test_an_ended_journey_waits_for_nothing() -> None:
    run = run_of(CHART, [StepDone(id="x", at=START, step="kickoff", result="refused")], START)
    found = explain(Situation.of(CHART, run.state, START), run.timeline, Wording(CHART))
    assert (found.origins, found.waits, found.starts, found.ahead.entries) == ((), (), (), ())


# What holds a message.


def why(compiled_map: CompiledMap, facts: Iterable[Fact], until: Instant) -> list[tuple[str | None, str]]:
    state = run_of(compiled_map, facts, until).state
    return [
        (each.why, each.because)
        for each in held_messages(Situation.of(compiled_map, state, until), Wording(compiled_map))
    ]


def test_a_message_outside_the_window_names_the_hours() -> None:
    evening = parse("2026-03-03T01:00:00Z")  # 20:00 in New York
    facts = [StepDone(id="held", at=evening, step="kickoff", result="held")]
    state = run_of(CHART, facts, evening).state
    (held,) = held_messages(Situation.of(CHART, state, evening), Wording(CHART))
    assert (held.why, held.to) == ("window", "sam@acme.example")
    assert "Monday to Friday, 09:00 to 17:00 in America/New York, not on holidays" in held.because
    assert held.until == parse("2026-03-03T14:00:00Z")


def test_a_message_over_the_limit_names_the_limit_and_the_days_it_was_used_up() -> None:
    compiled_map = variant(("stages:\n", "contact_policy: {limit: 1 per 30 days}\nstages:\n"))
    facts = [HELD, EventHappened(id="e", at=START + DAY, event="connected")]
    tuesday = parse("2026-03-10T14:00:00Z")
    assert why(compiled_map, facts, tuesday) == [
        ("limit", "Sam Poe gets at most 1 per 30 days, and had Mon 2 Mar 2026, 15:01")
    ]


def test_a_message_that_a_play_holds_names_the_play() -> None:
    compiled_map = variant(("    deadline: 20", "    holds: messages\n    deadline: 20"))
    facts: list[Fact] = [
        PlayStarted(id="p", at=START + 60, play="rescue"),
        StepDone(id="h", at=START + 180, step="kickoff", result="held"),
    ]
    assert why(compiled_map, facts, START + 180) == [("play", "“Win back” keeps messages back")]


def test_a_message_in_a_pause_names_the_pause() -> None:
    evening = parse("2026-03-03T01:00:00Z")
    facts = [StepDone(id="h", at=evening, step="kickoff", result="held"), Paused(id="p", at=evening + 60)]
    assert why(CHART, facts, evening + 60) == [("pause", "the journey is paused since Tue 3 Mar 2026")]


# One step.


def test_a_step_tells_what_it_follows_what_follows_it_and_what_happened_to_it() -> None:
    run = run_of(CHART, [HELD], START + DAY)
    found = explain_step(Situation.of(CHART, run.state, START + DAY), run.timeline, "connect", Wording(CHART))
    assert found.after == (("kickoff", "done"),)
    assert found.leads_to == ("faster",)
    assert [entry.kind for entry in found.happened] == ["step_opened", "message_sent"]
    assert [entry.kind for entry in found.ahead][:2] == ["message_sent", "message_sent"]
    assert found.waits.status == "open"


def test_a_step_of_a_play_that_is_not_open_waits_for_the_play() -> None:
    run = run_of(CHART, [], START)
    found = explain_step(Situation.of(CHART, run.state, START), run.timeline, "rescue_call", Wording(CHART))
    assert found.waits.waits_for == "the play “Win back” to begin"


def test_a_closed_step_waits_for_nothing() -> None:
    run = run_of(CHART, [HELD], START + 60)
    found = explain_step(Situation.of(CHART, run.state, START + 60), run.timeline, "kickoff", Wording(CHART))
    assert (found.waits.status, found.waits.reasons) == ("done", ())


def test_an_explanation_is_plain_data() -> None:
    run = run_of(CHART, [HELD], START + DAY)
    data = explain(Situation.of(CHART, run.state, START + DAY), run.timeline, Wording(CHART)).to_json(Wording(CHART))
    assert {each["id"]: [reason["kind"] for reason in each["reasons"]] for each in data["steps"]} == {
        "connect": ["contact", "event"],
        "faster": ["step"],
    }
    assert State.from_json(run.state.to_json()) == run.state


def test_a_step_names_the_result_that_it_waits_for() -> None:
    compiled_map = variant(("after: kickoff", "after: {kickoff: held}"))
    run = run_of(compiled_map, [], START)
    found = explain_step(Situation.of(compiled_map, run.state, START), run.timeline, "connect", Wording(compiled_map))
    (blocker,) = found.waits.reasons
    assert blocker.phrase.startswith("the end of “")
    assert blocker.phrase.endswith("” with the result “held”")
    assert blocker.data == {"steps": ["kickoff"], "results": {"kickoff": ["held"]}}
    assert found.asked == (("kickoff", "held"),)
