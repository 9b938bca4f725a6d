"""Why a customer is silent: the first card of their page, whatever the reason is."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import update

from milepost.customer import Contact, Mail
from milepost.store.tables import JourneyRow, MessageRow
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, DAY, FILES, KIM, MAP, SAM, START, customer

ACME = "/ops/customers/acme"


async def move(browser: httpx.AsyncClient, path: str = ACME) -> str:
    """The card that says whose move it is."""
    shown = text_of(await browser.get(path))
    return shown.split("Whose move it is", 1)[1].split("What it is waiting for", 1)[0]


async def test_the_next_move_is_ours(browser: httpx.AsyncClient) -> None:
    said = await move(browser)

    assert "The next move is ours: it waits for Ana Ruiz (Customer success manager) to do it: “Kickoff call”" in said
    assert "open since Mon 2 Mar 2026 (today), is due Wed 4 Mar 2026, 17:00, and 1 more step." in said
    assert "No mail has left in this journey." in said
    assert "Nothing was heard from the customer since the journey began on Mon 2 Mar 2026." in said
    assert "If nobody does anything, Wed 4 Mar 2026, 17:00: “Kickoff call” will be overdue." in said


async def test_the_customer_was_asked_and_reminded(world: World, browser: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    await world.move_to(START + 11 * DAY)
    said = await move(browser)

    assert "The customer has the next move: it waits for Kim Lo (Coordinator) to do it" in said
    assert "“Connect the first system”, open since Mon 2 Mar 2026 (11 days), was due Mon 9 Mar 2026, 12:00." in said
    assert "Kim Lo had 3 mails about “Connect the first system”: the first on Mon 2 Mar 2026, the last on" in said
    assert "It also waits for somebody of the team “Solutions engineer” to take it" in said
    assert "For 3 days: “Connect the first system” was due Mon 9 Mar 2026, and they haven't done it." in said
    assert "Reach them otherwise, by phone say, and write down here what they say" in said


async def test_attributes_are_in_words(world: World, browser: httpx.AsyncClient) -> None:
    flag = "  trial: {type: flag}"
    text = MAP.replace(flag, f"{flag}\n  goal: {{type: text, one_of: [save_money, save_time]}}")
    await world.publish({**FILES, "map.yaml": text})
    known = {"tier": "pilot", "goal": "save_money", "renews_on": "2026-09-02", "trial": True, "crm_name": "a_b"}
    await world.add(customer("globex", "Globex", attributes=known))
    shown = text_of(await browser.get("/ops/customers/globex")).split("Attributes", 1)[1]

    assert "Crm name a_b Goal save money Day of renewal Wed 2 Sep 2026 Tier pilot Trial yes" in shown


async def test_the_head_says_who_is_silent_as_the_list_does(world: World, browser: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    assert "silent since" not in text_of(await browser.get(ACME))
    await world.move_to(START + 11 * DAY)

    assert "silent since Mon 9 Mar 2026" in text_of(await browser.get(f"{ACME}?tab=history"))
    assert "Acme" in text_of(await browser.get("/ops/customers?silent=yes"))
    await world.tell(paused=True, reason="Merger")
    assert "silent since" not in text_of(await browser.get(ACME))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"status": "sent"}, "It was handed over, and it hasn't come back."),
        ({"status": "queued", "last_error": None}, "A mail is on its way to Kim Lo"),
        ({"status": "queued", "last_error": "greylisted"}, "the last attempt failed: greylisted"),
        ({"status": "failed", "cause": "address", "last_error": "it came back: no such user"}, "failed: it came back"),
    ],
)
async def test_what_became_of_the_last_mail_is_said(
    world: World, browser: httpx.AsyncClient, values: dict[str, str | None], words: str
) -> None:
    await world.tell(step_done="kickoff", result="held")
    async with world.store.transaction() as session:
        await session.execute(update(MessageRow).values(values))
    said = await move(browser)

    assert words in said
    assert ("handed over" in said) is (values["status"] == "sent")


async def test_mail_that_is_held_is_said_with_the_reason(world: World, browser: httpx.AsyncClient) -> None:
    page = await browser.get(f"{ACME}?act=hold")
    await browser.post("/ops/mail/switch", data={**form_in(page, "/switch"), "mail": "held"})
    await world.tell(step_done="kickoff", result="held")
    said = await move(browser)

    assert "Nobody has had a mail about “Connect the first system” so far." in said
    assert "1 mail waits, about “Connect the first system”: a person is to look at it before it goes." in said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mail": Mail.NONE}, "Kim Lo gets none, as they chose or a colleague set."),
        ({"mail": Mail.ESSENTIAL}, "Kim Lo gets only essential mail and requests"),
        ({"refused": True}, f"Kim Lo gets none: the mail server refused {KIM} for good."),
    ],
)
async def test_who_gets_no_mail_is_said(
    world: World, browser: httpx.AsyncClient, change: dict[str, object], words: str
) -> None:
    kim = Contact("Kim Lo", KIM, ("coordinator",), **change)
    await world.add(customer("globex", "Globex", contacts=(Contact("Sam Poe", SAM, ("sponsor",)), kim)))

    assert words in await move(browser, "/ops/customers/globex")
    assert "gets none" not in await move(browser)


async def test_a_pause_is_the_reason_before_everything_else(world: World, browser: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    await world.tell(paused=True, reason="Merger")
    said = await move(browser)

    assert "The journey is paused since Mon 2 Mar 2026 (Merger): nobody is asked for anything" in said
    assert "Nothing comes by itself before the journey is resumed." in said
    assert "It also waits for" not in said


async def test_when_the_customer_was_last_heard_is_said(world: World, browser: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    async with world.client() as visitor:
        await visitor.post(f"{world.plan()}/done", data=form_in(await visitor.get(world.plan()), "/done"))
    await world.move_to(START + 3 * DAY)

    said = await move(browser)
    assert "The customer was last heard 3 days ago, on Mon 2 Mar 2026: “Connect the first system” was done" in said
    assert "The customer has the next move: it waits for the answer of Sam Poe (Executive sponsor)" in said


async def test_an_end_a_block_and_no_journey_are_said(world: World, browser: httpx.AsyncClient) -> None:
    await world.add(customer("initech", "Initech", attributes={"tier": "other"}))
    assert "No journey is open: nothing is awaited" in await move(browser, "/ops/customers/initech")
    async with world.store.transaction() as session:
        await session.execute(update(JourneyRow).values(blocked_since=START, blocked_why="EndlessMapError: x"))
    assert "It is blocked since Mon 2 Mar 2026, 10:00, so nobody is asked" in await move(browser)
    async with world.store.transaction() as session:
        await session.execute(update(JourneyRow).values(blocked_since=None, blocked_why=None))
    await world.tell(ended="churned", by=ANA)
    assert "The journey ended on Mon 2 Mar 2026: churned. Nothing is awaited any more." in await move(browser)


async def test_the_history_is_folded_by_day_and_step_with_the_engines_own_lines_apart(
    world: World, browser: httpx.AsyncClient
) -> None:
    await world.tell(step_done="kickoff", result="held")
    await world.move_to(START + 11 * DAY)
    await world.tell(agreed={"connect": {"due": "2026-03-20"}})
    html = (await browser.get(f"{ACME}?tab=history")).text
    days = html.split('<details class="history-day"')[1:]

    assert "Fri 13 Mar 2026" in days[0]
    own = days[0].split('class="history-own"')[1]
    assert "Connect the first system” is now due Fri 20 Mar 2026" in own
    first = days[-1]
    assert "Mon 2 Mar 2026" in first
    assert first.index("<h3>Kickoff call</h3>") < first.index("“Kickoff call” was done")
    assert "will be" not in html.split('id="messages"')[0].split('id="timeline"')[1]
