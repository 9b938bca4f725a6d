"""The page that forgets a customer or a person: what would go is said first, the id is typed, and admins alone may."""

from __future__ import annotations

import httpx
import pytest
from pydantic import SecretStr

from milepost.intake import people
from milepost.intake.erasure import forget, preview
from milepost.roles import Role
from milepost.store.errors import UnknownCustomerError
from tests.web.conftest import PASSWORD, SignIn, World, form_in, text_of
from tests.web.example import ANA, BO, KIM, LEA, SAM, customer

PAGE = "/ops/customers/acme/forget"


@pytest.fixture
async def locked(world: World) -> World:
    """An installation with a password, of which Lea is the admin; Bo belongs to operations."""
    installation = World(world.store, world.settings.model_copy(update={"desk_password": SecretStr(PASSWORD)}))
    await people.change(installation.intake.context, LEA, role=Role.ADMIN)
    await people.change(installation.intake.context, BO, role=Role.OPERATIONS)
    return installation


async def test_what_would_go_is_said_and_nothing_goes(world: World, browser: httpx.AsyncClient) -> None:
    before = await world.everything()
    page = text_of(await browser.get(PAGE))

    assert "Delete everything about Acme Ltd (acme)? This can't be undone." in page
    assert "To be removed from the database: " in page
    assert "2 contacts" in page
    assert "milepost forget acme" in page
    assert await world.everything() == before


async def test_what_is_said_before_is_what_goes(world: World) -> None:
    would = await preview(world.intake.context, "acme")
    done = await forget(world.intake.context, "acme")

    assert would.rows == done.rows
    with pytest.raises(UnknownCustomerError):
        await preview(world.intake.context, "acme")


async def test_a_customer_goes_once_its_id_is_typed(world: World, browser: httpx.AsyncClient) -> None:
    await world.add(customer("globex", "Globex"))
    data = form_in(await browser.get(PAGE), PAGE)
    for typed in ("", "Acme", "globex"):
        refused = await browser.post(PAGE, data={**data, "confirm": typed})
        assert refused.status_code == 422
        assert "That isn't acme, so nothing was deleted." in text_of(refused)
        assert f'value="{typed}"' in refused.text
    assert (await browser.post("/ops/customers/globex/forget", data={**data, "confirm": "globex"})).status_code == 403

    done = text_of(await browser.post(PAGE, data={**data, "confirm": "acme"}))

    assert "acme is forgotten. Removed from the database: " in done
    assert "Backups made before still hold the customer." in done
    assert (await browser.get("/ops/customers/acme")).status_code == 404
    assert (await browser.get("/ops/customers/globex")).status_code == 200
    assert (await browser.post(PAGE, data={**data, "confirm": "acme"})).status_code == 404


async def test_a_person_goes_once_the_address_is_typed(world: World, browser: httpx.AsyncClient) -> None:
    page = await browser.get(f"{PAGE}?contact={KIM}")
    assert "acme: rows to replace: " in text_of(page)
    data = form_in(page, "/forget-person")
    refused = await browser.post(f"{PAGE}-person", data={**data, "confirm": SAM})
    assert refused.status_code == 422
    assert f"That isn't {KIM}, so nothing was replaced." in text_of(refused)

    done = text_of(await browser.post(f"{PAGE}-person", data={**data, "confirm": KIM.upper()}))

    assert f"{KIM} is forgotten; forgotten-" in done
    contacts = (await world.journey()).state["customer"]["contacts"]
    assert [each["email"] for each in contacts] == [SAM]
    assert f"Nothing is held on {KIM}." in text_of(await browser.get(f"{PAGE}?contact={KIM}"))


async def test_a_colleague_is_not_forgotten_as_a_person(world: World, browser: httpx.AsyncClient) -> None:
    page = await browser.get(f"{PAGE}?contact={ANA}")

    assert page.status_code == 200
    assert 'class="problem"' in page.text
    assert "/forget-person" not in page.text


async def test_what_is_held_on_a_person_is_saved_as_one_document(world: World, browser: httpx.AsyncClient) -> None:
    saved = await browser.get(f"/ops/customers/acme/person.json?contact={KIM}")

    assert saved.headers["content-disposition"] == 'attachment; filename="person.json"'
    assert saved.json()["customers"] == ["acme"]


async def test_only_admins_find_it_and_may(world: World, as_: SignIn) -> None:
    admin, operations = await as_(LEA), await as_(BO)
    assert PAGE in (await admin.get("/ops/customers/acme")).text
    assert f"{PAGE}?contact={KIM.replace('@', '%40')}" in (await admin.get("/ops/customers/acme?tab=people")).text
    assert "/forget" not in (await operations.get("/ops/customers/acme?tab=people")).text
    data = form_in(await admin.get(PAGE), PAGE)

    assert (await operations.get(PAGE)).status_code == 403
    assert (await operations.post(PAGE, data={**data, "confirm": "acme"})).status_code == 403
    assert (await operations.get("/ops/customers/acme")).status_code == 200
