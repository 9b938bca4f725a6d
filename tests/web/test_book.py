"""A colleague's book: their customers, whoever was untouched for longest first."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest
from pydantic import SecretStr

from milepost.intake import people
from milepost.planner.written_facts import WrittenFact
from milepost.roles import Role
from milepost.store.customer_list import BookSort
from tests.web.conftest import PASSWORD, SignIn, World, form_in, text_of
from tests.web.example import ANA, BO, DAY, KIM, LEA, SAM, START, customer

BOOK = f"/desk/{ANA}/book"


def names(page: httpx.Response) -> list[str]:
    """The customers on a page, in their order."""
    return re.findall(r'<th scope="row" data-label="Customer"[^>]*><a [^>]*>([^<]+)</a>', page.text)


def line_of(page: httpx.Response, name: str) -> str:
    """The text of a customer's line, with hyphens for its dashes."""
    [line] = [each for each in re.findall(r"<tr>.*?</tr>", page.text, re.DOTALL) if f">{name}</a>" in each]
    words = re.sub(r"<[^>]+>", " ", line).replace("\N{EN DASH}", "-").replace("&ldquo;", "")
    return " ".join(words.split())


@pytest.fixture
async def book(world: World) -> World:
    """Three customers of Ana's, one of Bo's; Ana spoke with Beta on the first day, and Gamma left."""
    beta = customer(
        "beta", "Beta Ltd", attributes={"tier": "pilot", "health": 30, "renews_on": "2026-09-01", "arr": 5000}
    )
    gamma = customer("gamma", "Gamma Ltd", attributes={"tier": "pilot", "health": 90, "renews_on": "2026-08-01"})
    for each in (beta, gamma, customer("delta", "Delta Ltd", team={"csm": BO})):
        await world.add(each)
    await world.intake.record_fact("beta", WrittenFact(note="Call: all well", about=SAM), by=ANA)
    await world.intake.record_fact("gamma", WrittenFact(ended="churned"), by=ANA)
    return world


async def test_whoever_was_never_touched_is_first_then_whoever_was_for_longest(
    book: World, browser: httpx.AsyncClient
) -> None:
    before = await browser.get(BOOK)
    await book.move_to(START + 3 * DAY)
    await book.tell(step_done="kickoff", result="held", by=ANA)
    await book.move_to(START + 5 * DAY)

    after = await browser.get(BOOK)

    assert names(before) == ["Acme Ltd", "Beta Ltd"]
    assert "never" in line_of(before, "Acme Ltd")
    assert names(after) == ["Beta Ltd", "Acme Ltd"]
    assert "5 days ago Call, Ana Ruiz with Sam Poe" in line_of(after, "Beta Ltd")
    assert "2 days ago Kickoff call: held, Ana Ruiz" in line_of(after, "Acme Ltd")
    assert "2 customers on whose team you are." in text_of(after)


async def test_a_line_says_how_the_customer_fares_and_what_comes_next(book: World, browser: httpx.AsyncClient) -> None:
    line = line_of(await browser.get(BOOK), "Beta Ltd")

    assert "risk: Win them back" in line
    assert "Call the sponsor Ana Ruiz, due 3 Mar" in line
    assert "Getting started 30 1 Sep 2026 5,000" in line


async def test_health_that_changed_says_from_what(book: World, browser: httpx.AsyncClient) -> None:
    await book.move_to(START + DAY)
    for health in (60, 45):
        await book.intake.record_fact("beta", WrittenFact(set={"health": health}), by="api")

    page = await browser.get(BOOK)

    assert "45 ↓ down from 60 since Tue 3 Mar 2026" in line_of(page, "Beta Ltd")
    assert "↓" not in line_of(page, "Acme Ltd")


async def test_what_the_customer_does_on_the_plan_is_a_touch_and_what_the_product_reports_is_none(
    book: World, browser: httpx.AsyncClient
) -> None:
    await book.tell(step_done="kickoff", result="held")
    await book.move_to(START + 2 * DAY)
    await book.intake.record_fact("acme", WrittenFact(requested="connect", wish="help", note="How?"), by=KIM)
    asked = line_of(await browser.get(BOOK), "Acme Ltd")
    await book.move_to(START + 4 * DAY)
    await book.intake.record_fact("acme", WrittenFact(event="connected"), by="api")

    assert "less than a minute ago Asked for help: Connect the first system, Kim Lo" in asked
    assert "2 days ago Asked for help" in line_of(await browser.get(BOOK), "Acme Ltd")


async def test_what_is_undone_was_no_touch(book: World, browser: httpx.AsyncClient) -> None:
    book.journey_client.let_people_undo(timedelta(seconds=300))
    task = await browser.get(f"/desk/{ANA}", params={"journey": "acme/1", "task": "kickoff/1"})
    hidden = form_in(task, "/desk/tasks/done")
    response = await browser.post("/desk/tasks/done", data={**hidden, "result": "held"})
    book.at += 1
    done = await browser.get(BOOK)

    await browser.post("/desk/undo", data=form_in(await browser.get(response.headers["location"]), "/desk/undo"))

    assert "Kickoff call: held" in line_of(done, "Acme Ltd")
    assert "never" in line_of(await browser.get(BOOK), "Acme Ltd")


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("renewal", ["Gamma Ltd", "Beta Ltd", "Acme Ltd"]),
        ("health", ["Beta Ltd", "Acme Ltd", "Gamma Ltd"]),
        ("value", ["Beta Ltd", "Acme Ltd", "Gamma Ltd"]),
        ("name", ["Acme Ltd", "Beta Ltd", "Gamma Ltd"]),
        ("", ["Acme Ltd", "Gamma Ltd", "Beta Ltd"]),
    ],
)
async def test_headings_order_it_and_who_left_is_listed_on_demand(
    book: World, browser: httpx.AsyncClient, sort: BookSort, order: list[str]
) -> None:
    page = await browser.get(BOOK, params={"sort": sort, "left": "yes"})

    assert names(page) == order
    assert "Ended: churned" in line_of(page, "Gamma Ltd")
    short = await browser.get(BOOK, params={"sort": sort})
    assert names(short) == [name for name in order if name != "Gamma Ltd"]
    assert "1 who left isn\N{RIGHT SINGLE QUOTATION MARK}t listed." in text_of(short)


async def test_a_long_book_has_pages(book: World, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("milepost.web.desk.book.PER_PAGE", 1)
    first = await browser.get(BOOK)
    [onward] = re.findall(r'<a href="([^"]+)" rel="next">', first.text)
    second = await browser.get(onward.replace("&amp;", "&"))
    [back] = re.findall(r'<a href="([^"]+)" rel="prev">', second.text)

    assert (names(first), names(second)) == (["Acme Ltd"], ["Beta Ltd"])
    assert 'rel="next"' not in second.text
    assert names(await browser.get(back.replace("&amp;", "&"))) == ["Acme Ltd"]


async def test_ones_own_book_is_a_redirect_and_whoever_has_none_is_told_where_it_comes_from(
    book: World, browser: httpx.AsyncClient
) -> None:
    assert (await browser.get("/desk/book")).headers["location"] == BOOK.replace("@", "%40")
    assert f'href="{BOOK.replace("@", "%40")}"' in (await browser.get(f"/desk/{ANA}")).text
    empty = text_of(await browser.get("/desk/nobody@vendor.example/book"))
    assert "0 customers on whose team Nobody is." in empty
    assert "Whoever has Nobody on the team stands here." in empty


@pytest.fixture
async def locked(book: World) -> World:
    settings = book.settings.model_copy(update={"desk_password": SecretStr(PASSWORD)})
    locked = World(book.store, settings)
    for address, role in ((BO, None), (LEA, Role.MANAGER), ("edda@vendor.example", Role.ADMIN)):
        await people.change(locked.intake.context, address, role=role, team=None if role is Role.ADMIN else "north")
    return locked


async def test_it_is_for_the_colleague_the_manager_of_the_team_and_operations(as_: SignIn) -> None:
    bos, leas, eddas = await as_(BO), await as_(LEA), await as_("edda@vendor.example")
    of_bo = f"/desk/{BO}/book"

    assert (await bos.get(BOOK)).status_code == 403
    assert (await leas.get(BOOK)).status_code == 403
    assert names(await bos.get(of_bo)) == names(await leas.get(of_bo)) == ["Delta Ltd"]
    assert names(await eddas.get(BOOK)) == ["Acme Ltd", "Beta Ltd"]
    assert "The book of Bo Ek" in text_of(await leas.get(of_bo))
