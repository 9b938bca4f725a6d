"""What the page of an import shows before anything is written: the first rows as read, and each part of the dry run."""

from __future__ import annotations

import csv
import io
import re

import httpx
import pytest

from tests.web.conftest import World, text_of
from tests.web.example import ANA, FILES, KIM, MAP, SAM, customer
from tests.web.test_entered_midway import TWO_STAGES
from tests.web.test_import_pages import post, uploaded, work

HEADINGS = "id,name,timezone,country,language,tier,health,trial,contacts,team,enters.stage,enters.since"
CARD = re.compile(r'<article class="card.*?</article>', re.DOTALL)


def row(number: int, **cells: str) -> str:
    """A row of the book: a customer of the map, with a sponsor and a csm."""
    usual = {
        "id": f"c{number}", "name": f"Kunde {number}", "timezone": "Europe/Berlin", "country": "DE", "language": "de",
        "tier": "pilot", "health": str(70 + number), "contacts": f"Sam Poe <sam{number}@c.example> sponsor",
        "team": f"csm={ANA}",
    }  # fmt: skip
    by_heading = usual | {name.replace("__", "."): value for name, value in cells.items()}
    return ",".join(by_heading.get(heading, "") for heading in HEADINGS.split(","))


def book(*rows: str) -> str:
    return "\n".join((HEADINGS, *rows, ""))


@pytest.fixture
async def mails_at_once(world: World) -> None:
    """The map's first mail doesn't wait for a task, so that a dry run has mails."""
    await world.publish(FILES | {"map.yaml": MAP.replace("        after: kickoff\n", "", 1)})


async def looked(world: World, browser: httpx.AsyncClient, data: str) -> httpx.Response:
    """The page of a book after its dry run."""
    path = await uploaded(browser, data)
    await post(browser, path, "look")
    await work(world, path)
    return await browser.get(path)


def section(page: httpx.Response, title: str) -> str:
    """The text of what stands below a heading of the dry run, up to the next one."""
    [found] = re.findall(rf"<h3>{title}</h3>(.*?)(?=<h3>|</section>)", page.text, re.DOTALL)
    return text_of(httpx.Response(200, text=found))


async def test_the_first_five_rows_stand_there_as_they_would_be_read(browser: httpx.AsyncClient) -> None:
    rows = [
        row(0, trial="true"),
        row(1, language="", country=""),
        row(2, enters__stage="start", enters__since="2026-02-01"),
        row(3, health="much"),
        row(4, contacts=f"Sam Poe <{SAM}> sponsor+coordinator; Kim Lo <{KIM}> admin", team=f"csm={ANA};lead={ANA}"),
        row(5),
    ]
    page = await browser.get(await uploaded(browser, book(*rows)))
    first, second, third, fourth, fifth = [text_of(httpx.Response(200, text=each)) for each in CARD.findall(page.text)]

    assert first == (
        "Kunde 0 row 2 Id c0 Time zone Europe/Berlin Country DE Language de tier pilot health 70 trial yes "
        f"Executive sponsor Sam Poe <sam0@c.example> Customer success manager Ana Ruiz <{ANA}>"
    )
    assert second == (
        "Kunde 1 row 3 Id c1 Time zone Europe/Berlin tier pilot health 71 "
        f"Executive sponsor Sam Poe <sam1@c.example> Customer success manager Ana Ruiz <{ANA}>"
    )
    assert third.startswith("Kunde 2 row 4 Id c2")
    assert third.endswith("Stands in stage start since 2026-02-01")
    assert fourth == "refused row 5 health: 'much' isn't a number. Write digits without a unit, such as 1234.5."
    assert fifth.startswith("Kunde 4 row 6 Id c4")
    assert f"Executive sponsor, Coordinator Sam Poe <{SAM}> Administrator Kim Lo <{KIM}>" in fifth
    assert f"Customer success manager Ana Ruiz <{ANA}> Head of customer success Ana Ruiz <{ANA}>" in fifth


@pytest.mark.usefixtures("mails_at_once")
async def test_each_mail_of_the_week_is_counted_and_the_first_ones_stand_with_their_readers(
    world: World, browser: httpx.AsyncClient
) -> None:
    page = await looked(world, browser, book(row(0), row(1)))

    mails = section(page, "Mails")
    assert mails.startswith("Message Map Today In 7 days connect.md Pilot customers 2 6 To whom: the first 6")
    for number in (0, 1):
        told = [
            f"Sam Poe sam{number}@c.example connect.md, {when} Kunde {number}" for when in ("today", "within 7 days")
        ]
        assert [mails.count(each) for each in told] == [1, 2]
    plan = (await browser.get(f"{page.url.path}/plan.csv")).text.removeprefix("\ufeff")
    planned = [(each["what"], each["title"], each["to"]) for each in csv.DictReader(io.StringIO(plan))]
    assert planned.count(("mail", "connect.md", "sam0@c.example")) == 3
    assert planned.count(("task", "Kickoff call", ANA)) == 2


async def test_what_stands_in_a_book_is_no_formula_in_the_file_of_mails_and_tasks(
    world: World, browser: httpx.AsyncClient
) -> None:
    page = await looked(world, browser, book(row(0, name="=1+1")))
    plan = (await browser.get(f"{page.url.path}/plan.csv")).text.removeprefix("\ufeff")
    assert {each["name"] for each in csv.DictReader(io.StringIO(plan))} == {"'=1+1"}


async def test_without_a_mail_that_is_said(world: World, browser: httpx.AsyncClient) -> None:
    assert section(await looked(world, browser, book(row(0))), "Mails") == "No mail would leave within a week."


async def test_what_changes_is_told_with_the_old_and_the_new_value(world: World, browser: httpx.AsyncClient) -> None:
    await world.add(customer("c0", "Kunde 0"))
    await world.add(customer("c1", "Old name"))
    same = {"timezone": "America/New_York", "country": "US", "language": "", "health": "75", "contacts": "", "team": ""}
    rows = [row(0, **same | {"health": "30", "trial": "yes"}), row(1, **same), row(2)]
    page = await looked(world, browser, book(*rows))

    assert "1 new customer 2 would change 0 stay as they are" in text_of(page)
    assert section(page, "What changes, for example") == (
        "c0 : contacts, health 75 -> 30, trial nothing -> yes c1 : name, contacts"
    )
    assert (await world.journey("c0/1")).state["customer"]["attributes"]["health"] == 75, "nothing is written"


async def test_whom_no_map_fits_is_told_with_the_condition_and_the_value(
    world: World, browser: httpx.AsyncClient
) -> None:
    page = await looked(world, browser, book(row(0), row(1, tier="other"), row(2, tier="other"), row(3, tier="")))

    assert "4 new customers" in text_of(page)
    assert "1 journey would begin 3 that no map fits 0 rows refused" in text_of(page)
    unmatched = section(page, "No map fits")
    assert "2 customers pilot: customer.tier == \"pilot\" is not true (tier is 'other')" in unmatched
    assert "1 customer pilot:" in unmatched


async def test_where_the_new_journeys_stand_and_what_is_refused_is_told(
    world: World, browser: httpx.AsyncClient
) -> None:
    rows = [row(0), row(1), row(2, enters__stage="nowhere"), row(3, health="much")]
    page = await looked(world, browser, book(*rows))

    stands = section(page, "Where the new journeys stand after a week")
    assert stands == "Stage Map Journeys Getting started Pilot customers 2"
    assert section(page, "Refused rows, by column").startswith("Column Rows For example")
    assert "Ana Ruiz Customer success manager Kickoff call (2) 2 2 3.0" in section(page, "Tasks")
    assert "2 rows refused" in text_of(page)


async def test_all_are_in_a_stage_that_is_chosen_on_the_page_and_hear_nothing_of_before(
    world: World, browser: httpx.AsyncClient
) -> None:
    text = TWO_STAGES["map.yaml"].replace("        after: kickoff\n", "", 1)  # who begins has a mail at once
    await world.publish(TWO_STAGES | {"map.yaml": text})
    path = await uploaded(browser, book(row(0), row(1)))
    chosen = await post(browser, path, "choose", choice="own", stage="value", since="2026-02-02")
    assert chosen.status_code == 303, text_of(chosen)
    await post(browser, path, "look")
    await work(world, path)
    page = await browser.get(path)

    stands = section(page, "Where the new journeys stand after a week")
    assert stands == "Stage Map Journeys In use Pilot customers 2"
    assert section(page, "Mails") == "No mail would leave within a week."
    await post(browser, path, "go")
    await work(world, path)
    for number in (0, 1):
        first, *_ = await world.timeline(f"c{number}/1")
        assert (first.kind, first.data["stage"]) == ("journey_started", "value")
        assert first.data["since"].startswith("2026-02-02")
