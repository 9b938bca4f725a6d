"""The timeline's one JSON form."""

from __future__ import annotations

import pytest

from milepost.planner.entry_bases import StagePlace, StepEntry
from milepost.planner.timeline import ENTRIES, MapChanged, TaskOpened, from_json, json_keys
from tests.entries import complete, entry


@pytest.mark.parametrize("kind", ENTRIES)
def test_an_entry_survives_json_with_all_its_fields_and_with_the_fewest(kind):
    for each in (complete(kind), entry(kind)):
        data = each.to_json()
        assert from_json(data) == each
        assert list(data) == [key for key in json_keys(type(each)) if key in data]
        assert None not in data.values()


def test_the_fields_of_a_kind_follow_its_place():
    assert json_keys(ENTRIES["step_skipped"]) == (
        "at", "kind", "stage", "play", "step", "occurrence", "why", "by",
    )  # fmt: skip
    assert MapChanged(0, from_="a", to="b").data() == {"from": "a", "to": "b"}


def test_an_entry_knows_what_it_is_about():
    assert entry("step_overdue", step="kickoff").subject == "kickoff"
    assert entry("stage_stuck", stage="start").subject == "start"
    assert entry("play_ended", play="rescue").subject == "rescue"
    assert entry("journey_paused").subject == ""
    stuck = TaskOpened(0, StagePlace("start"), role="csm", why="stuck")
    assert (stuck.step, stuck.subject, stuck.data()["stage"]) == (None, "start", "start")
    assert TaskOpened(0, None, role="csm", why="idle").subject == ""


def test_an_entry_of_a_step_names_its_occurrence():
    opened = entry("step_opened", step="report", occurrence=3)
    assert isinstance(opened, StepEntry)
    assert (opened.step, opened.occurrence) == ("report", 3)


def test_an_unknown_kind_is_refused():
    with pytest.raises(KeyError):
        from_json({"at": "2026-03-02T15:00:00Z", "kind": "moon_landed"})
