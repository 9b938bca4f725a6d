"""The rows that a plan leaves behind, without a database."""

from __future__ import annotations

import copy
from typing import Any

from milepost.language.model import Map
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import Answered, AttributesSet, Ended, Fact, MapChanged, Revoked, StepDone, StepReopened
from milepost.planner.instants import Instant
from milepost.planner.plan import Plan, plan
from milepost.planner.state import State
from milepost.store.advance import desired_messages, desired_plays, desired_stages
from milepost.store.advance_outcomes import agreed_figures, desired_answers, desired_outcomes
from milepost.store.advance_tasks import desired_tasks
from tests.store.book import DAY, HOUR, SMALL_MAP, START, customer

SMALL = CompiledMap.of(Map.model_validate(SMALL_MAP), "v1")
READY = StepDone(id="ready", at=START + HOUR, step="kickoff", result="ready")


def advance(before: State, now: Instant, *facts: Fact, on: CompiledMap = SMALL) -> Plan:
    return plan(on, before, facts, now)


def begun() -> State:
    return advance(State.begin(customer(), "small", "v1", START), START).state


def tasks(before: State, made: Plan, on: CompiledMap = SMALL) -> dict[str, dict[str, Any]]:
    return {row["task"]: row for row in desired_tasks(before, made, on)}


def test_a_task_that_closes_and_the_one_that_opens_after_it_both_have_rows():
    made = advance(begun(), START + HOUR, READY)
    rows = tasks(begun(), made)
    assert {task: row["status"] for task, row in rows.items()} == {"kickoff/1": "done", "review/1": "open"}
    assert (rows["kickoff/1"]["closed_at"], rows["kickoff/1"]["closed_revision"]) == (START + HOUR, 2)
    assert (rows["kickoff/1"]["title"], rows["kickoff/1"]["person"]) == ("Kickoff call", "ana@vendor.example")
    assert (rows["review/1"]["opened_at"], rows["review/1"]["closed_at"]) == (START + HOUR, None)


def test_a_task_that_opens_and_closes_within_one_plan_has_all_its_columns():
    reviewed = StepDone(id="reviewed", at=START + 2 * HOUR, step="review")
    row = tasks(begun(), advance(begun(), START + DAY, READY, reviewed))["review/1"]
    assert (row["status"], row["title"], row["opened_at"]) == ("done", "Review", START + HOUR)
    assert row["closed_at"] == START + 2 * HOUR


def test_a_task_whose_step_is_gone_is_closed_and_keeps_its_other_columns():
    smaller = {**SMALL_MAP, "stages": [{**SMALL_MAP["stages"][0]}, SMALL_MAP["stages"][1]]}
    smaller["stages"][0] |= {"touchpoints": SMALL_MAP["stages"][0]["touchpoints"][:1], "outcomes": []}
    on = CompiledMap.of(Map.model_validate(smaller), "v2")
    before = advance(begun(), START + DAY, READY).state
    made = advance(before, START + 2 * DAY, MapChanged(id="m", at=START + 2 * DAY, version="v2"), on=on)
    closing = {"task": "review/1", "status": "withdrawn", "closed_at": START + 2 * DAY, "closed_revision": 3}
    assert tasks(before, made, on)["review/1"] == {**closing, "elsewhere": None}
    gone = [row for row in desired_outcomes(before, made, on) if row["outcome"] == "saved"]
    assert [(row["status"], "statement" in row) for row in gone] == [("withdrawn", False)]


def test_every_occurrence_of_an_outcome_has_its_own_row():
    before = advance(begun(), START + DAY, READY).state
    disputed = Answered(id="d", at=START + 2 * DAY, outcome="saved", verdict="disputed", value=2)
    again = StepReopened(id="o", at=START + 2 * DAY, step="saved")
    made = advance(before, START + 2 * DAY, disputed, again)
    rows = {row["occurrence"]: row for row in desired_outcomes(before, made, SMALL) if row["outcome"] == "saved"}
    assert {occurrence: row["status"] for occurrence, row in rows.items()} == {
        1: "disputed",
        2: made.state.step("saved").status,
    }
    assert rows[1]["opened_at"] == START + HOUR
    assert rows[2]["statement"] == "Ten hours less"


def test_a_revocation_is_of_the_last_answer_and_keeps_it():
    before = advance(begun(), START + DAY, READY).state
    disputed = Answered(id="d", at=START + 2 * DAY, outcome="saved", verdict="disputed", value=2)
    answered = advance(before, START + 2 * DAY, disputed)
    first = desired_answers([], answered)
    assert [(row["verdict"], row["position"], row["revoked_at"]) for row in first] == [("disputed", 0, None)]
    revoked = Revoked(id="r", at=START + 3 * DAY, outcome="saved", by="ana@vendor.example")
    after = desired_answers(first, advance(answered.state, START + 3 * DAY, revoked))
    assert [(row["verdict"], row["revoked_at"], row["revoked_revision"]) for row in after] == [
        ("disputed", START + 3 * DAY, 4)
    ]


def test_a_plan_that_changes_nothing_leaves_every_row_alone():
    before = advance(begun(), START + DAY, READY).state
    nothing = advance(before, START + DAY)
    assert [*desired_tasks(before, nothing, SMALL), *desired_outcomes(before, nothing, SMALL)] == []


def test_a_message_is_on_the_version_that_ordered_it():
    made = advance(begun(), START + DAY, READY)
    (row,) = desired_messages(begun(), made)
    assert (row["message"], row["version"], row["status"]) == ("saved/1/request/1", "v1", "queued")
    assert row["contact"] == "sam@acme.example"


def test_an_ended_journey_is_in_no_stage_and_no_play():
    low = advance(begun(), START + HOUR, StepDone(id="n", at=START + HOUR, step="kickoff", result="not_ready")).state
    assert [row["stage"] for row in desired_stages(low, SMALL)] == ["start"]
    assert [row["play"] for row in desired_plays(low, SMALL)] == ["unblock"]
    ended = advance(low, START + DAY, Ended(id="e", at=START + DAY, reason="churned")).state
    assert [*desired_stages(ended, SMALL), *desired_plays(ended, SMALL)] == []


def test_the_figures_of_an_open_outcome_follow_the_customers():
    agreed = copy.deepcopy(SMALL_MAP)
    outcome = next(each for stage in agreed["stages"] for each in stage.get("outcomes", ()))
    outcome["metric"] = {"name": "hours", "unit": "h", "baseline": 1, "target": "customer.health"}
    on = CompiledMap.of(Map.model_validate(agreed), "v1")
    before = plan(on, State.begin(customer(), "small", "v1", START), (), START).state
    before = advance(before, START + DAY, READY, on=on).state
    told = AttributesSet(id="told", at=START + 2 * DAY, attributes={"health": 12})
    made = advance(before, START + 2 * DAY, told, on=on)
    figures = {"name": "hours", "unit": "h", "baseline": 1, "target": 12}
    rows = list(agreed_figures(before, made, on))
    assert [row["metric"] for row in rows] == [figures] * len(rows)
    assert bool(rows) is made.state.step(outcome["outcome"]).is_open
    closed = Answered(id="yes", at=START + 3 * DAY, outcome=outcome["outcome"], verdict="verified")
    answered = advance(made.state, START + 3 * DAY, closed, on=on).state
    later = AttributesSet(id="later", at=START + 4 * DAY, attributes={"health": 13})
    assert list(agreed_figures(answered, advance(answered, START + 4 * DAY, later, on=on), on)) == []
