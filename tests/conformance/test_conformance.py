"""The rules of the map language, one small scenario after the other: expected by hand, held on both engines."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from milepost.cli.runners import run_on_planner
from milepost.cli.temporal_runner import simulate_on, time_skipping_server
from milepost.scenarios.expectations import judge
from milepost.scenarios.scenario import load_scenario

HERE = Path(__file__).parent
SCENARIOS = sorted(HERE.glob("*/*.yaml"))

RULES = {
    "5_01_stages": "Stages open one after the other, or by their own date or trigger",
    "5_02_closing": "A stage closes when its required steps are closed; open too long, it is stuck",
    "5_03_openings": "A step opens when it is ready, after its wait, or at its date",
    "5_04_early": "What is not needed is skipped, what was done early is done",
    "5_05_every": "A step that repeats",
    "5_06_results": "The ways in which a task can end",
    "5_07_overdue": "Overdue and escalated, from the due date",
    "5_08_go_to": "Going to a stage, which starts over",
    "5_09_plays": "When plays start and end, and what they hold",
    "5_10_turning_true": "Conditions that count when they turn true",
    "5_11_outcomes": "Asked, answered, asked again, silent",
    "5_12_ending": "How a journey ends, or has nothing ahead",
    "5_13_order": "The order of what happens at one instant",
    "5_14_triggers": "What there is to wait for: events, conditions, lists",
    "5_15_conditions": "What conditions see, and what is unknown",
    "5_16_missing_people": "A persona or a role without a person",
    "5_17_re_entry": "Enrolled by hand, ended for good",
    "6_00_two_calendars": "Our calendar and the customer's",
    "6_01_durations": "Minutes to years",
    "6_02_business_days": "The N-th working day from an instant or a date",
    "6_03_one_rule_for_dates": "A date on a day off moves to the next working day",
    "6_04_deadlines": "Deadlines are at the closing hour",
    "6_05_openings": "Openings are at the opening hour",
    "6_06_anchors": "Dates of the customer",
    "6_07_reminders": "Reminders of actions and of outcomes",
    "6_08_gap_and_fold": "Local times that do not exist or come twice",
    "6_09_window": "When a contact may be written to",
    "6_10_limit": "How often a contact may be written to",
    "6_11_waiting_messages": "Messages that wait, and those that are dropped",
    "6_12_merging": "Messages that become one",
    "6_13_pause": "What a pause keeps back, and what the resume does",
    "7_01_step_done": "step_done",
    "7_02_step_skipped": "step_skipped",
    "7_03_step_reopened": "step_reopened",
    "7_04_snoozed": "snoozed",
    "7_05_event": "event",
    "7_06_answer": "answer",
    "7_07_revoked": "revoked",
    "7_08_set": "set",
    "7_09_contacts_and_team": "contacts and team",
    "7_10_agreed": "agreed",
    "7_11_play_started": "play_started",
    "7_12_paused_and_resumed": "paused and resumed",
    "7_13_ended": "ended",
    "7_14_map_changed": "map_changed",
    "7_15_message_failed": "message_failed",
    "7_16_each_fact": "Ids, order, and facts that make no sense",
    "failures_of_others": "What goes wrong elsewhere and must not here",
}
"""Each rule of sections 5, 6 and 7, in their order, by the folder of its scenarios."""

AWKWARD = {
    "both summer-time changes": ("6_01_durations/hours_are_exact_days_are_dates", "6_09_window/spring_and_autumn"),
    "the southern hemisphere": ("6_04_deadlines/southern_hemisphere_both_changes",),
    "half-hour zones": (
        "6_00_two_calendars/half_hour_zone_and_a_week_from_sunday",
        "6_08_gap_and_fold/half_an_hour_on_lord_howe",
    ),
    "UTC+14": ("6_00_two_calendars/utc_plus_14_and_minus_11",),
    "a leap day": ("6_01_durations/leap_day_and_months",),
    "the turn of the year": ("6_02_business_days/turn_of_the_year",),
    "observed holidays": ("6_02_business_days/observed_holiday_at_new_year",),
    "different holidays": ("6_00_two_calendars/customer_and_colleague_on_different_holidays",),
    "a window that never opens for days": ("6_09_window/never_opens_for_days",),
    "the limit exactly at its boundary": ("6_10_limit/exactly_at_the_boundary",),
    "two personas on one contact": (
        "6_10_limit/two_personas_on_one_contact",
        "6_12_merging/two_personas_on_one_contact",
    ),
    "a merged reminder one of whose steps closes in the same instant": (
        "6_12_merging/reminder_whose_step_closes_in_the_same_instant",
    ),
    "each resume policy": (
        "6_13_pause/resume_policy_shift",
        "6_13_pause/resume_policy_run",
        "6_13_pause/resume_policy_skip",
    ),
    "go_to from a play": ("5_08_go_to/from_a_play",),
    "every across a pause": (
        "6_13_pause/every_across_a_pause_shift",
        "6_13_pause/every_across_a_pause_run",
        "6_13_pause/every_across_a_pause_skip",
    ),
    "an anchor that moves past": ("6_06_anchors/anchor_that_moves_past",),
    "a play ending by condition while its task is open": ("5_09_plays/ends_by_condition_while_its_task_is_open",),
    "late and repeated and contradicting answers": ("7_06_answer/late_repeated_contradicting",),
    "everything at one instant": ("5_13_order/everything_at_one_instant",),
    "both branches of a decision taken": ("failures_of_others/both_branches_of_a_decision_taken",),
    "an inaction branch missed because the deadline passed while paused": (
        "failures_of_others/inaction_branch_missed_deadline_passed_while_paused_run",
        "failures_of_others/inaction_branch_missed_deadline_passed_while_paused_shift",
    ),
    "pending steps deleted by an edit": ("failures_of_others/pending_steps_deleted_by_an_edit",),
    "the weekday taken in UTC": ("failures_of_others/weekday_taken_in_utc",),
    "the offset taken now instead of at the target": ("failures_of_others/offset_taken_now_instead_of_at_the_target",),
    "a customer dropped because a message came due while paused": (
        "failures_of_others/customer_dropped_message_due_while_paused_run",
        "failures_of_others/customer_dropped_message_due_while_paused_shift",
    ),
    "a loop stopped at its second round": ("failures_of_others/loop_stopped_at_its_second_round",),
    "an exit noticed only when the wait is over": (
        "failures_of_others/exit_noticed_only_when_the_wait_is_over_play",
        "failures_of_others/exit_noticed_only_when_the_wait_is_over_journey",
    ),
}
"""What goes wrong most easily, and the scenarios that hold it."""


@cache
def scenario_of(file):
    loaded = load_scenario(file)
    assert loaded.scenario is not None, "\n".join(map(str, loaded.problems))
    return loaded.scenario


@cache
def lines_of(file):
    return run_on_planner(scenario_of(file))


def name_of(file):
    return f"{file.parent.name}/{file.stem}"


def test_each_rule_has_a_folder_of_its_own_with_two_scenarios_or_more():
    folders = {each.name for each in HERE.iterdir() if each.is_dir() and each.name != "__pycache__"}
    assert folders == set(RULES)
    few = {folder for folder in RULES if len(list((HERE / folder).glob("*.yaml"))) < 2}
    assert not few


def test_what_goes_wrong_most_easily_has_its_scenarios():
    named = {name for names in AWKWARD.values() for name in names}
    assert not named - {name_of(file) for file in SCENARIOS}


@pytest.mark.parametrize("file", sorted(HERE.glob("failures_of_others/*.yaml")), ids=lambda file: file.stem)
def test_a_failure_of_others_names_the_wrong_that_must_not_come(file):
    scenario = scenario_of(file)
    assert scenario.expect
    assert scenario.never


@pytest.mark.parametrize("file", SCENARIOS, ids=name_of)
def test_a_journey_does_what_the_rules_say(file):
    scenario = scenario_of(file)
    verdict = judge(scenario.expect, scenario.never, lines_of(file))
    assert verdict.passed, verdict


@pytest.mark.timeout(300)
async def test_the_real_workflow_prints_the_same_lines():
    differing = []
    async with time_skipping_server() as server:
        for file in SCENARIOS:  # one after the other: they share the server's clock
            real = [entry.to_json() for entry in await simulate_on(server, scenario_of(file))]
            if real != [entry.to_json() for entry in lines_of(file)]:
                differing.append(name_of(file))
    assert not differing
