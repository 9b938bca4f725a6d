"""The page of a rehearsal: the account so far, in a rehearsal's own web application and nowhere else."""

from __future__ import annotations

from milepost.planner.clock import JourneyClock
from milepost.store import clock, maps
from milepost.store.rehearsal_account import REHEARSED
from tests.web.conftest import World, text_of
from tests.web.example import DAY, FILES, START, customer


async def rehearse(world: World) -> None:
    """Makes an installation a rehearsal; its clock is a test's, as always."""
    async with world.store.transaction() as session:
        await clock.write(session, JourneyClock(START, START, DAY))
        await maps.publish(session, "pilot", "Pilot customers", FILES, START, by="demo", why=REHEARSED)


async def test_the_page_shows_the_account_with_links_to_whom_it_is_about(empty_world: World) -> None:
    await rehearse(empty_world)
    await empty_world.add()
    await empty_world.add(customer("a:b", "A & B", attributes={"tier": "other"}))
    await empty_world.move_to(START + DAY + 1)
    empty_world.hurry(DAY)

    async with empty_world.client() as client:
        home, response = await client.get("/"), await client.get("/rehearsal")

    assert 'href="/rehearsal"' in home.text
    assert response.status_code == 200
    assert 'data-live="5"' in response.text
    text = text_of(response)
    assert "1 day played 2 customers 1 journey open" in text
    assert "no map A & B" in text
    assert 'href="/ops/customers/a%3Ab"' in response.text
    assert "2026-03-02 csm 1 1.5" in text


async def test_a_rehearsal_that_was_kept_shows_its_account_and_stands_still(empty_world: World) -> None:
    await rehearse(empty_world)

    async with empty_world.client() as client:
        response = await client.get("/rehearsal")

    assert response.status_code == 200
    assert "Nothing so far." in text_of(response)
    assert "data-live" not in response.text


async def test_real_customers_have_no_such_page(world: World) -> None:
    async with world.client() as client:
        home, response = await client.get("/"), await client.get("/rehearsal")

    assert "/rehearsal" not in home.text
    assert response.status_code == 404
    assert "milepost rehearse" in text_of(response)
