"""`milepost undo`: what can be undone, until when, and undoing it."""

from __future__ import annotations

from pathlib import Path

import pytest

from milepost.cli.support.local_timezone import local_time
from milepost.explain.local_time import zoned_time_of
from milepost.planner.instants import parse
from tests.cli.conftest import Milepost, advance, lines

pytestmark = pytest.mark.usefixtures("with_acme")


def test_what_was_told_is_listed_and_undone(milepost: Milepost) -> None:
    told = milepost("tell", "acme", "set", "health=20", "--by", "ana@vendor.example", "--id", "slip")
    assert told.exit_code == 0
    [listed] = lines(milepost("undo", "acme", "--json"))
    assert (listed["fact"], listed["kind"], listed["by"], listed["until"]) == (
        "slip",
        "set",
        "ana@vendor.example",
        None,
    )
    assert "milepost undo acme slip" in milepost("undo", "acme").stdout

    [undone] = lines(milepost("undo", "acme", "slip", "--by", "bo@vendor.example", "--json"))

    assert (undone["fact"], undone["journey"], undone["reached"]) == ("slip", "acme/1", False)
    assert "Nothing can be undone at acme now." in milepost("undo", "acme").stdout
    again = milepost("undo", "acme", "slip")
    assert again.exit_code == 1
    assert "undone already by bo@vendor.example" in again.stderr


def test_without_anything_to_undo_it_says_why_and_what_to_do(
    milepost: Milepost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = milepost("undo", "acme").stdout
    assert "Nothing was told lately that can be." in nothing
    [why] = lines(milepost("undo", "acme", "--json"))
    assert (why["undoable"], why["code"], why["latest"]) == (0, "nothing_told", None)
    milepost("tell", "acme", "note", "slip", "--id", "slip", "--by", "ana@vendor.example")
    [told] = lines(milepost("undo", "acme", "--json"))
    advance(tmp_path / "data")

    after = " ".join(milepost("undo", "acme").stdout.split())

    assert "Nothing can be undone at acme now." in after
    assert f"note (slip), told by Ana {local_time(parse(told['at']))}" in after
    assert "nothing from before it is kept" in after  # the worker let nothing be undone
    assert "Instead: Add a note that puts it right." in after
    monkeypatch.setenv("MILEPOST_UNDO_MINUTES", "0")
    without = " ".join(milepost("undo", "acme").stdout.split())
    assert "MILEPOST_UNDO_MINUTES is 0" in without
    assert f"the time for that is over since {zoned_time_of(parse(told['at']), 'UTC')}" in without
    [why] = lines(milepost("undo", "acme", "--json"))
    assert (why["code"], why["grace_minutes"], why["latest"]["fact"]) == ("grace_over", 0, "slip")
    assert why["latest"]["until"] == told["at"]
    assert "fact" not in why  # nothing that a script could take for something to undo


def test_a_fact_or_customer_that_is_not_there_is_named_with_the_near_one(milepost: Milepost) -> None:
    milepost("tell", "acme", "note", "slip", "--id", "slip")
    unknown = milepost("undo", "acme", "slap")
    nobody = milepost("undo", "acne")
    assert (unknown.exit_code, nobody.exit_code) == (1, 1)
    assert "Did you mean 'slip'?" in unknown.stderr
    assert "acme" in nobody.stderr


def test_undoing_says_what_comes_next(milepost: Milepost) -> None:
    milepost("tell", "acme", "note", "slip", "--id", "slip")
    undone = milepost("undo", "acme", "slip")
    assert undone.exit_code == 0
    assert "Undone: note, as if it had not been told." in undone.stdout
    assert "milepost show acme" in undone.stdout
