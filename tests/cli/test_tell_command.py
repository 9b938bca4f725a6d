"""Words typed after `milepost tell CUSTOMER`, read as facts."""

from __future__ import annotations

from typing import Any

import pytest

from milepost.cli import tell
from milepost.intake.fact_examples import EXAMPLES
from milepost.intake.facts import FactReceipt, FactStatus
from milepost.intake.typed_facts import TypedFactError, fact_of, told
from milepost.language.asks import Ask
from milepost.language.field_types import AttributeType
from milepost.planner.written_facts import KINDS

TYPES = {"health": AttributeType.NUMBER, "plan": AttributeType.TEXT, "renews_on": AttributeType.DATE}


def read(line: str, **more: Any) -> dict[str, Any]:
    kind, *words = line.split()
    return fact_of(kind, words, more, TYPES).model_dump(exclude_none=True, mode="json")


BO = {"name": "Bo Lee", "email": "bo@x.example"}
BO_WRITTEN = "Bo Lee <bo@x.example>"


def test_an_agreed_person_may_come_with_a_name() -> None:
    words = ["a", "due=2026-03-14", f"person={BO_WRITTEN}"]
    written = fact_of("agreed", words, {}, TYPES).model_dump(exclude_none=True, mode="json")
    assert written == {"agreed": {"a": {"due": "2026-03-14", "person": BO}}}


@pytest.mark.parametrize(
    ("line", "more", "fact"),
    [
        ("step_done kickoff", {"result": "held"}, {"step_done": "kickoff", "result": "held"}),
        ("step_done kickoff result=held", {}, {"step_done": "kickoff", "result": "held"}),
        ("step_skipped kickoff", {"reason": "known"}, {"step_skipped": "kickoff", "reason": "known"}),
        ("step_reopened kickoff", {}, {"step_reopened": "kickoff"}),
        ("snoozed sso 2026-03-10", {}, {"snoozed": "sso", "until": "2026-03-10"}),
        ("event shown n=3 big=true", {}, {"event": "shown", "properties": {"n": 3, "big": True}}),
        ("answer saved verified value=12", {}, {"answer": "saved", "verdict": "verified", "value": 12}),
        ("answer saved partial", {"value": "much"}, {"answer": "saved", "verdict": "partial", "value": "much"}),
        ("revoked saved", {}, {"revoked": "saved"}),
        ("set health=35 seats=20", {}, {"set": {"health": 35, "seats": 20}}),
        ("set plan=2024 since=2024 code=01", {}, {"set": {"plan": "2024", "since": 2024, "code": "01"}}),
        ('set since="2024" odd=NaN', {}, {"set": {"since": "2024", "odd": "NaN"}}),
        ("team csm=ana@x.example", {}, {"team": {"csm": "ana@x.example"}}),
        ("agreed a due= person=", {}, {"agreed": {"a": {"cleared": ["due", "person"]}}}),
        ("agreed a due= person=ana", {}, {"agreed": {"a": {"person": "ana", "cleared": ["due"]}}}),
        ("task_added call", {"internal": True}, {"task_added": "call", "internal": True}),
        ("agreed a due=2026-03-10 b person=ana", {}, {"agreed": {"a": {"due": "2026-03-10"}, "b": {"person": "ana"}}}),
        ("requested a help", {"note": "How?"}, {"requested": "a", "wish": "help", "note": "How?"}),
        ("requested a date due=2026-03-14", {}, {"requested": "a", "wish": "date", "due": "2026-03-14"}),
        ("requested a person", {"person": BO_WRITTEN}, {"requested": "a", "wish": "person", "person": BO}),
        ("replied a needs_answer=true", {"note": "When?"}, {"replied": "a", "note": "When?", "needs_answer": True}),
        ("responded a declined=true", {"note": "No"}, {"responded": "a", "note": "No", "declined": True}),
        ("play_started rescue", {}, {"play_started": "rescue"}),
        ("paused", {"reason": "merger"}, {"paused": True, "reason": "merger"}),
        ("resumed", {}, {"resumed": True}),
        ("ended went elsewhere", {}, {"ended": "went elsewhere"}),
        ("map_changed abc", {}, {"map_changed": "abc"}),
        ("message_failed sso/1/opening/1", {"why": "gone"}, {"message_failed": "sso/1/opening/1", "why": "gone"}),
        ("task_done stuck/value/1", {"note": "ok"}, {"task_done": "stuck/value/1", "note": "ok"}),
    ],
)  # fmt: skip
def test_words_are_read_as_facts(line: str, more: dict[str, Any], fact: dict[str, Any]) -> None:
    assert read(line, **more) == fact


ASKS = {
    f"choose.{field}": Ask.model_validate({"field": field, "title": "?", **more})
    for field, more in {
        "day": {"type": "date"},
        "seats": {"type": "number"},
        "room": {},
        "trial": {"type": "flag"},
        "teams": {"type": "choice", "one_of": ["sales", "service, north"], "many": True},
        "lead": {"type": "person"},
        "site": {"type": "url"},
    }.items()
}


@pytest.mark.parametrize(
    ("words", "answers"),
    [
        (["answers.day=4.5.2026", "answers.seats=1.234,5"], {"day": "2026-05-04", "seats": 1234.5}),
        (["answers.room=12", "answers.trial=no"], {"room": "12", "trial": False}),
        (["answers.teams=service, north, sales"], {"teams": ["service, north", "sales"]}),
        (["answers.teams=sales,else"], {"teams": ["sales", "else"]}),
        (["answers.lead=Sam Poe <sam@acme.example>"], {"lead": {"name": "Sam Poe", "email": "sam@acme.example"}}),
        (["answers.site=acme.example/plan", "answers.room="], {"site": "https://acme.example/plan"}),
        (["answers.unknown=5"], {"unknown": 5}),
    ],
)
def test_the_answers_of_a_form_are_read_as_the_map_asks_for_them(words: list[str], answers: dict[str, Any]) -> None:
    fact = fact_of("step_done", ["choose", *words], {"by": "sam@acme.example"}, TYPES, ASKS)
    assert fact.answers == answers


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("seats=many", "'seats': 'many' isn't a number"),
        ("seats=1.234", "1234"),
        ("day=soon", "'day': 'soon' isn't a date"),
        ("lead=Sam", "Name"),
    ],
)
def test_an_answer_that_is_not_of_its_kind_is_not_recorded(word: str, says: str) -> None:
    with pytest.raises(TypedFactError, match=says):
        fact_of("step_done", ["choose", f"answers.{word}"], {}, TYPES, ASKS)


def test_an_attribute_without_a_value_is_forgotten() -> None:
    assert fact_of("set", ["health=", "plan=null"], {}, TYPES).set == {"health": None, "plan": None}


def test_contacts_are_written_as_in_a_book() -> None:
    fact = fact_of("contacts", ["Sam Poe <sam@acme.example> sponsor+user; Ann <ann@acme.example>"], {}, TYPES)
    assert fact.contacts is not None
    assert [(each.name, each.personas) for each in fact.contacts] == [("Sam Poe", ("sponsor", "user")), ("Ann", ())]


@pytest.mark.parametrize(
    ("line", "more", "message"),
    [
        ("setp health=3", {}, "Did you mean 'set'?"),
        ("step_done", {}, "say what it is about after 'step_done'"),
        ("step_done a b", {}, "unexpected 'b'"),
        ("step_done kickoff result=a", {"result": "b"}, "given twice"),
        ("step_done kickoff", {"verdict": "verified"}, "'verdict' does not belong to 'step_done'"),
        ("answer saved good", {}, "none of verified, partial, disputed"),
        ("answer saved", {}, "needs 'verdict'"),
        ("set health", {}, "NAME=VALUE"),
        ("set", {}, "nothing to set"),
        ("set health=x", {}, "isn't a number"),
        ("set a=1 a=2", {}, "given twice"),
        ("agreed due=2026-03-10", {}, "name the step before"),
        ("agreed kickoff result=", {}, "agreed.kickoff.cleared"),
        ("agreed kickoff due= at=2026-03-10T09:00:00Z", {}, "'due' is agreed on and 'cleared'"),
        ("agreed kickoff due=soon", {}, "agreed.kickoff.due"),
        ("paused because", {}, "--reason"),
        ("contacts Sam", {}, "isn't a contact"),
    ],
)  # fmt: skip
def test_an_incomplete_fact_is_explained_by_example(line: str, more: dict[str, Any], message: str) -> None:
    with pytest.raises(TypedFactError) as raised:
        read(line, **more)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("typed", "suggestion"),
    [
        ("done", "step_done"), ("Done", "step_done"), ("completed", "step_done"), ("skip", "step_skipped"),
        ("undo", "step_reopened"), ("pause", "paused"), ("stopped", "paused"), ("resume", "resumed"),
        ("snooze", "snoozed"), ("play", "play_started"), ("step-done", "step_done"), ("stpe_done", "step_done"),
        ("outcome", "answer"), ("move", "map_changed"), ("attribute", "set"),
    ],
)  # fmt: skip
def test_an_unknown_fact_suggests_the_one_that_is_meant(typed: str, suggestion: str) -> None:
    with pytest.raises(TypedFactError) as raised:
        read(f"{typed} kickoff")
    assert raised.value.hint is not None
    assert raised.value.hint.startswith(f"Did you mean {suggestion!r}? For example: {suggestion}")


@pytest.mark.parametrize("typed", ["end", "endd", "Ended", "ending", "close", "closed", "amended", "bogus", "finale"])
def test_an_end_is_never_suggested_as_it_cannot_be_taken_back(typed: str) -> None:
    with pytest.raises(TypedFactError) as raised:
        read(f"{typed} churned")
    assert "Did you mean 'ended'" not in str(raised.value)


def test_every_kind_has_an_example() -> None:
    assert set(EXAMPLES) == set(KINDS)


def test_what_an_event_says_in_vain_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    receipt = FactReceipt("f1", FactStatus.DELIVERED, "Recorded.", ("The property 'rows' is a text.",))
    tell._print(told("acme", receipt, None))

    assert "Warning: The property 'rows' is a text." in capsys.readouterr().out
    assert told("acme", receipt, None)["warnings"] == ["The property 'rows' is a text."]
    assert "warnings" not in told("acme", FactReceipt("f1", FactStatus.DELIVERED, "Recorded."), None)
