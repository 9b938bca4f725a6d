"""The rules of the map language, one small scenario after the other: expected by hand, run on the planner alone."""

from __future__ import annotations

import pytest

from milepost.scenarios.expectations import compare
from tests.conformance.catalogue import (
    CONFORMANCE,
    FAILURES,
    HERE,
    MAPS,
    SHIPPED,
    name_of,
    rules,
    scenario_of,
    timeline_of,
)

AWKWARD = {
    "both summer-time changes": ("durations/hours_are_exact_days_are_dates", "the-contact-window/spring_and_autumn"),
    "the southern hemisphere": ("deadlines/southern_hemisphere_both_changes",),
    "half-hour zones": (
        "two-calendars/half_hour_zone_and_a_week_from_sunday",
        "when-the-clocks-change/half_an_hour_on_lord_howe",
    ),
    "UTC+14": ("two-calendars/utc_plus_14_and_minus_11",),
    "a leap day": ("durations/leap_day_and_months",),
    "the turn of the year": ("business-days/turn_of_the_year",),
    "observed holidays": ("business-days/observed_holiday_at_new_year",),
    "different holidays": ("two-calendars/customer_and_colleague_on_different_holidays",),
    "a window that never opens for days": ("the-contact-window/never_opens_for_days",),
    "the limit exactly at its boundary": ("the-contact-limit/exactly_at_the_boundary",),
    "two personas on one contact": (
        "the-contact-limit/two_personas_on_one_contact",
        "when-messages-merge/two_personas_on_one_contact",
    ),
    "a merged reminder one of whose steps closes in the same instant": (
        "when-messages-merge/reminder_whose_step_closes_in_the_same_instant",
    ),
    "each resume policy": (
        "pauses/resume_policy_shift",
        "pauses/resume_policy_run",
        "pauses/resume_policy_skip",
    ),
    "go_to from a play": ("going-to-a-stage/from_a_play",),
    "every across a pause": (
        "pauses/every_across_a_pause_shift",
        "pauses/every_across_a_pause_run",
        "pauses/every_across_a_pause_skip",
    ),
    "an anchor that moves past": ("dates-of-the-customer/anchor_that_moves_past",),
    "a play ending by condition while its task is open": ("how-a-play-ends/ends_by_condition_while_its_task_is_open",),
    "late and repeated and contradicting answers": ("answers/late_repeated_contradicting",),
    "everything at one instant": ("the-order-at-one-instant/everything_at_one_instant",),
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
"""The rules that break most easily, and the scenarios that hold them."""


def test_each_rule_has_a_heading_in_the_docs_and_a_folder_named_by_its_anchor():
    folders = {file.parent.name for file in CONFORMANCE}
    assert sorted(folders) == sorted([*rules(), FAILURES])


@pytest.mark.parametrize("folder", [*rules(), FAILURES])
def test_each_rule_has_two_scenarios_or_more(folder):
    assert len(list((HERE / folder).glob("*.yaml"))) >= 2


def test_every_shipped_map_has_scenarios():
    assert {file.parents[1] for file in SHIPPED} == set(MAPS)


def test_what_goes_wrong_most_easily_has_its_scenarios():
    named = {name for names in AWKWARD.values() for name in names}
    assert not named - {name_of(file) for file in CONFORMANCE}


@pytest.mark.parametrize("file", sorted((HERE / FAILURES).glob("*.yaml")), ids=lambda file: file.stem)
def test_a_failure_of_others_names_the_wrong_that_must_not_come(file):
    scenario = scenario_of(file)
    assert scenario.expect
    assert scenario.never


@pytest.mark.parametrize("file", [*CONFORMANCE, *SHIPPED], ids=name_of)
def test_a_journey_does_what_the_rules_say(file):
    scenario = scenario_of(file)
    verdict = compare(scenario.expect, scenario.never, timeline_of(file))
    assert verdict.passed, verdict
