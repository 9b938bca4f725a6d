"""The page of all customers: rows with what counts, filters that combine, views, orders, and the same as a file."""

from __future__ import annotations

import csv
import io
import re

import httpx
import pytest

from milepost.web.ops.customer_filters import VIEWS
from tests.web.conftest import World, form_in, sign_in, text_of
from tests.web.example import ANA, BO, DAY, SAM, START, customer

LIST = "/ops/customers"


@pytest.fixture
async def book(world: World) -> World:
    """Acme is silent, Globex is at risk and renews soon, Hooli is Bo's, Initech has no map."""
    await world.add(
        customer(
            "globex",
            "Globex",
            attributes={"tier": "pilot", "health": 20, "renews_on": "2026-04-10", "contract_value": 12000},
        )
    )
    await world.add(
        customer(
            "hooli",
            "Hooli",
            team={"csm": BO},
            attributes={"tier": "pilot", "health": 90, "renews_on": "2026-12-24", "arr": 300.5},
        )
    )
    await world.add(customer("initech", "Initech", attributes={"tier": "other"}))
    await world.tell(step_done="kickoff", result="held")
    await world.move_to(START + 9 * DAY)
    return world


@pytest.fixture
async def ana(book: World) -> httpx.AsyncClient:
    async with book.client() as client:
        await sign_in(client, ANA)
        yield client


def names(response: httpx.Response) -> list[str]:
    assert response.status_code == 200
    return re.findall(r'class="name"><a href="/ops/customers/(\w+)">', response.text)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["acme", "globex", "hooli", "initech"]),
        ("silent=yes", ["acme"]),
        ("owner=me", ["acme", "globex", "initech"]),
        (f"owner={BO}", ["hooli"]),
        ("renews=90", ["globex"]),
        ("renews=365&sort=renewal", ["globex", "hooli"]),
        ("renews=365&owner=me", ["globex"]),
        ("renews=365&health_below=50&risk=yes&map=pilot&stage=start&status=open&owner=me", ["globex"]),
        ("renews=365&health_below=50&risk=yes&silent=yes", []),
        ("sort=value", ["globex", "hooli", "acme", "initech"]),
        ("sort=renewal", ["globex", "hooli", "acme", "initech"]),
        ("sort=health", ["globex", "acme", "hooli", "initech"]),
        ("renews=&owner=&silent=", ["acme", "globex", "hooli", "initech"]),
    ],
)
async def test_filters_combine_and_orders_hold(ana: httpx.AsyncClient, query: str, found: list[str]) -> None:
    assert names(await ana.get(f"{LIST}?{query}")) == found


@pytest.mark.parametrize("query", ["renews=0", "renews=soon", "renews=99999", "silent=maybe", "sort=size"])
async def test_a_filter_that_there_is_not_is_refused(ana: httpx.AsyncClient, query: str) -> None:
    assert (await ana.get(f"{LIST}?{query}")).status_code == 422


async def test_a_row_says_where_how_who_and_what_is_next(ana: httpx.AsyncClient) -> None:
    rows = text_of(await ana.get(LIST)).split("Next step", 1)[1]

    assert "Acme Ltd acme silent Getting started 80 \u2013 \u2013 Ana Ruiz" in rows
    assert "Set up the workspace Solutions engineer, was due 5 Mar" in rows
    assert "Globex globex risk: Win them back Getting started, Renewal 20 10 Apr 2026 12,000 Ana Ruiz" in rows
    assert "Hooli hooli Getting started 90 24 Dec 2026 300.50 Bo Ek" in rows
    assert "Initech initech No map fits “Tier” is other \u2013 \u2013 \u2013" in rows


async def test_what_the_customer_has_to_do_is_next_when_it_is_due_first(book: World, ana: httpx.AsyncClient) -> None:
    await book.tell(step_done="set_up")
    rows = text_of(await ana.get(f"{LIST}?search=acme")).split("Next step", 1)[1]

    assert "Connect the first system Coordinator, was due 9 Mar" in rows


async def test_outcomes_are_counted_by_how_they_stand(book: World, ana: httpx.AsyncClient) -> None:
    await book.tell(answer="faster", verdict="verified", evidence="Call")

    assert "1 confirmed" in text_of(await ana.get(f"{LIST}?search=acme"))


async def test_the_views_that_everybody_has_are_lists(ana: httpx.AsyncClient) -> None:
    page = await ana.get(LIST)
    for title, query in VIEWS.items():
        address = f"{LIST}?{query}" if query else LIST
        assert f'href="{address.replace("&", "&amp;")}"' in page.text, title
        shown = await ana.get(address)
        current = re.search(r'<nav class="views".*?aria-current="page">([^<]+)<', shown.text, re.DOTALL)
        assert current is not None
        assert current[1] == title


async def test_a_view_is_kept_and_deleted_by_who_keeps_it(book: World, ana: httpx.AsyncClient) -> None:
    page = await ana.get(f"{LIST}?owner=me&risk=yes&sort=renewal")
    kept = await ana.post("/ops/views", data={**form_in(page, "/ops/views"), "name": "Mine & at risk"})

    assert kept.headers["location"] == f"{LIST}?owner=me&risk=yes&sort=renewal&told=view_saved"
    assert "Mine &amp; at risk" in (await ana.get(LIST)).text
    async with book.client() as other:
        await sign_in(other, BO)
        assert "Mine &amp; at risk" not in (await other.get(LIST)).text
        stolen = await other.post("/ops/views/end", data={**form_in(page, "/ops/views"), "name": "Mine & at risk"})
        assert stolen.status_code == 403
    page = await ana.get(LIST)
    await ana.post("/ops/views/end", data=form_in(page, "/ops/views/end"))
    assert "Mine &amp; at risk" not in (await ana.get(LIST)).text


async def test_a_view_needs_a_name_and_filters_that_there_are(ana: httpx.AsyncClient) -> None:
    hidden = form_in(await ana.get(f"{LIST}?risk=yes"), "/ops/views")
    for fields in ({"name": " "}, {"name": "x", "next": "status=odd"}, {"name": "x", "next": "renews=-1"}):
        assert (await ana.post("/ops/views", data={**hidden, **fields})).status_code == 422
    assert (await ana.post("/ops/views", data={"form": "x", "name": "x"})).status_code == 403


async def test_the_file_has_all_that_are_listed_and_no_formulas(book: World, ana: httpx.AsyncClient) -> None:
    await book.add(customer("umbra", "=cmd()", attributes={"tier": "pilot", "renews_on": "2026-05-01"}))
    response = await ana.get(f"{LIST}.csv?renews=365&sort=renewal")
    rows = list(csv.DictReader(io.StringIO(response.text.lstrip("\ufeff"))))

    assert response.headers["content-type"].startswith("text/csv")
    assert [row["id"] for row in rows] == ["globex", "umbra", "hooli"]
    assert rows[1]["name"] == "'=cmd()"
    first = rows[0]
    assert (first["journey"], first["map"], first["stages"], first["risks"]) == (
        "Running",
        "pilot",
        "Getting started; Renewal",
        "Win them back",
    )
    assert (first["renews_on"], first["contract_value"], first["owner"]) == ("2026-04-10", "12000.0", ANA)
    assert first["next_step"] == "Call the sponsor"
    silent = list(csv.DictReader(io.StringIO((await ana.get(f"{LIST}.csv?silent=yes")).text.lstrip("\ufeff"))))
    assert [(row["id"], row["silent_since"]) for row in silent] == [("acme", "2026-03-09T16:00:00Z")]


async def test_the_file_goes_on_over_all_pages(book: World, ana: httpx.AsyncClient) -> None:
    for number in range(230):
        await book.add(customer(f"c{number:03}", f"Co {number:03}", attributes={"tier": "other"}))
    rows = (await ana.get(f"{LIST}.csv?search=co")).text.splitlines()[1:]

    assert [row.split(",")[0] for row in rows] == [f"c{number:03}" for number in range(230)]


async def test_nobody_signed_in_has_no_customers_of_their_own(book: World) -> None:
    async with book.client() as visitor:
        page = await visitor.get(LIST)
        assert "Mine" not in re.search(r'<nav class="views".*?</nav>', page.text, re.DOTALL)[0]
        assert names(await visitor.get(f"{LIST}?owner=me")) == []


async def test_an_answer_ends_the_silence(book: World, ana: httpx.AsyncClient) -> None:
    async with book.client() as visitor:
        plan = await visitor.get(book.plan())
        await visitor.post(f"{book.plan()}/done", data=form_in(plan, "/done"))

    assert names(await ana.get(f"{LIST}?silent=yes")) == []
    assert SAM in text_of(await ana.get(f"{LIST}/acme?tab=people"))


async def test_a_search_from_the_desk_leads_to_the_only_one_that_it_finds_else_to_the_list(
    world: World, browser: httpx.AsyncClient
) -> None:
    for id_, name in (("b:1", "Blue Ltd"), ("b2", "Blue Sky")):
        await world.add(customer(id_, name))
    led = {
        search: (await browser.get("/ops/find", params={"search": search})).headers["location"]
        for search in ("Blue Ltd", "blue", "nobody & sons", "")
    }

    assert led == {
        "Blue Ltd": "/ops/customers/b%3A1",
        "blue": "/ops/customers?search=blue",
        "nobody & sons": "/ops/customers?search=nobody+%26+sons",
        "": "/ops/customers?search=",
    }
