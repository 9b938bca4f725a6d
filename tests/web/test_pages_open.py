"""Every page opens, empty and full."""

from __future__ import annotations

import pytest

from tests.web.conftest import World, sign_in, text_of
from tests.web.example import ANA, BO

PAGES = (
    "/",
    f"/desk/{ANA}",
    "/desk/queues",
    "/ops/customers",
    "/ops/imports",
    "/ops/rehearsals",
    "/ops/mail",
    "/ops/maps",
    "/sign-in",
    "/api/docs",
)


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_opens_in_a_house_without_anything(empty_world: World, path: str) -> None:
    async with empty_world.client() as client:
        response = await client.get(path)

    assert response.status_code == 200
    assert '<html lang="en">' in response.text


@pytest.mark.parametrize("path", [*PAGES, "/ops/customers/acme"])
async def test_a_page_opens_with_a_customer(world: World, path: str) -> None:
    await world.tell(step_done="kickoff", result="held")
    async with world.client() as client:
        await sign_in(client, ANA)
        response = await client.get(path)

    assert response.status_code == 200


async def test_a_colleague_without_tasks_reads_that_all_is_clear(world: World) -> None:
    async with world.client() as client:
        response = await client.get(f"/desk/{BO}")

    assert "All clear." in text_of(response)


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nothing", 404, "There is nothing at this address. See that the address is whole"),
        ("/ops/publish/0", 404, "There is nothing at this address. See that the address is whole"),
        ("/desk/tasks/done", 405, "Go back to the page that you came from"),
        ("/ops/maps/nothere", 404, "Unknown map 'nothere'. It is one of: pilot."),
        ("/ops/customers?health_below=low", 422, "Health below can't be “low”. Go back and correct it."),
        ("/desk/not-mine", 422, "Journey is missing or can't be read. Task is missing or can't be read."),
    ],
)
async def test_what_is_wrong_with_an_address_is_told_to_people_in_their_words(
    world: World, path: str, status: int, words: str
) -> None:
    async with world.client() as client:
        await sign_in(client, ANA)
        response = await client.get(path)

    assert response.status_code == status
    assert words in text_of(response)
    assert '<a class="button" href="/">' in response.text
    assert "/api/docs" not in text_of(response)
