"""Files of behaviour: what they may say, and what is said of those that can't be used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.people.behaviour import Behaviour
from milepost.people.behaviour_file import read_behaviour
from tests.capacity.conftest import SMALL, chart_from

PAGE = Path(__file__).parents[2] / "docs" / "forecast.md"
CHART = chart_from(SMALL)


def read(text: str):
    return read_behaviour(text, "b.yaml", [CHART])


def problems(text: str) -> list[str]:
    result = read(text)
    assert result.behaviour is None
    return [str(problem) for problem in result.problems]


def test_an_empty_file_says_what_is_shipped():
    assert read("").behaviour == Behaviour()


def test_a_file_says_only_what_differs():
    result = read("seed: 7\nteam: {csm: {people: 3, hours_per_week: 24}}\ncolleagues: {results: {good: 3}}").behaviour
    assert result is not None
    assert result.seed == 7
    assert result.team["csm"].people == 3
    assert result.customers == Behaviour().customers
    assert result.colleagues.results["good"] == 3
    assert result.colleagues.results["renewed"] == Behaviour().colleagues.results["renewed"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("custommers: {}", "b.yaml:1:1 M101 Unknown field 'custommers'; did you mean 'customers'?"),
        ("seed: 1\ncustomers:\n  pase: {}", "b.yaml:3:3 M101 Unknown field 'pase'; did you mean 'pace'?"),
        (
            "team:\n  csm: {people: 3, hours: 4}",
            "b.yaml:2:20 M101 Unknown field 'hours'; did you mean 'hours_per_week'?",
        ),
        ("team:\n  csm: {hours_per_week: 4}", "b.yaml:2:8 M102 'team.csm' has no 'people'; add it"),
        (
            "customers: {pace: {early: -1}}",
            "b.yaml:1:27 M103 'customers.pace.early' takes a number of at least 0, not -1",
        ),
        ("customers: {pace: {early: 0, late: 0}}", "b.yaml:1:19 M103 every share is 0; give at least one more than 0"),
        ("team: {csm: {people: one}}", "b.yaml:1:22 M103 'team.csm.people' takes a number, not 'one'"),
        ("customers: {pace: fast}", "'customers.pace' takes fields, each with a name and a colon, not 'fast'"),
        ("renewals: {term: 4w}", "'4w' is not a duration; write '4 weeks'"),
        (
            "customers:\n   late_by: 4 days\n  pace: {early: 1}",
            "b.yaml:3:3 M103 'pace: {early: 1}' is indented by 2",
        ),
        ("customers: {late_by: soon}", "'soon' is not a duration"),
        (
            "customers: {pace: {early: .inf}}",
            "b.yaml:1:27 M103 'customers.pace.early' takes a number that is not infinite",
        ),
        ("attributes: {health: {swing: 5, every: 3 hours}}", "'3 hours' is too often"),
        ("attributes: {health: {swing: 5, lowest: 9, highest: 1}}", "lowest 9 is above highest 1"),
        ("renewals: {term: 2 hours}", "'2 hours' isn't the term of a contract"),
        ("events: {champion_left: 5000}", "happens 5000 times a year"),
        (
            "steps: {kickof: {pace: {early: 1}}}",
            "b.yaml:1:9 M105 Unknown name 'kickof' in 'steps'; did you mean 'kickoff'?",
        ),
        ("steps: {kickoff: {answers: {verified: 1}}}", "'kickoff' isn't an outcome"),
        ("steps: {call: {results: {god: 1}}}", "Unknown result 'god'; did you mean 'good'?"),
        ("steps: {call: {results: {good: 0}}}", "every weight is 0"),
        ("team: {cms: {people: 1}}", "Unknown name 'cms' in 'team'; did you mean 'csm'?"),
        ("events: {champion_lost: 1}", "Unknown name 'champion_lost' in 'events'"),
        ("attributes: {helth: {swing: 1}}", "Unknown name 'helth' in 'attributes'; did you mean 'health'?"),
        ("- 1", "The file isn't a behaviour"),
        ("seed: 1\nseed: 2", "b.yaml:2:1 M104 'seed' is written twice"),
        ("a: {", "b.yaml:"),
        ("seed: 1\n\tseed: 2", "indent with spaces, not tabs"),
    ],
)
def test_problems_are_reported_with_their_place(text, said):
    assert any(said in problem for problem in problems(text)), problems(text)


def test_all_problems_are_reported_at_once():
    assert len(problems("sed: 1\ncustomers: {pase: {}}\nhours_per_week: 0")) == 3


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        _deeper := (
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from([*Behaviour.model_fields, "pace", "early", "csm", "x"]), inner, max_size=4
                )
            )
        ),
    )
)
def test_whatever_a_file_holds_it_is_read_or_refused(data):
    import json  # noqa: PLC0415 - for this test alone

    result = read(json.dumps(data))
    assert (result.behaviour is None) == bool(result.problems)


def test_the_page_tells_what_is_shipped():
    example = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)[0]
    result = read_behaviour(example, "docs/forecast.md", [CHART])
    assert result.problems == ()
    assert result.behaviour == Behaviour()


def test_the_page_names_every_field():
    words = set(re.findall(r"[a-z_]+", PAGE.read_text()))
    assert set(_fields(Behaviour)) <= words


def _fields(model):
    for name, info in model.model_fields.items():
        yield name
        inner = getattr(info.annotation, "model_fields", None)
        if inner:
            yield from _fields(info.annotation)


@pytest.mark.parametrize("step", ["results", "pace", "kickoff"])
def test_an_unknown_field_of_a_step_is_named_whatever_the_step_is_called(step):
    assert "Unknown field 'pase'; did you mean 'pace'?" in "".join(problems(f"steps: {{{step}: {{pase: 1}}}}"))
