"""Tasks about mail that nobody wants or that lacks a value: whose they are, and how they end."""

from __future__ import annotations

from typing import Any

from milepost.customer import Contact, Customer, Mail
from milepost.language.loader import from_files
from milepost.planner.commands import CloseTask, OpenTask
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.enums import SystemTaskReason
from milepost.planner.facts import Agreed, AttributesSet, Fact, MapChanged, MessageFailed, StepDone, TaskDone
from milepost.planner.plan import Plan, plan
from milepost.planner.state import State
from milepost.planner.timeline import MessageDropped, MessageHeld

START = 1_772_445_600  # 2026-03-02 10:00
DAY = 86_400
MAP = """
map: seats
title: Seats
outcome: save_time
owner: Ops@Vendor.example
segment: {where: customer.id != ""}
attributes: {seats: {type: number}, other: {type: number}}
roles: {csm: Customer success manager}
personas: {lead: {title: Lead}, boss: {title: Boss}}
stages:
  - stage: one
    title: One
    actions:
      - {action: seats, title: Seats, persona: boss, message: seats.md, due: 4 weeks}
      - {action: news, title: News, persona: lead, message: news.md, due: 4 weeks}
      - {action: more, title: More, persona: lead, message: news.md, due: 4 weeks}
      - {action: late, title: Late, persona: lead, after: news, message: news.md, due: 4 weeks}
"""
MESSAGES = {
    "messages/seats.md": "---\nsubject: Seats\n---\n{{ customer.seats }}\n",
    "messages/news.md": "---\nsubject: News\n---\nNews\n",
}
LEE = Contact("Lee", "lee@acme.example", ("lead",), mail=Mail.NONE)
BO = Contact("Bo", "bo@acme.example", ("boss",))


def compiled(version: str = "v1", text: str = MAP) -> CompiledMap:
    files = {"map.yaml": text, **MESSAGES}
    loaded = from_files(files)
    assert loaded.map is not None, loaded.problems
    return CompiledMap.of(loaded.map, version, files)


def begun(days: int = 2, **changes: Any) -> Plan:
    customer = Customer("acme", "Acme", contacts=(LEE, BO), team={"csm": "ana@vendor.example"}).having(**changes)
    return plan(compiled(), State.begin(customer, "seats", "v1", START), (), START + days * DAY)


def test_tasks_open_and_close_at_their_own_instants_however_late_the_journey_is_planned() -> None:
    begins = plan(
        compiled(), State.begin(Customer("acme", "Acme", contacts=(LEE, BO)), "seats", "v1", START), (), START
    )
    told = AttributesSet(id="f", at=START + 3 * DAY, attributes={"seats": 3})

    late = plan(compiled(), begins.state, [told], START + 9 * DAY)

    opened = [each for each in (*begins.commands, *late.commands) if isinstance(each, OpenTask)]
    at = {each.why: each.at for each in opened}
    assert at[SystemTaskReason.OPTED_OUT] == START
    assert START < at[SystemTaskReason.VALUE] <= START + 2 * DAY
    assert [each.at for each in late.commands if isinstance(each, CloseTask)] == [told.at]


def after(before: Plan, fact: Fact, compiled_map: CompiledMap | None = None) -> Plan:
    return plan(compiled_map or compiled(), before.state, [fact], fact.at)


def closed(made: Plan) -> dict[str, str]:
    return {command.task: command.status for command in made.commands if isinstance(command, CloseTask)}


def test_the_tasks_go_to_the_csm_and_to_the_owner() -> None:
    opened = {command.task: command for command in begun().commands if isinstance(command, OpenTask)}
    assert {task: (each.role, each.person) for task, each in opened.items()} == {
        "opted_out/news/1": ("csm", "ana@vendor.example"),
        "opted_out/more/2": ("csm", "ana@vendor.example"),
        "value/seats/1": ("", "Ops@Vendor.example"),
    }


def test_what_nobody_wants_is_dropped_in_the_order_of_the_file_and_not_named_as_lacking() -> None:
    timeline = begun(0).timeline
    assert [entry.step for entry in timeline if isinstance(entry, MessageDropped)] == ["news", "more"]
    assert [entry.names for entry in timeline if isinstance(entry, MessageHeld)] == [("customer.seats",)]


def test_a_message_without_anybody_to_get_it_names_no_values() -> None:
    held = [entry for entry in begun(0, contacts=(LEE,)).timeline if isinstance(entry, MessageHeld)]
    assert [(entry.why, entry.names) for entry in held] == [("contact", None)]


def test_the_owners_task_is_done_once_the_value_is_known_and_withdrawn_if_the_step_closes() -> None:
    before = begun()
    known = after(before, AttributesSet(id="1", at=START + 3 * DAY, attributes={"seats": 3}))
    assert closed(known) == {"value/seats/1": "done"}
    done = after(before, StepDone(id="1", at=START + 3 * DAY, step="seats"))
    assert closed(done) == {"value/seats/1": "withdrawn"}


def test_the_owner_is_told_at_the_end_of_the_next_business_day_and_the_plan_wakes_for_it() -> None:
    before = begun(0)
    assert before.wake_at == START + DAY + 7 * 3600
    assert SystemTaskReason.VALUE not in {task.why for task in before.state.tasks.values()}


def test_the_csms_task_is_withdrawn_when_its_step_closes_and_the_others_stay() -> None:
    done = after(begun(), StepDone(id="1", at=START + 3 * DAY, step="news"))
    assert closed(done) == {"opted_out/news/1": "withdrawn"}
    assert {"opted_out/more/2", "value/seats/1"} < set(done.state.tasks)


def test_the_tasks_follow_their_steps_to_another_name() -> None:
    renamed = MAP.replace("action: seats,", "action: places, was: seats,").replace(
        "action: news,", "action: tell, was: news,"
    )
    renamed = renamed.replace("after: news", "after: tell")
    new = compiled("v2", renamed)
    moved = after(begun(), MapChanged(id="1", at=START + 3 * DAY, version="v2"), new)
    assert {task.about for task in moved.state.tasks.values()} == {"places", "tell", "more"}
    known = after(moved, AttributesSet(id="2", at=START + 4 * DAY, attributes={"seats": 3}), new)
    assert closed(known) == {"value/seats/1": "done"}
    done = after(known, StepDone(id="3", at=START + 5 * DAY, step="tell"), new)
    assert closed(done) == {"opted_out/news/1": "withdrawn"}


def test_an_agreed_address_that_was_refused_is_forgotten_for_steps_to_come_too() -> None:
    steps = {step: {"person": "new@acme.example", "due": "2026-04-01"} for step in ("seats", "late")}
    agreed = after(begun(), Agreed(id="1", at=START + 3 * DAY, steps=steps))
    assert agreed.state.step("seats").person == "new@acme.example"
    failed = MessageFailed(
        id="2", at=START + 4 * DAY, message="seats/1/opening/1", permanent=True, contact="NEW@acme.example"
    )
    refused = after(agreed, failed)
    assert refused.state.step("seats").person is None
    assert refused.state.agreed == {"late": {"due": "2026-04-01"}}
    assert refused.state.customer == agreed.state.customer


def test_a_failure_that_is_not_for_good_refuses_no_address() -> None:
    failed = MessageFailed(id="1", at=START + 3 * DAY, message="seats/1/opening/1")
    assert after(begun(), failed).state.customer.contacts == (LEE, BO)


def test_the_owner_is_told_once_a_message_though_the_task_was_done_without_the_value() -> None:
    done = after(begun(), TaskDone(id="1", at=START + 3 * DAY, task="value/seats/1"))
    later = after(done, AttributesSet(id="2", at=START + 4 * DAY, attributes={"other": 3}))
    assert not [each for each in later.state.tasks.values() if each.why is SystemTaskReason.VALUE]
    assert [queued.step for queued in later.state.queue] == ["seats"]


def test_a_reminder_with_a_text_of_its_own_needs_what_that_says() -> None:
    reminded = MAP.replace("message: seats.md, due: 4 weeks", "message: news.md, reminder: seats.md, due: 4 weeks")
    compiled_map = compiled("v1", reminded.replace("due: 4 weeks}", "due: 4 weeks, remind: [3 weeks before]}", 1))
    customer = Customer("acme", "Acme", contacts=(BO,))
    made = plan(compiled_map, State.begin(customer, "seats", "v1", START), (), START + 8 * DAY)
    held = [entry for entry in made.timeline if isinstance(entry, MessageHeld) and entry.why == "value"]
    assert [(entry.message, entry.names) for entry in held] == [("seats/1/reminder/1", ("customer.seats",))]


def test_the_address_that_the_fact_names_is_refused_whoever_is_written_to_now() -> None:
    old = Contact("Al", "al@acme.example")
    failed = MessageFailed(
        id="1", at=START + 3 * DAY, message="seats/1/opening/1", permanent=True, contact="AL@acme.example"
    )
    made = after(begun(contacts=(BO, old)), failed)
    assert [(each.email, each.refused) for each in made.state.customer.contacts] == [
        ("bo@acme.example", False),
        ("al@acme.example", True),
    ]
