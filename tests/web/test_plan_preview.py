"""A colleague's look at a customer's plan, with which nothing can be done in the customer's name."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import httpx
from pydantic import SecretStr

from milepost.intake import operators_link
from tests.web.conftest import World, form_in, sign_in, text_of
from tests.web.example import ANA, KIM
from tests.web.test_links import everything, rows


async def preview_of(browser: httpx.AsyncClient, contact: str = "Kim") -> str:
    page = (await browser.get("/ops/customers/acme?tab=people")).text
    match = re.search(rf'href="(/ops/customers/acme/plan/\w+)">The plan as {contact}', page)
    assert match
    return match[1]


async def test_a_colleague_looks_at_a_plan_and_can_do_nothing_in_the_customers_name(
    world: World, browser: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    await world.tell(step_done="kickoff", result="held")
    own = form_in(await visitor.get(world.plan(KIM)), "/done")
    path = await preview_of(browser)
    before = await everything(world)
    page = await browser.get(path)

    assert "Preview: what Kim" in text_of(page)
    assert "Connect the first system" in text_of(page)
    assert "/plan/" not in re.sub(r"/ops/customers/acme/plan/\w+", "", page.text)
    assert "/preferences/" not in page.text
    assert re.findall(r'<form method="post" action="([^"]+)"', page.text) == [f"{path}/act"]
    act = form_in(page, "/act")
    for way in ("done", "answer", "undo"):
        for sent in (own, act, {"form": ""}):
            response = await browser.post(f"{path}/{way}", data={**sent, "verdict": "verified"})
            assert response.status_code in (404, 405)
    assert await everything(world) == before


async def test_nobody_acts_as_the_customer_where_mail_leaves_or_a_password_is_set(
    world: World, browser: httpx.AsyncClient
) -> None:
    path = await preview_of(browser)
    act = form_in(await browser.get(path), "/act")
    for change in ({"channel": "smtp"}, {"desk_password": SecretStr("opensesame")}):
        world.app.state.services = _with(world, **change)
        async with world.client() as other:
            await sign_in(other, ANA, password="opensesame")
            page = await other.get(path)
            assert "Act as" not in text_of(page)
            response = await other.post(f"{path}/act", data=act)
            assert response.status_code in (401, 403)
            assert "/plan/" not in response.headers.get("location", "")
    assert await rows(world) == []


async def test_nobody_acts_as_a_customer_of_ones_own(world: World, visitor: httpx.AsyncClient) -> None:
    path = await preview_of(visitor)
    act = form_in(await visitor.get(path), "/act")
    own = World(world.store, world.settings, is_real=True)
    link = f"/sign-in/link/{await operators_link.make(own.intake.context)}"
    async with own.client() as alone:
        await alone.post(link, data={"address": ANA, "name": "Ana"})
        page = await alone.get(path)
        answer = await alone.post(f"{path}/act", data=act)

    assert own.settings.channel == "outbox"
    assert "Preview: what Kim" in text_of(page)
    assert "Act as" not in text_of(page)
    assert answer.status_code == 403
    assert "Colleagues can only look at a customer" in text_of(answer)
    assert await rows(world) == []


def _with(world: World, **change: Any) -> Any:
    return replace(world.app.state.services, settings=world.settings.model_copy(update=change))


async def test_whoever_tries_milepost_out_acts_as_the_customer_too(world: World, visitor: httpx.AsyncClient) -> None:
    path = await preview_of(visitor)
    act = form_in(await visitor.get(path), "/act")
    onward = await visitor.post(f"{path}/act", data=act)

    assert onward.status_code == 303
    page = await visitor.get(onward.headers["location"])
    assert "Preview" not in text_of(page)
    assert [row.made_by for row in await rows(world)] == ["somebody on this machine"]
    assert (await visitor.post(f"{path}/act", data={"form": "x"})).status_code == 403


async def test_a_colleague_looks_at_a_contacts_preferences_and_can_choose_nothing_for_them(
    world: World, browser: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    own = f"/preferences/{world.links.preferences_token('acme/1', KIM)}"
    hidden = form_in(await visitor.get(own), own)
    await visitor.post(own, data={**hidden, "mail": "essential"})
    path = await preview_of(browser)
    assert f'<a href="{path}/preferences">Which mails you get</a>' in (await browser.get(path)).text
    before = await everything(world)
    page = await browser.get(f"{path}/preferences")

    text = text_of(page)
    assert "Preview: what Kim" in text
    assert "Fewer mails as it is now" in text
    assert "Save" not in text
    assert "<fieldset disabled>" in page.text
    assert "/preferences/" not in page.text
    assert re.findall(r'<form method="post" action="([^"]+)"', page.text) == [f"{path}/act"]
    response = await browser.post(f"{path}/preferences", data={**hidden, "mail": "none"})
    assert response.status_code in (404, 405)
    assert await everything(world) == before
    assert (await browser.get("/ops/customers/acme/plan/nobody/preferences")).status_code == 404
