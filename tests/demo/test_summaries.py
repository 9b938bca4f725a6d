from __future__ import annotations

from typing import Any

import pytest

from milepost.demo.summaries import HIGHLIGHTS, JourneySummary, missing
from tests.entries import entry

MAP = "enterprise-save-time"


def summed(compiled_maps, *entries: tuple[str, dict[str, Any]]) -> JourneySummary:
    summary = JourneySummary(MAP, "open")
    for kind, more in entries:
        summary.add(entry(kind, **more), compiled_maps[MAP])
    return summary


@pytest.mark.parametrize("verdict", ["verified", "disputed"])
def test_an_answer_is_a_highlight(compiled_maps, verdict: str) -> None:
    summary = summed(compiled_maps, ("outcome_answered", {"step": "hours_saved", "verdict": verdict}))
    assert summary.highlights == {verdict}


def test_silence_is_a_highlight(compiled_maps) -> None:
    assert summed(compiled_maps, ("outcome_silent", {"step": "hours_saved"})).highlights == {"silent"}


def test_a_rescue_counts_when_somebody_talked_and_it_ended_well(compiled_maps) -> None:
    began = ("play_started", {"play": "rescue"})
    called = ("step_done", {"play": "rescue", "step": "rescue_call"})
    assert summed(compiled_maps, began, called, ("play_ended", {"play": "rescue", "why": "ends_when"})).highlights == {
        "rescued"
    }
    assert not summed(compiled_maps, began, ("play_ended", {"play": "rescue", "why": "ends_when"})).highlights
    assert not summed(compiled_maps, began, called, ("play_ended", {"play": "rescue", "why": "deadline"})).highlights


def test_a_play_against_a_small_risk_is_no_rescue(compiled_maps) -> None:
    began, called = ("play_started", {"play": "unblock"}), ("step_done", {"play": "unblock", "step": "unblock_call"})
    summary = summed(compiled_maps, began, called, ("play_ended", {"play": "unblock", "why": "completed"}))
    assert not summary.highlights
    assert (summary.counts["risks_begun"], summary.counts["rescues_begun"]) == (1, 0)


def test_an_expansion_counts_when_its_talk_was_held_and_it_ended(compiled_maps) -> None:
    began = ("play_started", {"play": "expand"})
    talked = ("step_done", {"play": "expand", "step": "expansion_talk", "result": "interested"})
    ended = ("play_ended", {"play": "expand", "why": "completed"})
    assert summed(compiled_maps, began, talked, ended).highlights == {"expanded"}
    assert not summed(compiled_maps, began, ended).highlights


def test_a_talk_that_leads_back_to_the_work_is_a_renewal(compiled_maps) -> None:
    renewed = ("step_done", {"stage": "renewal", "step": "renewal_talk", "result": "renewed"})
    in_doubt = ("step_done", {"stage": "renewal", "step": "renewal_talk", "result": "at_risk"})
    assert summed(compiled_maps, renewed).highlights == {"renewed"}
    assert not summed(compiled_maps, in_doubt).highlights


def test_an_ending_is_a_loss_unless_everything_is_done(compiled_maps) -> None:
    assert summed(compiled_maps, ("journey_ended", {"reason": "churned"})).highlights == {"lost"}
    assert not summed(compiled_maps, ("journey_ended", {"reason": "completed"})).highlights


def test_what_happened_to_nobody_is_missing(compiled_maps) -> None:
    assert missing([]) == list(HIGHLIGHTS)
    assert missing([summed(compiled_maps, ("outcome_silent", {}))]) == [name for name in HIGHLIGHTS if name != "silent"]


def test_reminders_are_counted_apart_from_other_mails(compiled_maps) -> None:
    summary = summed(compiled_maps, ("message_sent", {"reason": "reminder"}), ("message_sent", {"reason": "opening"}))
    assert (summary.counts["reminders"], summary.counts["mails"]) == (1, 1)
