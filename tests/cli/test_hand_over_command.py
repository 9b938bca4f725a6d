"""`milepost hand-over` and `milepost away`, while no Temporal runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import ACME, Acmes, Milepost, advance, lines

ANA, BO, CLEO = "ana@vendor.example", "bo@vendor.example", "cleo@vendor.example"


def test_for_good_it_says_what_would_move_and_then_what_moved(milepost: Milepost, acmes: Acmes) -> None:
    acmes(2)
    would = milepost("hand-over", ANA, CLEO, "--dry-run", "--introduce")
    assert would.exit_code == 0, would.output
    assert "To hand over: 2 customers" in would.stdout
    assert "Roles that go to Cleo: csm of 2 customers." in would.stdout
    assert "2 customers get no introduction: their maps have none." in would.stdout
    assert "Nothing has changed" in would.stderr

    [done] = lines(milepost("hand-over", ANA, CLEO, "--by", BO, "--json"))
    assert (len(done["done"]), done["failed"], done["dry_run"]) == (2, {}, False)
    again = milepost("hand-over", ANA, CLEO)
    assert (again.exit_code, again.stdout) == (0, "Ana has nothing to hand over.\n")


def test_for_days_it_is_an_absence_that_is_listed_changed_and_ended(milepost: Milepost, acmes: Acmes) -> None:
    acmes(1)
    says = milepost("hand-over", ANA, BO, "--from", "2030-12-21", "--until", "2031-01-03", "--by", CLEO)
    assert says.exit_code == 0, says.output
    assert "Absence 1: Bo stands in for Ana from Sat 21 Dec 2030 to Fri 3 Jan 2031 (America/New_York)." in says.stdout
    [listed] = lines(milepost("away", "--json"))
    assert (listed["status"], listed["told_by"]) == ("ahead", CLEO)
    assert "to Sun 5 Jan 2031 (America/New_York)" in milepost("away", "change", 1, "--until", "2031-01-05").stdout
    assert "Cleo stands in for Ana" in milepost("away", "change", 1, "--delegate", CLEO).stdout
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


def test_new_customers_of_who_handed_over_go_to_the_successor_and_it_is_said(
    milepost: Milepost, acmes: Acmes, book: Callable[..., Path], tmp_path: Path
) -> None:
    acmes(2)
    milepost("hand-over", ANA, BO)
    milepost("hand-over", BO, CLEO)
    new = book(ACME.replace("acme,Acme", "globex,Globex"))
    says = (
        "1 new customer goes to Cleo (cleo@vendor.example) as csm: the file names Ana (ana@vendor.example), who handed"
    )
    assert says in " ".join(milepost("import", new, "--dry-run").stderr.split())
    assert says in " ".join(milepost("import", new).stderr.split())
    advance(tmp_path / "data")
    assert "Cleo took over from Ana as" in " ".join(milepost("show", "globex").stdout.split())
    again = lines(milepost("import", new, "--json"))[-1]
    assert (again["imported"], again["changed"], again["unchanged"]) == (0, 0, 1)


def test_some_customers_that_were_handed_over_say_nothing_of_new_ones(
    milepost: Milepost, acmes: Acmes, book: Callable[..., Path]
) -> None:
    acmes(2)
    assert milepost("hand-over", ANA, BO, "--customers", "acme0").exit_code == 0
    assert "goes to" not in milepost("import", book(ACME.replace("acme,Acme", "globex,Globex"))).stderr
