"""`milepost new`: a copy of a map is renamed throughout, keeps its comments, lints clean and passes its scenarios."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from milepost.language.loader import load
from milepost.shipped import patterns
from tests.cli.conftest import MAPS, Milepost, lines

SHIPPED = [path for path in sorted(MAPS.iterdir()) if path.is_dir()]
PATTERNS = ("chasm", "early-market", "main-street", "tornado")
SCENARIO = """\
# How pilot begins.
scenario: It begins
map: {map}
start: 2026-03-02T10:00:00Z
customer: {{id: acme, name: Acme, attributes: {{tier: pilot}}}}
facts: []
until: 2026-03-03T00:00:00Z
expect:
  - {{kind: journey_started, map: pilot}}   # pilot is the map
  - {{kind: step_opened, step: kickoff}}
"""
MAP = """\
# The pilot map; "pilots" are others.
map: pilot   # the id
title: >-
  A title that is folded
  over two lines
outcome: save_time
owner: ops@example.com
segment: {where: customer.tier == "pilot"}
attributes: {tier: {type: text}}
roles: {csm: {title: Pilot}}
personas: {sponsor: {title: Sponsor}}
stages:
  - stage: pilot
    title: Pilot
    touchpoints: [{touchpoint: kickoff, title: Call, role: csm}]
"""


@pytest.fixture
def pilot(tmp_path: Path) -> Path:
    folder = tmp_path / "maps" / "pilot"
    (folder / "scenarios").mkdir(parents=True)
    (folder / "map.yaml").write_text(MAP)
    (folder / "scenarios" / "begins.yaml").write_text(SCENARIO.format(map="../map.yaml"))
    (folder / "scenarios" / "by_name.yaml").write_text(SCENARIO.format(map="../../pilot/map.yaml"))
    (folder / ".hidden").write_text("not a part of the map")
    return folder


@pytest.mark.parametrize("source", SHIPPED, ids=lambda path: path.name)
def test_a_copy_of_a_shipped_map_lints_clean_and_passes_its_scenarios(
    milepost: Milepost, tmp_path: Path, source: Path
) -> None:
    target = tmp_path / "clinics-2"
    result = milepost("new", target, "--from", source, "--title", 'Clinics: the "second" kind', "--json")
    (copy,) = lines(result)
    assert result.exit_code == 0
    assert (copy["map"], copy["problems"], copy["failing"]) == ("clinics-2", [], [])
    assert copy["scenarios"] == len(list((source / "scenarios").iterdir()))
    loaded = load(target)
    assert loaded.map is not None
    assert (loaded.map.map, loaded.map.title) == ("clinics-2", 'Clinics: the "second" kind')
    assert source.name not in "".join(path.read_text() for path in target.rglob("*") if path.is_file())
    assert milepost("test", target).exit_code == 0


def test_only_what_names_the_map_is_renamed_and_comments_are_kept(milepost: Milepost, pilot: Path) -> None:
    target = pilot.parent / "clinics"
    assert milepost("new", target, "--from", pilot).exit_code == 0
    old_title = "title: >-\n  A title that is folded\n  over two lines\n"
    assert (target / "map.yaml").read_text() == (
        MAP.replace("# The pilot map", "# The clinics map")
        .replace("map: pilot ", "map: clinics ")
        .replace(old_title, "title: Clinics\n")
    )
    begins = SCENARIO.replace("How pilot", "How clinics").replace("map: pilot}}", "map: clinics}}")
    assert (target / "scenarios" / "begins.yaml").read_text() == begins.format(map="../map.yaml")
    assert (target / "scenarios" / "by_name.yaml").read_text() == begins.format(map="../map.yaml")
    assert not (target / ".hidden").exists()


def test_a_path_to_another_map_still_leads_there_from_somewhere_else(milepost: Milepost, pilot: Path) -> None:
    other = pilot.parent / "other"
    assert milepost("new", other, "--from", "pilot").exit_code == 0
    moved = SCENARIO.replace("facts: []", "facts: [{{at: 2026-03-02T11:00:00Z, map_changed: ../../other/map.yaml}}]")
    (pilot / "scenarios" / "begins.yaml").write_text(moved.format(map="../map.yaml"))
    target = pilot.parent / "deeper" / "clinics"
    result = milepost("new", target, "--from", pilot)
    assert result.exit_code == 0, result.stdout
    assert "map_changed: ../../../other/map.yaml" in (target / "scenarios" / "begins.yaml").read_text()


def test_a_folder_that_exists_is_left_as_it_is(milepost: Milepost, pilot: Path, tmp_path: Path) -> None:
    target = tmp_path / "there"
    target.mkdir()
    (target / "note").write_text("mine")
    result = milepost("new", target, "--from", pilot)
    assert result.exit_code == 1
    assert "exists already; nothing was copied" in result.stderr
    assert [path.name for path in target.iterdir()] == ["note"]


@pytest.mark.parametrize("name", ["Clinics", "1st", "clinics_b", "c" * 61])
def test_a_name_that_cannot_be_an_id_is_refused(milepost: Milepost, pilot: Path, name: str) -> None:
    result = milepost("new", pilot.parent / name, "--from", pilot)
    assert (result.exit_code, (pilot.parent / name).exists()) == (1, False)
    assert "can't be the id of a map" in result.stderr


def test_a_map_that_is_missing_or_has_errors_is_not_copied(milepost: Milepost, pilot: Path) -> None:
    target = pilot.parent / "clinics"
    assert "There is no map at 'nowhere'" in milepost("new", target, "--from", "nowhere").stderr
    (pilot / "map.yaml").write_text(MAP.replace("role: csm", "role: cms"))
    result = milepost("new", target, "--from", pilot)
    assert "M105" in result.stderr
    assert result.exit_code == 1
    assert not target.exists()


def test_a_shipped_map_is_copied_by_its_name_and_a_misspelled_one_suggested(
    milepost: Milepost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = milepost("new", "ours", "--from", "small-business-save-mony")
    assert result.exit_code == 1
    assert "Did you mean 'small-business-save-money'?" in result.stderr
    assert milepost("new", "ours", "--from", "small-business-save-money").exit_code == 0
    assert load(tmp_path / "ours").map is not None


def test_a_pattern_behind_from_is_told_by_its_option(milepost: Milepost, tmp_path: Path) -> None:
    result = milepost("new", tmp_path / "ours", "--from", "chasm")
    assert result.exit_code == 1
    assert "Write --pattern chasm instead of --from" in result.stderr


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_new_map_begins_with_a_pattern(milepost: Milepost, tmp_path: Path, pattern: str) -> None:
    target = tmp_path / "ours"
    result = milepost("new", target, "--pattern", pattern, "--json")
    (copy,) = lines(result)
    assert result.exit_code == 0
    assert (copy["from"], copy["problems"], copy["failing"]) == (pattern, [], [])
    assert copy["scenarios"] >= 3
    assert copy["playbooks"] >= 5


def test_the_patterns_are_no_copies_of_each_other() -> None:
    maps = [load(folder).map for folder in patterns().values()]
    assert [each.map for each in maps if each] == list(PATTERNS)
    assert len({each.outcome for each in maps if each}) == len(PATTERNS)
    for one, other in itertools.combinations([each for each in maps if each], 2):
        assert {stage.stage for stage in one.stages} & {stage.stage for stage in other.stages} <= {"renewal"}
        assert not set(one.personas) & set(other.personas)


def test_the_help_names_every_pattern(milepost: Milepost) -> None:
    output = " ".join(milepost("new", "--help").stdout.replace("│", " ").split())
    assert all(pattern in output for pattern in PATTERNS)


def test_a_pattern_that_is_not_there_is_told_with_the_nearest(milepost: Milepost, tmp_path: Path) -> None:
    result = milepost("new", tmp_path / "ours", "--pattern", "mainstreet")
    assert (result.exit_code, (tmp_path / "ours").exists()) == (1, False)
    assert "There is no pattern 'mainstreet'." in result.stderr
    assert "Did you mean 'main-street'?" in result.stderr


def test_a_map_and_a_pattern_exclude_each_other_and_one_is_needed(milepost: Milepost, pilot: Path) -> None:
    both = milepost("new", pilot.parent / "ours", "--from", pilot, "--pattern", "chasm")
    assert both.exit_code == 2
    assert "'chasm' can't go with --from" in " ".join(both.stderr.replace("│", " ").split())
    neither = milepost("new", pilot.parent / "ours")
    assert neither.exit_code == 1
    assert "--pattern chasm, early-market, main-street, tornado" in neither.stderr


def test_a_map_is_not_copied_into_itself(milepost: Milepost, pilot: Path) -> None:
    result = milepost("new", pilot / "inside", "--from", pilot)
    assert result.exit_code == 1
    assert "is inside the map to copy" in result.stderr


def test_a_scenario_that_fails_in_the_copy_is_reported(milepost: Milepost, pilot: Path) -> None:
    (pilot / "scenarios" / "begins.yaml").write_text(SCENARIO.format(map="../map.yaml").replace("kickoff", "kickof"))
    result = milepost("new", pilot.parent / "clinics", "--from", pilot)
    assert result.exit_code == 1
    assert "A scenario fails" in result.stdout
