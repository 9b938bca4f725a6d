"""Forms that are saved for later: shown again to whoever typed, gone when sent, and never seen by the journey."""

from __future__ import annotations

import json

import httpx
import pytest
from sqlalchemy import select

from milepost.customer import Contact
from milepost.store import form_drafts
from milepost.store.form_drafts import KEPT, FormDraftRow
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, FILES, KIM, SAM, customer
from tests.web.test_portal_forms import GOOD, MAP

BEA = "bea@acme.example"


@pytest.fixture
async def world(empty_world: World) -> World:
    """Kim and Bea are asked for everything that a form can ask."""
    await empty_world.publish({**FILES, "map.yaml": MAP})
    both = (Contact("Kim Lo", KIM, ("coordinator",)), Contact("Bea Roth", BEA, ("coordinator",)))
    await empty_world.add(customer(contacts=(customer().contacts[0], *both)))
    await empty_world.tell(step_done="kickoff", result="held")
    return empty_world


async def save(world: World, visitor: httpx.AsyncClient, contact: str = KIM, *, typing: bool = False) -> httpx.Response:
    hidden = form_in(await visitor.get(world.plan(contact)), "/upload")
    typed = {"answers.seats": "many", "answers.teams": ["Sales"], "answers.lead.email": "nobody", "answers.odd": "x"}
    headers = {"x-typing": "1"} if typing else {}
    return await visitor.post(f"{world.plan(contact)}/draft", data={**hidden, **typed}, headers=headers)


async def drafts(world: World) -> list[FormDraftRow]:
    async with world.store.reading() as session:
        return list(await session.scalars(select(FormDraftRow)))


async def test_what_was_typed_is_there_again_wrong_as_it_is_and_only_for_whoever_typed_it(
    world: World, visitor: httpx.AsyncClient
) -> None:
    before = (await world.journey()).state
    response = await save(world, visitor)
    assert response.headers["location"] == f"{world.plan()}?told=saved#connect"

    page = await visitor.get(world.plan())
    assert 'value="many"' in page.text
    assert 'value="Sales" checked' in page.text
    assert 'name="answers.lead.email" value="nobody"' in page.text
    assert "Saved on Mon, Mar 2, 2026. Nothing is sent yet." in text_of(page)
    assert 'value="many"' not in (await visitor.get(world.plan(BEA))).text
    assert [set(row.typed) & {"odd"} for row in await drafts(world)] == [set()]
    assert (await world.journey()).state == before


async def test_a_draft_is_gone_when_the_form_is_sent(world: World, visitor: httpx.AsyncClient) -> None:
    await save(world, visitor)
    hidden = form_in(await visitor.get(world.plan()), "/upload")
    wrong = await visitor.post(f"{world.plan()}/done", data={**hidden, "answers.seats": "some"})
    assert wrong.status_code == 422
    assert len(await drafts(world)) == 1
    sent = await visitor.post(f"{world.plan()}/done", data={**hidden, **GOOD})
    assert sent.headers["location"].endswith("told=noted")
    assert not await drafts(world)
    assert "many" not in json.dumps((await world.journey()).state)


async def test_a_script_saves_without_a_page_and_nothing_typed_is_no_draft(
    world: World, visitor: httpx.AsyncClient
) -> None:
    assert (await save(world, visitor, typing=True)).status_code == 204
    assert len(await drafts(world)) == 1
    hidden = form_in(await visitor.get(world.plan()), "/upload")
    assert (await visitor.post(f"{world.plan()}/draft", data=hidden)).status_code == 303
    assert not await drafts(world)


async def test_a_draft_of_an_earlier_occurrence_or_of_somebody_elses_step_is_none(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await save(world, visitor)
    hidden = form_in(await visitor.get(world.plan()), "/upload")
    await world.tell(step_skipped="connect", by=ANA)
    await world.tell(step_reopened="connect", by=ANA)
    assert 'value="many"' not in (await visitor.get(world.plan())).text
    late = await visitor.post(f"{world.plan()}/draft", data={**hidden, "answers.seats": "5"})
    assert late.headers["location"].endswith("told=closed")
    looker_on = await visitor.post(f"{world.plan(SAM)}/draft", data=hidden)
    assert looker_on.status_code in (400, 403, 422)


async def test_a_draft_goes_with_a_renamed_step_and_an_old_one_is_removed(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await save(world, visitor)
    renamed = MAP.replace("      - action: connect\n", "      - action: join\n        was: connect\n")
    renamed = renamed.replace("after: connect", "after: join")
    await world.publish({**FILES, "map.yaml": renamed})
    await world.tell(map_changed="2", by=ANA)
    assert [row.step for row in await drafts(world)] == ["join"]
    assert 'value="many"' in (await visitor.get(world.plan())).text
    assert await world.store.write(lambda session: form_drafts.remove_old(session, int(world.at) + KEPT)) == 0
    assert await world.store.write(lambda session: form_drafts.remove_old(session, int(world.at) + KEPT + 1)) == 1
