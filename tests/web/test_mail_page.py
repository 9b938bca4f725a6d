"""The page of mail: what waits and why, with its text; released, cancelled, sent now, held and freed."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import update

from milepost.planner.written_facts import WrittenFact
from milepost.store import maps, messages
from milepost.store.tables import MessageRow
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, FILES, HOUR, KIM, MAP, START, customer

CONNECT = "connect/1/opening/1"
ONE = f"/ops/mail/acme/1/{CONNECT}"


async def page(browser: httpx.AsyncClient, path: str = "/ops/mail") -> httpx.Response:
    response = await browser.get(path)
    assert response.status_code == 200
    return response


async def switch(browser: httpx.AsyncClient, mail: str, **fields: str) -> httpx.Response:
    hidden = form_in(await page(browser), "/switch")
    return await browser.post("/ops/mail/switch", data={"form": hidden["form"], "mail": mail, **fields})


async def order(browser: httpx.AsyncClient, action: str, **fields: str) -> httpx.Response:
    hidden = form_in(await page(browser), "/switch")
    data = {"form": hidden["form"], "action": action, **fields}
    return await browser.post("/ops/mail/order", data=data)


async def hold_one(world: World, browser: httpx.AsyncClient) -> None:
    """Hold all mail in the contacts' hours, and let one be due."""
    assert (await switch(browser, "held", reason="We begin today")).status_code == 303
    await world.tell(step_done="kickoff", result="held")


async def status(world: World) -> str:
    async with world.store.reading() as session:
        return (await messages.get(session, "acme/1", CONNECT)).status


async def test_a_message_that_waits_for_its_hours_says_so(world: World, browser: httpx.AsyncClient) -> None:
    assert "Held 0" in text_of(await page(browser))
    await world.move_to(START + 8 * HOUR)  # the coordinator in Berlin is asleep
    await world.tell(step_done="kickoff", result="held")
    text = text_of(await page(browser))
    assert "Held 1" in text
    assert "Connect the first system opening, connect.md Acme Ltd Kim Lo, kim@acme.example" in text
    assert "It goes today 09:00 in Berlin." in text
    assert "Monday to Friday, 09:00 to 17:00 in Europe/Berlin, not on holidays" in text
    assert (await order(browser, "send-now", pick=f"acme {CONNECT}")).status_code == 303
    assert await status(world) == "sent"


async def test_held_mail_is_shown_with_its_text_and_released(world: World, browser: httpx.AsyncClient) -> None:
    await hold_one(world, browser)
    text = text_of(await page(browser))
    assert "All mail is held until a person releases it. Since" in text
    assert "to be released" in text
    one = await page(browser, ONE)
    assert "Hello Kim," in text_of(one)
    assert "Hello Kim," in text_of(await page(browser, f"{ONE}/html"))
    assert "Its links open nothing" in text_of(one)
    assert (await order(browser, "release", pick=f"acme {CONNECT}")).status_code == 303
    assert await status(world) == "sent"
    assert "Release" not in text_of(await page(browser, ONE))


async def test_a_mail_that_lacks_a_value_says_which_and_goes_when_it_is_told(
    world: World, browser: httpx.AsyncClient
) -> None:
    needing = FILES["messages/connect.md"] + "\nYour contract ends on {{ customer.renews_on | date }}.\n"
    await world.publish(FILES | {"messages/connect.md": needing})
    await world.add(customer("globex", "Globex", attributes={"tier": "pilot", "health": 75}))
    await world.intake.record_fact("globex", WrittenFact(step_done="kickoff", result="held"), by=ANA)

    assert "it needs customer.renews_on, which nobody has told" in text_of(await page(browser))
    hurried = await order(browser, "send-now", pick=f"globex {CONNECT}")
    assert "Tell the value that it lacks first." in text_of(hurried)
    assert "message_sent" not in [row.kind for row in await world.timeline("globex/1")]

    await world.intake.record_fact("globex", WrittenFact(set={"renews_on": "2027-01-31"}), by=ANA)

    assert "No mail waits." in text_of(await page(browser))
    assert [row.kind for row in await world.timeline("globex/1")].count("message_sent") == 1
    one = await page(browser, f"/ops/mail/globex/1/{CONNECT}")
    assert "Your contract ends on" in text_of(one)


async def test_all_that_the_filters_leave_is_released(world: World, browser: httpx.AsyncClient) -> None:
    await hold_one(world, browser)
    nothing = await order(browser, "release", all="yes", message="other.md")
    assert nothing.status_code == 422
    assert (await order(browser, "release", all="yes", message="connect.md", map="pilot")).status_code == 303
    assert await status(world) == "sent"


async def test_mail_that_is_released_at_night_says_when_it_goes(world: World, browser: httpx.AsyncClient) -> None:
    await hold_one(world, browser)
    await world.move_to(START + 2 * HOUR)  # 18:00 in Berlin, when the reader's day is over
    text = text_of(await order(browser, "release", pick=f"acme {CONNECT}"))
    assert "1 message released." in text
    assert f"{CONNECT} to acme goes Tue 3 Mar 2026 09:00 in Berlin" in text
    assert "Left as they are" not in text


async def test_the_tab_of_held_mail_does_not_count_what_was_released(world: World, browser: httpx.AsyncClient) -> None:
    await hold_one(world, browser)
    await world.move_to(START + 2 * HOUR)
    held = await page(browser)
    assert "Held 1 Released 0" in text_of(held)
    assert held.text.index('value="release"') < held.text.index("<table"), "the buttons are above the list"
    await order(browser, "release", pick=f"acme {CONNECT}", status="held")
    text = text_of(await page(browser))
    assert "Held 0 Released 1" in text
    assert "No mail waits." in text
    released = text_of(await page(browser, "/ops/mail?status=released"))
    assert "It goes Tue 3 Mar 2026 09:00 in Berlin." in released
    assert "All 1 that were released" in released

    again = await browser.post("/ops/mail/hold-again", data=form_in(await page(browser), "/ops/mail/hold-again"))

    assert again.headers["location"] == "/ops/mail?told=switched"
    after = text_of(await page(browser))
    assert "Held 1 Released 0" in after
    assert "Hold again what was released" not in after, "there is nothing any more"


async def test_what_was_released_in_one_order_is_taken_back_in_one(world: World, browser: httpx.AsyncClient) -> None:
    world.journey_client.let_people_undo(timedelta(minutes=5))
    await hold_one(world, browser)
    await order(browser, "release", all="yes")
    shown = await page(browser)
    assert "Just released 1 message · Ana Ruiz Nothing of it leaves before 10:05" in text_of(shown)
    assert await status(world) == "queued"
    undo = form_in(shown, "/ops/mail/undo")

    answer = await browser.post("/ops/mail/undo", data=undo)

    assert answer.headers["location"] == "/ops/mail?told=release_undone"
    after = text_of(await page(browser, answer.headers["location"]))
    assert "Undone. What was released waits again." in after
    assert "Just released" not in after
    assert "Held 1 Released 0" in after
    twice = await browser.post("/ops/mail/undo", data=undo)
    assert twice.status_code == 409
    assert "Nothing was undone" in text_of(twice)


async def test_what_has_left_of_an_order_stays_and_is_named(world: World, browser: httpx.AsyncClient) -> None:
    world.journey_client.let_people_undo(timedelta(minutes=5))
    await hold_one(world, browser)
    await order(browser, "release", all="yes")
    undo = form_in(await page(browser), "/ops/mail/undo")
    async with world.store.transaction() as session:
        await session.execute(update(MessageRow).values(not_before=None))  # its delivery begins

    answer = await browser.post("/ops/mail/undo", data=undo)

    assert answer.status_code == 409
    assert "a message that it brought about has left" in text_of(answer)
    assert await status(world) == "queued"


async def test_the_day_names_the_message_of_a_release(world: World, browser: httpx.AsyncClient) -> None:
    world.journey_client.let_people_undo(timedelta(minutes=5))
    await hold_one(world, browser)
    await order(browser, "release", all="yes")
    assert "A message is released: “Connect the first system” · Acme Ltd" in text_of(
        await page(browser, f"/desk/{ANA}")
    )


async def test_the_day_names_few_of_what_was_released_in_one_order(world: World, browser: httpx.AsyncClient) -> None:
    world.journey_client.let_people_undo(timedelta(minutes=5))
    assert (await switch(browser, "held")).status_code == 303
    for number in range(5):
        await world.add(customer(f"globex{number}", f"Globex {number}", attributes={"tier": "pilot", "health": 75}))
        await world.intake.record_fact(f"globex{number}", WrittenFact(step_done="kickoff", result="held"), by=KIM)
    await order(browser, "release", all="yes")
    assert "Just released 5 messages" in text_of(await page(browser))
    assert text_of(await page(browser, f"/desk/{ANA}")).count("Undo : A message is released") == 3


async def test_cancelled_mail_is_on_the_timeline_with_who_and_why(world: World, browser: httpx.AsyncClient) -> None:
    await hold_one(world, browser)
    await order(browser, "cancel", pick=f"acme {CONNECT}", reason="They know us")
    assert "dropped: somebody cancelled it by Ana Ruiz: They know us." in text_of(
        await page(browser, "/ops/customers/acme?tab=history")
    )
    assert "No mail waits." in text_of(await page(browser))


async def test_what_was_done_meanwhile_is_said_and_the_rest_done(world: World, browser: httpx.AsyncClient) -> None:
    await hold_one(world, browser)
    await order(browser, "release", pick=f"acme {CONNECT}")
    late = await order(browser, "release", pick=f"acme {CONNECT}")
    assert late.status_code == 409
    assert "Nothing was done. Left as they are" in text_of(late)
    assert "it is sent" in text_of(late)


async def test_a_form_that_is_sent_twice_counts_once(world: World, browser: httpx.AsyncClient) -> None:
    await hold_one(world, browser)
    data = {"form": form_in(await page(browser), "/switch")["form"], "action": "release", "pick": f"acme {CONNECT}"}
    assert (await browser.post("/ops/mail/order", data=data)).status_code == 303
    await browser.post("/ops/mail/order", data=data)
    released = [row for row in await world.facts() if row.kind == "message_released"]
    assert len(released) == 1


async def test_a_customer_and_a_map_are_freed_by_themselves(world: World, browser: httpx.AsyncClient) -> None:
    await hold_one(world, browser)
    await switch(browser, "free", customer="acme")
    assert await status(world) == "sent"
    assert "acme Free since" in text_of(await page(browser))
    await switch(browser, "held", map="pilot", first="3")
    assert "Held, the first 3 of each text since" in text_of(await page(browser))


async def test_the_first_ones_of_each_text_are_held_for_one_customer_from_both_pages(
    browser: httpx.AsyncClient,
) -> None:
    form = "/ops/customers/acme?act=hold"
    before = await page(browser, form)
    assert "At present mail goes out by itself." in text_of(before)
    assert 'name="first" type="number" min="1" max="1000"' in before.text

    hidden = form_in(before, "/ops/mail/switch")
    held = await browser.post("/ops/mail/switch", data={**hidden, "mail": "held", "first": "5", "reason": "New here"})

    assert held.headers["location"] == "/ops/customers/acme?told=switched"
    assert "At present mail is held until somebody releases it, the first 5 of each text." in text_of(
        await page(browser, form)
    )
    assert "acme Held, the first 5 of each text since" in text_of(await page(browser))
    await switch(browser, "held", customer="acme", first="2")
    assert "acme Held, the first 2 of each text since" in text_of(await page(browser))


async def test_the_mail_of_one_map_is_freed_and_that_of_the_other_waits_on(
    world: World, browser: httpx.AsyncClient
) -> None:
    second = MAP.replace("map: pilot", "map: second").replace('tier == "pilot"', 'tier == "other"')
    async with world.store.transaction() as session:
        await maps.publish(session, "second", "Second customers", FILES | {"map.yaml": second}, START)
    await world.add(customer("globex", "Globex", attributes={"tier": "other", "health": 75}))
    await hold_one(world, browser)
    await world.intake.record_fact("globex", WrittenFact(step_done="kickoff", result="held"), by=KIM)
    assert "Held 2" in text_of(await page(browser))

    await switch(browser, "free", map="second")

    text = text_of(await page(browser))
    assert "Held 1" in text
    assert "Acme Ltd Kim Lo" in text
    sent = text_of(await page(browser, "/ops/mail?status=sent"))
    assert "Globex: connect your first system" in sent
    assert "Acme Ltd: connect" not in sent


@pytest.mark.parametrize(
    ("path", "fields", "says"),
    [
        ("order", {"action": "release"}, "No message was picked"),
        ("order", {"pick": f"acme {CONNECT}"}, "What to do is missing"),
        ("order", {"action": "explode", "pick": "x"}, "What to do is missing"),
        ("order", {"action": "release", "pick": "odd"}, "no such message waits"),
        ("switch", {"mail": "odd"}, "Whether to hold or to free is missing"),
        ("switch", {"mail": "held", "first": "many"}, "isn&#39;t a number"),
        ("switch", {"mail": "held", "customer": "nobody"}, "nobody"),
        ("switch", {"mail": "held", "map": "nothere"}, "Unknown map"),
    ],
)
async def test_what_cannot_be_is_said(browser: httpx.AsyncClient, path: str, fields: dict[str, str], says: str) -> None:
    hidden = form_in(await page(browser), "/switch")
    answer = await browser.post(f"/ops/mail/{path}", data={"form": hidden["form"], **fields})
    assert answer.status_code in (404, 409, 422)
    assert says in answer.text


async def test_who_has_not_said_who_they_are_may_look_only(world: World, visitor: httpx.AsyncClient) -> None:
    text = text_of(await page(visitor))
    assert "Say who you are to hold, release or cancel mail." in text
    assert (await visitor.post("/ops/mail/order", data={"form": "x", "action": "release"})).status_code in (303, 401)


async def test_the_list_shows_what_was_sent_to_whom(world: World, browser: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    listed = await page(browser, "/ops/mail?status=sent")
    one, mail = await page(browser, ONE), await page(browser, f"{ONE}/html")
    assert f"Acme Ltd: connect your first system opening, connect.md Acme Ltd {KIM}" in text_of(listed)
    assert '<iframe class="mail" sandbox="allow-popups allow-popups-to-escape-sandbox"' in one.text
    assert "Hello Kim," in text_of(one)
    assert mail.headers["content-security-policy"].startswith("sandbox allow-popups allow-popups-to-escape-sandbox; ")
    assert '<base target="_blank">' in mail.text


async def test_the_address_that_the_page_had_before_leads_here(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/ops/outbox?status=waiting")).headers["location"] == "/ops/mail?status=held"
    assert (await browser.get(f"/ops/outbox/acme/1/{CONNECT}")).headers["location"] == ONE


async def test_nothing_is_there_before_anything_was_sent(browser: httpx.AsyncClient) -> None:
    for path in ("/ops/mail", "/ops/mail?status=failed", "/ops/mail?page=-1&status=odd&why=odd"):
        assert "Nothing here." in text_of(await page(browser, path))
    assert (await browser.get("/ops/mail/acme/1/connect/9/opening/1")).status_code == 404


async def test_a_mail_on_its_way_is_cancelled_on_its_page(world: World, browser: httpx.AsyncClient) -> None:
    world.journey_client.let_people_undo(timedelta(minutes=5))
    await world.tell(step_done="kickoff", result="held")
    assert "It is cancelled if no channel has taken it by then." in text_of(await page(browser, ONE))
    assert (await order(browser, "cancel", pick=f"acme {CONNECT}")).status_code == 303
    assert await status(world) == "returned"
    assert "Taken back 1" in text_of(await page(browser))
    assert "Cancel" not in text_of(await page(browser, ONE))


async def test_who_held_and_freed_mail_is_on_the_page(browser: httpx.AsyncClient) -> None:
    assert "Who held and freed mail" not in text_of(await page(browser))
    await switch(browser, "held", reason="We begin today", map="pilot")
    await switch(browser, "free", customer="acme")
    text = text_of(await page(browser))
    assert "Who held and freed mail" in text
    assert "Pilot customers: held, by Ana Ruiz We begin today" in text
    assert "acme : free, by Ana Ruiz" in text


async def test_a_message_that_did_not_arrive_says_nothing_about_the_address(
    world: World, browser: httpx.AsyncClient
) -> None:
    await world.tell(step_done="kickoff", result="held")
    await world.move_to(START + 20 * HOUR)
    data = form_in(await page(browser, ONE), "/ops/mail/failed")
    await browser.post("/ops/mail/failed", data={**data, "why": "Their filter"})

    async with world.store.reading() as session:
        assert (await messages.get(session, "acme/1", CONNECT)).cause == "refused"
    contacts = (await world.journey()).state["customer"]["contacts"]
    assert not [each for each in contacts if each.get("refused")]
    assert "Reach the person otherwise" in text_of(await page(browser, "/ops/customers/acme"))


async def test_a_provider_says_on_the_phone_that_nobody_has_the_address(
    world: World, browser: httpx.AsyncClient
) -> None:
    await world.tell(step_done="kickoff", result="held")
    await world.move_to(START + 20 * HOUR)
    data = form_in(await page(browser, ONE), "/ops/mail/failed")
    assert (await browser.post("/ops/mail/failed", data=data)).status_code == 422
    assert await status(world) == "sent"

    sent = await browser.post("/ops/mail/failed", data={**data, "why": "No such mailbox", "permanent": "true"})

    assert sent.headers["location"] == f"{ONE}?told=message_failed"
    shown = await page(browser, ONE)
    assert "it came back: No such mailbox" in text_of(shown)
    assert "/ops/mail/failed" not in shown.text
    told = next(fact for fact in await world.facts() if fact.kind == "message_failed")
    assert (told.data["permanent"], told.data["contact"], told.data["by"]) == (True, KIM, ANA)
    contacts = (await world.journey()).state["customer"]["contacts"]
    assert [each["email"] for each in contacts if each.get("refused")] == [KIM]
