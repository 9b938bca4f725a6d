from __future__ import annotations

from milepost.customer import Customer
from milepost.imports.missing_dates import MissingDates
from milepost.language.loader import from_data
from milepost.language.yaml_text import read_yaml
from milepost.planner.compiled_map import CompiledMap
from tests.store.book import START

MAP = """
map: dated
title: Dated
outcome: save_time
owner: ops@vendor.example
segment: {where: customer.tier == "gold"}
attributes: {tier: {type: text}, renews_on: {type: date}, live_on: {type: date}, born_on: {type: date}}
roles: {csm: Customer success manager}
personas: {sponsor: {title: Sponsor}}
stages:
  - stage: begin
    title: Begin
    touchpoints:
      - {touchpoint: call, title: Call, role: csm}
      - {touchpoint: party, title: Party, role: csm, at: on customer.live_on}
      - {touchpoint: letter, title: Letter, role: csm, at: on customer.renews_on}
      - {touchpoint: card, title: Card, role: csm, at: 30 days after customer.started_on}
  - stage: renewal
    title: Renewal
    opens: {at: 90 days before customer.renews_on}
    touchpoints:
      - {touchpoint: talk, title: Talk, role: csm}
"""


def said_of(*customers: Customer) -> list[str]:
    loaded = from_data(read_yaml(MAP).data)
    assert loaded.map is not None, loaded.problems
    dates = MissingDates([CompiledMap.of(loaded.map, "v1")], START)
    for customer in customers:
        dates.count(customer)
    return [str(each) for each in dates.missing()]


def of_tier(name: str, tier: str, **attributes: str) -> Customer:
    return Customer(name, name, "UTC", attributes={"tier": tier, **attributes})


def test_every_date_that_something_opens_at_is_counted_for_those_who_lack_it():
    assert said_of(of_tier("a", "gold", live_on="2027-01-01"), of_tier("b", "gold")) == [
        "1 customer has no 'live_on'; step 'Party' of dated never opens for it.",
        "2 customers have no 'renews_on'; stage 'Renewal' and step 'Letter' of dated never open for them.",
    ]


def test_nobody_is_counted_whom_the_map_is_not_for_or_who_has_every_date():
    assert said_of(of_tier("a", "tin"), of_tier("b", "gold", live_on="2027-01-01", renews_on="2027-01-01")) == []
