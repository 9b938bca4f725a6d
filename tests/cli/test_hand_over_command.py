"""`milepost hand-over` and `milepost away`, while no Temporal runs."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Acmes, Milepost, lines

ANA, BO, CLEO = "ana@vendor.example", "bo@vendor.example", "cleo@vendor.example"


def test_for_good_it_says_what_would_move_and_then_what_moved(milepost: Milepost, acmes: Acmes) -> None:
    acmes(2)
    would = milepost("hand-over", ANA, CLEO, "--dry-run", "--introduce")
    assert would.exit_code == 0, would.output
    assert "To hand over: 2 customers" in would.stdout
    assert f"Roles that go to {CLEO}: csm of 2 customers." in would.stdout
    assert "2 customers get no introduction: their maps have none." in would.stdout
    assert "Nothing has changed" in would.stderr

    [done] = lines(milepost("hand-over", ANA, CLEO, "--by", BO, "--json"))
    assert (len(done["done"]), done["failed"], done["dry_run"]) == (2, {}, False)
    again = milepost("hand-over", ANA, CLEO)
    assert (again.exit_code, again.stdout) == (0, f"{ANA} has nothing to hand over.\n")


def test_for_days_it_is_an_absence_that_is_listed_changed_and_ended(milepost: Milepost, acmes: Acmes) -> None:
    acmes(1)
    says = milepost("hand-over", ANA, BO, "--from", "2030-12-21", "--until", "2031-01-03", "--by", CLEO)
    assert says.exit_code == 0, says.output
    assert f"Absence 1: {BO} stands in for {ANA} from 2030-12-21 to 2031-01-03 (America/New_York)." in says.stdout
    [listed] = lines(milepost("away", "--json"))
    assert (listed["status"], listed["told_by"]) == ("ahead", CLEO)
    assert "to 2031-01-05 (America/New_York)" in milepost("away", "change", 1, "--until", "2031-01-05").stdout
    assert CLEO in milepost("away", "change", 1, "--delegate", CLEO).stdout
    assert "ended early" in milepost("away", "end", 1).stdout
    assert "Nobody is away." in milepost("away").stdout
    assert "ended early" in milepost("away", "list", "--all").stdout


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("hand-over", "anna@vendor.example", BO), 1, f"Did you mean '{ANA}'?"),
        (("hand-over", ANA, ANA), 1, "themselves"),
        (("hand-over", ANA, BO, "--from", "2030-12-21"), 2, "goes with --until"),
        (("hand-over", ANA, BO, "--until", "soon"), 2, "isn't a date"),
        (("hand-over", ANA, BO, "--until", "2030-12-21", "--introduce"), 2, "is for a hand-over for good"),
        (("hand-over", ANA, BO, "--customers", "nobody"), 1, "Unknown customer"),
        (("away", "end"), 1, "can't be done"),
        (("away", "end", 7), 1, "no absence 7"),
        (("away", "change", 7), 1, "nothing to change"),
        (("away", "--until", "2030-12-21"), 2, "go with change"),
    ],
)
def test_what_cannot_be_is_said_with_what_to_do(
    milepost: Milepost, acmes: Acmes, words: tuple[object, ...], code: int, says: str
) -> None:
    acmes(1)
    result = milepost(*words)
    assert result.exit_code == code, result.output
    assert says in result.output.replace("\n│ ", " ")
