"""`milepost explain`: why a customer is where it is, what each step waits for, why no map matches."""

from __future__ import annotations

from pathlib import Path

import pytest

from milepost.calendar_data import calendar_data
from tests.cli.conftest import Milepost, advance, lines

pytestmark = pytest.mark.usefixtures("with_acme")


def words(text: str) -> str:
    return " ".join(text.split())


def test_a_customer_is_explained_with_its_map_its_stage_and_what_everything_waits_for(milepost: Milepost) -> None:
    result = milepost("explain", "acme")
    output = words(result.stdout)
    assert result.exit_code == 0
    assert "(goal is 'save_time', tier is 'enterprise')" in output
    assert "The journey began on the map" in output
    assert f"Planned with the zones and holidays of {calendar_data()}." in output
    assert "waits for Bo (Account executive) to do it" in output
    assert "waits for the end of “Sales-to-success handoff meeting”" in output
    assert "120 days before customer.renews_on" in output
    assert "waits for this to be true: customer.health < 40 (health is 75)" in output
    assert "What comes next, if nobody does anything" in output


def test_one_step_is_explained(milepost: Milepost) -> None:
    output = words(milepost("explain", "acme", "handoff").stdout)
    assert "It is open in 'Onboarding'" in output
    assert "After it comes 'Pick a time for the kickoff call'." in output
    assert "is now a task for the Account executive" in output
    assert "will be overdue" in output
    assert "waits for the end of" in words(milepost("explain", "acme", "kickoff").stdout)


def test_an_explanation_is_one_object_for_programs(milepost: Milepost) -> None:
    [explanation] = lines(milepost("explain", "acme", "--json"))
    journey = explanation["journey"]
    handoff = next(each for each in journey["steps"] if each["id"] == "handoff")
    assert handoff["reasons"] == [
        {
            "kind": "person",
            "text": "Bo (Account executive) to do it",
            "role": "account_executive",
            "person": "bo@vendor.example",
        }
    ]
    assert journey["segment"]["values"] == {"customer.goal": "save_time", "customer.tier": "enterprise"}
    [one] = lines(milepost("explain", "acme", "kickoff", "--json"))
    assert one["step"]["reasons"][0]["steps"] == ["book_kickoff"]


def test_a_pause_is_explained(milepost: Milepost, tmp_path: Path) -> None:
    milepost("tell", "acme", "paused")
    advance(tmp_path / "data")
    output = words(milepost("explain", "acme").stdout)
    assert "Nothing happens by itself before the journey is resumed." in output
    assert "waits for the journey to be resumed" in output


def test_an_unmatched_customer_is_compared_with_each_map_and_its_values_shown(milepost: Milepost) -> None:
    output = words(milepost("explain", "lonely").stdout)
    assert "(enterprise-save-time, priority 30): does not match" in output
    assert "goal is unknown, tier is 'small'" in output
    assert 'not true: customer.tier == "enterprise"' in output
    [explanation] = lines(milepost("explain", "lonely", "--json"))
    (map_,) = explanation["maps"]
    assert (map_["true"], map_["values"]) == (False, {"customer.goal": None, "customer.tier": "small"})
    assert explanation["journey"] is None


def test_a_customer_whose_journey_ended_may_not_enter_at_once(milepost: Milepost, tmp_path: Path) -> None:
    milepost("tell", "acme", "ended", "churned")
    advance(tmp_path / "data")
    output = words(milepost("explain", "acme").stdout)
    assert ", churned." in output
    assert "matches, but map 'enterprise-save-time' takes the customer again from" in output
    assert "milepost enroll" not in output
    refused = words(milepost("tell", "acme", "paused").stderr)
    assert "None can begin: map 'enterprise-save-time' takes the customer again from" in refused
    assert "milepost enroll" not in refused


def test_a_customer_that_matches_and_has_no_journey_gets_the_next_command(milepost: Milepost) -> None:
    milepost("tell", "lonely", "set", "tier=enterprise", "goal=save_time")
    output = words(milepost("explain", "lonely").stdout)
    assert "milepost enroll lonely" in output or "Journey lonely/1" in output


def test_an_unknown_customer_or_step_gets_the_nearest(milepost: Milepost) -> None:
    assert "Did you mean 'acme'?" in milepost("explain", "acm").stderr
    assert "Did you mean 'kickoff'?" in milepost("explain", "acme", "kickof").stderr
    result = milepost("explain", "lonely", "kickoff")
    assert result.exit_code == 1
    assert "has no journey" in result.stderr


def test_a_play_is_explained_with_the_condition_that_began_it_and_its_values(
    milepost: Milepost, tmp_path: Path
) -> None:
    milepost("tell", "acme", "set", "health=35")
    advance(tmp_path / "data")
    assert "what it waits for came true. customer.health < 40 (health is 35)" in words(
        milepost("explain", "acme").stdout
    )


def test_a_move_to_another_version_shows_both_numbers_and_who_moved_it(
    milepost: Milepost, draft: Path, tmp_path: Path
) -> None:
    version = lines(milepost("publish", draft, "--json"))[-1]["hash"]
    milepost("tell", "acme", "map_changed", "2", "--by", "dana@vendor.example")
    advance(tmp_path / "data")
    advance(tmp_path / "data")
    output = words(milepost("explain", "acme").stdout)
    assert "The journey moved from version 1 (" in output
    assert f"to version 2 ({version[:12]}) of its map by Dana." in output
    assert f"to version 2 ({version[:12]}) of its map." in words(milepost("show", "acme").stdout)
