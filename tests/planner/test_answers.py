"""Persons whom forms name, who may act on a step, and answers that a later version of the map knows by another id."""

from __future__ import annotations

from typing import Any

import pytest

from milepost.customer import Contact, Customer
from milepost.language.model import Map
from milepost.language.templates.context import answers_context
from milepost.planner.answers import with_person
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import Agreed, MapChanged, StepDone
from milepost.planner.instants import parse
from milepost.planner.plan import plan
from milepost.planner.situation import Situation
from milepost.planner.state import State
from milepost.planner.timeline import MessageHeld

START = parse("2026-03-02T10:00:00Z")
ANN, BO, CY = (
    Contact("Ann", "ann@acme.example", ("sponsor",)),
    Contact("Bo", "bo@acme.example", ("user",)),
    Contact("Cy", "cy@acme.example", ("user", "sponsor")),
)


MAIL = {"messages/m.md": "---\nsubject: M\n---\nSo you need {{ answers.choose.seats }}.\n"}


def compiled(step: str = "choose", condition: str = "", *, mail: bool = False, **more: Any) -> CompiledMap:
    asks = [{"field": "seats", "title": "?", "type": "number"}]
    action = {"action": step, "title": "C", "persona": "admin", "asks": asks, **more}
    starts = condition or f"answers.{step}.seats > 10"
    data: dict[str, Any] = {
        "map": "small", "title": "Small", "outcome": "save_time", "owner": "o", "segment": {"where": "true"},
        "attributes": {"health": {"type": "number"}}, "roles": {"csm": "C"},
        "personas": {
            "sponsor": {"title": "S"}, "user": {"title": "U"}, "admin": {"title": "A", "fallback": "user"},
        },
        "stages": [{"stage": "one", "title": "One", "touchpoints": [{"touchpoint": "t", "title": "T", "role": "csm"}],
                    "actions": [action]}],
        "plays": [{"play": "big", "kind": "risk", "title": "B", "starts_when": {"if": starts}}],
    }  # fmt: skip
    if mail:
        touchpoint = {"touchpoint": "m", "title": "M", "message": "m.md", "to": "user", "after": step}
        data["stages"][0]["touchpoints"].append(touchpoint)
    return CompiledMap.of(Map.model_validate(data), "text" if condition else f"of {step}", MAIL if mail else None)


def begun(on: CompiledMap, *contacts: Contact) -> State:
    acme = Customer("acme", "Acme", contacts=contacts, team={"csm": "ana@vendor.example"})
    return plan(on, State.begin(acme, "small", on.version, START), (), START).state


@pytest.mark.parametrize(
    ("contacts", "email", "after"),
    [
        ((), "new@acme.example", ["new sponsor"]),
        ((ANN, BO), "new@acme.example", ["new sponsor", "ann sponsor", "bo user"]),
        ((BO, ANN), "new@acme.example", ["bo user", "new sponsor", "ann sponsor"]),
        ((BO,), "new@acme.example", ["bo user", "new sponsor"]),
        ((ANN, BO), "ANN@acme.example", ["ann sponsor", "bo user"]),
        ((BO, ANN), "bo@acme.example", ["bo user+sponsor", "ann sponsor"]),
        ((ANN, BO), "bo@acme.example", ["bo user+sponsor", "ann sponsor"]),
        ((ANN, BO, CY), "cy@acme.example", ["cy user+sponsor", "ann sponsor", "bo user"]),
    ],
)
def test_a_person_who_is_named_is_the_first_with_the_persona(
    contacts: tuple[Contact, ...], email: str, after: list[str]
) -> None:
    people = with_person(contacts, "sponsor", "New", email)

    assert [f"{each.email.partition('@')[0]} {'+'.join(each.personas)}" for each in people] == after
    assert next(each for each in people if "sponsor" in each.personas).has_address(email)
    known = {contact.email: contact.name for contact in contacts}
    assert all(each.name == known.get(each.email, "New") for each in people)


def test_a_step_is_the_affair_of_those_with_its_persona_or_of_the_fallback_where_nobody_has_it() -> None:
    on = compiled()
    step, admin = on.steps["choose"], Contact("Di", "di@acme.example", ("admin",))
    with_fallback = Situation(on, begun(on, ANN, BO, CY), START)
    with_admin = Situation(on, begun(on, ANN, BO, admin), START)
    nobody = Situation(on, begun(on, ANN), START)

    who = ("ann@acme.example", "BO@acme.example", "cy@acme.example", "di@acme.example")
    assert [with_fallback.may_act(step, each) for each in who] == [False, True, True, False]
    assert [with_admin.may_act(step, each) for each in who] == [False, False, False, True]
    assert [nobody.may_act(step, each) for each in who] == [False] * 4


def test_the_person_agreed_on_may_act_and_so_may_anyone_where_the_map_says_so() -> None:
    on, open_to_all = compiled(), compiled(anyone=True)
    state = begun(on, ANN, BO)
    agreed = Agreed(id="a", at=START, steps={"choose": {"person": "eve@acme.example"}})
    state = plan(on, state, (agreed,), START).state

    assert Situation(on, state, START).may_act(on.steps["choose"], "Eve@acme.example")
    assert not Situation(on, state, START).may_act(on.steps["choose"], "ann@acme.example")
    anybody = Situation(open_to_all, begun(open_to_all, BO), START)
    assert anybody.may_act(open_to_all.steps["choose"], "somebody@acme.example")


def test_answers_and_what_waits_for_them_go_by_the_new_id_after_a_move() -> None:
    old, new = compiled("choose"), compiled("pick", was="choose")
    filled = StepDone(id="f", at=START, step="choose", answers={"seats": 5})
    state = plan(old, begun(old, BO), (filled,), START).state
    assert state.to_json()["answers"] == {"choose": {"seats": 5}}
    moved = plan(new, state, (MapChanged(id="m", at=START, version=new.version),), START)
    assert moved.state.answers == {"pick": {"seats": 5}}
    later = StepDone(id="l", at=START + 60, step="choose", answers={"seats": 50})
    changed = plan(new, moved.state, (later,), START + 60)
    assert [entry.kind for entry in changed.timeline] == ["answers_changed", "play_started"]


def test_an_answer_of_another_type_in_a_later_version_is_unknown() -> None:
    old, new = compiled(), compiled(condition="has(answers.choose.seats)", asks=[{"field": "seats", "title": "?"}])
    state = plan(old, begun(old, BO), (StepDone(id="f", at=START, step="choose", answers={"seats": 5}),), START).state
    moved = plan(new, state, (MapChanged(id="m", at=START, version="text"),), START)

    assert "play_started" not in [entry.kind for entry in moved.timeline]
    assert answers_context(old.asks, state.answers)["choose"]["seats"] == 5
    assert answers_context(new.asks, state.answers)["choose"]["seats"] is None


def test_a_mail_that_needs_an_answer_waits_for_the_form() -> None:
    on = compiled(mail=True)
    closed = StepDone(id="c", at=START, step="choose", by="ana@vendor.example")
    held = plan(on, begun(on, BO), (closed,), START)
    assert [(entry.why, entry.names) for entry in held.timeline if isinstance(entry, MessageHeld)] == [
        ("value", ("answers.choose.seats",))
    ]
    form = StepDone(id="f", at=START + 60, step="choose", by="bo@acme.example", answers={"seats": 5})
    sent = plan(on, held.state, (form,), START + 60)
    assert [entry.kind for entry in sent.timeline] == ["answers_changed", "message_sent", "step_done"]
