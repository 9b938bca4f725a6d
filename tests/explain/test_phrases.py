"""A map's conditions, branches and dates in words that people use."""

from __future__ import annotations

import pytest

from milepost.explain.phrases import Phrases
from milepost.language.loader import from_data
from milepost.language.model import Map
from milepost.language.steps import Touchpoint

MAP = {
    "map": "small",
    "title": "Small",
    "outcome": "save_time",
    "owner": "ops@vendor.example",
    "segment": {"where": 'customer.country.startsWith("DE")'},
    "attributes": {"renews_on": {"type": "date", "title": "Renewal"}, "goal": {"type": "text"}},
    "roles": {"csm": "CSM"},
    "personas": {"sponsor": {"title": "Sponsor"}},
    "stages": [
        {
            "stage": "start",
            "title": "Start",
            "touchpoints": [
                {
                    "touchpoint": "talk",
                    "title": "Talk",
                    "role": "csm",
                    "results": {
                        "renewed_early": {"set": {"renews_on": "1 year after customer.renews_on", "goal": None}},
                        "later": {"set": {"renews_on": "90 days before today"}},
                    },
                },
                {"touchpoint": "sign", "title": "Sign", "role": "csm", "after": {"talk": ["renewed_early", "later"]}},
            ],
        }
    ],
}


@pytest.fixture(scope="module")
def small() -> Map:
    loaded = from_data(MAP)
    assert loaded.map is not None, loaded.problems
    return loaded.map


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ('customer.country.startsWith("DE")', "country starts with DE"),
        ("!customer.goal.contains('time')", "not goal contains time"),
        ('customer.goal == "save_time" && has(customer.renews_on)', "goal is save time and “Renewal” is known"),
        ('customer.renews_on < "2027-01-01"', "“Renewal” <\xa02027-01-01"),
    ],
)
def test_a_condition_reads_without_its_grammar(small: Map, condition: str, words: str) -> None:
    assert Phrases(small).condition(condition) == words


def test_a_date_that_counts_from_another_names_that_as_people_do(small: Map) -> None:
    talk = small.stages[0].steps[0]
    assert isinstance(talk, Touchpoint)
    phrases = Phrases(small)
    assert (
        phrases.branch((talk.results or {})["renewed_early"]) == "“Renewal” = 1 year after “Renewal”, goal = forgotten"
    )
    assert phrases.branch((talk.results or {})["later"]) == "“Renewal” = 90 days before today"


def test_results_are_words(small: Map) -> None:
    assert [each.in_words for each in small.stages[0].steps[1].awaits] == ["renewed early or later"]
