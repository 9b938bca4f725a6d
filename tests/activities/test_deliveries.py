from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.deliveries import DeliveryActivities
from milepost.channels.links import MessageLinks
from milepost.channels.message_text import MessageSource, outgoing, signed
from milepost.channels.protocol import TemporaryDeliveryError, UndeliverableError
from milepost.channels.recorder import RecordingChannel
from milepost.customer import ChoiceWay, Contact, Customer, Mail
from milepost.language.loader import from_files
from milepost.planner.clock import REAL_TIME, JourneyClock
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.enums import StepKind
from milepost.planner.facts import StepDone
from milepost.planner.instants import Instant
from milepost.planner.plan import plan
from milepost.planner.state import State
from milepost.store import clock, customers, facts, journeys, mail_choices, maps, messages
from milepost.store.advance import write_plan
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store, open_store
from milepost.store.erasure import forget
from milepost.store.mail_choices import Choice
from milepost.store.tables import MessageRow
from milepost.wire.activities import DeliveryOrder
from tests.workflows.example import CUSTOMER, FILES, MAP, START
from tests.workflows.rig import LINKS

GERMAN = """---
subject: "{{ customer.name }}: verbinden Sie Ihr erstes System"
---
Guten Tag, bitte bis {{ step.due | date }}.
"""


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:
    opened = open_store(sqlite_url)
    yield opened
    await opened.close()


class Post:
    """A journey whose message is written, and what delivers it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.channel = RecordingChannel()
        self.activities = DeliveryActivities(store, CompiledMaps(store), self.channel, LINKS)
        self.order = DeliveryOrder("acme/1", "connect/1/opening/1", REAL_TIME, time.time() + 600)

    async def deliver(self) -> bool:
        """Make an attempt, now; tells whether the message needs no more attempts."""
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, started_time=datetime.now(UTC))
        delivered: bool = await environment.run(self.activities.deliver, self.order)
        return delivered

    async def row(self) -> MessageRow:
        async with self.store.reading() as session:
            return await messages.get(session, self.order.journey, self.order.message)


async def posted(store: Store, customer: Customer = CUSTOMER, files: dict[str, str] = FILES) -> Post:
    async with store.transaction() as session:
        version = (await maps.publish(session, "pilot", "Pilot customers", files, START)).version.hash
        await customers.save(session, [customer], START)
        loaded = from_files(files).map
        assert loaded is not None
        compiled_map, state = CompiledMap.of(loaded, version), State.begin(customer, "pilot", version, START)
        journey = await journeys.begin(session, state)
        made = plan(compiled_map, state, [StepDone(id="1", at=START, step="kickoff", result="held")], START)
        await session.run_sync(write_plan, journey.id, state, made, compiled_map)
    return Post(store)


async def test_a_message_goes_out_once_and_what_became_of_it_is_kept(store: Store) -> None:
    post = await posted(store)

    await post.deliver()
    await post.deliver()

    [sent] = post.channel.delivered
    assert (sent.to_name, sent.to_address, sent.from_name) == ("Sam Poe", "sam@acme.example", "Ana Ruiz")
    assert sent.reply_to == "ana.ruiz@vendor.example"
    row = await post.row()
    assert (row.status, row.channel, row.subject) == ("sent", "recording", sent.subject)
    assert row.html is not None
    assert "https://plans.vendor.example/plan/" in row.html


async def hold(post: Post, not_before: Instant) -> None:
    async with post.store.transaction() as session:
        row = await messages.get(session, post.order.journey, post.order.message)
        row.not_before = not_before


async def test_a_message_that_waits_for_the_grace_is_not_sent_before_it_is_over(store: Store) -> None:
    post = await posted(store)
    await hold(post, int(time.time()) + 240)

    with pytest.raises(ApplicationError) as waits:
        await post.deliver()

    assert post.channel.attempts == []
    assert not waits.value.non_retryable
    assert waits.value.next_retry_delay is not None
    assert 235 <= waits.value.next_retry_delay.total_seconds() <= 241
    assert (await post.row()).not_before is not None

    await hold(post, int(time.time()))
    assert await post.deliver()

    assert len(post.channel.delivered) == 1
    assert ((await post.row()).status, (await post.row()).not_before) == ("sent", None)


async def test_a_message_that_begins_to_leave_is_claimed_before_the_channel_has_it(store: Store) -> None:
    post = await posted(store)
    await hold(post, int(time.time()))
    post.channel.fail_next(TemporaryDeliveryError("busy"))

    with pytest.raises(ApplicationError):
        await post.deliver()

    assert ((await post.row()).status, (await post.row()).not_before) == ("queued", None)


async def test_a_message_that_was_undone_while_it_waited_is_never_sent(store: Store) -> None:
    post = await posted(store)
    await hold(post, int(time.time()) + 240)
    with pytest.raises(ApplicationError):
        await post.deliver()
    async with store.transaction() as session:
        await session.delete(await messages.get(session, post.order.journey, post.order.message))

    assert not await post.deliver(), "the journey is to look whether it was ordered anew just before"

    assert post.channel.attempts == []


async def test_every_attempt_sends_the_same_words(store: Store) -> None:
    post = await posted(store)
    post.channel.fail_next(TemporaryDeliveryError("busy"))
    with pytest.raises(ApplicationError):
        await post.deliver()
    async with store.transaction() as session:
        await customers.save(session, [CUSTOMER.having(name="Acme Inc.")], START)

    await post.deliver()

    first, second = post.channel.attempts
    assert (first.subject, first.text, first.html) == (second.subject, second.text, second.html)
    assert first.idempotency_key == second.idempotency_key


async def test_a_channel_that_asks_to_wait_is_waited_for(store: Store) -> None:
    post = await posted(store)
    post.channel.fail_next(TemporaryDeliveryError("slow down", retry_after=90.0))

    with pytest.raises(ApplicationError) as failed:
        await post.deliver()

    assert not failed.value.non_retryable
    assert failed.value.next_retry_delay is not None
    assert failed.value.next_retry_delay.total_seconds() == 90
    assert "slow down" not in str(failed.value)  # what a channel says may name people, and Temporal keeps it
    assert ((await post.row()).status, (await post.row()).last_error) == ("queued", "slow down")


async def test_what_can_never_arrive_is_a_fact_of_the_journey_and_not_tried_again(store: Store) -> None:
    post = await posted(store)
    post.channel.fail_next(UndeliverableError("no such mailbox"))

    assert not await post.deliver()
    assert not await post.deliver()

    assert len(post.channel.attempts) == 1
    assert ((await post.row()).status, (await post.row()).last_error) == ("failed", "no such mailbox")
    async with store.reading() as session:
        [fact] = await facts.of_customer(session, "acme")
    assert (fact.kind, fact.status, fact.data["message"]) == ("message_failed", "pending", post.order.message)


async def test_a_template_that_never_ends_is_stopped_and_people_see_why(store: Store) -> None:
    endless = "{% set a = [1] %}" + "{% set a = [a, a] %}" * 40 + "{{ a | string }}"
    files = {**FILES, "messages/connect.md": f"---\nsubject: Hello\n---\n{endless}"}
    post = await posted(store, files=files)

    assert not await post.deliver()

    assert "work through more than" in str((await post.row()).last_error)
    async with store.reading() as session:
        [fact] = await facts.of_customer(session, "acme")
    assert (fact.kind, "work through more than" in fact.data["why"]) == ("message_failed", True)


async def test_a_template_that_cannot_be_rendered_is_not_tried_again(store: Store) -> None:
    broken = {**FILES, "messages/connect.md": "---\nsubject: Hello\n---\n{{ customer.nickname }}\n"}
    post = await posted(store, files=broken)

    assert not await post.deliver()

    assert "cannot be rendered" in str((await post.row()).last_error)
    assert post.channel.attempts == []


async def test_a_message_whose_time_is_over_is_given_up_with_the_last_reason(store: Store) -> None:
    post = await posted(store)
    post.channel.fail_always(TemporaryDeliveryError("greylisted"))
    with pytest.raises(ApplicationError):
        await post.deliver()
    post.order = replace(post.order, give_up_at=time.time() - 1)

    assert not await post.deliver()

    assert len(post.channel.attempts) == 1
    assert ((await post.row()).status, (await post.row()).last_error) == ("failed", "greylisted")


async def test_a_failure_of_an_earlier_journeys_message_is_no_fact_of_the_next(store: Store) -> None:
    post = await posted(store)
    post.channel.fail_next(UndeliverableError("no such mailbox"))
    async with store.transaction() as session:
        before = await journeys.get(session, "acme/1")
        before.ended_at = START
        await session.flush()
        await journeys.begin(session, State.begin(CUSTOMER, "pilot", before.version, START))

    assert not await post.deliver()

    async with store.reading() as session:
        assert await facts.of_customer(session, "acme") == []


async def test_a_reader_gets_the_language_variant_with_its_dates(store: Store) -> None:
    german = CUSTOMER.having(language="de", country="DE", timezone="Europe/Berlin")
    post = await posted(store, german, {**FILES, "messages/connect.de.md": GERMAN})

    await post.deliver()

    [sent] = post.channel.delivered
    assert sent.subject == "Acme: verbinden Sie Ihr erstes System"
    assert "bis 9. März 2026" in sent.text


async def test_several_messages_at_one_instant_are_one_mail(store: Store) -> None:
    second = MAP.replace(
        "    outcomes:\n",
        "      - {action: invite, title: Invite a colleague, persona: sponsor, after: kickoff, message: verify.md}\n"
        "    outcomes:\n",
        1,
    )
    texts = {**FILES, "map.yaml": second, "messages/verify.md": "---\nsubject: Invite a colleague\n---\nInvite.\n"}
    post = await posted(store, files=texts)

    await post.deliver()

    [sent] = post.channel.delivered
    assert sent.subject == "Acme: connect your first system and 1 more"
    assert "Invite a colleague\n\nInvite." in sent.text


async def test_a_message_of_a_forgotten_customer_is_of_no_interest(store: Store) -> None:
    post = await posted(store)
    await forget(store, "acme")

    await post.deliver()

    assert post.channel.attempts == []


async def test_in_a_rehearsal_that_stood_still_a_message_is_sent_at_the_new_clocks_time(store: Store) -> None:
    post = await posted(store)
    wall = time.time()
    post.order = replace(post.order, clock=JourneyClock(wall - 86_400, START, 86_400.0))
    async with store.transaction() as session:
        await clock.write(session, JourneyClock(wall, START + 3600, 86_400.0))

    await post.deliver()

    assert START <= ((await post.row()).sent_at or 0) <= START + 60 * 86_400


async def test_an_address_that_was_refused_for_good_is_told_with_the_fact(store: Store) -> None:
    post = await posted(store)
    post.channel.fail_next(UndeliverableError("no such mailbox", address_refused=True))

    assert not await post.deliver()

    [told] = await told_facts(post)
    assert (told["permanent"], told["contact"]) == (True, "sam@acme.example")


@pytest.mark.parametrize(("mail", "is_sent"), [(Mail.ALL, True), (Mail.ESSENTIAL, False), (Mail.NONE, False)])
async def test_a_message_whose_recipient_opted_out_since_is_not_sent(
    store: Store, mail: Mail, *, is_sent: bool
) -> None:
    post = await posted(store)
    async with store.transaction() as session:
        row = await journeys.get(session, post.order.journey)
        state = State.from_json(row.state)
        contacts = tuple(replace(each, mail=mail) for each in state.customer.contacts)
        state.customer = state.customer.having(contacts=contacts)
        row.state = state.to_json()

    assert await post.deliver() is is_sent
    assert bool(post.channel.delivered) is is_sent
    assert ((await post.row()).last_error == messages.UNWANTED) is not is_sent


async def told_facts(post: Post) -> list[dict[str, Any]]:
    async with post.store.reading() as session:
        return [each.data for each in await facts.of_customer(session, "acme")]


async def test_what_a_person_chose_anywhere_counts_before_the_journey_knows_of_it(store: Store) -> None:
    post = await posted(store)
    choice = Choice("SAM@acme.example", Mail.ESSENTIAL, ChoiceWay.ONE_CLICK, "1")
    await store.write(lambda session: mail_choices.keep(session, choice, START))

    assert not await post.deliver()

    assert post.channel.attempts == []
    assert (await post.row()).last_error == messages.UNWANTED


async def test_other_customers_with_an_address_that_was_refused_learn_of_it(store: Store) -> None:
    post = await posted(store)
    bolt = Customer("bolt", "Bolt", contacts=(Contact("S. Poe", "Sam@ACME.example"), Contact("Kim", "kim@b.example")))
    async with store.transaction() as session:
        await customers.save(session, [bolt], START)
    post.channel.fail_next(UndeliverableError("550 5.1.1 no such mailbox", address_refused=True))

    assert not await post.deliver()

    async with store.reading() as session:
        contacts = (await customers.get(session, "bolt")).contacts
        [kept] = await session.run_sync(mail_choices.history, "sam@acme.example")
    assert [each.refused for each in contacts] == [True, False]
    assert (kept.how, kept.mail, kept.reason) == ("bounce", "none", "550 5.1.1 no such mailbox")


async def test_a_mail_has_the_addresses_to_unsubscribe_at_on_every_attempt(store: Store) -> None:
    post = await posted(store)
    post.channel.fail_next(TemporaryDeliveryError("try later"))
    with pytest.raises(ApplicationError):
        await post.deliver()
    await post.deliver()

    first, second = post.channel.attempts
    assert first.list_unsubscribe == LINKS.unsubscribe_url("acme/1", "sam@acme.example", Mail.ESSENTIAL)
    assert first.preferences_url == LINKS.preferences_url("acme/1", "sam@acme.example")
    assert (second.list_unsubscribe, second.preferences_url) == (first.list_unsubscribe, first.preferences_url)
    assert first.preferences_url in first.text


@pytest.mark.parametrize("is_essential", [True, False])
async def test_essential_mail_has_no_one_click_and_says_why_it_comes(store: Store, *, is_essential: bool) -> None:
    text = MAP.replace("action: connect\n", "action: connect\n        essential: true\n") if is_essential else MAP
    post = await posted(store, files={**FILES, "map.yaml": text})
    await post.deliver()

    [sent] = post.channel.delivered
    assert (sent.list_unsubscribe is None) is is_essential
    assert sent.preferences_url is not None
    assert ("comes even if you chose fewer mails" in sent.text) is is_essential


async def test_one_click_on_a_question_about_a_result_stops_everything(store: Store) -> None:
    post = await posted(store)
    async with store.reading() as session:
        journey = await journeys.get(session, "acme/1")
    compiled_map = await CompiledMaps(store).of(journey.version)
    [outcome] = [step.id for step in compiled_map.steps.values() if step.kind is StepKind.OUTCOME][:1]
    due = await post.row()
    due.steps = [outcome]
    links = MessageLinks(LINKS.base_url, "AnIdOfALink123")
    source = MessageSource(compiled_map, {}, State.from_json(journey.state), due, links)
    assert source.one_click is Mail.NONE
    message = signed(outgoing(source, "Hours", links.preferences_url, None), source, LINKS, links.mark)
    assert message.list_unsubscribe == LINKS.unsubscribe_url("acme/1", "sam@acme.example", Mail.NONE)
    assert message.text == LINKS.preferences_url("acme/1", "sam@acme.example")
