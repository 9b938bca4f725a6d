"""Keys of programs: made on a page, each for what its scopes say, ended, and listed with their last use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from milepost.intake import keys
from milepost.intake.keys import KeyRefusedError, UnknownKeyError
from milepost.scopes import Scope
from milepost.web.api.keys import WRONG_KEYS
from milepost.web.api.scopes import ADDRESSES, FACTS
from milepost.web.app import ROUTERS
from tests.web.api_calls import V1, problem, tell
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, BO, SAM


def with_key(world: World, key: str) -> httpx.AsyncClient:
    return world.client(headers={"Authorization": f"Bearer {key}"})


async def made(world: World, *scopes: Scope, name: str = "crm") -> str:
    return (await keys.make(world.intake.context, name, scopes, by=ANA)).key


def addresses_of_the_api() -> Iterator[tuple[str, str]]:
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            if route.path.startswith(V1):
                yield from ((method, route.path) for method in route.methods)


def test_the_table_names_every_address_of_the_api_and_no_other() -> None:
    assert set(addresses_of_the_api()) == set(ADDRESSES)


@pytest.mark.parametrize("scope", Scope)
async def test_a_key_gets_in_where_its_scope_says_and_nowhere_else(world: World, scope: Scope) -> None:
    key = await made(world, scope)
    async with with_key(world, key) as program:
        for (method, path), needed in ADDRESSES.items():
            response = await program.request(method, re.sub(r"\{[^}]+\}", "x", path), content=b"{")
            assert (response.status_code == 403) is (needed is not scope), (method, path, response.text)
            if needed is not scope:
                assert f"for {scope}, and this needs {needed}" in problem(response, 403)["message"]


async def test_what_a_program_tells_is_marked_with_the_name_of_its_key(world: World) -> None:
    async with with_key(world, await made(world, Scope.TELL)) as program:
        response = await tell(program, id="f1", answer="faster", verdict="disputed", by=SAM)
    assert response.status_code == 200, response.text
    [fact] = await world.facts()
    assert fact.data["method"] == "key/crm"


async def test_a_key_is_made_on_the_page_shown_once_used_and_ended(world: World, browser: httpx.AsyncClient) -> None:
    page = await browser.get("/ops/keys")
    assert "api everything in the settings never" in text_of(page)
    form = form_in(page, "/ops/keys")
    shown = await browser.post("/ops/keys", data={**form, "name": "crm", "scopes": ["read", "tell"]})
    [key] = re.findall(r'value="(milepost_[^"]+)"', shown.text)
    assert "It may look at everything; report facts" in text_of(shown)
    assert key not in (await browser.get("/ops/keys")).text

    async with with_key(world, key) as program:
        assert (await program.get(f"{V1}/customers")).status_code == 200
        line = text_of(await browser.get("/ops/keys"))
        assert re.search(r"crm read, tell Mon 2 Mar 2026, \d\d:\d\d.*? by Ana Ruiz Mon 2 Mar 2026, \d\d:\d\d", line)

        end = form_in(await browser.get("/ops/keys"), "/ops/keys/end")
        ended = await browser.post("/ops/keys/end", data={**end, "name": "crm"})
        assert ended.headers["location"] == "/ops/keys?told=key_ended"
        assert problem(await program.get(f"{V1}/customers"), 401)["code"] == "unauthorized"
    assert "ended" in text_of(await browser.get("/ops/keys"))


async def test_what_was_typed_stays_when_a_key_cannot_be_made(world: World, browser: httpx.AsyncClient) -> None:
    form = form_in(await browser.get("/ops/keys"), "/ops/keys")
    wrong = await browser.post("/ops/keys", data={**form, "name": "Our CRM", "scopes": ["read"]})
    assert wrong.status_code == 422
    assert "'Our CRM' can't be the name of a key." in text_of(wrong)
    assert 'value="Our CRM"' in wrong.text
    assert 'value="read" checked' in wrong.text
    without = await browser.post("/ops/keys", data={**form, "name": "crm"})
    assert "It isn't said what the key may do." in text_of(without)
    assert await keys.listed(world.intake.context) == []


@pytest.mark.parametrize(
    ("name", "scopes", "field", "says"),
    [
        ("", ["read"], "name", "can't be the name of a key"),
        ("a" * 33, ["read"], "name", "can't be the name of a key"),
        ("crm", ["read", "write"], "scopes", "There is no scope write"),
        ("api", ["read"], "name", "A key in the settings is called 'api'"),
        ("old", ["read"], "name", "has ended"),
        ("here", ["read"], "name", "is there"),
    ],
)
async def test_a_key_that_cannot_be_is_refused(
    world: World, name: str, scopes: list[str], field: str, says: str
) -> None:
    context = world.intake.context
    for each in ("old", "here"):
        await keys.make(context, each, [Scope.READ], by=None)
    await keys.end(context, "old", by=ANA)
    with pytest.raises(KeyRefusedError, match=says) as refused:
        await keys.make(context, name, scopes, by=ANA, taken=["api"])
    assert refused.value.field == field


async def test_ending_a_key_that_is_none_suggests_the_nearest_and_ending_twice_changes_nothing(world: World) -> None:
    await made(world, Scope.READ)
    with pytest.raises(UnknownKeyError) as unknown:
        await keys.end(world.intake.context, "crn", by=ANA)
    assert unknown.value.hint == "Did you mean 'crm'?"
    await keys.end(world.intake.context, "crm", by=ANA)
    await keys.end(world.intake.context, "crm", by="bo@vendor.example")
    [key] = await keys.listed(world.intake.context)
    assert key.ended_by == ANA


async def test_the_last_use_is_written_down_every_five_minutes_that_of_a_key_in_the_settings_too(
    world: World, api: httpx.AsyncClient
) -> None:
    async with with_key(world, await made(world, Scope.READ)) as program:
        await program.get(f"{V1}/people")
        [first] = await keys.listed(world.intake.context)
        world.at += 299
        await program.get(f"{V1}/people")
        [same] = await keys.listed(world.intake.context)
        world.at += 2
        await program.get(f"{V1}/people")
        [later] = await keys.listed(world.intake.context)
    assert first.used_at is not None
    assert (same.used_at, later.used_at) == (first.used_at, first.used_at + 301)
    await api.get(f"{V1}/people")
    async with world.client() as client:
        await client.post("/sign-in", data={"address": ANA})
        assert re.search(
            r"api everything in the settings Mon 2 Mar 2026, \d\d:\d\d", text_of(await client.get("/ops/keys"))
        )


async def test_guessing_and_asking_too_often_are_slowed_down_and_a_right_key_is_not_shut_out(world: World) -> None:
    key = await made(world, Scope.READ)
    async with with_key(world, "milepost_wrong") as guesser, with_key(world, key) as program:
        for _ in range(WRONG_KEYS):
            assert (await guesser.get(f"{V1}/people")).status_code == 401
        slowed = await guesser.get(f"{V1}/people")
        assert problem(slowed, 429)["code"] == "too_many_requests"
        assert 0 < int(slowed.headers["retry-after"]) <= 60
        assert (await program.get(f"{V1}/people")).status_code == 200


async def test_a_key_that_asks_too_often_waits_and_others_do_not(world: World) -> None:
    busy = World(world.store, world.settings.model_copy(update={"api_requests_per_minute": 3}))
    first, second = await made(busy, Scope.READ), await made(busy, Scope.READ, name="other")
    async with with_key(busy, first) as program, with_key(busy, second) as other:
        assert [(await program.get(f"{V1}/people")).status_code for _ in range(4)] == [200, 200, 200, 429]
        assert (await other.get(f"{V1}/people")).status_code == 200


async def test_a_provider_may_use_a_key_for_telling(world: World) -> None:
    event = {"address": "kim@acme.example", "kind": "bounce", "permanent": True}
    async with with_key(world, await made(world, Scope.TELL)) as provider:
        assert (await provider.post(f"{V1}/bounces", json=event)).status_code == 200
    async with with_key(world, await made(world, Scope.READ, name="reader")) as reader:
        assert (await reader.post(f"{V1}/bounces", json=event)).status_code == 403


def test_no_scope_is_for_nothing() -> None:
    assert set(ADDRESSES.values()) == set(Scope)
    assert all(method == "GET" for (method, _), scope in ADDRESSES.items() if scope is Scope.READ)


OF_OTHER_SCOPES: dict[str, dict[str, Any]] = {
    "contacts": {"contacts": [{"name": "Eve", "email": "eve@elsewhere.example", "personas": ["sponsor"]}]},
    "team": {"team": {"csm": "eve@elsewhere.example"}},
    "map_changed": {"map_changed": "pilot@1"},
    "mail_chosen": {"mail_chosen": SAM, "mail": "all", "reason": "They asked."},
    "message_released": {"message_released": "connect/1"},
    "message_cancelled": {"message_cancelled": "connect/1"},
    "message_retried": {"message_retried": "connect/1"},
    "handed_over": {"handed_over": ANA, "to": BO},
    "away": {"away": ANA, "delegate": BO, "first_day": "2026-03-02", "last_day": "2026-03-09"},
    "back": {"back": ANA},
}


def test_facts_of_other_scopes_are_all_tried() -> None:
    assert set(OF_OTHER_SCOPES) == set(FACTS)


@pytest.mark.parametrize("kind", OF_OTHER_SCOPES)
async def test_a_key_for_telling_does_not_tell_what_another_scope_is_for(world: World, kind: str) -> None:
    fact, before = OF_OTHER_SCOPES[kind], await world.everything()
    async with with_key(world, await made(world, Scope.TELL)) as program:
        alone = problem(await tell(program, **fact), 403)
        both = await program.post(
            f"{V1}/facts", json=[{"customer": "acme", **fact}, {"customer": "acme", "note": "It rang."}]
        )
    assert alone["code"] == "scope_missing"
    assert f"The key 'crm' is for tell, and this needs {FACTS[kind]}." in alone["message"]
    refused, noted = both.json()
    assert refused["error"]["code"] == "scope_missing"
    assert noted["new"]
    assert [each.kind for each in await world.facts()] == ["note"]
    assert (await world.everything())[0] == before[0] + 1
    async with with_key(world, await made(world, Scope.TELL, FACTS[kind], name="both")) as program:
        assert (await tell(program, **fact)).status_code != 403


async def test_a_key_for_telling_neither_names_contacts_in_an_agreement_nor_undoes_who_they_are(world: World) -> None:
    await world.tell(id="theirs", **OF_OTHER_SCOPES["contacts"])
    async with with_key(world, await made(world, Scope.TELL)) as program:
        saved = await program.post(f"{V1}/customers/acme/agreement", json=OF_OTHER_SCOPES["contacts"])
        noted = await program.post(f"{V1}/customers/acme/agreement", json={"note": "On the phone."})
        undone = await program.post(f"{V1}/customers/acme/facts/theirs/undo", json={})
    assert problem(saved, 403)["code"] == problem(undone, 403)["code"] == "scope_missing"
    assert noted.status_code == 200


async def test_what_a_program_tells_without_a_name_is_told_by_its_key(world: World) -> None:
    async with with_key(world, await made(world, *Scope)) as program:
        await tell(program, note="It rang.")
        await program.patch(f"{V1}/customers/acme", json={"attributes": {"tier": "pilot", "health": 50}})
        switched = await program.post(f"{V1}/mail/switch", json={"mail": "held"})
    assert {each.told_by for each in await world.facts()} == {"key crm"}
    assert switched.json()["by"] == "key crm"
