"""The customer's plan: what it shows, what may be done on it, and how it stays shut."""

from __future__ import annotations

import re
from dataclasses import replace

import httpx
import pytest

from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, DAY, FILES, HOUR, KIM, MAP, SAM, START, customer


async def to_the_question(world: World) -> None:
    """Acme has come to where it is asked whether reports are made faster."""
    await world.tell(step_done="kickoff", result="held")
    await world.tell(event="connected")


async def test_the_plan_says_what_it_is_for_where_we_are_and_what_is_next(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await world.tell(step_done="kickoff", result="held")
    page_text = text_of(await visitor.get(world.plan()))

    assert "Ana Ruiz Customer success manager Write to Ana Ruiz" in page_text
    assert "What this is for Reports are made in half the time." in page_text
    assert "Getting started Mar 2 to about" in page_text
    assert "Your next step Connect the first system due Mon, Mar 9, 2026" in page_text
    assert "What we do Set up the workspace Solutions engineer · by Thu, Mar 5, 2026" in page_text
    assert "Results Reports are made in half the time." in page_text
    assert "Done so far 1 Kickoff call" in page_text
    assert "Dates are in Central European Standard Time." in page_text


async def test_what_is_late_on_our_side_is_said(world: World, visitor: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    await world.move_to(START + 5 * DAY)

    assert "was due Thu, Mar 5, 2026; we are late" in text_of(await visitor.get(world.plan()))


async def test_what_others_do_is_folded_under_their_names(world: World, visitor: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    page = text_of(await visitor.get(world.plan(SAM)))

    assert "Your next step Nothing right now, Sam Poe." in page
    assert "What your colleagues do Kim Lo (Coordinator) 1 Connect the first system" in page
    assert "Mark as done" not in page


async def test_the_plan_keeps_our_side_paths_to_ourselves(world: World, visitor: httpx.AsyncClient) -> None:
    await world.tell(set={"health": 20})
    page = await visitor.get(world.plan())

    assert "Win them back" not in page.text
    assert "Call the sponsor" not in page.text
    assert "health" not in page.text.lower()


async def test_an_empty_plan_says_that_we_will_write(world: World, visitor: httpx.AsyncClient) -> None:
    page = text_of(await visitor.get(world.plan()))
    assert "Nothing right now, Kim Lo. We\u2019ll write when there is something for you." in page


async def test_a_step_is_marked_as_done_in_the_contacts_name(world: World, visitor: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    path = world.plan()
    hidden = form_in(await visitor.get(path), "/done")
    response = await visitor.post(f"{path}/done", data=hidden)

    assert (response.status_code, response.headers["location"]) == (303, f"{path}?told=noted")
    assert [entry.data["by"] for entry in await world.timeline() if entry.kind == "step_done"] == [ANA, KIM]
    assert "Noted. Thank you." in text_of(await visitor.get(response.headers["location"]))


async def test_done_sent_twice_does_nothing_twice(world: World, visitor: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    path = world.plan()
    hidden = form_in(await visitor.get(path), "/done")
    world.journey_client.is_away = True
    first, second = [await visitor.post(f"{path}/done", data=hidden) for _ in range(2)]

    assert first.headers["location"].endswith("told=later")
    assert second.headers["location"].endswith("told=again")
    assert len(await world.facts()) == 2
    assert "You marked this as done. Thank you." in text_of(await visitor.get(path))


async def test_done_on_a_page_of_an_earlier_occurrence_changes_nothing(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await world.tell(step_done="kickoff", result="held")
    path = world.plan()
    hidden = form_in(await visitor.get(path), "/done")
    await world.tell(step_done="connect")
    await world.tell(step_reopened="connect")
    before = await world.everything()
    response = await visitor.post(f"{path}/done", data=hidden)

    assert response.headers["location"].endswith("told=closed")
    assert await world.everything() == before


async def test_opening_links_changes_nothing_however_often_and_by_whatever(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    before = await world.everything()
    for path in (world.plan(), world.question(), f"{world.question()}?verdict=verified"):
        for method in ("GET", "HEAD", "OPTIONS"):
            await visitor.request(method, path)
    for path in ("/done", "/answer"):
        assert (await visitor.get(world.plan() + path)).status_code == 405

    assert await world.everything() == before


async def refused(world: World, visitor: httpx.AsyncClient, path: str, status: int, words: str) -> None:
    before = await world.everything()
    for method, end in (("GET", ""), ("GET", "/outcomes/faster"), ("POST", "/done"), ("POST", "/answer")):
        data = {"form": "x", "verdict": "verified"} if method == "POST" else None
        response = await visitor.request(method, path + end, data=data)
        assert response.status_code == status
        assert words in text_of(response)
        assert response.headers["cache-control"] == "no-store"
    assert await world.everything() == before


@pytest.mark.parametrize(
    "change", [lambda path: path[:-2] + "xx", lambda _: "/plan/abc", lambda _: "/plan/" + "a" * 2000]
)
async def test_a_forged_link_opens_nothing(world: World, visitor: httpx.AsyncClient, change) -> None:
    await refused(world, visitor, change(world.plan()), 403, "This link doesn't work")


async def test_an_expired_link_opens_nothing(world: World, visitor: httpx.AsyncClient) -> None:
    path = world.plan()
    world.at += 92 * DAY
    await refused(world, visitor, path, 410, "This link has expired")


async def test_a_link_of_a_journey_that_ended_long_ago_opens_nothing(world: World, visitor: httpx.AsyncClient) -> None:
    path = world.plan()
    await world.tell(ended="churned")
    world.at += 366 * DAY
    await refused(world, visitor, path, 410, "This plan was finished more than a year ago")


async def test_a_link_of_somebody_who_is_no_contact_any_more_opens_nothing(
    world: World, visitor: httpx.AsyncClient
) -> None:
    path = world.plan(KIM)
    await world.intake.upsert_customer(customer(contacts=customer().contacts[:1]))
    await refused(world, visitor, path, 410, "This link is no longer in use")


async def test_a_link_of_a_customer_that_was_forgotten_opens_nothing(world: World, visitor: httpx.AsyncClient) -> None:
    path = world.plan(journey="globex/1")
    await refused(world, visitor, path, 410, "This plan is finished")


async def test_a_form_of_another_customers_plan_does_nothing(world: World, visitor: httpx.AsyncClient) -> None:
    await world.add(customer("globex", "Globex"))
    await world.tell(step_done="kickoff", result="held")
    hidden = form_in(await visitor.get(world.plan()), "/done")
    before = await world.everything()
    response = await visitor.post(f"{world.plan(journey='globex/1')}/done", data=hidden)

    assert response.status_code == 403
    assert await world.everything() == before


async def test_a_form_for_one_thing_does_no_other(world: World, visitor: httpx.AsyncClient) -> None:
    await to_the_question(world)
    hidden = form_in(await visitor.get(world.question()), "/answer")
    response = await visitor.post(f"{world.plan(SAM)}/done", data=hidden)

    assert response.status_code == 403
    assert await world.answers() == []


async def test_a_form_of_a_page_that_is_days_old_is_refused(world: World, visitor: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    path = world.plan()
    form = form_in(await visitor.get(path), "/done")["form"]
    before = await world.everything()

    assert (await visitor.post(f"{path}/done", data={"form": form[:-3] + "abc"})).status_code == 403
    assert (await visitor.post(f"{path}/done", data={})).status_code == 422
    assert await world.everything() == before


async def test_a_plan_is_told_to_nobody_and_found_by_nobody(world: World, visitor: httpx.AsyncClient) -> None:
    for path in (world.plan(), "/plan/abc"):
        headers = (await visitor.get(path)).headers
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert "noindex" in headers["x-robots-tag"]


async def test_a_paused_plan_says_so(world: World, visitor: httpx.AsyncClient) -> None:
    await world.tell(paused=True)

    assert "The plan is paused." in text_of(await visitor.get(world.plan()))


async def test_dates_are_local_to_the_reader(world: World, visitor: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    world.at += HOUR

    assert "Dates are in Eastern Standard Time." in text_of(await visitor.get(world.plan(SAM)))


async def test_after_a_no_the_plan_says_that_we_work_on_it_and_names_nothing_of_ours(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    await world.tell(step_done="set_up")
    assert "Nothing is open on our side right now." in text_of(await visitor.get(world.plan(SAM)))
    await world.tell(answer="faster", verdict="disputed")
    page = text_of(await visitor.get(world.plan(SAM)))

    assert "Ana Ruiz is working on what you told us about the results." in page
    assert "Nothing is open on our side right now." not in page
    assert "Win them back" not in page
    assert "Call the sponsor" not in page
    await world.tell(step_done="rescue_call")
    assert "is working on what you told us" not in text_of(await visitor.get(world.plan(SAM)))


async def test_of_a_step_that_is_done_elsewhere_the_link_stands_out_and_done_comes_after(
    empty_world: World,
) -> None:
    link = '        link: {url: "https://app.example/{{ customer.id }}", title: Connect it here}\n'
    done_when = "        done_when: {event: connected}\n"
    await empty_world.publish({**FILES, "map.yaml": MAP.replace(done_when, done_when + link)})
    await empty_world.add()
    await empty_world.tell(step_done="kickoff", result="held")
    async with empty_world.client() as visitor:
        page = (await visitor.get(empty_world.plan(KIM))).text

    assert '<a class="button main" href="https://app.example/acme"' in page
    assert "<button>Mark as done" in page
    assert page.index("Connect it here</a>") < page.index("Mark as done")


async def test_a_sponsor_reads_in_this_order_what_counts_with_its_figure_and_what_runs_beside_the_stages(
    empty_world: World,
) -> None:
    told_value = "        metric: {name: hours saved a week, unit: h, baseline: 0, target: 10}\n"
    shown = MAP.replace(told_value, f"{told_value}        value_from: customer.saved\n")
    await empty_world.publish(
        {**FILES, "map.yaml": shown.replace("  trial: {type: flag}", "  trial: {type: flag}\n  saved: {type: number}")}
    )
    acme = customer()
    await empty_world.add(replace(acme, attributes={**acme.attributes, "saved": 4.1, "renews_on": "2026-05-29"}))
    await empty_world.tell(step_done="kickoff", result="held")
    async with empty_world.client() as visitor:
        page = await visitor.get(empty_world.plan(KIM))
    text = text_of(page)
    parts = (
        *("Ana Ruiz", "What this is for", "4.1 of 10 h: hours saved a week", "Getting started", "Your next step"),
        *("What we do", "Results Reports are made in half the time."),
    )
    places = [text.find(each) for each in parts]

    assert -1 not in places
    assert places == sorted(places)
    assert re.search(r'<li class="open" aria-current="step"><span>Getting started', page.text)
    assert re.search(r'<li class="\w+ beside"[^>]*><span>Renewal', page.text)
