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
    "how-a-stage-opens/opens_when_twice",
    "how-a-stage-opens/passed_over",
    "how-a-stage-closes/then_ends",
    "how-a-step-ends/branches",
    "forms/sent_whole",
    "sending-a-form/sent_again",
    "warnings/before_the_due_date",
    "how-a-play-starts/blocked",
    "how-a-play-starts/counted_events_and_cooldown",
    "how-a-play-ends/ends_by_condition_or_deadline",
    "how-a-play-ends/ends_by_condition_while_its_task_is_open",
    "what-a-play-holds-back/holds_messages",
    "how-a-play-starts/kept_start_still_barred",
    "outcomes/asked_reminded_silent",
    "answers/completed",
    "how-a-journey-ends/end_by_a_plays_deadline",
    "how-a-journey-ends/goes_on_and_idle",
    "triggers/a_stage_opens_by_so_many_events",
    "triggers/counts_are_each_triggers_own",
    "opening-times/wait_in_business_days",
    "the-contact-limit/merged_then_limited",
    "when-a-message-waits/cancelled",
    "when-a-message-waits/first_reason",
    "when-a-message-waits/sent_now",
    "when-messages-merge/essential_and_agreed_person",
    "pauses/facts_meanwhile",
    "pauses/go_to_in_a_pause_over_a_second_one",
    "pauses/order_at_resume",
    "pauses/play_ends_and_starts",
    "pauses/reopened_meanwhile",
    "pauses/resume_policy_shift",
    "pauses/resume_policy_skip",
    "finishing-and-skipping-a-step/late_and_twice_and_a_mail",
    "finishing-and-skipping-a-step/open_and_waiting_steps",
    "reopening-a-step/only_while_open",
    "snoozing-a-step/moves_what_is_before",
    "taking-an-answer-back/asked_anew",
    "changing-contacts-and-team/team_and_queue",
    "handing-a-customer-over/all_that_somebody_has",
    "introducing-a-new-colleague/at_the_resume_and_only_when_asked",
    "introducing-a-new-colleague/handed_on_and_back_before_it_goes",
    "absences/a_line_and_nothing_else",
    "tasks-of-one-customer/due_late_and_done",
    "tasks-of-one-customer/snoozed_agreed_and_paused",
    "what-customers-say/agreed_to_or_declined",
    "what-customers-say/unanswered_goes_up",
    "what-customers-say/one_task_for_all_of_a_step",
    "how-long-a-step-is-quiet/a_reminder_that_waits",
    "opting-out/a_choice_of_one_person",
    "notes/after_the_end",
    "notes/on_the_timeline_alone",
    "ending-a-journey/everything_open_is_withdrawn",
    "moving-to-another-version/a_play_and_a_waiting_mail_that_are_gone",
    "moving-to-another-version/a_stage_gone_in_a_pause",
    "moving-to-another-version/after_a_pause_that_moved_dates",
    "moving-to-another-version/the_task_about_a_stage_that_is_gone",
    "moving-to-another-version/to_the_version_it_is_on",
    "messages-that-failed/a_merged_one_without_a_csm",
    "messages-that-failed/in_a_pause",
    "messages-that-failed/sent_again",
    "repeated-and-ignored-facts/kinds_that_do_not_fit",
    "repeated-and-ignored-facts/odd_facts",
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
