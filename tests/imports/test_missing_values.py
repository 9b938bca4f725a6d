"""Values that messages need: an import says how many customers lack them."""

from __future__ import annotations

from milepost.customer import Contact, Customer
from milepost.imports.missing_values import MissingValues
from milepost.language.loader import from_files
from milepost.planner.compiled_map import CompiledMap
from tests.store.book import START

MAP = """
map: seats
title: Seats
outcome: save_time
owner: ops@vendor.example
segment: {where: customer.tier == "gold"}
attributes: {tier: {type: text}, seats: {type: number}}
roles: {csm: Customer success manager}
personas: {sponsor: {title: Sponsor}}
stages:
  - stage: begin
    title: Begin
    actions:
      - {action: a, title: A, persona: sponsor, message: a.md}
      - {action: b, title: B, persona: sponsor, message: b.md}
"""
FILES = {
    "map.yaml": MAP,
    "messages/a.md": "---\nsubject: A\n---\n{{ customer.seats }} {{ contact.salutation }}\n",
    "messages/b.md": "---\nsubject: B\n---\n{{ customer.seats }}\n",
    "messages/b.de.md": "---\nsubject: B\n---\n{{ customer.seats | default('einige') }}\n",
}


def notes(*customers: Customer) -> list[str]:
    loaded = from_files(FILES)
    assert loaded.map is not None, loaded.problems
    values = MissingValues([CompiledMap.of(loaded.map, "v1", FILES)], START)
    for customer in customers:
        values.count(customer)
    return [str(each) for each in values.missing()]


def gold(name: str, language: str | None = None, salutation: str | None = "Dear Sam", **attributes: float) -> Customer:
    contact = Contact("Sam Poe", f"sam@{name}.example", ("sponsor",), language=language, salutation=salutation)
    return Customer(name, name, attributes={"tier": "gold", **attributes}, contacts=(contact,))


def test_customers_are_counted_by_the_value_that_messages_need() -> None:
    assert notes(gold("a"), gold("b"), gold("c", salutation=None, seats=3)) == [
        "1 customer has no 'contact.salutation'; the message 'a.md' of seats waits until somebody tells it.",
        "2 customers have no 'customer.seats'; the messages 'a.md' and 'b.md' of seats wait until somebody tells it.",
    ]


def test_the_language_that_the_contact_reads_decides() -> None:
    assert notes(gold("a", language="de")) == [
        "1 customer has no 'customer.seats'; the message 'a.md' of seats waits until somebody tells it."
    ]


def test_customers_of_no_map_and_those_without_the_person_are_not_counted() -> None:
    nobody = Customer("n", "N", attributes={"tier": "gold"})
    assert notes(Customer("x", "X", attributes={"tier": "tin"}), nobody) == []
