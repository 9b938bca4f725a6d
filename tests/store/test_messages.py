from __future__ import annotations

import pytest

from milepost.planner.facts import StepDone
from milepost.store import messages
from milepost.store.errors import UnknownMessageError
from tests.store.book import START, Walk, customer, publish

REQUEST = "saved/1/request/1"
LATE = messages.FailureCause.LATE


async def asked(session, compiled_map, name="acme", after=60):
    walk = await Walk.begin(session, compiled_map, customer(name))
    at = START + after
    await walk.tell(at, StepDone(id="f1", at=at, step="kickoff", result="ready"))
    # Acme's sponsor sits in Tokyo: the request waits for the morning there.
    await walk.tell(START + 86_400)
    return walk.journey


@pytest.fixture
async def journey(store):
    async with store.transaction() as session:
        return await asked(session, await publish(session))


async def test_a_message_waits_in_the_outbox_with_all_that_its_delivery_needs(store, journey):
    async with store.reading() as session:
        (line,) = (await messages.outbox(session)).lines
    message = line.message
    assert (message.journey_id, message.message, line.customer_name) == (journey, REQUEST, "Acme")
    assert (message.reason, message.template, message.persona) == ("request", "ask.md", "sponsor")
    assert (message.contact, message.steps, message.templates) == ("sam@acme.example", ["saved"], ["ask.md"])
    assert (message.status, message.attempts, message.text) == ("queued", 0, None)
    assert START < message.at < START + 86_400


async def test_a_message_that_is_held_back_is_counted_until_it_goes_out(store):
    async with store.transaction() as session:
        compiled_map = await publish(session)
        walk = await Walk.begin(session, compiled_map, customer("acme"))
        await Walk.begin(session, compiled_map, customer("bolt"))
        assert await messages.count_held(session) == 0
        assert (await messages.holding_journeys(session)).journeys == ()
        await walk.tell(START + 60, StepDone(id="f1", at=START + 60, step="kickoff", result="ready"))
        assert await messages.count_held(session) == 1
        holding = (await messages.holding_journeys(session)).journeys
        assert [(row.id, name) for row, name in holding] == [(walk.journey, "Acme")]
        await walk.tell(START + 86_400)  # the morning in Tokyo is over
        assert await messages.count_held(session) == 0


async def test_the_first_rendering_stands_so_that_every_attempt_sends_the_same(store, journey):
    for subject in ("Hello", "Something else"):
        async with store.transaction() as session:
            kept = await session.run_sync(
                messages.save_rendering, journey, REQUEST,
                subject=subject, text=subject, html=f"<p>{subject}</p>", link=f"of {subject}",
            )  # fmt: skip
            assert (kept.subject, kept.text, kept.html, kept.link) == ("Hello", "Hello", "<p>Hello</p>", "of Hello")
    async with store.reading() as session:
        assert (await messages.get(session, journey, REQUEST)).subject == "Hello"


async def test_what_is_sent_stays_sent_however_often_it_is_recorded(store, journey):
    async with store.transaction() as session:
        await session.run_sync(
            messages.record_attempt, journey, REQUEST, START, channel="smtp", error="greylisted", attempt=1
        )
        await session.run_sync(
            messages.record_attempt, journey, REQUEST, START, channel="smtp", error="greylisted", attempt=1
        )
        waiting = await messages.get(session, journey, REQUEST)
        assert (waiting.status, waiting.attempts, waiting.last_error) == ("queued", 1, "greylisted")
    for number in range(2):
        async with store.transaction() as session:
            at = START + 100 + number
            await session.run_sync(
                messages.record_sent, journey, REQUEST, at, channel="smtp", channel_id=f"<{number}@vendor>"
            )
    async with store.transaction() as session:
        await session.run_sync(messages.record_failed, journey, REQUEST, START + 200, "timed out", cause=LATE)
        await session.run_sync(
            messages.record_attempt, journey, REQUEST, START + 200, channel="smtp", error="late", attempt=9
        )
    async with store.reading() as session:
        sent = await messages.get(session, journey, REQUEST)
    assert (sent.status, sent.sent_at, sent.channel, sent.channel_id) == ("sent", START + 100, "smtp", "<0@vendor>")
    assert (sent.attempts, sent.last_error) == (2, None)


async def test_a_message_that_failed_for_good_says_why(store, journey):
    async with store.transaction() as session:
        await session.run_sync(messages.record_failed, journey, REQUEST, START + 9, "no such mailbox", cause=LATE)
        await session.run_sync(messages.record_failed, journey, REQUEST, START + 10, "again", cause=LATE)
    async with store.reading() as session:
        failed = await messages.get(session, journey, REQUEST)
        assert await messages.count_by_status(session) == {"failed": 1}
    assert (failed.status, failed.tried_at, failed.last_error) == ("failed", START + 9, "no such mailbox")


async def test_a_later_plan_leaves_what_was_delivered_alone(store):
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session))
        await walk.tell(START + 60, StepDone(id="f1", at=START + 60, step="kickoff", result="ready"))
        await walk.tell(START + 86_400)
        await session.run_sync(messages.record_sent, walk.journey, REQUEST, START, channel="outbox", channel_id=None)
        await walk.tell(START + 86_460)
        assert (await messages.get(session, walk.journey, REQUEST)).status == "sent"


async def test_the_outbox_shows_the_latest_first_page_by_page(store):
    async with store.transaction() as session:
        compiled_map = await publish(session)
        journeys = [await asked(session, compiled_map, name) for name in ("acme", "beta", "gamma")]
        await session.run_sync(messages.record_sent, journeys[1], REQUEST, START, channel="outbox", channel_id=None)
        first = await messages.outbox(session, limit=2)
        second = await messages.outbox(session, cursor=first.next, limit=2)
        again = await messages.outbox(session, cursor=second.previous, limit=2)
        shown = [[line.customer_name for line in page.lines] for page in (first, second, again)]
        assert shown == [["Gamma", "Beta"], ["Acme"], ["Gamma", "Beta"]]
        assert (first.previous, second.next, again.previous) == (None, None, None)
        of_one = await messages.outbox(session, customer="gamma")
        assert [line.customer_name for line in of_one.lines] == ["Gamma"]
        assert [line.customer_name for line in (await messages.outbox(session, status="sent")).lines] == ["Beta"]


async def test_an_unknown_message_is_an_error(store, journey):
    async with store.transaction() as session:
        with pytest.raises(UnknownMessageError, match="'x/1/opening/1'"):
            await session.run_sync(messages.record_failed, journey, "x/1/opening/1", START, "why", cause=LATE)
