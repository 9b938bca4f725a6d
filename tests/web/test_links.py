"""Customers' links: rows that can be made void, previews for colleagues, and nothing that works lying about."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from milepost.channels.outbox import OutboxChannel
from milepost.channels.protocol import OutgoingMessage, Receipt
from milepost.customer import Contact
from milepost.intake.merges import MergeOrder, merge
from milepost.intake.renames import rename
from milepost.planner.instants import moment
from milepost.planner.written_facts import WrittenFact
from milepost.store import links, messages
from milepost.store.link_tables import LinkRow
from milepost.store.tables import METADATA, MessageRow
from tests.channels.earlier_links import earlier_token
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, BO, DAY, HOUR, KIM, SAM, START, customer

V1 = "/api/v1"
REASON = "It was forwarded to somebody else"


class Mailed:
    """A channel that keeps what left."""

    name = "mailed"

    def __init__(self) -> None:
        self.messages: list[OutgoingMessage] = []

    async def deliver(self, message: OutgoingMessage) -> Receipt:
        self.messages.append(message)
        return Receipt(self.name, "1")


@pytest.fixture
def mailed(monkeypatch: pytest.MonkeyPatch) -> Mailed:
    """What the outbox would have got, as it leaves."""
    kept = Mailed()
    monkeypatch.setattr(OutboxChannel, "deliver", lambda _, message: kept.deliver(message))
    return kept


def path_in(message: OutgoingMessage, what: str = "plan") -> str:
    match = re.search(rf"https?://[^/\s]+(/{what}/[\w.~-]+)", message.text)
    assert match
    return match[1]


async def everything(world: World) -> list[Any]:
    """All rows of the database."""
    async with world.store.reading() as session:
        tables = [(await session.execute(select(table))).all() for table in METADATA.sorted_tables]
    return [repr(row) for rows in tables for row in rows]


async def rows(world: World, name: str = "acme") -> list[LinkRow]:
    async with world.store.reading() as session:
        return await links.of_customer(session, name)


async def sent_link(world: World, mailed: Mailed) -> str:
    """Sends Kim the mail about the first step; returns the address in it."""
    await world.tell(step_done="kickoff", result="held")
    [message] = [each for each in mailed.messages if each.to_address == KIM]
    return path_in(message)


# Sending.


async def test_a_message_leaves_with_a_link_that_works_and_is_stored_without(
    world: World, visitor: httpx.AsyncClient, mailed: Mailed
) -> None:
    path = await sent_link(world, mailed)

    assert (await visitor.get(path)).status_code == 200
    assert (await visitor.get(path_in(mailed.messages[0], "preferences"))).status_code == 200
    assert len(path) < 70
    stored = "\n".join(await everything(world))
    for message in mailed.messages:
        for token in re.findall(r"/(?:plan|preferences|unsubscribe)/([\w.~-]+)", message.text + (message.html or "")):
            assert token not in stored
    for dead in re.findall(r"/(?:plan|preferences|unsubscribe)/[\w.~-]+", stored):
        assert (await visitor.get(dead)).status_code in (403, 404, 429), dead


async def test_a_message_that_is_sent_again_reads_the_same(world: World, mailed: Mailed) -> None:
    await sent_link(world, mailed)
    async with world.store.transaction() as session:
        row = (await session.scalars(select(MessageRow).where(MessageRow.contact == KIM))).one()
        row.status = messages.MessageStatus.QUEUED
        key = row.journey_id, row.message
    world.at += 3 * DAY
    await world.journey_client.deliver(*key, int(world.at))

    first, again = [each for each in mailed.messages if each.to_address == KIM]
    assert (first.subject, first.text, first.html) == (again.subject, again.text, again.html)
    assert (first.list_unsubscribe, first.preferences_url) == (again.list_unsubscribe, again.preferences_url)
    assert len(await rows(world)) == 1


async def test_a_message_that_is_sent_again_has_a_new_link_where_the_first_is_void(
    world: World, visitor: httpx.AsyncClient, mailed: Mailed
) -> None:
    await sent_link(world, mailed)
    async with world.store.transaction() as session:
        row = (await session.scalars(select(MessageRow).where(MessageRow.contact == KIM))).one()
        row.status = messages.MessageStatus.QUEUED
        key = row.journey_id, row.message
    await world.store.write(lambda session: links.void(session, [row.link], world.at, by=ANA, why=REASON))
    await world.journey_client.deliver(*key, int(world.at))

    first, again = [each for each in mailed.messages if each.to_address == KIM]
    assert (await visitor.get(path_in(first))).status_code == 410
    assert (await visitor.get(path_in(again))).status_code == 200
    assert first.text.replace(path_in(first), "") == again.text.replace(path_in(again), "")


async def test_messages_of_one_day_share_a_link_and_those_of_another_have_their_own(world: World) -> None:
    def kept(wall: float, session: Session) -> str:
        link = links.of_message(session, "acme/1", KIM.upper(), None, wall)
        return links.keep(session, link, "acme/1", KIM, wall).id

    first, again, next_day = [await world.store.write(partial(kept, START + after)) for after in (0, HOUR, DAY)]
    assert first == again != next_day


# What opens nothing.


async def test_an_expired_link_says_so(world: World, visitor: httpx.AsyncClient) -> None:
    path = world.plan(KIM)
    last_day = (int(world.at) // DAY + links.WORKS_DAYS + 1) * DAY

    world.at = last_day - 1
    assert (await visitor.get(path)).status_code == 200
    world.at = last_day
    page = await visitor.get(path)
    assert page.status_code == 410
    assert "expired" in text_of(page)


async def test_a_void_link_opens_nothing_and_does_nothing(
    world: World, visitor: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    await world.tell(step_done="kickoff", result="held")
    path, other = world.plan(KIM), world.plan(SAM)
    form = form_in(await visitor.get(path), "/done")
    page = await browser.get("/ops/customers/acme?tab=people")
    sent = {**form_in(page, "/void-link"), "link": world.link(KIM), "reason": REASON}
    shown = text_of(await browser.post("/ops/customers/acme/void-link", data=sent, follow_redirects=True))

    assert "The link is void" in shown
    assert f"void since Mon 2 Mar 2026, 10:00 by {ANA}: {REASON}" in shown
    history = text_of(await browser.get("/ops/customers/acme?tab=history"))
    assert f"The link of {KIM} to the plan was made void: {REASON}" in history
    assert (await visitor.get(path)).status_code == 410
    assert (await visitor.post(f"{path}/done", data=form)).status_code == 410
    assert (await visitor.get(other)).status_code == 200
    assert [row.kind for row in await world.facts()].count("step_done") == 1


async def test_a_link_of_a_contact_who_leaves_is_void_and_adding_them_again_revives_nothing(
    world: World, visitor: httpx.AsyncClient, mailed: Mailed
) -> None:
    path, both = await sent_link(world, mailed), customer().contacts
    await world.intake.upsert_customer(customer().having(contacts=both[:1]))
    assert (await visitor.get(path)).status_code == 410
    await world.intake.upsert_customer(customer().having(contacts=both))

    page = await visitor.get(path)
    assert page.status_code == 410
    assert "no longer in use" in text_of(page)
    [row] = [each for each in await rows(world) if each.contact == KIM]
    assert row.voided_why == links.NO_LONGER_A_CONTACT


async def test_a_contact_who_is_told_to_have_left_has_no_link_any_more(
    world: World, visitor: httpx.AsyncClient
) -> None:
    path = world.plan(KIM)
    await world.tell(contacts=[{"name": "Sam Poe", "email": SAM, "personas": ["sponsor"]}])

    assert (await visitor.get(path)).status_code == 410
    assert [row.contact for row in await rows(world) if row.voided_at is not None] == [KIM]


async def test_who_stays_keeps_the_link_however_the_address_is_written(
    world: World, visitor: httpx.AsyncClient
) -> None:
    path = world.plan(KIM)
    shouted = tuple(Contact(each.name, each.email.upper(), each.personas) for each in customer().contacts)
    await world.intake.upsert_customer(customer().having(contacts=shouted))

    assert (await visitor.get(path)).status_code == 200


# The form before.


def earlier(world: World, contact: str = KIM, journey: str = "acme/1") -> str:
    secret = world.settings.signing_key()
    return f"/plan/{earlier_token(secret, journey, 'acme', contact, now=moment(int(world.at)))}"


async def test_links_of_the_form_before_work_until_they_expire(world: World, visitor: httpx.AsyncClient) -> None:
    path = earlier(world)
    await world.tell(step_done="kickoff", result="held")
    form = form_in(await visitor.get(path), "/done")
    await visitor.post(f"{path}/done", data=form)

    assert {row.data["step"]: row.told_by for row in await world.facts() if row.kind == "step_done"}["connect"] == KIM
    world.at += 92 * DAY
    assert (await visitor.get(path)).status_code == 410


async def test_links_of_the_form_before_are_void_with_those_of_the_same_person(
    world: World, visitor: httpx.AsyncClient
) -> None:
    path, link = earlier(world), world.link(KIM)
    await world.store.write(lambda session: links.void(session, [link], world.at, by=ANA, why=REASON))

    assert (await visitor.get(path)).status_code == 410
    assert (await visitor.get(earlier(world, SAM))).status_code == 200


# After the end.


async def test_a_link_of_an_ended_journey_shows_what_was_done_for_a_year(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await world.tell(step_done="kickoff", result="held")
    path = world.plan(KIM)
    await world.tell(ended="completed")

    page = await visitor.get(path)
    assert page.status_code == 200
    shown = text_of(page)
    assert "Kickoff call Mon, Mar 2, 2026" in shown
    assert "finished on Mon, Mar 2, 2026" in shown
    assert "<form" not in page.text
    assert (await visitor.post(f"{path}/done", data={"form": "x"})).status_code == 410
    world.at += 364 * DAY
    assert (await visitor.get(path)).status_code == 200
    world.at += 2 * DAY
    gone = await visitor.get(path)
    assert gone.status_code == 410
    assert "This plan was finished more than a year ago" in text_of(gone)


async def test_a_link_that_had_expired_before_the_end_shows_nothing(world: World, visitor: httpx.AsyncClient) -> None:
    path = world.plan(KIM)
    await world.move_to(START + 100 * DAY)
    await world.tell(ended="completed")

    assert (await visitor.get(path)).status_code == 410


# Programs.


async def test_a_program_gets_a_link_that_works_and_the_timeline_says_with_which_key(
    world: World, api: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    made = (await api.post(f"{V1}/customers/acme/links", json={"contact": KIM.upper()})).json()

    assert (await visitor.get(made["url"])).status_code == 200
    [note] = [row.data for row in await world.timeline() if row.kind == "note"]
    assert (note["by"], note["about"]) == ("key api", KIM)
    assert note["text"] == f"A link to the plan was made for {KIM}"
    listed = (await api.get(f"{V1}/customers/acme/links")).json()
    [line] = listed["links"]
    assert (line["link"], line["status"], line["made_by"]) == (made["link"], "works", "key api")
    assert made["url"].rpartition("/")[2] not in str(listed)
    void = await api.post(f"{V1}/customers/acme/links/{KIM}/void", json={"reason": REASON, "by": ANA})
    assert [each["status"] for each in void.json()["links"]] == ["void"]
    assert (await visitor.get(made["url"])).status_code == 410


async def test_no_page_and_no_answer_hands_out_a_link_that_works(
    world: World, browser: httpx.AsyncClient, api: httpx.AsyncClient, mailed: Mailed
) -> None:
    path = await sent_link(world, mailed)
    token = path.rpartition("/")[2]
    addresses = [
        "/ops/customers/acme",
        "/ops/customers/acme?tab=people",
        "/ops/customers/acme?tab=history",
        "/ops/mail?status=sent",
        "/desk",
    ]
    [message] = [row for row in await messages_of(world) if row.contact == KIM]
    addresses += [f"/ops/mail/{message.journey_id}/{message.message}{end}" for end in ("", "/html")]
    for address in addresses:
        page = (await browser.get(address, follow_redirects=True)).text
        assert token not in page
        assert not re.search(r"/(plan|preferences|unsubscribe)/[\w-]+\.[\w-]+", page), address
    for address in ("/customers/acme", "/customers/acme/timeline", "/customers/acme/links", "/mail?status=sent"):
        assert token not in (await api.get(f"{V1}{address}")).text


async def messages_of(world: World) -> list[MessageRow]:
    async with world.store.reading() as session:
        return [line.message for line in (await messages.outbox(session)).lines]


async def test_mail_on_the_outbox_page_leads_to_a_look_at_the_plan(
    world: World, browser: httpx.AsyncClient, mailed: Mailed
) -> None:
    await sent_link(world, mailed)
    [message] = [row for row in await messages_of(world) if row.contact == KIM]
    page = await browser.get(f"/ops/mail/{message.journey_id}/{message.message}")
    html = (await browser.get(f"/ops/mail/{message.journey_id}/{message.message}/html")).text

    assert "the customer's link" in text_of(page)
    match = re.search(r'href="(/ops/customers/acme/plan/\w+)"', html)
    assert match
    assert "Preview: what Kim" in text_of(await browser.get(match[1]))


async def test_links_go_on_after_a_merge_a_rename_and_a_hand_over(world: World, visitor: httpx.AsyncClient) -> None:
    await world.add(customer("globex", "Globex"))
    paths = [world.plan(KIM), world.plan(KIM, "globex/1")]
    await merge(world.intake.context, MergeOrder("globex", "acme", by=ANA))
    await world.tell(team={"csm": BO})
    await rename(world.intake.context, "acme", "acme-group", by=ANA)

    for path in paths:
        page = await visitor.get(path)
        assert page.status_code == 200
        assert "Acme" in text_of(page)
    assert not [row for row in await rows(world, "acme-group") if row.voided_at is not None]


async def test_links_stay_what_they_are_when_a_contact_is_undone_and_told_again(
    world: World, visitor: httpx.AsyncClient
) -> None:
    path = world.plan(KIM)
    world.journey_client.let_people_undo(timedelta(minutes=5))
    only_sam = [{"name": "Sam Poe", "email": SAM, "personas": ["sponsor"]}]
    await world.intake.record_fact("acme", WrittenFact(id="gone", contacts=only_sam), by=ANA, source="ops")
    await world.intake.undo_fact("acme", "gone", by=ANA)

    assert (await visitor.get(path)).status_code == 410


async def test_two_who_make_a_link_void_at_once_are_on_the_timeline_once(world: World, api: httpx.AsyncClient) -> None:
    link = world.link(KIM)
    await asyncio.gather(*(api.post(f"{V1}/customers/acme/links/{link}/void", json={}) for _ in range(5)))

    assert len([row for row in await world.timeline() if row.kind == "note"]) == 1
    unknown = await api.post(f"{V1}/customers/acme/links/nothing/void", json={})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "unknown_link")
