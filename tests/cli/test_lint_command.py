from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from milepost.cli.lint import lint
from milepost.language.problem_codes import problem_codes
from tests.language.broken import EXAMPLE, SIDE_FILES, address_of, example_with

app = typer.Typer()
app.command()(lint)
runner = CliRunner()


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write_map(folder: str, text: str = EXAMPLE) -> None:
    for name, content in {**SIDE_FILES, "map.yaml": text}.items():
        (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
        (Path(folder) / name).write_text(content, encoding="utf-8")


def test_a_good_map_exits_0_and_prints_no_problem() -> None:
    write_map("maps/clinics")
    result = runner.invoke(app, ["maps/clinics"])
    assert (result.exit_code, result.stdout) == (0, "")
    assert "nothing wrong" in result.stderr


def test_problems_are_one_a_line_with_the_file_as_it_was_named() -> None:
    bad = example_with(("after: kickoff", "after: kickof"))
    write_map("maps/clinics", bad)
    line, column = address_of(bad, "kickof\n")
    for path in ("maps", "maps/clinics", "maps/clinics/map.yaml"):
        result = runner.invoke(app, [path])
        assert result.exit_code == 1
        (text,) = result.stdout.splitlines()
        assert text.startswith(f"maps/clinics/map.yaml:{line}:{column} M105 Unknown step 'kickof'")


def test_json_has_one_object_a_line() -> None:
    write_map("one", example_with(("after: kickoff", "after: kickof"), ("kind: risk", "kind: other")))
    result = runner.invoke(app, ["one", "--json"])
    problems = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    keys = {"file", "line", "column", "code", "severity", "message", "suggestion"}
    assert all(set(each) == keys for each in problems)
    assert [(each["code"], each["severity"], each["suggestion"]) for each in problems] == [
        ("M105", "error", "kickoff"),
        ("W204", "warning", None),
    ]


def test_warnings_do_not_fail() -> None:
    write_map("one", example_with(("kind: risk", "kind: other")))
    result = runner.invoke(app, ["one"])
    assert result.exit_code == 0
    assert " W204 " in result.stdout


def test_two_maps_of_one_id_are_an_error_that_names_both() -> None:
    write_map("maps/a")
    write_map("backup/a")
    result = runner.invoke(app, ["maps", "backup", "maps/a/map.yaml"])
    assert result.exit_code == 1
    [output] = result.stdout.splitlines()
    assert output.startswith("backup/a/map.yaml:")
    assert "M104 'maps/a/map.yaml' has the id " in output


def test_every_map_below_a_folder_is_read() -> None:
    bad = example_with(("kind: risk", "kind: other"))
    write_map("maps/a", bad)
    write_map("maps/b", bad.replace("map: ", "map: other-", 1))
    files = [line.split(":")[0] for line in runner.invoke(app, ["maps"]).stdout.splitlines()]
    assert files == ["maps/a/map.yaml", "maps/b/map.yaml"]


def test_a_path_that_does_not_exist_is_reported() -> None:
    result = runner.invoke(app, ["nowhere"])
    assert (result.exit_code, result.stdout.split(" ")[:2]) == (1, ["nowhere:1:1", "M102"])


SCENARIO = """\
scenario: It begins
map: ../map.yaml
start: 2026-03-02T10:00:00Z
customer: {id: acme, name: Acme, attributes: {tier: enterprise, goal: save_time}}
until: 2026-03-05T00:00:00Z
expect:
  - {kind: step_opened, step: kickoff}
"""


def write_scenario(folder: str, text: str) -> None:
    file = Path(folder) / "scenarios" / "begins.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_the_scenarios_of_a_map_are_looked_at_too() -> None:
    write_map("one")
    write_scenario("one", SCENARIO.replace("step: kickoff", "step: kickof"))
    result = runner.invoke(app, ["one"])
    assert result.exit_code == 1
    assert result.stdout.startswith(
        "one/scenarios/begins.yaml:7:31 M105 Unknown step 'kickof'; did you mean 'kickoff'?"
    )
    assert "a scenario with errors is not run" in result.stderr


def test_problems_of_a_map_are_not_repeated_for_each_scenario() -> None:
    write_map("one", example_with(("after: kickoff", "after: kickof")))
    write_scenario("one", SCENARIO)
    assert len(runner.invoke(app, ["one"]).stdout.splitlines()) == 1


def test_a_scenario_is_looked_at_by_itself() -> None:
    write_map("one")
    write_scenario("one", SCENARIO)
    for path, many in (("one/scenarios/begins.yaml", "it"), ("one/scenarios", "it")):
        result = runner.invoke(app, [path])
        assert (result.exit_code, result.stdout) == (0, "")
        assert f"`milepost test one/scenarios/begins.yaml` runs {many}." in result.stderr


def test_a_code_is_explained() -> None:
    result = runner.invoke(app, ["--explain", "m108"])
    assert result.exit_code == 0
    assert "M108 (error): `after` runs in a circle" in result.stdout


def test_what_means_something_else_now_is_listed_only_when_asked_for() -> None:
    write_map("one")
    assert runner.invoke(app, ["one"]).stdout == ""
    result = runner.invoke(app, ["one", "--changes"])
    assert result.exit_code == 0
    assert {line.split()[1] for line in result.stdout.splitlines()} == {"CHANGED"}
    assert "changed meaning" in result.stderr
    note = json.loads(runner.invoke(app, ["one", "--changes", "--json"]).stdout.splitlines()[0])
    assert (note["code"], note["severity"]) == ("CHANGED", "note")


def test_an_unknown_code_and_no_path_are_refused_with_what_to_do() -> None:
    assert runner.invoke(app, ["--explain", "M999"]).exit_code == 2
    assert runner.invoke(app, []).exit_code == 2


@pytest.mark.parametrize("code", sorted(problem_codes()))
def test_every_code_is_explained_with_an_example(code: str) -> None:
    result = runner.invoke(app, ["--explain", code])
    assert result.exit_code == 0
    wrong, right = problem_codes()[code].wrong, problem_codes()[code].right
    assert wrong != right
    _, _, examples = result.stdout.partition("Wrong:")
    assert [line.strip() for line in wrong.splitlines()] == [
        line.strip() for line in examples.partition("Right:")[0].strip().splitlines()
    ]
    assert right.splitlines()[0] in examples.partition("Right:")[2]


def test_a_map_that_writes_more_than_its_own_limit_is_warned_of() -> None:
    write_map("one", example_with(("limit: 3 per 7 days", "limit: 1 per 7 days")))
    result = runner.invoke(app, ["one"])
    assert result.exit_code == 0
    assert " W205 The map by itself wants to write to the 'coordinator'" in result.stdout
