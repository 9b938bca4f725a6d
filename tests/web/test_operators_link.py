"""On a machine alone: the link that `milepost up` prints, and that nothing is open without it."""

from __future__ import annotations

import httpx
import pytest
from pydantic import SecretStr

from milepost.intake import operators_link, people, sign_in_links
from milepost.store.sessions import DAY, Way
from tests.oidc.browser_steps import audit_lines, person, sessions
from tests.web.conftest import KEY, World, sign_in, text_of
from tests.web.example import ANA, BO

EVE = "eve@vendor.example"


@pytest.fixture
def alone(world: World) -> World:
    """The installation on a machine alone, whose people aren't played."""
    return World(world.store, world.settings, is_real=True)


async def link(world: World) -> str:
    return f"/sign-in/link/{await operators_link.make(world.intake.context)}"


async def use(client: httpx.AsyncClient, path: str, address: str, name: str = "") -> httpx.Response:
    return await client.post(path, data={"address": address, "name": name})


async def test_nothing_is_open_and_the_page_says_where_the_link_is(alone: World) -> None:
    async with alone.client() as client:
        for path in ("/", f"/desk/{ANA}", "/ops/customers", "/ops/people"):
            assert (await client.get(path)).status_code == 303
        page = await client.get("/sign-in")
        by_address = await sign_in(client, ANA)

    assert "Open the link that milepost up printed first when it started." in text_of(page)
    assert ANA not in page.text
    assert by_address.status_code == 403


async def test_the_first_one_says_who_they_are_and_is_the_admin(alone: World) -> None:
    async with alone.client() as client:
        path = await link(alone)
        page = await client.get(path)
        assert (await client.get("/")).status_code == 303, "opening a link changes nothing"
        used = await use(client, path, "Eve@Vendor.example", "Eve Adler")
        start = await client.get(used.headers["location"])
        colleagues = await client.get("/ops/people")

    assert "You are the first one here, and become its admin." in text_of(page)
    assert (used.status_code, start.status_code, colleagues.status_code) == (303, 200, 200)
    assert f"Signed in as {EVE}" in start.text
    row = await person(alone, EVE)
    assert row is not None
    assert (row.name, row.role) == ("Eve Adler", "admin")
    assert await sessions(alone) == [(EVE, "terminal")]
    assert await audit_lines(alone) == [
        "changed Eve: role none → admin; name none → Eve Adler",
        "signed in by a printed link",
        "made a link for whoever runs Milepost to sign in with",
    ]


async def test_it_works_once_and_a_later_start_makes_another_one(alone: World) -> None:
    async with alone.client() as client:
        first, second = await link(alone), await link(alone)
        assert (await use(client, first, EVE, "Eve Adler")).status_code == 410
        assert (await use(client, second, EVE, "Eve Adler")).status_code == 303
        again = await use(client, second, BO, "Bo Ek")

    assert again.status_code == 410
    assert "milepost up" in text_of(again)
    assert await person(alone, BO) is None


async def test_it_works_for_a_day(alone: World) -> None:
    async with alone.client() as client:
        path = await link(alone)
        alone.at += DAY - 1
        assert (await client.get(path)).status_code == 200
        alone.at += 1
        assert (await client.get(path)).status_code == 410
        assert (await use(client, path, EVE, "Eve Adler")).status_code == 410
    assert await person(alone, EVE) is None


async def test_where_there_are_admins_it_signs_in_one_of_them_and_makes_no_others(alone: World) -> None:
    named = World(alone.store, alone.settings.model_copy(update={"admins": (EVE,)}), is_real=True)
    await people.change(alone.intake.context, ANA, name="Ana Ruiz", role="admin")
    await people.change(alone.intake.context, BO, role="manager")
    async with named.client() as client:
        path = await link(named)
        page = await client.get(path)
        by_another = await use(client, path, BO)
        by_admin = await use(client, path, EVE)

    assert ANA in page.text
    assert EVE in page.text
    assert BO not in page.text
    assert by_another.status_code == 422
    assert f"{BO} isn't an admin." in text_of(by_another)
    assert by_admin.status_code == 303
    row = await person(alone, BO)
    assert row is not None
    assert row.role == "manager"
    assert await sessions(alone) == [(EVE, "terminal")]


@pytest.mark.parametrize(("address", "name"), [("eve", "Eve"), ("", "Eve"), (EVE, "eve@vendor.example"), (BO, "Bo")])
async def test_what_cannot_be_is_said_and_the_link_still_works(alone: World, address: str, name: str) -> None:
    await people.change(alone.intake.context, BO, left=True)
    async with alone.client() as client:
        path = await link(alone)
        refused = await use(client, path, address, name)
        assert refused.status_code == 422
        assert 'role="alert"' in refused.text
        assert await sessions(alone) == []
        assert (await use(client, path, EVE, "Eve Adler")).status_code == 303


async def test_a_link_for_somebody_else_never_makes_an_admin(alone: World) -> None:
    secret = await sign_in_links.make(alone.intake.context, ANA, Way.TERMINAL)
    async with alone.client() as client:
        for path in (f"/sign-in/link/{secret}", "/sign-in/link/made-up"):
            await use(client, path, EVE, "Eve Adler")

    assert await sessions(alone) == [(ANA, "terminal")]
    assert await person(alone, EVE) is None


async def test_a_key_of_the_api_still_opens(alone: World) -> None:
    async with alone.client() as client:
        assert (await sign_in(client, ANA, password=KEY)).status_code == 303
        assert (await client.get("/desk")).status_code in (200, 303)


async def test_with_a_password_the_page_speaks_of_no_printed_link(alone: World) -> None:
    settings = alone.settings.model_copy(update={"desk_password": SecretStr("correct horse")})
    async with World(alone.store, settings, is_real=True).client() as client:
        assert "printed" not in text_of(await client.get("/sign-in"))
