"""The scenarios whose journeys are recorded: all shipped ones, and those that show what the language can do.

The conformance scenarios were chosen so that together they reach every kind of timeline entry, of command and of
deferred item, every field of the state, and every reason (`why`) that the conformance suite reaches at all.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from milepost.scenarios.scenario import Scenario, load_scenario

ROOT = Path(__file__).parents[2]
CONFORMANCE = (
    "5_01_stages/opens_when_twice",
    "5_01_stages/passed_over",
    "5_02_closing/then_ends",
    "5_06_results/branches",
    "5_09_plays/blocked",
    "5_09_plays/counted_events_and_cooldown",
    "5_09_plays/ends_by_condition_or_deadline",
    "5_09_plays/ends_by_condition_while_its_task_is_open",
    "5_09_plays/holds_messages",
    "5_09_plays/kept_start_still_barred",
    "5_11_outcomes/asked_reminded_silent",
    "5_12_ending/end_by_a_plays_deadline",
    "5_12_ending/goes_on_and_idle",
    "5_14_triggers/a_stage_opens_by_so_many_events",
    "5_14_triggers/counts_are_each_triggers_own",
    "6_05_openings/wait_in_business_days",
    "6_10_limit/merged_then_limited",
    "6_11_waiting_messages/first_reason",
    "6_12_merging/essential_and_agreed_person",
    "6_13_pause/facts_meanwhile",
    "6_13_pause/go_to_in_a_pause_over_a_second_one",
    "6_13_pause/order_at_resume",
    "6_13_pause/play_ends_and_starts",
    "6_13_pause/reopened_meanwhile",
    "6_13_pause/resume_policy_shift",
    "6_13_pause/resume_policy_skip",
    "7_01_step_done/late_and_twice_and_a_mail",
    "7_02_step_skipped/open_and_waiting_steps",
    "7_03_step_reopened/only_while_open",
    "7_04_snoozed/moves_what_is_before",
    "7_07_revoked/asked_anew",
    "7_09_contacts_and_team/team_and_queue",
    "7_13_ended/everything_open_is_withdrawn",
    "7_14_map_changed/a_play_and_a_waiting_mail_that_are_gone",
    "7_14_map_changed/a_stage_gone_in_a_pause",
    "7_14_map_changed/after_a_pause_that_moved_dates",
    "7_14_map_changed/the_task_about_a_stage_that_is_gone",
    "7_14_map_changed/to_the_version_it_is_on",
    "7_15_message_failed/a_merged_one_without_a_csm",
    "7_15_message_failed/in_a_pause",
    "7_16_each_fact/kinds_that_do_not_fit",
    "7_16_each_fact/odd_facts",
)


def files() -> dict[str, Path]:
    """Every scenario to be recorded, by the name of its documents."""
    shipped = sorted((ROOT / "maps").glob("*/scenarios/*.yaml"))
    found = {f"shipped/{file.parents[1].name}/{file.stem}": file for file in shipped}
    return found | {f"conformance/{name}": ROOT / "tests" / "conformance" / f"{name}.yaml" for name in CONFORMANCE}


@cache
def scenario_of(file: Path) -> Scenario:
    """The scenario in a file, which must be one."""
    loaded = load_scenario(file)
    assert loaded.scenario is not None, "\n".join(map(str, loaded.problems))
    return loaded.scenario
