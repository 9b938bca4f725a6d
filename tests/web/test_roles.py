"""Which role gets in where: every page and form, walked as every role, held against the table in the documentation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute
from pydantic import SecretStr

from milepost.intake import people
from milepost.roles import Role
from milepost.web.app import ROUTERS
from milepost.web.doors import DOORS, needed_for
from milepost.web.identity import who_acts, who_looks
from tests.web.conftest import World, form_in, sign_in, text_of
from tests.web.example import ANA, BO
from tests.web.roles_reference import reference

PASSWORD = "correct horse"
EDDA = "edda@vendor.example"
ROLES = tuple(Role)
VALUES = {
    "customer": "acme",
    "person": ANA,
    "number": "1",
    "mark": "x",
    "outcome": "faster",
    "file": "x",
    "kind": "plan",
    "map_id": "pilot",
    "part": "step",
    "id": "kickoff",
}


def routes_of_colleagues() -> Iterator[tuple[str, str]]:
    """Every method and path that a colleague has to be known for, read off the application."""
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            if {who_looks, who_acts} & set(calls_of(route)):
                yield from ((method, route.path) for method in route.methods)


def calls_of(route: APIRoute) -> Iterator[object]:
    waiting = [route.dependant]
    while waiting:
        dependant = waiting.pop()
        yield dependant.call
        waiting += dependant.dependencies


@pytest.fixture
async def locked(world: World) -> World:
    """An installation with a password, of which Edda is the admin."""
    settings = world.settings.model_copy(update={"desk_password": SecretStr(PASSWORD)})
    locked = World(world.store, settings)
    await people.change(locked.intake.context, EDDA, role=Role.ADMIN)
    return locked


async def ask(client: httpx.AsyncClient, method: str, path: str, values: Mapping[str, str] = VALUES) -> httpx.Response:
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", value)
    return await client.request(method, path.replace("{message:path}", "x"))


def test_the_table_names_every_page_and_form_and_no_other() -> None:
    assert set(routes_of_colleagues()) == set(DOORS)


def test_the_documentation_has_the_table() -> None:
    written = Path("docs/reference/roles.md").read_text()
    assert written == reference(), "run `python -m tests.web.roles_reference > docs/reference/roles.md`"


def test_what_is_not_in_the_table_is_for_admins() -> None:
    assert needed_for("GET", "/ops/new") is Role.ADMIN


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_gets_in_where_the_table_says_and_nowhere_else(locked: World, role: Role) -> None:
    await people.change(locked.intake.context, ANA, role=role)
    async with locked.client() as client:
        assert (await sign_in(client, ANA, password=PASSWORD)).status_code == 303
        for (method, path), needed in DOORS.items():
            response = await ask(client, method, path)
            refused = response.status_code == 403 and "Not for your role" in response.text
            assert refused is not role.includes(needed), (method, path, response.status_code)


async def test_nobody_gets_in_anywhere_without_signing_in(locked: World) -> None:
    async with locked.client() as client:
        for method, path in DOORS:
            response = await ask(client, method, path)
            assert response.status_code == 303, (method, path)
            assert response.headers["location"].startswith("/sign-in?next=")


async def test_a_page_does_not_show_what_its_reader_may_not_do(locked: World) -> None:
    await people.change(locked.intake.context, ANA, role=Role.COLLEAGUE)
    async with locked.client() as client:
        await sign_in(client, ANA, password=PASSWORD)
        mine, all_of_them = await client.get("/ops/customers/acme?act=note"), await client.get("/ops/customers")
        await people.change(locked.intake.context, ANA, role=Role.OPERATIONS)
        theirs = await client.get("/ops/customers/acme?act=note")

    assert "/ops/customers/acme/note" in mine.text
    for hidden in ("act=end", "act=pause", "acme/identity", 'href="/ops/mail"'):
        assert hidden not in mine.text
        assert hidden in theirs.text
    assert "/ops/imports" not in all_of_them.text


async def test_while_nobody_is_an_admin_everybody_may_do_everything(world: World) -> None:
    settings = world.settings.model_copy(update={"desk_password": SecretStr(PASSWORD)})
    before = World(world.store, settings)
    async with before.client() as client:
        await sign_in(client, BO, password=PASSWORD)
        assert (await client.get("/ops/imports")).status_code == 200
        assert "Nobody is an admin yet" in text_of(await client.get("/ops/people"))
        await people.change(before.intake.context, EDDA, role=Role.ADMIN)
        refused = await client.get("/ops/imports")

    assert refused.status_code == 403
    assert f"This is for operations and admins. You are signed in as {BO}, whose role is colleague." in text_of(refused)


async def test_an_admin_of_the_settings_is_one_whatever_is_stored(locked: World) -> None:
    settings = locked.settings.model_copy(update={"admins": (BO,)})
    await people.change(locked.intake.context, BO, role=Role.COLLEAGUE)
    async with World(locked.store, settings).client() as client:
        await sign_in(client, BO, password=PASSWORD)
        assert (await client.get("/ops/imports")).status_code == 200


async def test_an_admin_gives_roles_on_the_page(locked: World) -> None:
    async with locked.client() as client:
        await sign_in(client, EDDA, password=PASSWORD)
        page = await client.get("/ops/people", params={"address": BO})
        told = {"address": BO, "name": "Bo Larsen", "role": "manager", "team": "North", "hours": "32.5"}
        saved = await client.post("/ops/people", data={**form_in(page, "/ops/people"), **told})
        after = text_of(await client.get(saved.headers["location"]))
        wrong = await client.post("/ops/people", data={**form_in(page, "/ops/people"), **told, "hours": "many"})

    assert saved.status_code == 303
    assert f"Bo Larsen {BO} manager North 32.5" in after
    assert wrong.status_code == 422
    assert "'many' isn't a number of hours." in text_of(wrong)
    assert 'value="North"' in wrong.text


async def test_the_only_admin_stays_one(locked: World) -> None:
    async with locked.client() as client:
        await sign_in(client, EDDA, password=PASSWORD)
        page = await client.get("/ops/people", params={"address": EDDA})
        told = {"address": EDDA, "role": "colleague"}
        refused = await client.post("/ops/people", data={**form_in(page, "/ops/people"), **told})
        left = await client.post("/ops/people/left", data={**form_in(page, "/ops/people/left")})

    for each in (refused, left):
        assert each.status_code == 422
        assert f"{EDDA} is the only admin; nothing was changed." in text_of(each)
    assert [row.role for row in await people.listed(locked.intake.context) if row.address == EDDA] == ["admin"]


async def test_whoever_leaves_is_signed_out_and_stays_out_until_they_return(locked: World) -> None:
    async with locked.client() as theirs, locked.client() as client:
        await sign_in(theirs, BO, password=PASSWORD)
        await sign_in(client, EDDA, password=PASSWORD)
        page = await client.get("/ops/people", params={"address": BO})
        await client.post("/ops/people/left", data=form_in(page, "/ops/people/left"))
        assert (await theirs.get("/desk")).status_code == 303
        refused = await sign_in(theirs, BO, password=PASSWORD)
        page = await client.get("/ops/people", params={"address": BO})
        await client.post("/ops/people/left", data=form_in(page, "/ops/people/left"))
        returned = await sign_in(theirs, BO, password=PASSWORD)

    assert refused.status_code == 403
    assert "This address belongs to somebody who has left." in text_of(refused)
    assert returned.status_code == 303
