"""Scenario files: what is refused, with its place, and what runs all the same."""

from __future__ import annotations

import pytest

from commands.engines import run_on_planner
from journeys.reading import load_runnable, scenario_files
from journeys.scenario import load_scenario

MAP = """\
map: small
title: Small
outcome: save_time
owner: ops@example.com
segment: {where: "true"}
attributes: {health: {type: number}}
roles: {csm: {title: CSM}}
personas: {lead: {title: Lead}}
stages:
  - stage: one
    title: One
    touchpoints:
      - {touchpoint: hello, title: Hello, message: hello.md, to: lead}
      - {touchpoint: call, title: Call, role: csm, after: hello}
"""

SCENARIO = """\
scenario: Small
map: ../map.yaml
start: 2026-03-02T10:00:00Z
customer: {id: acme, name: Acme, contacts: [{name: Lee, email: lee@acme.example, personas: [lead]}]}
facts:
  - {at: 2026-03-03T10:00:00Z, step_done: call}
until: 2026-03-04T00:00:00Z
expect:
  - {kind: step_done, step: call, at: "2026-03-03T11:00:00+01:00"}
"""


@pytest.fixture
def written(tmp_path):
    """Writes a map with a scenario, changed by replacing text; returns the scenario's path."""

    def write(*changes, texts=("hello.md",)):
        text = SCENARIO
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "map.yaml").write_text(MAP)
        (tmp_path / "messages").mkdir(exist_ok=True)
        for name in texts:
            (tmp_path / "messages" / name).write_text("---\nsubject: Hello\n---\nHello\n")
        (tmp_path / "scenarios").mkdir(exist_ok=True)
        file = tmp_path / "scenarios" / "small.yaml"
        file.write_text(text)
        return file

    return write


def problems(file):
    loaded = load_scenario(file)
    assert loaded.scenario is None
    return [(problem.line, problem.column, problem.code, problem.message) for problem in loaded.problems]


@pytest.mark.parametrize(
    ("old", "new", "line", "code", "said"),
    [
        ("facts:", "fakts:", 5, "M101", "did you mean 'facts'"),
        ("step_done: call", "step_done: cal", 6, "M105", "did you mean 'call'"),
        ("step_done: call", "step_don: call", 6, "M101", "did you mean 'step_done'"),
        ("step_done: call", "set: {helth: 3}", 6, "M105", "did you mean 'health'"),
        ("kind: step_done", "kind: step_don", 9, "M103", "did you mean 'step_done'"),
        ("kind: step_done", "kin: step_done", 9, "M101", "did you mean 'kind'"),
        ("start: 2026-03-02T10:00:00Z", "start: 2026-03-02T10:00:00", 3, "M103", "timezone"),
        ("until: 2026-03-04T00:00:00Z\n", "", 1, "M102", "'until' is missing"),
        ("../map.yaml", "../maps.yaml", 1, "M102", "There is no file"),
    ],
)
def test_what_is_wrong_with_a_scenario_is_said_with_its_place(written, *, old, new, line, code, said):
    found = problems(written((old, new)))
    assert [(at, what) for at, _, what, message in found if said in message] == [(line, code)], found


def test_a_map_without_its_texts_can_be_tried_all_the_same(written):
    loaded = load_scenario(written(texts=()))
    assert [problem.code for problem in loaded.problems] == ["M110"]
    assert loaded.scenario is not None
    assert "messages/hello.md" in loaded.scenario.files
    assert "step_done" in [entry.kind.value for entry in run_on_planner(loaded.scenario)]


def test_a_map_runs_with_a_customer_who_is_made_up(written):
    loaded = load_runnable(written().parents[1])
    assert loaded.scenario is not None
    kinds = [entry.kind.value for entry in run_on_planner(loaded.scenario)]
    assert kinds[0] == "journey_started"
    assert "step_overdue" in kinds


def test_every_scenario_below_a_folder_is_found_and_no_map(written):
    file = written()
    assert scenario_files(file.parents[1]) == [file]
