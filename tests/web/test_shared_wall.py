"""A link with which other departments look at a map on the wall: numbers, no names, nothing to do; and its end."""

from __future__ import annotations

import html
import re

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select

from milepost.audit_kinds import Kind
from milepost.intake import people
from milepost.roles import Role
from milepost.store.audit_tables import AuditRow
from milepost.store.wall_link_tables import WallLinkRow
from tests.web.conftest import World, form_in, sign_in, text_of
from tests.web.example import ANA, BO

PAGE = "/ops/maps/pilot"


async def share(browser: httpx.AsyncClient) -> str:
    """Makes a link, and returns its path."""
    told = await browser.post(f"{PAGE}/links", data=form_in(await browser.get(PAGE), "/links"))
    page = await browser.get(told.headers["location"])
    match = re.search(r'value="https?://[^/]+(/wall/[^"]+)"', page.text)
    assert match is not None
    return match[1]


async def test_whoever_has_the_link_sees_the_numbers_and_no_customer(
    world: World, browser: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    path = await share(browser)
    page = await visitor.get(path)
    text = text_of(page)

    assert page.status_code == 200
    assert text.startswith("Pilot customers Pilot customers 1 customer on the way, 0 over")
    assert "Kickoff call 1" in text
    assert "<svg" in page.text
    for secret in ("Acme", "Ana", "Sam", "/ops/", "/desk", "<form", "<a "):
        assert secret not in page.text
    assert 'data-live="5"' in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert '<meta name="robots" content="noindex">' in page.text


async def test_a_link_that_is_ended_opens_nothing_and_both_are_in_the_audit(
    world: World, browser: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    path = await share(browser)
    before = await browser.get(PAGE)
    ended = await browser.post(f"{PAGE}/links/end", data=form_in(before, "/links/end"))
    twice = await browser.post(f"{PAGE}/links/end", data=form_in(before, "/links/end"))
    page = await visitor.get(path)
    async with world.store.reading() as session:
        entries = [
            (row.kind, row.by, row.about) for row in await session.scalars(select(AuditRow).order_by(AuditRow.number))
        ]
        [row] = await session.scalars(select(WallLinkRow))

    assert "told=voided" in ended.headers["location"]
    assert "told=void_before" in twice.headers["location"]
    assert page.status_code == 410
    assert "Whoever gave it to you has ended it." in text_of(page)
    assert "For other departments" in text_of(await browser.get(PAGE))
    assert "/wall/" not in (await browser.get(PAGE)).text
    assert entries[-2:] == [(Kind.WALL_LINK_MADE, ANA, "pilot"), (Kind.WALL_LINK_ENDED, ANA, "pilot")]
    assert (row.made_by, row.ended_by) == (ANA, ANA)
    assert "made a link to pilot on the wall" in text_of(await browser.get("/ops/audit"))


@pytest.mark.parametrize("token", ["made-up", "x.y", "0" * 2000])
async def test_a_forged_link_opens_nothing(world: World, visitor: httpx.AsyncClient, token: str) -> None:
    page = await visitor.get(f"/wall/{token}")
    assert page.status_code == 403
    assert "This link doesn't work" in html.unescape(page.text)


async def test_a_link_to_a_plan_or_a_proof_opens_no_wall_and_the_other_way_round(
    world: World, browser: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    token = (await share(browser)).removeprefix("/wall/")
    of_plan = world.plan().removeprefix("/plan/")
    pages = [await visitor.get(path) for path in (f"/plan/{token}", f"/proof/{token}", f"/wall/{of_plan}")]

    assert [page.status_code for page in pages] == [410, 410, 410]


async def test_who_guesses_waits(world: World, visitor: httpx.AsyncClient) -> None:
    pages = [await visitor.get(f"/wall/guess{number}") for number in range(30)]
    assert pages[-1].status_code == 429


async def test_colleagues_see_the_links_and_operations_make_them(world: World, browser: httpx.AsyncClient) -> None:
    await share(browser)
    locked = World(world.store, world.settings.model_copy(update={"desk_password": SecretStr("correct horse")}))
    await people.change(locked.intake.context, ANA, role=Role.ADMIN)
    pages = {}
    for role in (Role.COLLEAGUE, Role.OPERATIONS):
        await people.change(locked.intake.context, BO, role=role)
        async with locked.client() as client:
            await sign_in(client, BO, password="correct horse")
            pages[role] = (await client.get(PAGE)).text

    assert all("/wall/" in page for page in pages.values())
    for act in ("Make a link", "End it"):
        assert act not in pages[Role.COLLEAGUE]
        assert act in pages[Role.OPERATIONS]
