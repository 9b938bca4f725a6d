"""Mail addresses are the same person's in whatever case they are written."""

from __future__ import annotations

from milepost.customer import Contact
from milepost.language.loader import from_data
from milepost.language.yaml_text import read_yaml
from milepost.planner.commands import SendMessage
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import ContactsGiven
from milepost.planner.messages import sent_to
from milepost.planner.plan import plan
from milepost.planner.state import State
from tests.store.book import START, customer

DAY = 86_400
MAP = """
map: letters
title: Letters
outcome: save_time
owner: ops@vendor.example
attributes: {tier: {type: text}}
segment: {where: 'customer.tier == "any" || true'}
roles: {csm: Customer success manager}
personas: {sponsor: {title: Sponsor}}
contact_policy: {limit: 1 per 5 days}
stages:
  - stage: begin
    title: Begin
    actions:
      - {action: first, title: First, persona: sponsor, message: first.md}
      - {action: second, title: Second, persona: sponsor, message: first.md, wait: 1 day}
"""


def sam(address: str) -> tuple[Contact, ...]:
    return (Contact("Sam Poe", address, ("sponsor",)),)


def second_message(address: str) -> list[str]:
    """The recipient of the second message, two days after the first, once Sam has another address."""
    loaded = from_data(read_yaml(MAP).data)
    assert loaded.map is not None, loaded.problems
    compiled_map = CompiledMap.of(loaded.map, "v1")
    state = State.begin(customer(contacts=sam("Sam@Acme.example")), "letters", "v1", START)
    first = plan(compiled_map, state, [], START)
    assert [each.contact for each in first.commands if isinstance(each, SendMessage)] == ["Sam@Acme.example"]
    assert sent_to(first.state, sam("SAM@acme.example")[0]) == [START]
    changed = ContactsGiven(id="1", at=START + 60, contacts=sam(address))
    second = plan(compiled_map, first.state, [changed], START + 2 * DAY)
    return [each.contact for each in second.commands if isinstance(each, SendMessage)]


def test_another_case_of_an_address_counts_towards_the_same_contact_limit():
    assert second_message("sam@acme.example") == []
    assert second_message("sam.poe@acme.example") == ["sam.poe@acme.example"]


def test_an_address_is_written_to_as_it_is_spelled():
    assert sam("Sam@Acme.example")[0].to_json()["email"] == "Sam@Acme.example"
