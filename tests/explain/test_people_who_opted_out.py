"""What is said of mail that nobody wants, and of mail that waits for a value."""

from __future__ import annotations

from milepost.customer import Contact, Customer
from milepost.explain.held_messages import held_messages
from milepost.explain.sentences import Wording
from milepost.explain.waits import waiting_for
from milepost.language.loader import from_files
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.open_tasks import open_tasks
from milepost.planner.plan import Plan, plan
from milepost.planner.situation import Situation
from milepost.planner.state import State

MAP = """
map: seats
title: Seats
outcome: save_time
owner: ops@vendor.example
segment: {where: customer.id != ""}
attributes: {seats: {type: number}}
roles: {csm: Customer success manager}
personas: {lead: {title: Lead}, boss: {title: Boss}}
stages:
  - stage: one
    title: One
    actions:
      - {action: seats, title: Count seats, persona: lead, message: seats.md, due: 4 weeks}
    outcomes:
      - outcome: faster
        type: save_time
        statement: It is faster.
        persona: boss
        message: faster.md
        within: 1 week
"""
FILES = {
    "map.yaml": MAP,
    "messages/seats.md": "---\nsubject: Seats\n---\n{{ customer.seats }}\n",
    "messages/faster.md": "---\nsubject: Faster\n---\nIs it?\n",
}
START = 1_772_445_600  # 2026-03-02 10:00
DAY = 86_400
LEE = Contact("Lee", "lee@acme.example", ("lead",))
BO = Contact.from_json({"name": "Bo", "email": "bo@acme.example", "personas": ["boss"], "mail": "none"})


def planned(days: int) -> tuple[CompiledMap, Plan]:
    loaded = from_files(FILES)
    assert loaded.map is not None, loaded.problems
    compiled_map = CompiledMap.of(loaded.map, "v1", FILES)
    customer = Customer("acme", "Acme", contacts=(LEE, BO), team={"csm": "ana@vendor.example"})
    return compiled_map, plan(compiled_map, State.begin(customer, "seats", "v1", START), (), START + days * DAY)


def test_the_timeline_says_in_words_what_is_missing_and_who_is_to_tell() -> None:
    compiled_map, made = planned(2)
    say = Wording(compiled_map)
    sentences = [say.sentence(entry) for entry in made.timeline]
    assert "A message about “Count seats” waits: it lacks a value, customer.seats." in sentences
    assert "The map's owner, Ops, got a task: tell what a message lacks, customer.seats." in sentences
    assert any("was dropped: its recipient wants no such mail" in sentence for sentence in sentences)


def test_the_tasks_name_the_step_and_the_values() -> None:
    compiled_map, made = planned(2)
    tasks = {task.why: task for task in open_tasks(compiled_map, made.state)}
    assert tasks["value"].title == "Tell what a message about “Count seats” lacks: customer.seats"
    assert (tasks["value"].role, tasks["value"].person) == ("", "ops@vendor.example")
    assert tasks["opted_out"].title == "Reach the person otherwise about “It is faster.”: they get no such mail"
    assert tasks["opted_out"].person == "ana@vendor.example"


def test_a_held_message_and_an_outcome_that_was_not_asked_say_why() -> None:
    compiled_map, made = planned(2)
    now = Situation(compiled_map, made.state, START + 2 * DAY)
    (held,) = held_messages(now, Wording(compiled_map))
    assert held.because == "it needs customer.seats, which nobody has told"
    reasons = {
        each.id: " ".join(str(reason.phrase) for reason in each.reasons)
        for each in waiting_for(now, Wording(compiled_map))
    }
    assert "Customer success manager to ask Bo otherwise, who gets no such mail" in reasons["faster"]
