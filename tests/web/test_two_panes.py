"""The desk in two panes: the list of tasks, and the chosen one with its customer at a glance."""

from __future__ import annotations

import re
from functools import partial
from html import unescape

import httpx
import pytest

from milepost.store import people
from milepost.web.desk import day
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, BO, DAY, SAM, START, customer
from tests.web.plans import statements


async def desk(browser: httpx.AsyncClient, person: str = ANA, **query: str) -> httpx.Response:
    response = await browser.get(f"/desk/{person}", params=query)
    assert response.status_code == 200
    return response


async def three_customers(world: World) -> None:
    for number, health in ((1, 50), (2, 90)):
        attributes = {"tier": "pilot", "health": health, "renews_on": "2026-07-01", "contract_value": 12_000}
        await world.add(customer(f"c{number}", f"Co {number}", attributes=attributes))


def rows(page: httpx.Response) -> list[tuple[str, str]]:
    """The rows of the list: what, and whose."""
    return re.findall(r'class="what">([^<]+)</span>.*?class="name">([^<]+)<', page.text, re.DOTALL)


def chosen(page: httpx.Response) -> str:
    """The task in the pane, by its place on the page."""
    [task] = re.findall(r'<article class="card task[^"]*" id="([^"]+)"', page.text)
    return str(task)


async def test_a_row_says_what_whose_how_they_fare_when_they_renew_by_when_and_how_long(
    world: World, browser: httpx.AsyncClient
) -> None:
    await three_customers(world)
    await world.move_to(START + 40 * DAY)
    page = text_of(await desk(browser))

    assert "Kickoff call 37 days late Co 1 health 50 renews Wed 1 Jul 1.5 h" in page


async def test_a_renewal_that_is_far_away_isnt_in_the_row(world: World, browser: httpx.AsyncClient) -> None:
    await three_customers(world)

    assert "renews" not in text_of(await desk(browser)).split("Renews")[0]


async def test_tasks_are_listed_by_customer_on_demand(world: World, browser: httpx.AsyncClient) -> None:
    await three_customers(world)
    await world.tell(set={"health": 10})
    page = await desk(browser, by="customer")

    sections = re.findall(r'<section id="customer-\d"[^>]*>\s*<h2[^>]*>([^<]+) <', page.text)
    assert sections[0] == "Acme Ltd"  # its rescue call is due first
    assert sorted(sections) == ["Acme Ltd", "Co 1", "Co 2"]
    assert [whose for _, whose in rows(page)][:2] == ["Acme Ltd", "Acme Ltd"]


async def test_the_first_task_stands_beside_the_list_and_each_row_leads_to_its_own(
    world: World, browser: httpx.AsyncClient
) -> None:
    await three_customers(world)
    page = await desk(browser)
    links = [unescape(each) for each in re.findall(r'<a class="row[^"]*" href="([^"]+)"', page.text)]
    places = [chosen(await browser.get(link)) for link in links]

    assert chosen(page) == places[0]
    assert sorted(places) == sorted(re.findall(r'id="row-([^"]+)"', page.text))


async def test_a_task_of_somebody_else_isnt_opened_on_ones_desk(world: World, browser: httpx.AsyncClient) -> None:
    await world.add(customer("theirs", "Theirs Ltd", team={"csm": BO}))
    page = await desk(browser, journey="theirs/1", task="kickoff/1")

    assert chosen(page) == "acme-1-kickoff-1"
    assert "Theirs Ltd" not in text_of(page)


async def test_after_one_is_done_the_next_is_chosen(world: World, browser: httpx.AsyncClient) -> None:
    await three_customers(world)
    order = []
    page = await desk(browser)
    for _ in range(3):
        order.append(chosen(page))
        hidden = form_in(page, "/desk/tasks/done")
        response = await browser.post("/desk/tasks/done", data={**hidden, "result": "held"})
        if len(order) < 3:
            page = await browser.get(response.headers["location"])

    assert sorted(order) == ["acme-1-kickoff-1", "c1-1-kickoff-1", "c2-1-kickoff-1"]
    assert response.headers["location"] == "/desk/ana.ruiz%40vendor.example?told=noted"


async def test_what_leaves_a_task_open_stays_on_it(world: World, browser: httpx.AsyncClient) -> None:
    await three_customers(world)
    page = await desk(browser, journey="c2/1", task="kickoff/1")
    hidden = form_in(page, "/desk/tasks/agree")
    response = await browser.post("/desk/tasks/agree", data={**hidden, "due": "2026-03-11"})

    assert chosen(await browser.get(response.headers["location"])) == "c2-1-kickoff-1"


async def test_the_hours_that_are_due_stand_against_those_of_the_day(world: World, browser: httpx.AsyncClient) -> None:
    await three_customers(world)
    assert "due by tonight" not in text_of(await desk(browser))

    await world.move_to(START + 2 * DAY)
    assert "4.5 hours due by tonight" in text_of(await desk(browser))

    await world.store.write(partial(people.put, address=ANA, now=int(world.at), hours_per_week=20.0))
    assert "4.5 hours of 4 hours due by tonight" in text_of(await desk(browser))


async def test_the_customer_is_there_at_a_glance(world: World, browser: httpx.AsyncClient) -> None:
    attributes = {"tier": "pilot", "health": 75, "renews_on": "2026-12-01", "contract_value": 12_000}
    await world.add(customer(attributes=attributes))
    await world.tell(set={"health": 80})
    await world.move_to(START + DAY)
    await world.tell(set={"health": 62})
    await world.tell(step_done="set_up", note="In one go")
    page = text_of(await desk(browser))

    for words in (
        "Getting started",
        "Health 62 down from 80 since Tue 3 Mar 2026",
        "Renews Tue 1 Dec 2026",
        "Contract value 12,000",
        "Reports are made in half the time. To come target 10 h",
        "Sam Poe Executive sponsor sam@acme.example",
        "Ana Ruiz ours, Customer success manager",
        "“Set up the workspace” was done by Ana Ruiz. Note: In one go",
    ):
        assert words in page, words


async def test_a_day_asks_the_database_as_often_with_many_customers_as_with_few(
    world: World, browser: httpx.AsyncClient
) -> None:
    await desk(browser)
    counts = []
    for begin in (0, 2, 12):
        for number in range(begin, 2 if begin == 0 else 12):
            await world.add(customer(f"c{number}", f"Co {number}"))
        with statements(world.store) as queries:
            await desk(browser)
        counts.append(len(queries))

    assert counts[0] == counts[1] == counts[2]
    assert counts[0] > 10


async def test_of_many_colleagues_those_with_the_most_tasks_are_named(
    world: World, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day, "COLLEAGUES", 2)
    await world.add(customer("theirs", "Theirs Ltd", team={"csm": BO}))
    page = await desk(browser)

    named = page.text[page.text.index('<datalist id="colleagues">') :]
    assert re.findall(r'<option value="([^"]+)"', named) == [ANA, BO]
    assert "All colleagues" in page.text


@pytest.mark.parametrize("by", ["customer", "nonsense"])
async def test_an_order_that_is_none_is_that_by_due_date(browser: httpx.AsyncClient, by: str) -> None:
    page = await desk(browser, by=by)

    assert ('id="week"' in page.text) == (by == "nonsense")


async def about_the_customer(browser: httpx.AsyncClient, act: str, **typed: str) -> httpx.Response:
    """Send a form about the customer beside the chosen task."""
    hidden = form_in(await desk(browser), f"/ops/customers/acme/{act}")
    return await browser.post(f"/ops/customers/acme/{act}", data={**hidden, **typed})


async def test_a_note_and_a_call_are_kept_from_the_desk(world: World, browser: httpx.AsyncClient) -> None:
    note = await about_the_customer(browser, "note", text="They merge with Globex.")
    call = await about_the_customer(browser, "note", text="Begins in May.", about=SAM, kind="call")

    assert note.headers["location"].startswith(
        "/desk/ana.ruiz%40vendor.example?journey=acme%2F1&task=kickoff%2F1&told="
    )
    page = text_of(await browser.get(call.headers["location"]))
    assert "Noted by Ana Ruiz: “They merge with Globex.”." in page
    assert "Noted by Ana Ruiz about Sam Poe: “Call: Begins in May.”." in page


async def test_a_task_of_ones_own_is_added_from_the_desk(world: World, browser: httpx.AsyncClient) -> None:
    await about_the_customer(browser, "task", title="Send the price list", due="2026-03-04", person=ANA)

    assert ("Send the price list", "Acme Ltd") in rows(await desk(browser))


async def test_what_is_put_off_leaves_today_and_comes_back_on_its_day(world: World, browser: httpx.AsyncClient) -> None:
    await world.move_to(START + 2 * DAY)
    hidden = form_in(await desk(browser), "/desk/tasks/snooze")
    await browser.post("/desk/tasks/snooze", data={**hidden, "until": "2026-03-09"})
    page = await desk(browser)
    assert 'id="later"' in page.text
    assert "Kickoff call from Mon 9 Mar" in text_of(page)
    assert "Put off until Mon 9 Mar 2026" in text_of(page)
    assert "due by tonight" not in text_of(page)

    await world.move_to(START + 7 * DAY)
    page = await desk(browser)
    assert 'id="today"' in page.text
    assert "Overdue" not in text_of(page)

    await world.move_to(START + 8 * DAY)
    assert 'id="late"' in (await desk(browser)).text


async def test_a_task_is_put_off_with_a_click_until_tomorrow_monday_or_in_a_week(
    browser: httpx.AsyncClient,
) -> None:
    page = await desk(browser)

    assert re.findall(r'name="until" value="([^"]+)">([^<]+)<', page.text) == [
        ("2026-03-03", "Tomorrow"),
        ("2026-03-09", "Monday"),
    ]
