"""Every form of a plan, sent with a link that is forged, somebody else's, void or expired: nothing comes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from fastapi.routing import APIRoute

from milepost.store import links
from milepost.web import app as web_app
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, DAY, FILES, KIM, SAM
from tests.web.file_forms import CHOSEN, MAP
from tests.web.test_link_guesses import everything

AT_ONCE = MAP.replace("        after: connect\n        message: verify.md", "        message: verify.md")
"""Asks for the result while the form of the first step is open, so that each form is there."""
ANSWER = {"verdict": "verified"}
FORMS: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "done": (KIM, "", "/upload", {"answers.room": "12", "answers.contract": "https://acme.example/contract.pdf"}),
    "upload": (KIM, "", "/upload", {"answers.room": "12"}),
    "draft": (KIM, "", "/upload", {"answers.room": "12"}),
    "say": (KIM, "", "/say", {"note": "Which key?"}),
    "undo": (KIM, "", "/undo", {}),
    "agreement": (SAM, "/agreement", "/agreement", {}),
    "answer": (SAM, "/outcomes/faster", "/answer", ANSWER),
    "complete/upload": (SAM, "/outcomes/faster", "/complete/upload", {"value": "7"}),
    "proof/share": (SAM, "/proof", "/proof/share", {}),
    "proof/end": (SAM, "/proof", "/proof/end", {}),
}
"""By where each is sent: whose it is, the page that it stands on, its address there, and what is typed."""
WITH_FILES = {"upload": CHOSEN, "complete/upload": {"file": ("", b"")}}


@pytest.fixture
async def world(empty_world: World) -> World:
    """Acme, whose form waits for Kim, and whose result for Sam."""
    await empty_world.publish({**FILES, "map.yaml": AT_ONCE})
    await empty_world.add()
    await empty_world.tell(step_done="kickoff", result="held")
    return empty_world


@pytest.fixture
async def visitor(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with world.client() as client:
        yield client


async def send(visitor: httpx.AsyncClient, path: str, where: str, data: dict[str, str]) -> httpx.Response:
    return await visitor.post(f"{path}/{where}", data=data, files=WITH_FILES.get(where))


async def what_comes_before(world: World, visitor: httpx.AsyncClient, where: str) -> None:
    """Does what has to be done before there is such a form."""
    if where == "undo":
        world.journey_client.let_people_undo(timedelta(minutes=5))
        form = form_in(await visitor.get(world.plan(KIM)), "/say")
        await visitor.post(f"{world.plan(KIM)}/say", data={**form, "note": "Which key?"})
    if where == "complete/upload":
        form = form_in(await visitor.get(world.question()), "/answer")
        await visitor.post(f"{world.plan(SAM)}/answer", data={**form, **ANSWER})
    if where == "proof/end":
        form = form_in(await visitor.get(f"{world.plan(SAM)}/proof"), "/proof/share")
        await visitor.post(f"{world.plan(SAM)}/proof/share", data=form)


@pytest.mark.parametrize("where", FORMS)
async def test_a_form_is_taken_with_its_own_link_alone(world: World, visitor: httpx.AsyncClient, where: str) -> None:
    whose, page, action, typed = FORMS[where]
    await what_comes_before(world, visitor, where)
    path, others = world.plan(whose), world.plan(SAM if whose == KIM else KIM)
    data = {**form_in(await visitor.get(path + page), action), **typed}
    before = await everything(world)
    forged = await send(visitor, f"{path[:-2]}xx", where, data)
    somebody_elses = await send(visitor, others, where, data)

    assert (forged.status_code, somebody_elses.status_code) == (403, 403)
    assert "This link doesn't work" in text_of(forged)
    assert await everything(world) == before
    assert (await send(visitor, path, where, data)).status_code == 303
    assert await everything(world) != before


@pytest.mark.parametrize("where", FORMS)
async def test_a_form_of_a_void_or_expired_link_does_nothing(
    world: World, visitor: httpx.AsyncClient, where: str
) -> None:
    whose, page, action, typed = FORMS[where]
    await what_comes_before(world, visitor, where)
    path = world.plan(whose)
    data = {**form_in(await visitor.get(path + page), action), **typed}
    lost = [world.link(whose)]
    await world.store.write(lambda session: links.void(session, lost, world.at, by=ANA, why="lost"))
    before = await everything(world)
    void = await send(visitor, path, where, data)

    assert void.status_code == 410
    assert "This link is no longer in use" in text_of(void)
    assert await everything(world) == before
    world.at += DAY
    path = world.plan(whose)
    before = await everything(world)
    world.at += 92 * DAY
    expired = await send(visitor, path, where, data)
    assert expired.status_code == 410
    assert "This link has expired" in text_of(expired)
    assert await everything(world) == before


def test_these_are_all_forms_of_a_plan() -> None:
    start = "/plan/{token}/"
    routes = [route for router in web_app.ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    posts = {each.path.removeprefix(start) for each in routes if each.path.startswith(start) and "POST" in each.methods}

    assert posts == set(FORMS)
