"""Merging and renaming on the ops pages and by the API, and where links of the id that was given up lead."""

from __future__ import annotations

import re

import httpx

from milepost.customer import Contact, Mail
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, KIM, SAM, customer

PAGE = "/ops/customers/acme-old/identity"


async def with_duplicate(world: World) -> None:
    await world.add(
        customer(
            "acme-old",
            "ACME",
            attributes={"tier": "pilot", "health": 60},
            contacts=(Contact("Kim L.", KIM, ("admin",), mail=Mail.NONE), Contact("Tal Ng", "tal@acme.example")),
        )
    )


async def test_the_page_shows_what_merging_does_and_a_form_does_it(world: World, browser: httpx.AsyncClient) -> None:
    await with_duplicate(world)
    before = await world.everything()

    shown = await browser.get(PAGE, params={"into": "acme"})

    text = text_of(shown)
    assert "Journey acme/1 on pilot goes on" in text
    assert "Journey acme-old/1 on pilot ends" in text
    assert "no mail kim@acme.example · in both" in text
    assert "health 60 75 75" in text
    assert "Moves: 1 journey, 1 open stage, 2 tasks and 4 entries on the timeline." in text
    assert await world.everything() == before

    answer = await browser.post("/ops/customers/acme-old/merge", data=form_in(shown, "/merge"))

    assert answer.headers["location"] == "/ops/customers/acme?told=merged"
    page = await browser.get("/ops/customers/acme-old", follow_redirects=True)
    assert page.url.path == "/ops/customers/acme"
    assert "Id acme, before that acme-old" in text_of(page)
    assert "acme-old/1 (Ended: merged)" in text_of(page)


async def test_what_cannot_be_merged_or_renamed_is_said_in_its_field(world: World, browser: httpx.AsyncClient) -> None:
    await with_duplicate(world)

    unknown = await browser.get(PAGE, params={"into": "acne"})
    taken = await browser.get(PAGE, params={"new_id": "acme"})

    assert re.search(r'name="into" value="acne"[^>]*aria-invalid="true"', unknown.text)
    assert "Did you mean 'acme'" in text_of(unknown)
    assert "'acme' is another customer's id." in text_of(taken)
    assert 'aria-describedby="new_id-wrong"' in taken.text


async def test_a_form_that_is_sent_twice_says_that_it_is_done(world: World, browser: httpx.AsyncClient) -> None:
    await with_duplicate(world)
    form = form_in(await browser.get(PAGE, params={"into": "acme"}), "/merge")

    await browser.post("/ops/customers/acme-old/merge", data=form)
    again = await browser.post("/ops/customers/acme-old/merge", data=form)

    assert again.status_code == 303
    assert "one customer already" in text_of(await browser.get(again.headers["location"], follow_redirects=True))


async def test_a_customer_is_renamed_on_the_page(world: World, browser: httpx.AsyncClient) -> None:
    shown = await browser.get("/ops/customers/acme/identity", params={"new_id": "crm-7"})

    answer = await browser.post("/ops/customers/acme/rename", data=form_in(shown, "/rename"))

    assert answer.headers["location"] == "/ops/customers/crm-7?told=renamed"
    assert "before that acme" in text_of(await browser.get("/ops/customers/crm-7"))


async def test_links_of_both_records_lead_to_the_plan_that_goes_on(world: World, visitor: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    await with_duplicate(world)
    of_old, of_tal = world.plan(KIM, "acme-old/1"), world.plan("tal@acme.example", "acme-old/1")
    async with world.api() as api:
        await api.post("/api/v1/customers/acme-old/merge", json={"into": "acme"})

    for link in (of_old, of_tal, world.plan(KIM)):
        page = await visitor.get(link)
        assert page.status_code == 200
        assert "Connect the first system" in text_of(page)


async def test_a_link_of_a_renamed_customer_still_opens(world: World, visitor: httpx.AsyncClient) -> None:
    link = world.plan(SAM)
    async with world.api() as api:
        answer = await api.post("/api/v1/customers/acme/rename", json={"new_id": "crm-7", "by": ANA})

    assert answer.json()["journey"] == "acme/1"
    assert (await visitor.get(link)).status_code == 200


async def test_the_api_says_what_it_would_do_and_does_it(world: World, api: httpx.AsyncClient) -> None:
    await with_duplicate(world)

    planned = (await api.post("/api/v1/customers/acme-old/merge", json={"into": "acme", "dry_run": True})).json()
    done = (await api.post("/api/v1/customers/acme-old/merge", json={"into": "acme"})).json()

    assert planned == {**done, "dry_run": True}
    assert (done["goes_on"]["journey"], done["ends"]["journey"]) == ("acme/1", "acme-old/1")
    assert {"part": "attributes.health", "from": 60, "into": 75, "kept": 75} in done["differences"]
    for path in ("", "/timeline"):
        assert (await api.get(f"/api/v1/customers/acme-old{path}")).json()["customer"] == "acme"
    fact = {"customer": "acme-old", "step_done": "kickoff", "result": "held"}
    assert (await api.post("/api/v1/facts", json=fact)).json()["delivered"]
    saved = await api.patch("/api/v1/customers/acme-old", json={"name": "Acme Inc."})
    assert saved.json()["customer"] == "acme"


async def test_the_api_refuses_with_a_code_and_a_hint(world: World, api: httpx.AsyncClient) -> None:
    await with_duplicate(world)

    taken = await api.post("/api/v1/customers/acme/rename", json={"new_id": "acme-old"})
    same = await api.post("/api/v1/customers/acme/merge", json={"into": "acme"})
    unknown = await api.post("/api/v1/customers/acme/merge", json={"into": "nobody"})

    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "id_taken")
    assert (same.status_code, same.json()["error"]["code"]) == (409, "merge_refused")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "unknown_customer")
