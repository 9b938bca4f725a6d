"""The sentences of a forecast: what comes is told as coming."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from milepost.explain.held_messages import weekdays_text
from milepost.explain.journey import with_outlook_sentence
from milepost.explain.sentences import Wording, outlook_sentence
from milepost.language.loader import load
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.timeline import ENTRIES
from tests.entries import entry

MAP = Path(__file__).parents[2] / "maps" / "enterprise-save-time"


@pytest.fixture(scope="module")
def say() -> Wording:
    map_ = load(MAP).map
    assert map_ is not None
    return Wording(CompiledMap.of(map_, "v1"), "America/New_York")


FIELDS = {
    "stage": "onboarding",
    "step": "kickoff",
    "play": "rescue",
    "role": "csm",
    "persona": "sponsor",
    "contact": "sam@acme.example",
    "message": "kickoff/1/opening/1",
    "due": "2026-03-04T22:00:00Z",
    "until": "2026-03-04T14:00:00Z",
}


def sentence_of(say: Wording, kind: str, **fields: Any) -> str:
    return outlook_sentence(say, entry(kind, **fields))


NEVER_BY_ITSELF = {
    "answers_changed", "answer_completed", "note", "task_added",
    "journey_started", "journey_paused", "journey_resumed", "map_changed", "fact_ignored",
    "step_due_changed", "step_snoozed", "outcome_answered", "outcome_revoked",
    "requested", "replied", "responded",
    "away", "back", "fact_undone", "handed_over", "mail_switched", "message_released", "message_retried",
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(set(ENTRIES) - NEVER_BY_ITSELF))
def test_no_sentence_of_a_forecast_tells_of_the_past(say: Wording, kind: str) -> None:
    sentence = sentence_of(say, kind, **FIELDS)
    assert " will " in sentence
    assert sentence.endswith(".")
    assert not {"was", "were", "got", "went", "began", "opened"} & set(sentence.split())


def test_what_opens_is_told_by_whose_it_will_be(say: Wording) -> None:
    company = sentence_of(say, "step_opened", step="kickoff", role="csm", due="2026-03-04T22:00:00Z")
    assert company == (
        "“Kickoff call, agree who does what by when” will be a task for the Customer success manager, "
        "due Wed 4 Mar 2026, 17:00."
    )
    theirs = {"step": "connect_sso", "persona": "it_admin", "track": "customer"}
    assert "will be with the customer's IT administrator." in sentence_of(say, "step_opened", **theirs)
    asked = {"step": "hours_saved", "persona": "sponsor", "track": "outcome"}
    assert "will be there to be confirmed by the Executive sponsor." in sentence_of(say, "step_opened", **asked)
    mail = {"step": "recap", "persona": "coordinator", "track": "company"}
    assert sentence_of(say, "step_opened", **mail).startswith("It will be time for the mail “Mail what was agreed”")


def test_reasons_are_told_too(say: Wording) -> None:
    assert sentence_of(say, "play_started", play="rescue", why="condition") == (
        "The play “Win back a customer at risk” will begin: what it waits for comes true."
    )
    assert sentence_of(say, "journey_ended", reason="goal_reached") == "The journey will end: goal reached."
    assert sentence_of(say, "message_sent", **FIELDS, reason="reminder", steps=["connect_sso"]) == (
        "A reminder will go to sam@acme.example (Executive sponsor) about “Connect single sign-on”."
    )


def test_an_entry_is_given_with_its_sentence(say: Wording) -> None:
    data = with_outlook_sentence(say, entry("step_overdue", step="kickoff"))
    assert data["text"] == "“Kickoff call, agree who does what by when” will be overdue."


def test_days_of_the_week_are_told_as_people_do() -> None:
    assert weekdays_text(frozenset({0, 1, 2, 3, 4})) == "Monday to Friday"
    assert weekdays_text(frozenset({0, 1, 5})) == "Monday, Tuesday and Saturday"
    assert weekdays_text(frozenset({5, 6})) == "Saturday and Sunday"
    assert weekdays_text(frozenset({6})) == "Sunday"
    assert weekdays_text(frozenset({0, 1, 2, 3, 6})) == "Sunday to Thursday"
    assert weekdays_text(frozenset(range(7))) == "Monday to Sunday"
