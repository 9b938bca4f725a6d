"""Files that aren't maps, by mistake or by intent, are refused quickly, with a clear error at its place."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from milepost.language.loader import from_files, load
from milepost.language.problems import Problem
from milepost.language.yaml_text import MAX_DEPTH, MAX_LINE, read_yaml
from milepost.people.map_check import check_map
from milepost.scenarios.scenario import load_scenario
from tests.language.broken import EXAMPLE, SIDE_FILES, address_of, example_with, problems_of, problems_with

QUICK = 10.0
"""Seconds on a machine that does other work too; each takes less than two where nothing else runs."""
LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(12)
)


def written(folder: Path, content: str | bytes) -> Path:
    for name, text in SIDE_FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    file = folder / "map.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def only(problems: tuple[Problem, ...]) -> Problem:
    (problem,) = problems
    return problem


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        (EXAMPLE + "# x\n" * 300_000, (1, 1), "larger than 1 MB"),
        ("map: a\nstages:\n" + "  - {stage: a, title: b}\n" * 30_000, (4002, 5), "more than 20000 values"),
        (LAUGHS, (1, 4), "once its aliases are written out"),
        ("map: &a [*a]\n", (1, 6), "an alias contains itself"),
        ("map: " + "[" * 5_000, (1, 65), f"nested deeper than {MAX_DEPTH} levels"),
        ("map: a\nx:\n" + "".join(" " * n + "- \n" for n in range(1, 500)), (62, 61), "nested deeper"),
        (example_with(("    target: 30 days", "    target: 1000000 years")), None, "longer than 100 years"),
        (example_with(("    target: 30 days", f"    target: {'9' * 5000} years")), None, "is too long"),
        (EXAMPLE.replace("Kickoff call", "Kickoff für alle").encode("latin-1"), None, "isn't UTF-8"),
        (EXAMPLE.encode("utf-16"), (1, 1), "UTF-16"),
        (EXAMPLE.encode("utf-16-le"), (1, 1), "UTF-16"),
        (EXAMPLE.replace("    title: Onboarding", "\ttitle: Onboarding"), None, "indent with spaces, not tabs"),
        (EXAMPLE.replace("Kickoff call", "Kick\0off"), None, "There is an invisible control character here"),
        ("map: " + "!" * (MAX_LINE + 1), (1, 1), "The line is longer than"),
        ("", (1, 1), "The file doesn't hold a map"),
    ],
    ids=[
        "over a megabyte", "too many values", "aliases that explode", "an alias of itself", "deep brackets",
        "deep dashes", "a million years", "a number of 5000 digits", "latin-1", "utf-16", "utf-16 without a mark",
        "tabs", "a zero byte", "a line without an end", "nothing",
    ],
)  # fmt: skip
def test_a_bad_file_gets_one_clear_error_with_its_place_and_quickly(
    tmp_path: Path, content: str | bytes, place: tuple[int, int] | None, message: str
) -> None:
    file = written(tmp_path, content)
    begun = time.monotonic()
    problem = only(check_map(load(file)))
    assert time.monotonic() - begun < QUICK
    assert message in problem.message
    assert len(problem.message) < 400
    if place is not None:
        assert (problem.line, problem.column) == place
    else:
        assert problem.line > 30
        assert problem.file == str(file)


def test_the_place_of_a_letter_in_another_encoding_is_reported(tmp_path: Path) -> None:
    text = EXAMPLE.replace("Kickoff call", "Kickoff für alle")
    problem = only(load(written(tmp_path, text.encode("latin-1"))).problems)
    assert (problem.line, problem.column) == address_of(text, "ür alle")


@pytest.mark.parametrize("line", ["!" * MAX_LINE, "&a " * 60_000, "'" * 199_999, "- " * 90_000, "*a " * 60_000])
def test_a_long_line_is_read_or_refused_quickly(line: str) -> None:
    begun = time.monotonic()
    reading = read_yaml(f"map: {line}")
    assert time.monotonic() - begun < QUICK
    assert reading.faults
    assert all(len(fault.message) < 400 for fault in reading.faults)


def large(steps: int) -> str:
    """The example with so many actions more, each after the one before, in stages of fifty."""
    stages = ""
    for number in range(steps):
        stage, place = divmod(number, 50)
        if place == 0:
            stages += f"  - stage: stage_{stage}\n    title: Stage {stage}\n    actions:\n"
        after = f", after: action_{number - 1}" if place else ""
        stages += (
            f"      - {{action: action_{number}, title: T, persona: coordinator, message: connect.md, due: 2 weeks, "
            f"remind: on the day, wait: 3 days, skip_when: customer.health > 9{number}{after}}}\n"
        )
    return EXAMPLE.replace("stages:\n", f"stages:\n{stages}")


def test_a_map_of_500_steps_is_checked_in_a_few_seconds() -> None:
    begun = time.monotonic()
    problems = check_map(from_files({"map.yaml": large(500), **SIDE_FILES}))
    assert time.monotonic() - begun < QUICK
    assert [each for each in problems if each.severity == "error"] == []


def test_a_mistake_in_a_map_of_500_steps_is_found_at_its_place() -> None:
    text = large(500).replace("after: action_478", "after: action_47")
    text = text.replace("persona: coordinator, message: connect.md, due: 2 weeks", "persona: nobody, due: 2 weeks", 1)
    problems = problems_of(text)
    (unknown,) = [each for each in problems if each.code == "M105"]
    assert (unknown.line, unknown.column) == address_of(text, "nobody")


# Scenarios.

SCENARIO = """\
scenario: It begins
map: ../map.yaml
start: 2026-03-02T10:00:00Z
customer:
  id: acme
  name: Acme
  attributes: {tier: enterprise, goal: save_time}
  contacts:
    - {name: Sam, email: sam@acme.example, personas: [sponsor]}
facts:
  - {at: 2026-03-03T10:00:00Z, step_done: kickoff}
  - {at: 2026-03-04T10:00:00Z, agreed: {connect: {due: 2026-03-09}}}
until: 2026-03-05T00:00:00Z
expect:
  - {kind: step_done, step: kickoff}
never:
  - {kind: step_overdue, step: kickoff}
"""


def scenario_problem(tmp_path: Path, content: str | bytes) -> Problem:
    written(tmp_path, EXAMPLE)
    file = tmp_path / "scenarios" / "begins.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    problem = only(load_scenario(file).problems)
    assert problem.file == str(file)
    return problem


def test_the_scenario_that_the_next_ones_break_is_good(tmp_path: Path) -> None:
    written(tmp_path, EXAMPLE)
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "begins.yaml").write_text(SCENARIO)
    assert load_scenario(tmp_path / "scenarios" / "begins.yaml").problems == ()


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("until:", "untill:", "untill"),
        ("  name: Acme", "  nmae: Acme\n  name: Acme", "nmae"),
        ("{name: Sam,", "{name: Sam, phone: x,", "phone"),
        ("step_done: kickoff}", "step_done: kickoff, nots: x}", "nots"),
        ("{due: 2026-03-09}", "{due: 2026-03-09, who: me}", "who"),
        ("{kind: step_done, step: kickoff}", "{kind: step_done, stepp: kickoff}", "stepp"),
        ("{kind: step_overdue, step: kickoff}", "{kind: step_overdue, stp: kickoff}", "stp"),
    ],
)
def test_an_unknown_field_of_a_scenario_is_reported_at_its_place(tmp_path: Path, old: str, new: str, word: str) -> None:
    text = SCENARIO.replace(old, new, 1)
    assert text != SCENARIO
    written(tmp_path, EXAMPLE)
    file = tmp_path / "scenarios" / "begins.yaml"
    file.parent.mkdir()
    file.write_text(text)
    (problem,) = [each for each in load_scenario(file).problems if each.code == "M101"]
    assert (problem.line, problem.column) == address_of(text, word)
    assert f"Unknown field '{word}'" in problem.message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (SCENARIO + "# x\n" * 300_000, "larger than 1 MB"),
        (SCENARIO.replace("Acme", "Ärzte").encode("latin-1"), "isn't UTF-8"),
        (SCENARIO.encode("utf-16"), "UTF-16"),
        (SCENARIO.replace("  id: acme", "\tid: acme"), "indent with spaces, not tabs"),
        (LAUGHS, "once its aliases are written out"),
    ],
)
def test_a_bad_scenario_file_gets_one_clear_error(tmp_path: Path, content: str | bytes, message: str) -> None:
    assert message in scenario_problem(tmp_path, content).message


@pytest.mark.parametrize(
    ("written", "meant"),
    [("touchpoint: reCap", "'re_cap'"), ("touchpoint: re-cap", "'re_cap'"), ("touchpoint: RECAP", "'recap'")],
)
def test_an_id_in_another_spelling_is_told_as_an_id(written: str, meant: str) -> None:
    messages = [problem.message for problem in problems_with(("touchpoint: recap", written))]
    assert any(message.endswith(f"such as {meant}") for message in messages), messages
