"""Journeys told in words: what happened, what comes next, what each step waits for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from milepost.explain import local_time
from milepost.explain.sentences import IGNORED, Wording
from milepost.explain.waits import waiting_for
from milepost.language.loader import from_files, load
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.enums import IgnoreReason
from milepost.planner.facts import AttributesSet, Ended, EventHappened, Fact, Paused, StepDone
from milepost.planner.instants import Instant, parse
from milepost.planner.outlook import look_ahead
from milepost.planner.plan import plan
from milepost.planner.situation import Situation
from milepost.planner.state import State
from milepost.planner.timeline import ENTRIES
from milepost.scenarios.scenario import load_scenario
from tests.entries import complete, entry
from tests.simulation import simulate
from tests.web.example import DAY, FILES, START, customer

NEW_YORK = "America/New_York"
SCENARIOS = sorted((Path(__file__).parents[2] / "maps").glob("*/scenarios/*.yaml"))
MAPS = sorted((Path(__file__).parents[2] / "maps").glob("*/map.yaml"))


def pilot() -> CompiledMap:
    loaded = from_files(FILES)
    assert loaded.map is not None
    return CompiledMap.of(loaded.map, "a" * 40)


def journey(compiled_map: CompiledMap, facts: Iterable[Fact] = (), until: Instant = START) -> State:
    begun = plan(
        compiled_map, State.begin(customer(), compiled_map.map.map, compiled_map.version, START), (), START
    ).state
    return plan(compiled_map, begun, list(facts), until).state


# Sentences.


@pytest.mark.parametrize("kind", list(ENTRIES))
def test_every_kind_of_entry_has_a_sentence_with_and_without_a_map(kind: str) -> None:
    for say in (Wording(), Wording(pilot(), NEW_YORK)):
        for each in (complete(kind), entry(kind)):
            sentence = say.sentence(each)
            assert sentence.rstrip("note").endswith((".", "Note: "))
            assert kind not in sentence
            assert "None" not in sentence


CONNECT = "“Connect the first system”"
HALF = "“Reports are made in half the time.”"
DUE = "2026-03-04T22:00:00Z"


@pytest.mark.parametrize(
    ("kind", "more", "sentence"),
    [
        (
            "step_opened",
            {"step": "kickoff", "role": "csm", "track": "company", "due": DUE},
            "“Kickoff call” is now a task for the Customer success manager, due Wed 4 Mar 2026, 17:00.",
        ),
        (
            "step_opened",
            {"step": "connect", "persona": "coordinator", "track": "customer"},
            f"{CONNECT} is now with the customer's Coordinator.",
        ),
        (
            "message_held",
            {"step": "connect", "message": "connect/1/opening/1", "why": "window", "until": DUE},
            f"A message about {CONNECT} waits: it is outside the contact's hours, until Wed 4 Mar 2026, 17:00.",
        ),
        (
            "message_sent",
            {"steps": ["connect", "faster"], "contact": "s@x.example", "persona": "sponsor", "reason": "reminder"},
            f"A reminder went to s@x.example (Executive sponsor) about {CONNECT} and {HALF}.",
        ),
        (
            "outcome_answered",
            {"step": "faster", "verdict": "verified", "value": 12.0, "by": "s@x.example", "method": "portal"},
            f"{HALF} was confirmed by s@x.example, with the value 12 (on the shared plan).",
        ),
        (
            "play_blocked",
            {"play": "rescue", "why": "cooldown"},
            "The play “Win them back” did not begin: it ended a short while ago.",
        ),
        (
            "fact_ignored",
            {"step": "kickoff", "fact": "step_done", "why": "closed", "by": "bo"},
            "What was told by bo (a step is done about “Kickoff call”) changed nothing: that was closed already.",
        ),
        ("journey_ended", {"reason": "completed"}, "The journey ended: everything is done."),
    ],
)
def test_entries_are_told_by_titles_and_on_the_local_clock(kind: str, more: dict[str, object], sentence: str) -> None:
    assert Wording(pilot(), NEW_YORK).sentence(entry(kind, **more)) == sentence


def test_every_reason_to_ignore_a_fact_has_words() -> None:
    assert set(IgnoreReason) <= set(IGNORED)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_what_happens_in_the_shipped_scenarios_is_told_without_a_word_of_the_machines(path: Path) -> None:
    scenario = load_scenario(path).scenario
    assert scenario is not None
    run = simulate(scenario.compiled_map, scenario.customer, scenario.start, scenario.facts, scenario.until)
    say = Wording(scenario.compiled_map, scenario.customer.timezone)
    for each in run.timeline:
        sentence = say.sentence(each)
        assert not re.search(r"\b[a-z]+_[a-z_]+\b", sentence), sentence


# The clock.


def test_instants_are_told_with_their_zone() -> None:
    at = parse("2026-07-01T12:00:00Z")

    assert local_time.time_of(at, "Asia/Kolkata") == "Wed 1 Jul 2026, 17:30"
    midnight = parse("2026-03-02T23:00:00Z")
    assert local_time.due_time_of(midnight, "Europe/Berlin") == "Mon 2 Mar 2026, 24:00"
    assert local_time.due_day_of(midnight, "Europe/Berlin") == "Mon 2 Mar 2026"
    assert local_time.due_time_of(midnight + 60, "Europe/Berlin") == "Tue 3 Mar 2026, 00:01"
    assert local_time.due_time_of(midnight, "UTC") == "Mon 2 Mar 2026, 23:00"
    assert local_time.zone_text(NEW_YORK, at) == "America/New York (EDT)"
    assert local_time.zone_text("America/Sao_Paulo", at) == "America/Sao Paulo (UTC-03:00)"
    assert local_time.zone_text("Asia/Kathmandu", at) == "Asia/Kathmandu (UTC+05:45)"
    assert local_time.zone_text("UTC", at) == "UTC"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(5, "less than a minute"), (60, "1 minute"), (7300, "2 hours"), (86_400, "1 day"), (-3 * 86_400, "3 days")],
)
def test_spans_are_told_in_their_largest_unit(seconds: int, said: str) -> None:
    assert local_time.span_text(seconds) == said


# What comes next.


def test_the_forecast_is_what_really_happens_if_nobody_does_anything() -> None:
    compiled_map = pilot()
    state = journey(compiled_map)
    ahead = look_ahead(compiled_map, state, START, days=60, most=1000)
    happened = plan(compiled_map, state, (), START + 60 * DAY)

    assert ahead.entries == happened.timeline
    assert not ahead.more


def test_the_forecast_leaves_the_state_as_it_was() -> None:
    compiled_map = pilot()
    state = journey(compiled_map)
    before = state.to_json()
    look_ahead(compiled_map, state, START)

    assert state.to_json() == before


def test_the_forecast_is_cut_off_and_says_so() -> None:
    compiled_map = pilot()
    ahead = look_ahead(compiled_map, journey(compiled_map), START, most=2)

    assert (len(ahead.entries), ahead.more) == (2, True)


def test_the_forecast_of_a_paused_or_ended_journey_is_empty() -> None:
    compiled_map = pilot()
    paused = look_ahead(compiled_map, journey(compiled_map, [Paused(id="1", at=START)]), START)
    ended = look_ahead(compiled_map, journey(compiled_map, [Ended(id="1", at=START, reason="churned")]), START)

    assert (paused.entries, paused.paused) == ((), True)
    assert (ended.entries, ended.paused) == ((), False)


def test_what_fell_due_before_now_is_not_told_as_coming() -> None:
    compiled_map = pilot()
    ahead = look_ahead(compiled_map, journey(compiled_map), START + 3 * DAY)

    assert all(entry.at > START + 3 * DAY for entry in ahead.entries)


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.parent.name)
def test_shipped_maps_can_be_forecast(path: Path) -> None:
    loaded = load(path)
    assert loaded.map is not None
    compiled_map = CompiledMap.of(loaded.map, "a")
    ahead = look_ahead(compiled_map, State.begin(customer(), compiled_map.map.map, "a", START), START)

    assert waiting_for(Situation.of(compiled_map, journey(compiled_map), START), Wording(compiled_map))
    assert all(Wording(compiled_map).sentence(entry) for entry in ahead.entries)


# What each step waits for.


def waits(state: State, compiled_map: CompiledMap, now: Instant = START) -> dict[str, str]:
    return {
        each.id: each.waits_for
        for each in waiting_for(Situation.of(compiled_map, state, now), Wording(compiled_map, NEW_YORK))
    }


def test_every_step_says_what_it_waits_for() -> None:
    compiled_map = pilot()
    reasons = waits(journey(compiled_map), compiled_map)

    assert reasons == {
        "kickoff": "Ana Ruiz (Customer success manager) to do it",
        "set_up": "somebody of the team “Solutions engineer” to take it",
        "connect": "the end of “Kickoff call”",
        "faster": "the end of “Connect the first system”",
        "renewal": "the customer's date “renews on”, which nobody has told or which is past",
    }


def test_an_action_waits_for_a_person_or_an_event_and_an_outcome_for_its_answer() -> None:
    compiled_map = pilot()
    facts: list[Fact] = [StepDone(id="1", at=START, step="kickoff", result="held")]
    assert (
        waits(journey(compiled_map, facts), compiled_map)["connect"]
        == "Kim Lo (Coordinator) to do it; or the product event “connected”"
    )

    facts.append(EventHappened(id="2", at=START, event="connected"))
    assert waits(journey(compiled_map, facts), compiled_map)["faster"] == (
        "the answer of Sam Poe (Executive sponsor); no answer counts as silence from Mon 9 Mar 2026, 17:00"
    )


def test_a_message_that_is_held_is_what_a_step_waits_for() -> None:
    compiled_map = pilot()
    facts: list[Fact] = [
        AttributesSet(id="0", at=START, attributes={"health": 20}),
        StepDone(id="1", at=START, step="kickoff", result="refused"),
    ]
    held = journey(compiled_map, [facts[0], StepDone(id="1", at=START, step="kickoff", result="held"), facts[0]])
    assert "connect" in waits(held, compiled_map)
    assert waits(journey(compiled_map, facts), compiled_map) == {}


def test_a_stage_with_a_date_waits_for_its_time() -> None:
    compiled_map = pilot()
    state = journey(compiled_map, [AttributesSet(id="1", at=START, attributes={"renews_on": "2026-12-01"})])

    assert (
        waits(state, compiled_map)["renewal"] == "its time, Wed 2 Sep 2026, 09:00 (90 days before customer.renews_on)"
    )


def test_what_is_late_is_marked() -> None:
    compiled_map = pilot()
    state = journey(compiled_map, until=START + 10 * DAY)
    late = {
        each.id: each.overdue
        for each in waiting_for(Situation.of(compiled_map, state, START + 10 * DAY), Wording(compiled_map))
    }

    assert late == {"kickoff": True, "set_up": True, "connect": False, "faster": False, "renewal": False}
