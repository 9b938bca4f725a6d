"""The limit against its own words: at each minute, count what lies in the trailing period."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.customer import Contact, Customer
from milepost.language.durations import Limit
from milepost.planner.timeline import MessageHeld, MessageSent
from tests.planner.naive_calendar import walked
from tests.planner.test_calendar_oracle import DAY, edges, places
from tests.simulation import simulate
from tests.workflows.example import compiled_map_of

MAP = """
map: written-to
title: Written to
outcome: save_time
owner: ops@vendor.example
segment: {{where: "true", priority: 1}}
roles: {{csm: {{title: Customer success manager}}}}
personas: {{user: {{title: User}}}}
contact_policy:
  window: {window}
  limit: {limit}
stages:
  - stage: start
    title: Start
    actions:
{actions}
"""
ACTION = """
      - {{action: a{number}, title: A, persona: user, wait: {wait} minutes, message: a.md, done_when: {{event: e}}}}
"""
MESSAGE = "---\nsubject: Hello\n---\nHello\n"
LIMITS = ["1 per 1 day", "1 per 2 days", "2 per 2 days", "1 per 1 business day", "2 per 1 week", "1 per 1 month"]
LIMITS += ["1 per 30 hours", "2 per 12 hours", "1 per 90 minutes"]

pytestmark = pytest.mark.filterwarnings("ignore:Requested Holidays are available only from:UserWarning")


def sent_and_held_by_the_planner(naive, limit, waits, start):
    actions = "".join(ACTION.strip("\n").format(number=n, wait=wait) + "\n" for n, wait in enumerate(waits))
    compiled_map = compiled_map_of(
        {
            "map.yaml": MAP.format(limit=limit, actions=actions, window=json.dumps(naive.window)),
            "messages/a.md": MESSAGE,
        }
    )
    contact = Contact("Sam Poe", "sam@acme.example", ("user",))
    customer = Customer("acme", "Acme", timezone=naive.timezone, country=naive.country, contacts=(contact,))
    run = simulate(compiled_map, customer, start, [], start + 200 * DAY)
    held = [entry.until for entry in run.timeline if isinstance(entry, MessageHeld)]
    return [entry.at for entry in run.timeline if isinstance(entry, MessageSent)], held


def sent_by_walking(naive, limit, waits, start):
    """All that waits goes together, at the first minute in the window with fewer than the limit in its period."""
    due, sent = [start + wait * 60 for wait in waits], []
    for minute, _ in walked(naive.timezone, start):
        if not due:
            return sent
        if min(due) <= minute and naive.is_open(minute):
            since = naive.plus(minute, limit.period, -1)
            if sum(at > since for at in sent) < limit.count:
                sent.append(minute)
                due = [at for at in due if at > minute]
    raise AssertionError


@given(st.data(), st.sampled_from(LIMITS), st.lists(st.integers(1, 2000), min_size=2, max_size=4, unique=True))
@settings(max_examples=40)
def test_what_the_limit_holds_goes_at_the_first_minute_at_which_it_fits(data, text, waits):
    place = data.draw(places())
    agree(place.naive, Limit.parse(text), waits, data.draw(edges(place)) // 60 * 60)


@given(places(), st.dates(date(2027, 1, 29), date(2027, 1, 31)), st.lists(st.integers(0, 600), min_size=2, max_size=3))
@settings(max_examples=8)
def test_a_month_from_the_end_of_january_ends_with_february(place, day, waits):
    agree(place.naive, Limit.parse("1 per 1 month"), waits, place.naive.opens_on(day))


def agree(naive, limit, waits, start):
    expected = sent_by_walking(naive, limit, waits, start)
    sent, held = sent_and_held_by_the_planner(naive, limit, waits, start)
    assert sent == expected
    assert all(naive.is_open(until) for until in held)
