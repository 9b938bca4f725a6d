"""Colleagues and programs set which mail somebody gets, and see who opted out when."""

from __future__ import annotations

import httpx
import pytest

from milepost.customer import Contact, Customer
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, KIM, SAM
from tests.web.test_preferences import ONE_CLICK, hows, mail_of, one_click

PLACE = "/api/v1/preferences"


async def test_a_program_sets_and_shows_which_mail_somebody_gets(world: World, api: httpx.AsyncClient) -> None:
    await world.add(Customer("bolt", "Bolt", contacts=(Contact("K. Lo", "KIM@acme.example"),)))
    body = {"address": "Kim@ACME.example", "mail": "none", "by": ANA, "reason": "Asked on the phone"}
    made = (await api.post(PLACE, json=body)).json()
    assert made["changed"]
    assert (made["address"], made["mail"], made["how"], made["by"]) == (KIM, "none", "colleague", ANA)
    assert [each["id"] for each in made["customers"]] == ["acme", "bolt"]
    assert not (await api.post(PLACE, json=body)).json()["changed"]
    shown = (await api.get(PLACE, params={"address": KIM})).json()
    assert shown == {name: value for name, value in made.items() if name != "changed"}
    assert await mail_of(world, "bolt") == {"KIM@acme.example": "none"}


async def test_more_mail_takes_a_reason(world: World, api: httpx.AsyncClient, visitor: httpx.AsyncClient) -> None:
    await visitor.post(one_click(world), data=ONE_CLICK)
    refused = await api.post(PLACE, json={"address": KIM, "mail": "all"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "reason_missing")
    assert (await api.post(PLACE, json={"address": KIM, "mail": "all", "reason": "Wrote so"})).json()["changed"]
    assert await hows(world) == [("one_click", "essential"), ("colleague", "all")]


async def test_an_address_that_nobody_has_is_kept_for_when_somebody_does(world: World, api: httpx.AsyncClient) -> None:
    made = (await api.post(PLACE, json={"address": "new@acme.example", "mail": "none"})).json()
    assert (made["changed"], made["customers"]) == (True, [])
    await world.add(Customer("bolt", "Bolt", contacts=(Contact("New", "New@acme.example"),)))
    assert await mail_of(world, "bolt") == {"New@acme.example": "none"}


@pytest.mark.parametrize(
    "body", [{}, {"address": "nobody", "mail": "none"}, {"address": KIM, "mail": "some"}, {"address": KIM}]
)
async def test_what_makes_no_sense_is_refused(api: httpx.AsyncClient, body: dict[str, str]) -> None:
    assert (await api.post(PLACE, json=body)).status_code == 422


async def test_no_record_of_a_program_opts_anybody_in_again(world: World, api: httpx.AsyncClient) -> None:
    await api.post(PLACE, json={"address": KIM, "mail": "none"})
    contacts = [{"name": "Kim", "email": KIM, "personas": ["coordinator"], "mail": "all"}]
    assert (await api.patch("/api/v1/customers/acme", json={"contacts": contacts})).status_code == 200
    assert await mail_of(world) == {KIM: "none"}
    assert (await api.post("/api/v1/facts", json={"customer": "acme", "contacts": contacts})).status_code == 200
    assert await mail_of(world) == {KIM: "none"}


async def test_the_list_says_who_opted_out_when_how_and_what_holds_now(
    world: World, api: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    await visitor.post(one_click(world), data=ONE_CLICK)
    await api.post(PLACE, json={"address": SAM, "mail": "none", "by": ANA})
    await api.post(PLACE, json={"address": SAM, "mail": "all", "by": ANA, "reason": "A mistake"})
    page = (await api.get("/api/v1/opt-outs", params={"limit": 2})).json()
    rest = (await api.get("/api/v1/opt-outs", params={"limit": 2, "cursor": page["next"]})).json()
    lines = {(line["address"], line["mail"]): line for line in (*page["opt_outs"], *rest["opt_outs"])}
    assert (len(lines), rest["next"]) == (3, None)
    assert lines[KIM, "essential"] == {
        "address": KIM, "names": ["Kim Lo"], "customers": ["acme"], "at": "2026-03-02T15:00:00Z", "mail": "essential",
        "how": "one_click", "by": KIM, "reason": None, "now": "essential",
    }  # fmt: skip
    assert lines[SAM, "none"]["now"] == "all"
    assert lines[SAM, "all"]["reason"] == "A mistake"


async def test_a_colleague_sets_it_on_the_customers_page(world: World, browser: httpx.AsyncClient) -> None:
    page = await browser.get("/ops/customers/acme?tab=people")
    sent = {**form_in(page, "/mail", near="Mails to Kim Lo"), "mail": "none"}
    assert sent["contact"] == KIM
    response = await browser.post("/ops/customers/acme/mail", data=sent)
    assert response.headers["location"] == "/ops/customers/acme?tab=people&told=noted#people"
    assert await hows(world) == [("colleague", "none")]
    page = await browser.get("/ops/customers/acme?tab=people")
    assert "no mail" in text_of(page)
    history = text_of(await browser.get("/ops/customers/acme?tab=history"))
    assert "Kim Lo gets no more mail: Ana Ruiz set it so." in history
    back = {**form_in(page, "/mail", near="Mails to Kim Lo"), "mail": "all"}
    assert (await browser.post("/ops/customers/acme/mail", data=back)).status_code == 422
    await browser.post("/ops/customers/acme/mail", data={**back, "reason": "Asked for it"})
    assert await hows(world) == [("colleague", "none"), ("colleague", "all")]
    odd = await browser.post("/ops/customers/acme/mail", data={**back, "contact": "eve@evil.example"})
    assert odd.status_code == 404


async def test_nobody_sets_it_without_signing_in(world: World, visitor: httpx.AsyncClient) -> None:
    response = await visitor.post("/ops/customers/acme/mail", data={"form": "x", "contact": KIM, "mail": "none"})
    assert (response.status_code, response.headers["location"][:8]) == (303, "/sign-in")
    assert await hows(world) == []
