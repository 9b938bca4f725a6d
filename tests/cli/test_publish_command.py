"""`milepost publish` on a map that customers are on: what changes, and what moving them would do, is shown first."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import ACME, MAPS, Acmes, Milepost, changed, lines, spoil, without_hashes

MAP = MAPS / "enterprise-save-time"


def edit(folder: Path, old: str, new: str) -> None:
    file = folder / "map.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


@pytest.fixture
def on_either(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands work on SQLite and on PostgreSQL."""
    monkeypatch.setenv("MILEPOST_DATABASE_URL", database_url)


@pytest.mark.usefixtures("on_either")
def test_before_publishing_it_says_what_changes_and_what_moving_would_do(
    milepost: Milepost, draft: Path, acmes: Acmes
) -> None:
    acmes(5)
    result = milepost("publish", draft)
    assert result.exit_code == 0, result.output
    preview, _, after = without_hashes(result.stdout).partition("\n\n")
    assert preview.splitlines() == [
        "enterprise-save-time: 3 changes since version 1:",
        (
            "  touchpoint baton “Sales-to-success handoff meeting” in stage onboarding: perhaps 'handoff' renamed; "
            "journeys take it for another one"
        ),
        "  action book_kickoff “Pick a time for the kickoff call” in stage onboarding: after handoff → baton",
        "  message kickoff_recap.md of step recap: 2 lines changed",
        "Publishing moves nobody: 5 open journeys stay on another version.",
        "Moving them to this one now would do this at once:",
        "  5 journeys on version 1:",
        "    5 customers stand on something that is gone:",
        "      step handoff: acme0, acme1, acme2 and 2 more",
        "    5 steps withdrawn, 5 steps opened",
    ]
    assert after.startswith("enterprise-save-time: published as version 2.")
    command = "milepost diff enterprise-save-time@1 enterprise-save-time@2 --customers"
    assert f"    {command}\n" in after
    assert "Of 5 open journeys: 5 customers on something" in milepost(*command.split()[1:]).stdout


def test_programs_get_the_same_as_data(milepost: Milepost, draft: Path, acmes: Acmes) -> None:
    acmes(2)
    _, preview, version = lines(milepost("publish", draft, "--json"))
    assert (preview["kind"], preview["map"], preview["since"]["version"]) == ("preview", "enterprise-save-time", 1)
    assert [each["what"] for each in preview["changes"]] == ["renamed", "changed", "changed"]
    assert preview["journeys"] == 2
    [stay] = preview["stay_on"]
    assert (stay["version"], stay["hash"], stay["journeys"]) == (1, preview["since"]["hash"], 2)
    assert stay["moving"] == {
        "on_something_gone": 2,
        "gone": [{"what": "step handoff", "customers": 2, "first": ["acme0", "acme1"]}],
        "withdrawn": 2,
        "opened": 2,
        "redated": 0,
        "unchanged": 0,
        "untold": {"customers": 0, "first": [], "why": None},
    }
    assert (version["kind"], version["number"], version["staying"]) == ("version", 2, 2)


def test_a_first_version_and_the_same_content_show_no_preview(milepost: Milepost, draft: Path, acmes: Acmes) -> None:
    first = milepost("publish", draft)
    assert re.match(r"enterprise-save-time: published as version 1 \([0-9a-f]{12}\)\.\n", first.stdout)
    acmes(1)
    again = milepost("publish", MAP)
    assert without_hashes(again.stdout).startswith("enterprise-save-time: already version 2; nothing changed")
    assert [each["kind"] for each in lines(milepost("publish", MAP, "--json"))] == ["scenarios", "version"]


def test_a_new_version_of_a_map_without_journeys_shows_only_its_changes(milepost: Milepost, draft: Path) -> None:
    milepost("publish", MAP)
    output = without_hashes(milepost("publish", draft).stdout)
    assert "3 changes since version 1:" in output
    assert "No journey is open on another version of it" in output
    assert "milepost diff" not in output


def test_journeys_on_several_versions_are_listed_by_version(
    milepost: Milepost, draft: Path, acmes: Acmes, book: Callable[..., Path]
) -> None:
    acmes(2)
    edit(draft, "title: Onboarding", "title: Welcome")
    milepost("publish", draft)
    milepost("import", book(ACME))
    edit(draft, "title: Welcome", "title: Arrival")
    output = without_hashes(milepost("publish", draft).stdout)
    assert "1 change since version 2:\n  stage onboarding: title Welcome → Arrival" in output
    assert "3 open journeys stay on another version" in output
    assert "  1 journey on version 2: nothing.\n  2 journeys on version 1:\n" in output
    commands = [line.strip() for line in output.splitlines() if "milepost diff" in line]
    assert commands == [
        f"milepost diff enterprise-save-time@{old} enterprise-save-time@3 --customers" for old in (1, 2)
    ]


def test_going_back_to_an_earlier_version_shows_what_that_changes(
    milepost: Milepost, draft: Path, acmes: Acmes
) -> None:
    milepost("publish", draft)
    acmes(1)
    output = without_hashes(milepost("publish", draft).stdout)
    assert "touchpoint handoff" not in output.partition("perhaps")[0]
    assert "touchpoint baton" in output
    assert "1 open journey stays on another version" in output
    assert "version 1 again" in output


def test_of_many_changes_those_that_take_something_away_come_first(milepost: Milepost, draft: Path) -> None:
    milepost("publish", MAP)
    text = (draft / "map.yaml").read_text()
    (draft / "map.yaml").write_text(text.replace("business days", "days"))
    output = milepost("publish", draft, "--anyway").stdout.splitlines()
    assert "touchpoint baton" in output[1]
    assert sum(line.startswith("  ") for line in output[: output.index("")]) == 9
    assert max(map(len, output[:9])) <= 152
    assert "  ... and " in output[9]


def test_files_with_the_same_content_in_another_layout_are_recognized(
    milepost: Milepost, draft: Path, acmes: Acmes
) -> None:
    milepost("publish", draft)
    (draft / "map.yaml").write_text("# Reviewed.\n" + (draft / "map.yaml").read_text())
    output = without_hashes(milepost("publish", draft).stdout)
    assert "its content is the same as version 1; only its files are written differently." in output


def test_a_journey_that_nobody_can_plan_holds_up_no_publishing(milepost: Milepost, draft: Path, acmes: Acmes) -> None:
    acmes(3)
    spoil("acme1")
    result = milepost("publish", draft)
    assert result.exit_code == 0, result.output
    assert "2 customers stand on something that is gone" in result.stdout
    assert "nobody can tell for 1 customer: acme1\n      This journey's state has format" in result.stdout
    assert "published as version 2" in result.stdout


def test_a_version_that_this_program_can_not_read_holds_up_no_publishing(
    milepost: Milepost, draft: Path, acmes: Acmes
) -> None:
    acmes(1)
    changed("""UPDATE map_versions SET files = '{"map.yaml": "map: 1"}' WHERE number = ?""", "1")
    result = milepost("publish", draft)
    assert result.exit_code == 0, result.output
    output = without_hashes(result.stdout)
    assert "can't read version 1, so it can't tell what changed since" in output
    assert "1 journey on version 1: nobody can tell" in output
    assert "published as version 2" in output
    assert "milepost diff" not in output


def test_options_for_a_version_that_exists_are_reported_as_ignored(milepost: Milepost) -> None:
    words = ("publish", MAP, "--by", "ops@vendor.example", "--why", "first")
    assert "Not recorded" not in milepost(*words).stdout
    assert "Not recorded" not in milepost(*words).stdout  # it says the same
    other = (*words[:-1], "second thoughts")
    assert "Not recorded: --why. The version exists already" in milepost(*other).stdout
    assert lines(milepost(*other, "--json"))[-1]["not_recorded"] == "--why"
