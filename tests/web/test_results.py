"""The ledger of results: every answer with who was asked, totals of those that hold, and the same as a file."""

from __future__ import annotations

import csv
import re
from html import unescape
from io import StringIO

import httpx
import pytest

from milepost.store.database import Store
from milepost.store.result_ledger import LedgerFilter, Total, all_lines, read_ledger, totals
from tests.web.conftest import World, text_of
from tests.web.example import ANA, DAY, KIM, SAM, START
from tests.web.test_portal import to_the_question
from tests.web.test_questions import add, answer


async def file_of(client: httpx.AsyncClient, query: str = "") -> list[dict[str, str]]:
    response = await client.get(f"/ops/results.csv{query}")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.text.startswith("\ufeff")
    return list(csv.DictReader(StringIO(response.text.removeprefix("\ufeff"))))


async def test_nothing_was_answered_yet(world: World, browser: httpx.AsyncClient) -> None:
    assert "No answers yet." in text_of(await browser.get("/ops/results"))
    assert "No answers of that kind yet." in text_of(await browser.get("/ops/results?verdict=disputed"))
    assert await file_of(browser) == []


async def test_an_answer_stands_with_its_value_target_words_and_who_was_asked(
    world: World, browser: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    await add(visitor, world.question(), value="8", comment="Since May")
    page = text_of(await browser.get("/ops/results"))
    assert "Reports are made in half the time. save time · hours saved a week: target 10 h" in page
    assert "confirmed 8 h Since May" in page
    assert "Sam Poe" in page
    assert "not who was asked" not in page
    [row] = await file_of(browser)
    assert (row["customer"], row["verdict"], row["value"], row["unit"], row["target"]) == (
        "acme", "verified", "8", "h", "10.0",
    )  # fmt: skip
    assert (row["asked_of"], row["said_by"], row["is_by_another"], row["comment"]) == (SAM, SAM, "no", "Since May")


async def test_the_answer_of_somebody_else_is_marked(world: World, browser: httpx.AsyncClient) -> None:
    await to_the_question(world)
    await world.tell(
        answer="faster", verdict="disputed", by=KIM, on_behalf_of=SAM, reason="Sam is ill", method="portal"
    )
    page = text_of(await browser.get("/ops/results"))
    assert "Kim" in page
    assert "not who was asked asked: Sam Poe" in page
    assert "Sam is ill" in page


async def test_what_was_taken_back_stays_in_the_ledger_and_is_not_counted(
    world: World, browser: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    await answer(visitor, world.question(), verdict="verified")
    assert "1 1 0 0 0 100 %" in text_of(await browser.get("/ops/results"))
    await world.tell(revoked="faster", by=ANA, reason="a slip")
    page = text_of(await browser.get("/ops/results"))
    assert "taken back" in page
    assert "by Ana Ruiz: a slip" in page
    assert "100 %" not in page
    [row] = await file_of(browser)
    assert (row["revoked_by"], row["revoked_why"]) == (ANA, "a slip")


async def test_filters_narrow_page_totals_and_file(
    world: World, browser: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    await answer(visitor, world.question(), verdict="verified")
    day = "2026-03-02"
    for query in ("?verdict=verified", "?type=save_time", f"?since={day}&until={day}", "?map=pilot", ""):
        assert len(await file_of(browser, query)) == 1, query
        assert "Reports are made" in text_of(await browser.get(f"/ops/results{query}")), query
    for query in ("?verdict=disputed", "?type=make_money", "?until=2026-03-01", "?since=2026-03-03", "?map=other"):
        assert await file_of(browser, query) == [], query
        assert "No answers of that kind yet." in text_of(await browser.get(f"/ops/results{query}")), query


@pytest.mark.parametrize("query", ["until=9999-12-31", "since=0001-01-01", "until=0001-01-01", "until=soon"])
async def test_a_day_that_is_none_is_told_on_the_page_and_for_the_file(browser: httpx.AsyncClient, query: str) -> None:
    for path in ("/ops/results", "/ops/results.csv"):
        response = await browser.get(f"{path}?{query}")
        name, day = query.split("=")
        assert response.status_code == 422
        assert f"{name.capitalize()} can't be “{day}”. Go back and correct it." in text_of(response)


async def test_what_customers_write_is_no_formula_in_a_spreadsheet(
    world: World, browser: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    await add(visitor, world.question(), value="8", comment='=HYPERLINK("http://evil.example")')
    [row] = await file_of(browser)
    assert row["comment"] == '\'=HYPERLINK("http://evil.example")'


async def _filled(world: World, visitor: httpx.AsyncClient) -> None:
    await to_the_question(world)
    await add(visitor, world.question(), value="8")


async def test_totals_are_by_period_and_by_measure(world: World, visitor: httpx.AsyncClient) -> None:
    await _filled(world, visitor)
    async with world.store.reading() as session:
        for periods, expected in (([START - DAY, START + 90 * DAY], 0), ([START + 90 * DAY], None), ([], None)):
            [total] = await totals(session, LedgerFilter(), periods)
            assert total == Total(
                "pilot", "save_time", "verified", "hours saved a week", "h", expected, count=1, values=1, sum=8.0
            )


async def test_the_page_has_totals_by_map_type_quarter_and_measure(
    world: World, browser: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    await _filled(world, visitor)
    page = text_of(await browser.get("/ops/results"))
    for part in ("By map", "By type", "By quarter", "Q1 2026 1 1 0 0 0 100 %", "hours saved a week 1 8 h 8 h"):
        assert part in page


@pytest.mark.parametrize("query", ["", "?since=2026-02-01", "?until=2026-03-31&map=pilot"])
async def test_each_total_leads_to_exactly_the_answers_that_it_counts(
    world: World, browser: httpx.AsyncClient, visitor: httpx.AsyncClient, query: str
) -> None:
    await to_the_question(world)
    await answer(visitor, world.question(), verdict="disputed")
    await world.tell(revoked="faster", by=ANA, reason="a slip")
    await answer(visitor, world.question(), verdict="verified")
    page = await browser.get(f"/ops/results{query}")
    links = re.findall(r'href="/ops/results(\?[^"#]*)#answers">(\d+)</a>', page.text)

    assert len(await file_of(browser, query)) == 2
    assert len(links) == 6  # by map, type and quarter: all, and those that are confirmed
    for address, counted in links:
        rows = await file_of(browser, unescape(address))
        assert [row["verdict"] for row in rows] == ["verified"] * int(counted), address
    assert "since=2026-01-01&amp;until=2026-03-31" in page.text or query


@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_pages_follow_each_other_without_gaps(world: World, visitor: httpx.AsyncClient, limit: int) -> None:
    await to_the_question(world)
    for number in range(3):
        await world.tell(answer="faster", verdict="partial", by=SAM, value=number, method="portal")
        await world.tell(revoked="faster", by=ANA, reason="again")
        world.at += 60
    async with world.store.reading() as session:
        whole = [line.answer.answer async for line in all_lines(session, LedgerFilter())]
        seen: list[str] = []
        cursor = None
        while True:
            page = await read_ledger(session, LedgerFilter(), limit, cursor=cursor)
            seen += [line.answer.answer for line in page.lines]
            if page.next is None:
                break
            cursor = page.next
    assert len(whole) == 3
    assert seen == whole


async def test_the_queries_run_on_an_empty_store(store: Store) -> None:
    async with store.reading() as session:
        assert await totals(session, LedgerFilter(), [START]) == []
        assert (await read_ledger(session, LedgerFilter(), 10)).lines == ()
