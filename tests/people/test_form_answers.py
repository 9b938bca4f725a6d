"""Made-up customers fill in forms with answers that fit."""

from __future__ import annotations

from datetime import date

import pytest

from milepost.customer import Contact
from milepost.language.asks import Ask
from milepost.people.draws import no_chance, seeded
from milepost.people.form_answers import form_answers

ASKS = [
    Ask.model_validate({"title": "?", **each})
    for each in (
        {"field": "text"},
        {"field": "long", "type": "long_text"},
        {"field": "seats", "type": "number", "set": "seats"},
        {"field": "day", "type": "date", "set": "golive_on"},
        {"field": "sure", "type": "flag"},
        {"field": "size", "type": "choice", "one_of": ["s", "m", "l"], "set": "size"},
        {"field": "teams", "type": "choice", "one_of": ["a", "b", "c"], "many": True},
        {"field": "lead", "type": "person", "persona": "sponsor"},
        {"field": "other", "type": "person"},
        {"field": "contract", "type": "file"},
        {"field": "site", "type": "url", "optional": True},
    )
]
TODAY = date(2026, 3, 2)
SAM = Contact("Sam Poe", "sam@acme.example", ("sponsor",))


@pytest.mark.parametrize("seed", range(20))
def test_every_answer_is_of_its_kind_and_nothing_that_is_needed_is_left_out(seed: int) -> None:
    answers = form_answers(ASKS, {}, (SAM,), TODAY, seeded(seed)("form"))

    assert {ask.field for ask in ASKS if not ask.optional} <= set(answers)
    assert [ask.field for ask in ASKS if ask.field in answers and ask.complaint(answers[ask.field])] == []
    assert answers["day"] > TODAY.isoformat()


def test_optional_fields_are_left_out_now_and_then() -> None:
    sent = [set(form_answers(ASKS, {}, (), TODAY, seeded(seed)("form"))) for seed in range(20)]
    assert 0 < sum("site" in fields for fields in sent) < 20


def test_what_is_known_is_said_again_and_a_past_date_is_not() -> None:
    known = {"seats": 7, "size": "m", "golive_on": "2026-09-01"}
    answers = form_answers(ASKS, known, (SAM,), TODAY, no_chance())

    assert (answers["seats"], answers["size"], answers["day"]) == (7, "m", "2026-09-01")
    assert answers["lead"] == {"name": "Sam Poe", "email": "sam@acme.example"}
    assert answers["other"]["email"] == "other@acme.example"
    assert form_answers(ASKS, {"golive_on": "2026-01-01"}, (), TODAY, no_chance())["day"] > TODAY.isoformat()
