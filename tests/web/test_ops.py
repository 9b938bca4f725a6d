"""The pages and forms of operations."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.web.conftest import World, form_in, text_of
from tests.web.example import DAY, FILES, KIM, SAM, START, customer

ACME = "/ops/customers/acme"
HISTORY, RESULTS, PEOPLE = (f"{ACME}?tab={tab}" for tab in ("history", "results", "people"))
OF_ACT = {"revoke": RESULTS}


async def page(browser: httpx.AsyncClient, path: str = ACME) -> httpx.Response:
    response = await browser.get(path)
    assert response.status_code == 200
    return response


async def send(browser: httpx.AsyncClient, act: str, **fields: str) -> httpx.Response:
    """Open the form of an act, fill it in, and send it."""
    hidden = form_in(await page(browser, OF_ACT.get(act, f"{ACME}?act={act}")), f"/{act}")
    return await browser.post(f"/ops/customers/acme/{act}", data={**hidden, **fields})


# The list.


async def a_book(world: World) -> None:
    await world.add(customer("globex", "Globex", attributes={"tier": "pilot", "health": 20}))
    await world.add(customer("initech", "Initech", attributes={"tier": "other"}))


async def test_the_list_says_where_each_customer_stands(world: World, browser: httpx.AsyncClient) -> None:
    await a_book(world)
    page_text = text_of(await page(browser, "/ops/customers"))

    assert "Acme Ltd acme Getting started 75" in page_text
    assert "Globex globex risk: Win them back Getting started 20" in page_text
    assert "3 customers." in page_text


async def test_a_customer_that_no_map_fits_is_listed_with_the_reason(world: World, browser: httpx.AsyncClient) -> None:
    await a_book(world)
    page_text = text_of(await page(browser, "/ops/customers?status=unmatched"))

    assert "No map fits “Tier” is other" in page_text
    assert "customer.tier" not in page_text
    assert "Acme" not in page_text.split("Customers", 1)[1]


async def test_a_customer_that_no_map_fits_is_told_what_each_map_asks(world: World, browser: httpx.AsyncClient) -> None:
    await a_book(world)
    page_text = text_of(await page(browser, "/ops/customers/initech"))

    assert "No map fits. Pilot customers: for customers whose “Tier” is pilot. Here “Tier” is other." in page_text
    assert "customer.tier" not in page_text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("search=glob", ["Globex"]),
        ("risk=yes", ["Globex"]),
        ("health_below=50", ["Globex"]),
        ("status=none", ["Initech"]),
        ("stage=start&sort=health", ["Globex", "Acme Ltd"]),
        ("map=pilot&search=&health_below=&page=", ["Acme Ltd", "Globex"]),
        ("stuck=yes", []),
        ("search=%25", []),
        ("page=999", ["Acme Ltd", "Globex", "Initech"]),
    ],
)
async def test_the_list_is_narrowed_and_ordered(
    world: World, browser: httpx.AsyncClient, query: str, names: list[str]
) -> None:
    await a_book(world)
    rows = (await page(browser, f"/ops/customers?{query}")).text.partition("<tbody>")[2]
    customer_names = ["Acme Ltd", "Globex", "Initech"]

    assert sorted((name for name in customer_names if name in rows), key=rows.index) == names


@pytest.mark.parametrize("query", ["status=odd", "health_below=low", "sort=size"])
async def test_a_filter_that_there_is_not_is_said(world: World, browser: httpx.AsyncClient, query: str) -> None:
    assert (await browser.get(f"/ops/customers?{query}")).status_code == 422


# One customer.


async def test_a_customers_page_tells_who_what_and_where(browser: httpx.AsyncClient) -> None:
    page_text = " ".join([text_of(await page(browser, each)) for each in (ACME, PEOPLE)])

    for words in (
        "Running Health 75 Owner Ana Ruiz Getting started",
        "US, America/New York · Pilot customers, version 1 (",
        "Kickoff call Getting started open waits for Ana Ruiz (Customer success manager) to do it.",
        "Connect the first system Getting started waiting waits for the end of “Kickoff call”.",
        "Renewal ahead waits for the customer's date “renews on”, which nobody has told or which is past.",
        "Sam Poe Executive sponsor sam@acme.example",
        "Customer success manager: Ana Ruiz",
        "Health score 75",
    ):
        assert words in page_text


async def test_plays_are_told_with_the_values_that_would_begin_them(browser: httpx.AsyncClient) -> None:
    page_text = text_of(await page(browser))
    assert "Plays, and what begins them" in page_text
    assert re.search(r"waits for this to be true: customer\.health < 40 \(health is \d+\)", page_text)


async def test_the_timeline_is_told_in_sentences_the_newest_first(world: World, browser: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    page_text = text_of(await page(browser, HISTORY))
    done = page_text.index("“Kickoff call” was done by Ana Ruiz, with the result “held”.")

    assert done < page_text.index("“Kickoff call” is now a task for the Customer success manager")
    assert "The journey began on the map “Pilot customers”." in page_text
    assert "Mon 2 Mar 2026" in page_text


async def test_the_timeline_shows_one_kind_of_entries(world: World, browser: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    page_text = text_of(await page(browser, "/ops/customers/acme?kind=messages"))

    assert "A mail went to Kim Lo (Coordinator) about “Connect the first system”." in page_text
    assert "The journey began" not in page_text


async def test_the_forecast_runs_ahead_as_if_nobody_did_anything(world: World, browser: httpx.AsyncClient) -> None:
    before = await world.everything()
    page_text = text_of(await page(browser))
    ahead = page_text[page_text.index("If nobody does anything:") : page_text.index("Open tasks")]

    assert "Wed 4 Mar 2026, 17:00 “Kickoff call” will be overdue." in ahead
    assert "“Kickoff call” will be late and go to the Head of customer success as well." in ahead
    assert "The stage “Getting started” will be open for longer than it should be" in ahead
    assert "will get a task: look after the customer" in ahead
    assert await world.everything() == before


async def test_an_ended_journey_has_no_forecast_and_no_forms(world: World, browser: httpx.AsyncClient) -> None:
    await world.tell(ended="churned")
    html = await page(browser)

    assert "Ended: churned" in text_of(html)
    assert "No journey is open, so nothing comes by itself." in text_of(html)
    assert "/pause" not in html.text


async def test_pause_and_resume(world: World, browser: httpx.AsyncClient) -> None:
    assert (await send(browser, "pause", reason="Summer")).headers["location"] == "/ops/customers/acme?told=noted"
    assert (await world.journey()).status == "paused"
    assert "The journey was paused: Summer." in text_of(await page(browser, HISTORY))
    assert "The journey is paused: nothing happens before it is resumed." in text_of(await page(browser))

    await send(browser, "resume")
    assert (await world.journey()).status == "open"


async def test_a_journey_is_ended_by_somebody_who_is_sure_and_says_why(
    world: World, browser: httpx.AsyncClient
) -> None:
    for fields in ({"reason": "churned"}, {"sure": "yes"}, {"reason": " ", "sure": "yes"}):
        assert (await send(browser, "end", **fields)).status_code == 422
    assert (await world.journey()).status == "open"

    await send(browser, "end", reason="churned", sure="yes")
    assert ((await world.journey()).status, (await world.journey()).reason) == ("ended", "churned")


async def test_an_answer_is_recorded_with_evidence_only(world: World, browser: httpx.AsyncClient) -> None:
    refused = await send(browser, "answer", outcome="faster", verdict="verified")
    accepted = await send(browser, "answer", outcome="faster", verdict="partial", value="4", evidence="Call of 3 March")

    assert (refused.status_code, accepted.status_code) == (422, 303)
    (kept,) = await world.answers()
    assert (kept.verdict, kept.value, kept.method, kept.evidence) == ("partial", 4.0, "recorded", "Call of 3 March")
    assert "evidence: Call of 3 March" in text_of(await page(browser, RESULTS))


async def test_an_answer_is_taken_back_for_a_reason(world: World, browser: httpx.AsyncClient) -> None:
    await world.tell(answer="faster", verdict="verified", evidence="Call")
    assert (await send(browser, "revoke", outcome="faster")).status_code == 422

    await send(browser, "revoke", outcome="faster", reason="Wrong customer")

    assert (await world.answers())[0].revoked_why == "Wrong customer"
    assert "taken back Mon 2 Mar 2026, 10:00 by Ana Ruiz: Wrong customer" in text_of(await page(browser, RESULTS))


async def test_a_play_is_started_by_hand(world: World, browser: httpx.AsyncClient) -> None:
    await send(browser, "play", play="rescue", reason="I have a feeling")

    assert "risk: Win them back" in text_of(await page(browser))


async def test_a_note_is_kept_on_the_timeline(browser: httpx.AsyncClient) -> None:
    await send(browser, "note", text="They merge in May", about=SAM)

    assert "Noted by Ana Ruiz about Sam Poe: “They merge in May”." in text_of(await page(browser, HISTORY))


async def test_a_note_is_kept_after_the_end(browser: httpx.AsyncClient) -> None:
    await send(browser, "end", reason="churned", note="Too expensive", sure="yes")
    await send(browser, "note", text="They may come back")

    page_text = text_of(await page(browser, HISTORY))
    assert "The journey ended: churned. Note: Too expensive" in page_text
    assert "Noted by Ana Ruiz: “They may come back”." in page_text


async def test_a_task_of_the_customer_alone_is_added(world: World, browser: httpx.AsyncClient) -> None:
    await send(browser, "task", title="Send the price list", role="lead", due="2026-03-04")
    await send(browser, "task", title="Ask their lawyer", person=KIM)

    task = await world.task("task/1/1")
    assert (task.title, task.role, task.step, task.status) == ("Send the price list", "lead", "task/1", "open")
    assert (await world.task("task/2/1")).person == KIM
    await world.tell(step_done="task/1")
    assert (await world.task("task/1/1")).status == "done"
    assert "“Send the price list” was done by Ana Ruiz." in text_of(await page(browser, HISTORY))


@pytest.mark.parametrize(
    ("attribute", "given", "kept"),
    [
        ("health", "35", 35.0),
        ("health", "35,5", 35.5),
        ("health", "1.234,5", 1234.5),
        ("renews_on", "2027-03-01", "2027-03-01"),
        ("trial", "Yes", True),
        ("tier", "other", "other"),
    ],
)
async def test_an_attribute_is_changed(
    world: World, browser: httpx.AsyncClient, attribute: str, given: str, kept: object
) -> None:
    await send(browser, "set", attribute=attribute, value=given)

    assert (await world.journey()).state["customer"]["attributes"][attribute] == kept


async def test_a_recorded_value_with_two_readings_is_sent_back_with_both(
    world: World, browser: httpx.AsyncClient
) -> None:
    response = await send(browser, "answer", outcome="faster", verdict="partial", value="1.234", evidence="Call")

    assert response.status_code == 422
    assert "'1.234' can be read as 1234 or as 1.234." in text_of(response)
    assert await world.answers() == []


async def test_an_attribute_is_forgotten_by_saying_nothing(world: World, browser: httpx.AsyncClient) -> None:
    await send(browser, "set", attribute="health", value="")

    assert "health" not in (await world.journey()).state["customer"]["attributes"]


@pytest.mark.parametrize(
    ("attribute", "given"),
    [
        ("health", "good"),
        ("health", "1,234"),
        ("trial", "perhaps"),
        ("renews_on", "soon"),
        ("renews_on", "9999-12-31"),
        ("tier", "gold"),
        ("size", "1"),
        ("name", "X"),
    ],
)
async def test_an_attribute_that_does_not_fit_changes_nothing(
    world: World, browser: httpx.AsyncClient, attribute: str, given: str
) -> None:
    assert (await send(browser, "set", attribute=attribute, value=given)).status_code == 422
    assert await world.facts() == []


async def test_an_unknown_customer_is_not_found(browser: httpx.AsyncClient) -> None:
    response = await browser.get("/ops/customers/nobody")

    assert response.status_code == 404
    assert "Unknown customer" in text_of(response)


async def test_what_waits_to_be_taken_in_is_said(world: World, browser: httpx.AsyncClient) -> None:
    world.journey_client.is_away = True
    await world.tell(paused=True)

    assert "Recorded, but not yet taken in: paused." in text_of(await page(browser))


async def test_events_that_no_map_asks_for_are_counted_on_the_page(world: World, browser: httpx.AsyncClient) -> None:
    await world.tell(event="clicked")
    await world.tell(event="clicked")

    assert "Product events that no map uses clicked 2" in text_of(await page(browser))


async def test_an_earlier_journey_can_be_looked_at(world: World, browser: httpx.AsyncClient) -> None:
    await world.tell(ended="churned")
    await world.publish({**FILES, "map.yaml": FILES["map.yaml"].replace("roles:", "reenter: always\nroles:", 1)})
    await world.intake.enrol("acme")
    now, then = await page(browser), await page(browser, f"{HISTORY}&journey=acme/1")

    assert "Running" in text_of(now)
    assert "The journey ended: churned." in text_of(then)
    assert ", not the current one" in text_of(then)


# The maps.


async def test_maps_are_shown_with_their_versions(world: World, browser: httpx.AsyncClient) -> None:
    await world.publish({**FILES, "messages/connect.md": FILES["messages/connect.md"] + "Bye.\n"})
    page_text = text_of(await page(browser, "/ops/maps"))

    links = "On the wall: the picture with live numbers · Stuck and silent · Versions and rollouts"
    assert f"Pilot customers {links} pilot" in page_text
    assert page_text.index(" current ") < page_text.index("first 1")


# The start.


async def test_the_start_counts_journeys_outcomes_and_tasks(world: World, browser: httpx.AsyncClient) -> None:
    await a_book(world)
    await world.tell(answer="faster", verdict="verified", evidence="Call")
    await world.move_to(START + 10 * DAY)
    page_text = text_of(await page(browser, "/"))

    for words in ("2 running", "1 with an open risk", "1 without a journey", "1 confirmed", "Getting started 2 2"):
        assert words in page_text
    assert "6 open tasks 5 of them overdue" in page_text


async def test_the_start_of_an_empty_house_says_how_to_begin(empty_world: World) -> None:
    async with empty_world.client() as client:
        assert "No map is published yet." in text_of(await client.get("/"))
        await empty_world.publish()
        assert "There are no customers yet." in text_of(await client.get("/"))


async def test_the_demo_begins_with_what_there_is_to_see_and_where(world: World, browser: httpx.AsyncClient) -> None:
    assert "This is a demo" not in text_of(await page(browser, "/"))
    await world.as_demo()
    async with world.client() as client:
        demo = await client.get("/")
        assert "This is a demo: made-up companies live through a year in minutes" in text_of(demo)
        for link in ("/ops/customers/acme", "/ops/customers/acme/plan", "/ops/maps/pilot", "/ops/mail?status=sent"):
            assert f'href="{link}"' in demo.text
            assert (await client.get(link, follow_redirects=True)).status_code == 200
