"""`milepost diff`: versions named by folder, number, name or hash; with --customers what moving would do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import MAPS, Acmes, Milepost, lines, spoil

MAP = MAPS / "enterprise-save-time"


def test_two_folders_are_compared_without_a_database(milepost: Milepost, draft: Path) -> None:
    result = milepost("diff", MAP, draft)
    assert result.exit_code == 0, result.stderr
    assert "touchpoint baton" in result.stdout
    assert "perhaps 'handoff' renamed" in result.stdout
    assert "message kickoff_recap.md of step recap: 2 lines changed" in result.stdout
    assert "+See you soon." in result.stdout
    assert "no change" in milepost("diff", MAP, MAP).stdout


def test_changes_are_objects_for_programs(milepost: Milepost, draft: Path) -> None:
    objects = lines(milepost("diff", MAP, draft, "--json"))
    assert {each["kind"] for each in objects} == {"change"}
    assert {"renamed", "changed"} <= {each["what"] for each in objects}


@pytest.mark.usefixtures("with_acme")
def test_published_versions_are_named_by_number_name_and_hash(milepost: Milepost, draft: Path) -> None:
    published = lines(milepost("publish", draft, "--json"))[-1]
    assert published["number"] == 2
    first, second = "enterprise-save-time@1", "enterprise-save-time@2"
    for old, new in ((first, second), (first, "enterprise-save-time"), (MAP, published["hash"][:10])):
        assert "perhaps 'handoff' renamed" in milepost("diff", old, new).stdout
    output = milepost("diff", first, second).stdout
    assert re.match(r"enterprise-save-time version 1 \([0-9a-f]{12}\) → enterprise-save-time version 2 \(", output)


@pytest.mark.usefixtures("with_acme")
def test_with_customers_the_effect_of_moving_each_open_journey_is_shown(milepost: Milepost, draft: Path) -> None:
    output = milepost("diff", "enterprise-save-time@1", draft, "--customers").stdout
    assert "acme:" in output
    assert "stands on step handoff, which is gone" in output
    assert "Of 1 open journey: 1 customer on something that is gone; 1 step withdrawn, 1 opened" in output
    moves = [each for each in lines(milepost("diff", MAP, draft, "--customers", "--json")) if each["kind"] == "move"]
    assert [(each["customer"], each["withdrawn"], each["opened"]) for each in moves] == [
        ("acme", ["handoff"], ["baton"])
    ]
    assert "No open journey is on" in milepost("diff", draft, MAP, "--customers").stdout


@pytest.mark.usefixtures("with_acme")
def test_a_kept_step_with_another_date_is_named_once(milepost: Milepost, draft: Path) -> None:
    text = (MAP / "map.yaml").read_text()
    (draft / "map.yaml").write_text(text.replace("due: 2 business days", "due: 4 business days", 1))
    output = milepost("diff", "enterprise-save-time@1", draft, "--customers").stdout
    assert "“Sales-to-success handoff meeting” is kept; due " in output
    assert output.partition("acme:")[2].count("handoff") == 1


def test_customers_whose_move_cannot_be_previewed_hide_no_others(milepost: Milepost, draft: Path, acmes: Acmes) -> None:
    acmes(3)
    spoil("acme2")
    output = milepost("diff", "enterprise-save-time@1", draft, "--customers").stdout
    assert "acme2:\n  Nobody can tell: This journey's state has format 99" in output
    assert "Of 3 open journeys: 2 customers on something that is gone; 2 steps withdrawn, 2 opened" in output
    assert "Nobody can tell for 1 customer: acme2." in output
    still = milepost("diff", "enterprise-save-time@1", MAP, "--customers").stdout
    assert "Nothing changes at once for 2 customers: acme0 and acme1." in still


@pytest.mark.usefixtures("with_acme")
def test_a_version_that_does_not_exist_is_reported(milepost: Milepost, draft: Path) -> None:
    assert "has no version '7'" in milepost("diff", "enterprise-save-time@7", draft).stderr
    result = milepost("diff", "enterprise-save-tim", draft)
    assert result.exit_code == 1
    assert "Did you mean 'enterprise-save-time'?" in result.stderr
    (draft / "map.yaml").write_text((draft / "map.yaml").read_text().replace("role: csm", "role: cms"))
    assert "M105" in milepost("diff", MAP, draft).stderr


def test_two_maps_are_compared_and_nobody_moves(milepost: Milepost) -> None:
    output = milepost("diff", MAP, MAPS / "small-business-save-money", "--customers").stdout
    assert "These are two maps" in output
    assert "What moving" not in output


@pytest.mark.parametrize(
    ("output", "why"),
    [
        ("notamap", "'notamap' is a folder without map.yaml. Name a map's folder"),
        ("drafd", "There is no folder with a map, and no published map, 'drafd'. Did you mean 'draft'?"),
        ("2", "There is no folder with a map, and no published map, '2'. No map is published here"),
    ],
)
def test_a_path_that_is_not_a_map_is_reported_without_a_database(  # noqa: PLR0917 - pytest's
    milepost: Milepost, draft: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str, why: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notamap").mkdir()
    result = milepost("diff", draft.name, output)
    assert result.exit_code == 1
    assert why in " ".join(result.stderr.split())


def test_the_comparison_is_printed_although_there_are_no_customers_to_look_at(milepost: Milepost, draft: Path) -> None:
    result = milepost("diff", MAP, draft, "--customers")
    assert "touchpoint baton" in result.stdout
    assert "There is no Milepost database" in result.stderr


@pytest.mark.usefixtures("with_acme")
def test_a_number_alone_asks_for_its_map(milepost: Milepost, draft: Path) -> None:
    assert "A number goes with its map: enterprise-save-time@1." in milepost("diff", draft, "1").stderr
    wrong = milepost("diff", draft, "enterprise-save-time@7").stderr
    assert "has no version '7'" in wrong
    assert re.search(r"There are 1 \([0-9a-f]{12}\); name one by its number", wrong)
