"""Facts as people and programs write them: one thing said, by the fields that belong to it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from milepost.planner.facts import Agreed, Ended, Noted, Replied, Requested
from milepost.planner.written_facts import WrittenFact

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, "one thing"),
    ({"event": "login", "ended": "lost"}, "event and ended"),
    ({"paused": False}, "written as true"),
    ({"event": "login", "at": "2026-03-02T10:00:00"}, "UTC offset"),
    ({"event": "login", "at": "0001-01-01T10:00:00Z"}, "year"),
    ({"event": "login", "verdict": "verified"}, "doesn't belong|does not belong"),
    ({"step_done": "talk", "results": "good"}, "results"),
    ({"snoozed": "talk"}, "until"),
    ({"answer": "saved"}, "verdict"),
    ({"answer": "saved", "verdict": "perhaps"}, "perhaps"),
    ({"event": "login", "note": "They merge"}, "does not belong"),
    ({"note": ""}, "at least 1"),
    ({"note": "They merge", "reason": "x"}, "does not belong"),
    ({"task_added": "Call", "role": "csm", "person": "bo@vendor.example"}, "not for both"),
    ({"task_added": "Call", "person": {"email": "bo@vendor.example"}}, "is an address"),
    ({"requested": "talk"}, "wish"),
    ({"requested": "talk", "wish": "answer"}, "help, date, person"),
    ({"requested": "talk", "wish": "date"}, "'due' belongs to the wish 'date'"),
    ({"requested": "talk", "wish": "help", "person": "bo@acme.example"}, "'person' belongs to the wish"),
    ({"replied": "talk"}, "note"),
    ({"responded": "talk", "declined": True}, "note"),
    ({"agreed": {"talk": {}}}, "person"),
    ({"agreed": {"talk": {"due": "2026-02-30"}}}, "due|day"),
    ({"contacts": [{"name": "Kim", "email": "kim@acme.example", "timezone": "Atlantis"}]}, "Atlantis"),
]


@pytest.mark.parametrize(("data", "says"), REFUSED, ids=str)
def test_what_says_nothing_or_too_much_is_refused_with_the_reason(data: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        WrittenFact.model_validate(data)


@pytest.mark.parametrize("kind", ["paused", "resumed"])
def test_a_fact_knows_its_kind(kind: str) -> None:
    written = WrittenFact.model_validate({kind: True, "at": "2026-03-02T10:00:00+01:00"})
    assert written.kind == kind
    assert written.fact("1", 0).kind == kind


def test_a_note_beside_another_fact_is_a_field_of_that_fact() -> None:
    alone = WrittenFact.model_validate({"note": "They merge", "about": "talk"})
    beside = WrittenFact.model_validate({"ended": "churned", "note": "They merge"})
    assert (alone.kind, alone.fact("1", 0)) == ("note", Noted(id="1", at=0, text="They merge", about="talk"))
    assert (beside.kind, beside.fact("1", 0)) == ("ended", Ended(id="1", at=0, reason="churned", note="They merge"))


def test_a_day_may_be_written_as_yaml_reads_it() -> None:
    written = WrittenFact.model_validate({"agreed": {"talk": {"due": date(2026, 3, 4)}}})
    assert written.agreed is not None
    assert written.agreed["talk"].values() == {"due": "2026-03-04"}


def test_a_person_is_an_address_with_or_without_a_name() -> None:
    bo = {"name": "Bo Lee", "email": "bo@acme.example"}
    wishes = ({"requested": "talk", "wish": "person", "person": person} for person in (bo, "bo@acme.example"))
    with_name, without = (WrittenFact.model_validate(wish).fact("1", 0) for wish in wishes)
    assert isinstance(with_name, Requested)
    assert isinstance(without, Requested)
    assert (with_name.person, without.person) == (bo, {"email": "bo@acme.example"})
    agreed = WrittenFact.model_validate({"agreed": {"talk": {"person": bo}, "call": {"person": "bo@acme.example"}}})
    assert agreed.fact("1", 0) == Agreed(
        id="1", at=0, steps={"talk": {"person": bo}, "call": {"person": "bo@acme.example"}}
    )


def test_a_reply_to_a_message_is_about_its_step() -> None:
    reply = WrittenFact.model_validate({"replied": "talk/2/reminder/1", "note": "When?"}).fact("1", 0)
    assert isinstance(reply, Replied)
    assert reply.step == "talk"
