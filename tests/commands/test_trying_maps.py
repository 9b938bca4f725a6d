"""`milepost simulate` and `milepost test`: a map is tried before anybody is put on it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app

MAPS = Path(__file__).parents[2] / "maps"
SCENARIO = MAPS / "small-business-save-money" / "scenarios" / "renewal_lost.yaml"


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *words: runner.invoke(app, [str(word) for word in words])


def test_simulate_prints_one_entry_a_line_as_json_with_instants_in_utc(run):
    done = run("simulate", SCENARIO, "--json")
    assert done.exit_code == 0
    entries = [json.loads(line) for line in done.stdout.splitlines()]
    assert entries[0]["kind"] == "journey_started"
    assert entries[-1]["kind"] == "journey_ended"
    assert all(entry["at"].endswith("Z") for entry in entries)


def test_both_engines_print_the_same_lines_and_nothing_else(run):
    by_the_planner = run("simulate", SCENARIO, "--json")
    for_real = run("simulate", SCENARIO, "--json", "--engine", "temporal")
    assert for_real.exit_code == 0
    assert for_real.stdout == by_the_planner.stdout


def test_simulate_takes_a_map_alone(run):
    done = run("simulate", MAPS / "enterprise-save-time")
    assert done.exit_code == 0
    assert "stage_opened" in done.stdout


def test_simulate_says_what_is_wrong_and_exits_with_1(run, tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text("scenario: Bad\nmap: nowhere.yaml\n")
    done = run("simulate", file)
    assert done.exit_code == 1
    assert "bad.yaml:1:1 M102" in done.output


def test_the_shipped_scenarios_pass(run):
    done = run("test", MAPS)
    assert done.exit_code == 0
    assert "0 failed" in done.stdout


def test_a_scenario_that_fails_shows_where_the_timeline_differs(run, tmp_path):
    shutil.copytree(MAPS / "small-business-save-money", tmp_path / "map")
    file = tmp_path / "map" / "scenarios" / "renewal_lost.yaml"
    text = file.read_text().replace("expect:", "expect:\n  - {kind: play_started, play: never_heard_of}", 1)
    file.write_text(text + "\nnever:\n  - {kind: journey_ended}\n" if "never:" not in text else text)
    done = run("test", file)
    assert done.exit_code == 1
    assert "FAIL" in done.stdout
    assert '- expected {"kind": "play_started", "play": "never_heard_of"}' in done.stdout


def test_a_forbidden_entry_is_marked_in_the_diff(run, tmp_path):
    shutil.copytree(MAPS / "small-business-save-money", tmp_path / "map")
    file = tmp_path / "map" / "scenarios" / "renewal_lost.yaml"
    head, _, _ = file.read_text().partition("expect:")
    file.write_text(head + "never:\n  - {kind: journey_ended}\n")
    done = run("test", file, "--json")
    assert done.exit_code == 1
    said = json.loads(done.stdout)
    assert not said["passed"]
    assert [entry["kind"] for entry in said["forbidden"]] == ["journey_ended"]
    assert any(line.strip().startswith("! ") for line in run("test", file).stdout.splitlines())


def test_a_folder_without_scenarios_is_no_success(run, tmp_path):
    done = run("test", tmp_path)
    assert done.exit_code == 1
    assert "no scenario" in done.output
