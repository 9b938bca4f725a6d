"""Documents recorded from a known-good version; the refactored code must reproduce them.

What changes on purpose is recorded anew with `python -m tests.recorded.record`.
"""

from __future__ import annotations

from functools import cache

import pytest

from milepost.planner import timeline
from milepost.planner.facts import TOLD
from tests.recorded.documents import GROUPS, difference, made, names, recorded
from tests.recorded.store_rows import AS_PLANNED

NAMES = names()
TIMELINES = [name for name in NAMES if name.endswith(".jsonl")]
JOURNEYS = [name.removesuffix("l") for name in TIMELINES]
LIVED = [name for name in NAMES if name.startswith("store/")]

UNREACHED = frozenset({"fact_undone", "mail_switched"})
"""Kinds of timeline entries that no scenario reaches: in a scenario nothing is undone, and mail isn't held."""


@cache
def states_of(name):
    return list(recorded(name)["states"].values())


@cache
def rows_of(table):
    return [row for name in LIVED for row in recorded(name).get(table, [])]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_made_now_is_what_was_recorded(name):
    now = made(name.split("/", 1)[0])
    assert name in now, "nothing makes this document any more"
    differs = difference(name, recorded(name), now[name])
    assert not differs, f"{name} differs:\n{differs}"


@pytest.mark.parametrize("group", GROUPS)
def test_everything_that_is_made_was_recorded(group):
    assert sorted(made(group)) == [name for name in NAMES if name.startswith(f"{group}/")]


def test_every_kind_of_timeline_entry_is_recorded():
    reached = {entry["kind"] for name in TIMELINES for entry in recorded(name)}
    assert reached == set(timeline.ENTRIES) - UNREACHED
    assert len(reached) == 43


def test_every_kind_of_fact_is_recorded():
    assert {fact["kind"] for name in JOURNEYS for fact in recorded(name)["facts"]} == set(TOLD)


def test_everything_that_a_pause_puts_off_is_recorded():
    put_off = [item for name in JOURNEYS for state in states_of(name) for item in state.get("deferred", [])]
    assert {(*sorted(item), item.get("why")) for item in put_off} == {
        ("failed", None),
        ("finish", None),
        ("go_to", None),
        ("open", None),
        ("play", "why", "branch"),
        ("play", "why", "event"),
        ("play", "why", "fact"),
        ("play", "why", "hand_over"),
        ("play", "triggers", "why", "condition"),
    }


def test_what_every_kind_of_command_does_to_the_store_is_recorded():
    """Commands have no JSON of their own: what is left of them are rows."""
    assert {task["status"] for task in rows_of("tasks")} == {"open", "done", "skipped", "withdrawn"}
    assert {task.get("why") for task in rows_of("tasks")} == {
        None,
        "cancelled",
        "contact",
        "idle",
        "message_failed",
        "opted_out",
        "request",
        "stuck",
    }
    assert {message["reason"] for message in rows_of("messages")} == {"opening", "reminder", "request", "touchpoint"}
    assert any(outcome.get("asked_at") for outcome in rows_of("outcomes"))
    assert {answer["verdict"] for answer in rows_of("answers")} == {"verified", "partial", "disputed", "silent"}
    assert any(answer.get("revoked_at") for answer in rows_of("answers"))
    assert {journey["status"] for journey in rows_of("journeys")} == {"open", "paused", "ended"}


@pytest.mark.parametrize("name", LIVED)
def test_a_journey_lived_through_on_the_store_is_the_one_that_was_planned(name):
    lived = recorded(name)
    assert lived["timeline"] == AS_PLANNED
    assert [journey["state"] for journey in lived["journeys"]] == [AS_PLANNED]
