"""Invitations on their way out: stored, rendered, sent once, and looked at before they leave."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from icalendar import Calendar
from temporalio.testing import ActivityEnvironment

from activities.deliveries import DeliveryActivities
from milepost.channels.recorder import RecordingChannel
from milepost.customer import ChoiceWay, Mail
from milepost.language.loader import from_files
from milepost.planner.clock import REAL_TIME
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import Agreed, StepSkipped
from milepost.planner.plan import plan
from milepost.planner.state import State
from milepost.store import customers, journeys, mail_choices, maps, messages
from milepost.store.advance import write_plan
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store, open_store
from milepost.store.mail_choices import Choice
from milepost.store.tables import MessageRow
from milepost.wire.activities import DeliveryOrder
from tests.workflows.example import CUSTOMER, FILES, START
from tests.workflows.rig import LINKS

INVITING = {**FILES, "map.yaml": FILES["map.yaml"].replace("role: csm\n", "role: csm\n        invite: sponsor\n", 1)}
AGREED = Agreed(id="1", at=START, steps={"kickoff": {"at": "2026-03-11T09:00:00-04:00", "minutes": 45}})


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = open_store(database_url)
    yield opened
    await opened.close()


class Post:
    """A journey with guests, what was agreed with them, and what delivers their mails."""

    def __init__(self, store: Store, compiled_map: CompiledMap, state: State) -> None:
        self.store, self.compiled_map, self.state = store, compiled_map, state
        self.channel = RecordingChannel()
        self.activities = DeliveryActivities(store, CompiledMaps(store), self.channel, LINKS)

    async def tell(self, fact: Agreed | StepSkipped) -> None:
        before, planned = self.state, plan(self.compiled_map, self.state, [fact], fact.at)
        async with self.store.transaction() as session:
            await session.run_sync(write_plan, "acme/1", before, planned, self.compiled_map)
        self.state = planned.state

    async def deliver(self, message: str) -> MessageRow:
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, started_time=datetime.now(UTC))
        order = DeliveryOrder("acme/1", message, REAL_TIME, time.time() + 600)
        await environment.run(self.activities.deliver, order)
        async with self.store.reading() as session:
            return await messages.get(session, "acme/1", message)


async def agreed(store: Store) -> Post:
    async with store.transaction() as session:
        version = (await maps.publish(session, "pilot", "Pilot customers", INVITING, START)).version.hash
        await customers.save(session, [CUSTOMER], START)
        loaded = from_files(INVITING).map
        assert loaded is not None
        compiled_map, state = CompiledMap.of(loaded, version), State.begin(CUSTOMER, "pilot", version, START)
        await journeys.begin(session, state)
    post = Post(store, compiled_map, state)
    await post.tell(AGREED)
    return post


async def choose(store: Store, mail: Mail) -> None:
    choice = Choice("sam@acme.example", mail, ChoiceWay.PAGE, "1")
    await store.write(lambda session: mail_choices.keep(session, choice, START))


async def test_an_invitation_goes_out_once_with_its_entry(store: Store) -> None:
    post = await agreed(store)
    row = await post.deliver("kickoff/1/invitation/1")
    await post.deliver("kickoff/1/invitation/1")

    [sent] = post.channel.delivered
    assert (row.status, row.reason, row.contact) == ("sent", "invitation", "sam@acme.example")
    assert sent.calendar is not None
    assert sent.subject.startswith("Invitation: Kickoff call, ")
    assert "9:00" in sent.text
    assert "/plan/" in sent.text
    assert sent.list_unsubscribe is None
    (event,) = Calendar.from_ical(sent.calendar.content).walk("VEVENT")
    assert event.decoded("dtstart") == datetime(2026, 3, 11, 13, tzinfo=UTC)
    assert "/plan/" not in sent.calendar.content, "calendars are shared, and the link is personal"
    assert "invites you: “Kickoff call”" in str(event["description"])


async def test_each_attempt_sends_the_same_entry(store: Store) -> None:
    post = await agreed(store)
    await post.deliver("kickoff/1/invitation/1")
    async with store.transaction() as session:
        (await messages.get(session, "acme/1", "kickoff/1/invitation/1")).status = "queued"
    await post.deliver("kickoff/1/invitation/1")

    first, second = post.channel.delivered
    assert first.calendar == second.calendar


async def test_what_is_called_off_is_a_cancellation_of_the_same_event(store: Store) -> None:
    post = await agreed(store)
    await post.deliver("kickoff/1/invitation/1")
    await post.tell(StepSkipped(id="2", at=START + 60, step="kickoff"))
    await post.deliver("kickoff/1/invitation/2")

    first, second = (Calendar.from_ical(each.calendar.content) for each in post.channel.delivered if each.calendar)
    assert (first["method"], second["method"]) == ("REQUEST", "CANCEL")
    events = [each.walk("VEVENT")[0] for each in (first, second)]
    assert events[0]["uid"] == events[1]["uid"]
    assert events[0]["sequence"] < events[1]["sequence"]


async def test_a_date_that_is_taken_back_calls_the_event_off(store: Store) -> None:
    post = await agreed(store)
    await post.deliver("kickoff/1/invitation/1")
    await post.tell(Agreed(id="2", at=START + 60, steps={"kickoff": {"cleared": ["due"]}}))
    await post.deliver("kickoff/1/invitation/2")

    first, second = (Calendar.from_ical(each.calendar.content) for each in post.channel.delivered if each.calendar)
    assert (first["method"], second["method"]) == ("REQUEST", "CANCEL")
    events = [each.walk("VEVENT")[0] for each in (first, second)]
    assert events[0]["uid"] == events[1]["uid"]


@pytest.mark.parametrize(("mail", "status"), [(Mail.ESSENTIAL, "sent"), (Mail.NONE, "failed")])
async def test_fewer_mails_leave_invitations_and_none_does_not(store: Store, mail: Mail, status: str) -> None:
    post = await agreed(store)
    await choose(store, mail)

    assert (await post.deliver("kickoff/1/invitation/1")).status == status
