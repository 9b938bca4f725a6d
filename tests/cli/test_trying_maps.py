"""`milepost simulate` and `milepost test`: a map is tried before anybody is put on it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from milepost.cli.main import app
from tests.workflows.example import CIRCLE

MAPS = Path(__file__).parents[2] / "maps"
SCENARIO = MAPS / "small-business-save-money" / "scenarios" / "renewal_lost.yaml"


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *words: runner.invoke(app, [str(word) for word in words])


def test_simulate_prints_one_entry_a_line_as_json_with_instants_in_utc(run):
    result = run("simulate", SCENARIO, "--json")
    assert result.exit_code == 0
    entries = [json.loads(line) for line in result.stdout.splitlines()]
    assert entries[0]["kind"] == "journey_started"
    assert entries[-1]["kind"] == "journey_ended"
    assert all(entry["at"].endswith("Z") for entry in entries)


@pytest.mark.server
def test_both_engines_print_the_same_lines_and_nothing_else(run):
    by_the_planner = run("simulate", SCENARIO, "--json")
    for_real = run("simulate", SCENARIO, "--json", "--engine", "temporal")
    assert for_real.exit_code == 0
    assert for_real.stdout == by_the_planner.stdout


def test_simulate_takes_a_map_alone(run):
    result = run("simulate", MAPS / "enterprise-save-time")
    assert result.exit_code == 0
    assert "stage_opened" in result.stdout


def test_simulate_says_what_is_wrong_and_exits_with_1(run, tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text("scenario: Bad\nmap: nowhere.yaml\n")
    result = run("simulate", file)
    assert result.exit_code == 1
    assert "bad.yaml:1:1 M102" in result.output


def test_the_shipped_scenarios_pass(run):
    result = run("test", MAPS)
    assert result.exit_code == 0
    assert "0 failed" in result.stdout


@pytest.fixture
def failing(tmp_path):
    """A scenario of a copied map with other expectations; returns its file."""

    def write(*expect, never=()):
        folder = tmp_path / "map"
        shutil.copytree(MAPS / "small-business-save-money", folder)
        file = folder / "scenarios" / "renewal_lost.yaml"
        head, _, _ = file.read_text().partition("expect:")
        lines = ["expect:", *(f"  - {each}" for each in expect)]
        lines += ["never:", *(f"  - {each}" for each in never)] if never else []
        file.write_text(head + "\n".join(lines) + "\n")
        return file

    return write


def line_of(file, text):
    return next(number for number, line in enumerate(file.read_text().splitlines(), 1) if text in line)


def test_a_scenario_that_fails_names_its_line_and_the_nearest_entry(run, failing):
    late = "{kind: journey_started, at: 2026-03-03T09:00:00+00:00}"
    file = failing(late)
    result = run("test", file)
    assert result.exit_code == 1
    assert f"{file}:{line_of(file, late)} expected journey_started at Tue 2026-03-03 09:00" in result.stdout
    assert "nearest: journey_started" in result.stdout
    assert "differs in at (Tue 2026-03-03 09:00 expected, Mon 2026-03-02" in result.stdout
    assert "Numbers are lines of the scenario: = as expected, - missing" in result.stdout


def test_what_came_before_its_turn_is_not_called_missing(run, failing):
    file = failing("{kind: journey_ended}", "{kind: journey_started}")
    result = run("test", file)
    message = (
        f"it did come, on Mon 2026-03-02 09:00, but before what line {line_of(file, '{kind: journey_ended}')} expects"
    )
    assert message in result.stdout


def test_what_came_once_and_is_expected_twice_says_so(run, failing):
    file = failing("{kind: journey_ended}", "{kind: journey_ended}")
    assert f"which line {line_of(file, 'journey_ended')} expects already" in run("test", file).stdout


def test_a_forbidden_entry_is_marked_with_the_line_that_forbids_it(run, failing):
    file = failing("{kind: journey_started}", never=["{kind: journey_ended}"])
    number = line_of(file, "journey_ended")
    result = run("test", file)
    assert f"{file}:{number} must never come: journey_ended" in result.stdout
    assert any(line.strip().startswith(f"!{number} ") for line in result.stdout.splitlines())
    message = json.loads(run("test", file, "--json").stdout)
    assert not message["passed"]
    assert [(each["line"], each["entry"]["kind"]) for each in message["forbidden"]] == [(number, "journey_ended")]


def test_what_is_missing_has_its_line_in_json(run, failing):
    file = failing("{kind: journey_paused}")
    (missing,) = json.loads(run("test", file, "--json").stdout)["missing"]
    assert missing["line"] == line_of(file, "journey_paused")
    assert missing["expected"] == {"kind": "journey_paused"}
    assert missing["nearest"] is None


def test_a_fact_without_effect_is_named_where_a_scenario_fails(run, failing):
    file = failing("{kind: journey_paused}")
    text = file.read_text()
    start = text.partition("start: ")[2].partition("\n")[0]
    file.write_text(text.replace("facts:\n", f"facts:\n  - {{at: {start}, resumed: true}}\n", 1))
    result = run("test", file)
    assert f"{file}:{line_of(file, 'resumed: true')} changed nothing: resumed, because not_paused" in result.stdout


def test_no_line_of_a_failing_scenario_has_a_hash(run, failing):
    assert not re.search(r"[0-9a-f]{12}", run("test", failing("{kind: journey_paused}")).stdout)


def test_a_scenario_with_errors_fails_and_says_so_in_json_too(run, failing):
    file = failing("{kind: play_started, play: never_heard_of}")
    result = run("test", file, "--json")
    assert result.exit_code == 1
    message = json.loads(result.stdout)
    assert [each["code"] for each in message["problems"]] == ["M105"]
    assert not message["passed"]
    assert "0 passed, 1 failed" in run("test", file).stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("test", MAPS / "small-business-save-money" / "map.yaml"), "is a map, not a scenario"),
        (("simulate", SCENARIO.parent), "is a folder of scenarios, not one"),
        (("simulate", MAPS), "is a folder of maps, not one"),
        (("simulate", SCENARIO, "--customer", "silent"), "which has its own customer"),
        (("publish", SCENARIO), "is a scenario, not a map"),
        (("publish", SCENARIO.parent), "is a folder of scenarios, not a map"),
    ],
)
def test_the_wrong_sort_of_file_gets_one_line_and_what_to_do(run, tmp_path, words, message):
    result = run(*words)
    assert result.exit_code == 1
    assert message in result.output
    assert len(result.output.splitlines()) == 2


def test_a_word_that_an_option_does_not_take_gets_the_nearest(run):
    result = run("simulate", MAPS / "enterprise-save-time", "--customer", "sielnt")
    message = " ".join(result.stderr.replace("│", " ").split())
    assert result.exit_code == 2
    assert "'sielnt' is not one of prompt, silent; did you mean 'silent'?" in message
    assert "Value error" not in message


def test_simulate_says_what_comes_next(run):
    assert re.search(r"Next by itself, on \w+ 2027-", run("simulate", MAPS / "enterprise-save-time").stdout)
    assert "it waits for the owner (" in run("simulate", MAPS / "midmarket-make-money", "--customer", "silent").stdout
    assert re.search(r"The journey ended on .*; nothing comes after it\.", run("simulate", SCENARIO).stdout)


def test_simulate_shows_the_mails_as_they_would_go_out(run):
    result = run("simulate", MAPS / "small-business-save-money", "--messages")
    sent = [line for line in result.stdout.splitlines() if "  message_sent " in line]
    assert sent
    assert result.stdout.count("    | Subject: ") == len(sent)
    assert "(cannot be written)" not in result.stdout
    entries = [json.loads(line) for line in run("simulate", SCENARIO, "--messages", "--json").stdout.splitlines()]
    mails = [each["mail"] for each in entries if each["kind"] == "message_sent"]
    assert mails
    assert all(mail["subject"] and mail["text"] and "@" in mail["to"] for mail in mails)


def test_a_mail_whose_text_is_missing_says_so_and_is_warned_of(run, failing):
    file = failing("{kind: journey_started}")
    (file.parents[1] / "messages" / "welcome.md").unlink()
    result = run("simulate", file, "--messages")
    assert result.exit_code == 0
    assert "    | (messages/welcome.md is missing)" in result.stdout
    assert "M110 There is no file messages/welcome.md" in result.stderr


@pytest.mark.server
def test_both_engines_print_the_same_year_of_a_made_up_customer(run):
    for customer in ("prompt", "silent"):
        words = ("simulate", MAPS / "small-business-save-money", "--customer", customer)
        for_real = run(*words, "--engine", "temporal")
        assert for_real.exit_code == 0
        assert for_real.stdout == run(*words).stdout


def test_a_folder_without_scenarios_is_an_error(run, tmp_path):
    result = run("test", tmp_path)
    assert result.exit_code == 1
    assert "no scenario" in result.output


def test_publish_says_which_scenarios_fail_and_stops_unless_one_insists(run, failing):
    file = failing("{kind: journey_paused}")
    folder = file.parents[1]
    many = len(list(file.parent.iterdir()))
    result = run("publish", folder)
    assert result.exit_code == 1
    assert f"{folder}: 1 of {many} scenarios fails: {file}. See why: milepost test {folder}" in result.output
    assert "Nothing was published: a scenario fails" in result.output
    assert "published as" in run("publish", folder, "--anyway").output
    objects = [json.loads(line) for line in run("publish", folder, "--json", "--anyway").stdout.splitlines()]
    (scenarios,) = [each for each in objects if each["kind"] == "scenarios"]
    assert (scenarios["run"], scenarios["failing"]) == (many, [str(file)])


def test_a_map_that_goes_round_in_a_circle_fails_its_scenario_and_no_other(run, tmp_path):
    (tmp_path / "map.yaml").write_text(CIRCLE)
    for name, health in (("round", 20), ("not_round", 80)):
        (tmp_path / f"{name}.yaml").write_text(
            f"scenario: {name}\nmap: map.yaml\nstart: 2026-03-02T10:00:00Z\n"
            f"customer: {{id: acme, name: Acme, attributes: {{health: {health}}}}}\nuntil: 2026-03-05T10:00:00Z\n"
            "expect: [{kind: step_opened, step: kickoff}]\n"
        )
    result = run("test", tmp_path)
    assert result.exit_code == 1
    assert f"pass  {tmp_path / 'not_round.yaml'}" in result.stdout
    assert f"{tmp_path / 'round.yaml'}:1:1 M111 It can't be run: map 'pilot' goes round in a circle" in result.stderr
    assert "(step_skipped kickoff, stage_closed start, stage_opened start, and again)" in result.stderr
