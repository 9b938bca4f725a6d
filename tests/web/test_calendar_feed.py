"""A colleague's tasks in their own calendar: what programs read, who may, and until when."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import httpx
import pytest
from icalendar import Calendar

from milepost.intake import people
from milepost.planner.written_facts import WrittenAgreement
from tests.web.conftest import World, form_in, sign_in, text_of
from tests.web.example import ANA, BO, customer

PAGE = "/desk/calendar"


async def made(browser: httpx.AsyncClient) -> str:
    """Makes the address of whoever is signed in, and returns its path."""
    told = await browser.post(PAGE, data=form_in(await browser.get(PAGE), PAGE))
    page = await browser.get(told.headers["location"])
    match = re.search(r'value="https?://[^/]+(/calendar/[^"]+)"', page.text)
    assert match is not None
    return match[1]


async def entries(visitor: httpx.AsyncClient, path: str) -> dict[str, dict[str, object]]:
    """What a calendar program reads, by its title."""
    response = await visitor.get(path)
    assert response.status_code == 200
    calendar = Calendar.from_ical(response.text)
    return {
        str(each["summary"]): {
            "begin": each["dtstart"].dt, "end": each["dtend"].dt, "blocks": str(each["transp"]),
            "uid": str(each["uid"]), "url": str(each["url"]),
        }
        for each in calendar.walk("VEVENT")
    }  # fmt: skip


async def test_what_is_due_stands_above_its_day_and_an_agreed_time_where_it_is(
    world: World, browser: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    path = await made(browser)
    before = (await entries(visitor, path))["Kickoff call: Acme Ltd"]
    at = datetime(2026, 3, 11, 18, tzinfo=UTC)
    await world.tell(agreed={"kickoff": WrittenAgreement(at=at, minutes=45)})
    after = (await entries(visitor, path))["Kickoff call: Acme Ltd"]

    assert (before["begin"], before["end"]) == (date(2026, 3, 4), date(2026, 3, 5))
    assert before["blocks"] == "TRANSPARENT"
    assert (after["begin"], after["end"]) == (at, datetime(2026, 3, 11, 18, 45, tzinfo=UTC))
    assert after["blocks"] == "OPAQUE"
    assert after["uid"] == before["uid"]
    where = str(after["url"]).partition("/desk/")[2]
    assert "Kickoff call" in text_of(await browser.get(f"/desk/{where}"))


async def test_a_task_that_is_done_or_whose_journey_is_paused_is_gone(
    world: World, browser: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    path = await made(browser)
    await world.tell(paused=True, by=ANA)
    paused = await entries(visitor, path)
    await world.tell(resumed=True, by=ANA)
    resumed = await entries(visitor, path)
    await world.tell(step_done="kickoff", result="held")

    assert "Kickoff call: Acme Ltd" not in paused
    assert "Kickoff call: Acme Ltd" in resumed
    assert "Kickoff call: Acme Ltd" not in await entries(visitor, path)


async def test_everybody_reads_their_own_tasks(
    world: World, browser: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    await world.add(customer("beta", "Beta Inc", team={"csm": BO}))
    path = await made(browser)
    async with world.client() as other:
        await sign_in(other, BO)
        bos = await made(other)

    assert [title for title in await entries(visitor, path) if "Beta" in title] == []
    assert "Kickoff call: Beta Inc" in await entries(visitor, bos)
    assert "Kickoff call: Acme Ltd" not in await entries(visitor, bos)


async def test_an_address_ends_when_another_is_made_when_it_is_ended_and_when_its_owner_leaves(
    world: World, browser: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    first = await made(browser)
    second = await made(browser)
    replaced, works = await visitor.get(first), await visitor.get(second)
    await browser.post(f"{PAGE}/end", data=form_in(await browser.get(PAGE), f"{PAGE}/end"))
    ended = await visitor.get(second)
    third = await made(browser)
    await people.change(world.intake.context, ANA, left=True)

    assert (replaced.status_code, works.status_code, ended.status_code) == (410, 200, 410)
    assert (await visitor.get(third)).status_code == 410


@pytest.mark.parametrize("token", ["made-up", "x.y"])
async def test_a_forged_address_opens_nothing(world: World, visitor: httpx.AsyncClient, token: str) -> None:
    assert (await visitor.get(f"/calendar/{token}")).status_code == 403


async def test_a_name_with_control_characters_leaves_a_calendar_that_programs_read(
    world: World, browser: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    await world.add(customer("odd", "Odd\x0bName\x1b[1m"))
    response = await visitor.get(await made(browser))
    assert all(line.isprintable() for line in response.text.split("\r\n"))
    assert "SUMMARY:Kickoff call: Odd Name [1m" in response.text
