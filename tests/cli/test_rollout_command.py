"""`milepost rollout`, and `publish --policy`, while no Temporal runs: all is recorded, and goes on when it is back."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Acmes, Milepost, lines


def test_publishing_with_a_policy_begins_a_rollout(milepost: Milepost, draft: Path, acmes: Acmes) -> None:
    acmes(3)

    result = milepost("publish", draft, "--policy", "next-stage", "--batch", 2, "--by", "ops@vendor.example")

    assert result.exit_code == 0, result.output
    assert "Rollout 1, running: journeys of enterprise-save-time to version 2" in result.stdout
    assert "at their next stage." in result.stdout
    assert "2 at once, 300 a minute." in result.stdout
    assert "3  not told yet" in result.stdout
    assert "It goes on as soon as" in result.stderr


def test_a_rollout_is_listed_shown_paused_and_cancelled(milepost: Milepost, draft: Path, acmes: Acmes) -> None:
    acmes(2)
    milepost("publish", draft)
    [started] = lines(milepost("rollout", "start", "enterprise-save-time", "--why", "The mail was wrong", "--json"))
    assert started["version"]["number"] == 2
    assert (started["rollout"], started["status"], started["policy"]) == (1, "running", "now")
    assert started["journeys"]["waiting"] == 2

    assert "1, paused" in milepost("rollout", "pause", 1).stdout
    again = milepost("rollout", "pause", 1)
    assert (again.exit_code, "Rollout 1 is paused, so it can't be paused" in again.stderr) == (1, True)
    assert "1, running" in milepost("rollout", "resume", 1).stdout
    cancelled = milepost("rollout", "cancel", 1)
    assert "2  left where they are" in cancelled.stdout
    assert "cancelled" in milepost("rollout").stdout
    assert [each["status"] for each in lines(milepost("rollout", "--json"))] == ["cancelled"]
    assert lines(milepost("rollout", 1, "--json"))[0]["stuck"] == []


def test_what_nobody_can_roll_out_says_what_to_write(milepost: Milepost, acmes: Acmes) -> None:
    acmes(1)
    assert "No rollout yet. `milepost rollout start MAP@NUMBER`" in milepost("rollout").stdout
    for words, message in (
        (("start", "enterprise"), "Published are enterprise-save-time."),
        (("start", "enterprise-save-time@7"), "name one by its number"),
        (("pause", "two"), "isn't the number of a rollout"),
        (("pause", "9"), "There is no rollout 9"),
        (("9" * 30,), "isn't the number of a rollout"),
        (("stop", "1"), "'stop 1' is nothing that a rollout can do"),
        (("start",), "'start' is nothing that a rollout can do"),
    ):
        result = milepost("rollout", *words)
        assert result.exit_code != 0, words
        assert message in result.stderr, (words, result.stderr)
