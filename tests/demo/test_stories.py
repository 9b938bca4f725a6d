from __future__ import annotations

from typing import Any

import pytest

from milepost.demo.summaries import STORIES, Story, missing

MAP = "enterprise-save-time"


def told(compiled_maps, *entries: tuple[str, dict[str, Any]]) -> Story:
    story = Story("acme/1", "acme", MAP)
    for kind, more in entries:
        story.take(kind, more, compiled_maps[MAP])
    return story


@pytest.mark.parametrize("verdict", ["verified", "disputed"])
def test_an_answer_is_a_story(compiled_maps, verdict: str) -> None:
    story = told(compiled_maps, ("outcome_answered", {"step": "hours_saved", "verdict": verdict}))
    assert story.stories == {verdict}


def test_silence_is_a_story(compiled_maps) -> None:
    assert told(compiled_maps, ("outcome_silent", {"step": "hours_saved"})).stories == {"silent"}


def test_a_rescue_counts_when_somebody_talked_and_it_ended_well(compiled_maps) -> None:
    began = ("play_started", {"play": "rescue"})
    called = ("step_done", {"play": "rescue", "step": "rescue_call"})
    assert told(compiled_maps, began, called, ("play_ended", {"play": "rescue", "why": "ends_when"})).stories == {
        "rescued"
    }
    assert not told(compiled_maps, began, ("play_ended", {"play": "rescue", "why": "ends_when"})).stories
    assert not told(compiled_maps, began, called, ("play_ended", {"play": "rescue", "why": "deadline"})).stories


def test_a_play_against_a_small_risk_is_no_rescue(compiled_maps) -> None:
    began, called = ("play_started", {"play": "unblock"}), ("step_done", {"play": "unblock", "step": "unblock_call"})
    story = told(compiled_maps, began, called, ("play_ended", {"play": "unblock", "why": "completed"}))
    assert not story.stories
    assert (story.counts["risks_begun"], story.counts["rescues_begun"]) == (1, 0)


def test_an_expansion_counts_when_its_talk_was_held_and_it_ended(compiled_maps) -> None:
    began = ("play_started", {"play": "expand"})
    held = ("step_done", {"play": "expand", "step": "expansion_talk", "result": "interested"})
    ended = ("play_ended", {"play": "expand", "why": "completed"})
    assert told(compiled_maps, began, held, ended).stories == {"expanded"}
    assert not told(compiled_maps, began, ended).stories


def test_a_talk_that_leads_back_to_the_work_is_a_renewal(compiled_maps) -> None:
    renewed = ("step_done", {"stage": "renewal", "step": "renewal_talk", "result": "renewed"})
    in_doubt = ("step_done", {"stage": "renewal", "step": "renewal_talk", "result": "at_risk"})
    assert told(compiled_maps, renewed).stories == {"renewed"}
    assert not told(compiled_maps, in_doubt).stories


def test_an_ending_is_a_loss_unless_everything_is_done(compiled_maps) -> None:
    assert told(compiled_maps, ("journey_ended", {"reason": "churned"})).stories == {"lost"}
    assert not told(compiled_maps, ("journey_ended", {"reason": "completed"})).stories


def test_what_happened_to_nobody_is_missing(compiled_maps) -> None:
    assert missing([]) == list(STORIES)
    assert missing([told(compiled_maps, ("outcome_silent", {}))]) == [name for name in STORIES if name != "silent"]


def test_reminders_are_counted_apart_from_other_mails(compiled_maps) -> None:
    story = told(compiled_maps, ("message_sent", {"reason": "reminder"}), ("message_sent", {"reason": "opening"}))
    assert (story.counts["reminders"], story.counts["mails"]) == (1, 1)
