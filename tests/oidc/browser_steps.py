"""What a browser does to sign in with the provider, and what is stored then."""

from __future__ import annotations

import re

import httpx
from sqlalchemy import select

from milepost.explain.audit_sentences import what
from milepost.store import audit
from milepost.store.people import PersonRow
from milepost.store.people import find as find_person
from milepost.store.session_tables import SessionRow
from tests.web.conftest import World, text_of


async def way_back(client: httpx.AsyncClient, elsewhere: httpx.AsyncClient, onward: str = "/desk") -> str:
    """Goes from the page to sign in to the provider; returns the address that it leads back to."""
    page = await client.get("/sign-in", params={"next": onward})
    [link] = re.findall(r'href="([^"]+/sign-in/oidc\?[^"]+)"', page.text)
    there = await client.get(link)
    assert there.status_code == 303, text_of(there)
    back = await elsewhere.get(there.headers["location"])
    return back.headers["location"]


async def come_in(world: World, elsewhere: httpx.AsyncClient) -> httpx.Response:
    async with world.client() as client:
        return await client.get(await way_back(client, elsewhere))


async def person(world: World, address: str) -> PersonRow | None:
    async with world.store.reading() as session:
        return await session.run_sync(find_person, address)


async def audit_lines(world: World) -> list[str]:
    """What is on record, the newest first, with why."""
    async with world.store.reading() as session:
        rows = [row[0] for row in (await audit.listed(session, 20)).rows]
    return [what(row.kind, row.about, row.details) + (f" ({row.why})" if row.why else "") for row in rows]


async def sessions(world: World) -> list[tuple[str, str]]:
    async with world.store.reading() as session:
        return [(row.address, row.way) for row in await session.scalars(select(SessionRow))]
