"""`milepost import` of an export that one mapping reads for several maps, and its mending: lint, per map, --again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.acceptance.crm_export import crm_export, crm_rows
from tests.cli.conftest import MAPS, Milepost, advance, lines

MAPPING = """
mapping: Our CRM
dates: DD/MM/YYYY
decimal: ","
columns:
  Record ID: id
  Company name: name
  Country/Region: country
  City: city
  Company owner: team.csm
  Company size: {to: attributes.tier, values: {Mid-Market: mid_market, Small business: small}}
  Success goal: {to: attributes.goal, values: {Make money: make_money, Save money: save_money}}
  Journey stage:
    to: enters.stage
    values: {Results: value, Growth: growth, Steady: steady}
    per_map:
      midmarket-make-money: {Renewal: growth}
      small-business-save-money: {Renewal: steady}
  In stage since: enters.since
people: {Ana Díaz: ana@v.example, Bo Lärsen: bo@v.example, Mei Tanaka: mei@v.example}
"""


STANDING = {"Mid-Market": ("Results", "Growth", "Renewal"), "Small business": ("Results", "Steady", "Renewal")}


@pytest.fixture
def crm(milepost: Milepost, tmp_path: Path) -> Path:
    """A folder with an export of twelve customers on two maps, and the mapping that reads it."""
    milepost("publish", MAPS / "midmarket-make-money", MAPS / "small-business-save-money")
    rows = crm_rows(date(2026, 3, 2), 24)
    for number, row in enumerate(rows):
        if row["Journey stage"]:
            row["Journey stage"] = STANDING[row["Company size"]][number // 4 % 3]
    (tmp_path / "crm.csv").write_bytes(crm_export(rows))
    (tmp_path / "ours.yaml").write_text(MAPPING, "utf-8")
    return tmp_path


def _write(crm: Path, old: str, new: str) -> None:
    assert old in MAPPING
    (crm / "ours.yaml").write_text(MAPPING.replace(old, new), "utf-8")


def test_lint_compares_the_stages_of_a_mapping_with_the_published_maps(milepost: Milepost, crm: Path) -> None:
    assert milepost("lint", crm / "ours.yaml").exit_code == 0
    _write(crm, "midmarket-make-money: {Renewal: growth}", "midmarket-make-money: {Renewal: renewal}")
    result = milepost("lint", crm / "ours.yaml")
    assert result.exit_code == 1
    said = "17:39 M105 midmarket-make-money has no stage 'renewal' that customers are in; there are"
    assert said in result.stdout
    refused = milepost("import", crm / "crm.csv", "--mapping", crm / "ours.yaml", "--dry-run")
    assert refused.exit_code == 1
    assert said in refused.stderr


def test_lint_compares_them_with_the_maps_that_are_named_beside_it(milepost: Milepost, crm: Path) -> None:
    result = milepost("lint", crm / "ours.yaml", MAPS / "small-business-save-money")
    assert "There is no map 'midmarket-make-money'; there are small-business-save-money" in result.stdout
    assert "No map has a stage 'growth' that customers are in" in result.stdout


def test_lint_of_a_mapping_needs_no_database(milepost: Milepost, tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(MAPPING, "utf-8")
    assert milepost("lint", tmp_path / "ours.yaml").exit_code == 0
    assert not (tmp_path / "data").exists()


def test_one_value_is_another_stage_on_each_map(milepost: Milepost, crm: Path) -> None:
    summary = lines(milepost("import", crm / "crm.csv", "--mapping", crm / "ours.yaml", "--dry-run", "--json"))[-1]
    assert (summary["customers"]["journeys"], summary["refused"]) == (24, 0)
    stand = {(each["map"], each["stage"]): each["journeys"] for each in summary["stages"]}
    assert stand["midmarket-make-money", "growth"] == 4  # two in growth, and two whose file says Renewal
    assert stand["small-business-save-money", "steady"] == 4


def _imported_wrongly(milepost: Milepost, crm: Path) -> tuple[Path, Path, Path]:
    """Whoever is in Renewal was taken for new, and the welcome is held; then the mapping is mended."""
    milepost("mail", "hold")
    _write(crm, "small-business-save-money: {Renewal: steady}", "small-business-save-money: {Renewal: null}")
    command = (crm / "crm.csv", Path("--mapping"), crm / "ours.yaml")
    assert lines(milepost("import", *command, "--json"))[-1]["enrolled"] == 24
    advance(crm / "data")
    (crm / "ours.yaml").write_text(MAPPING, "utf-8")
    return command


def test_a_mended_mapping_lets_begin_again_what_began_wrongly(milepost: Milepost, crm: Path) -> None:
    command = _imported_wrongly(milepost, crm)
    plain = milepost("import", *command).stdout
    assert "If they began in the wrong place: --again --dry-run shows which." in " ".join(plain.split())
    before = lines(milepost("customers", "--json"))

    seen = milepost("import", *command, "--again", "--dry-run").stdout
    assert "Would begin again: 2 journeys\n  9000011: start since " in seen
    assert lines(milepost("customers", "--json")) == before

    done = milepost("import", *command, "--again", "--reason", "Renewal was taken for new")
    assert done.exit_code == 0
    assert "Began again: 2 journeys\n  9000011: start since " in done.stdout
    shown = lines(milepost("show", "9000011", "--json"))[0]["journey"]
    assert (shown["journey"], shown["status"]) == ("9000011/2", "open")
    advance(crm / "data")
    assert "Renewal was taken for new" in " ".join(milepost("show", "9000011", "--last", "50").stdout.split())
    assert "steady" in lines(milepost("show", "9000011", "--json"))[0]["journey"]["stages"]

    once_more = lines(milepost("import", *command, "--again", "--json"))[-1]
    assert "begun_again" not in once_more


def test_a_journey_in_which_something_happened_stays_and_is_named(milepost: Milepost, crm: Path) -> None:
    command = _imported_wrongly(milepost, crm)
    milepost("tell", "9000011", "note", "Called them", "--by", "ana@v.example")
    done = milepost("import", *command, "--again").stdout
    assert "Began again: 1 journey\n" in done
    said = "Began elsewhere and stay there: 1 customer (9000011): note was told since it began"
    assert said in " ".join(done.split())
    summary = lines(milepost("import", *command, "--again", "--dry-run", "--json"))
    assert summary[-1]["again"]["stay"] == {"note was told since it began": 1}
    assert [each["customer"] for each in summary if each.get("stays")] == ["9000011"]


def test_a_reason_goes_with_again(milepost: Milepost, crm: Path) -> None:
    result = milepost("import", crm / "crm.csv", "--reason", "x")
    assert result.exit_code == 2
    assert "goes with --again" in result.stderr


def test_a_title_above_the_headings_is_passed_over(milepost: Milepost, crm: Path) -> None:
    titled = b"Customers, exported today\r\n\r\n" + (crm / "crm.csv").read_bytes()
    (crm / "titled.csv").write_bytes(titled)
    assert "header_row: 3  # " in milepost("import", crm / "titled.csv", "--propose").stdout
    (crm / "ours.yaml").write_text(MAPPING.replace("decimal", "header_row: 3\ndecimal"), "utf-8")
    command = ("import", crm / "titled.csv", "--mapping", crm / "ours.yaml", "--dry-run", "--json")
    assert lines(milepost(*command))[-1]["customers"]["new"] == 24


def test_what_is_proposed_for_such_a_book_asks_for_few_decisions(milepost: Milepost, crm: Path) -> None:
    text = milepost("import", crm / "crm.csv", "--propose").stdout
    doubts = [line.partition("  # doubt: ")[0].strip() for line in text.splitlines() if "# doubt:" in line]
    assert doubts == ["people:", '"Journey stage":']
    assert text.index('"Journey stage"') < text.index('"Record ID"')
