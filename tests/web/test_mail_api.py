"""Mail by the API: listed, released, cancelled, tried again, held and freed; the timeline says what became of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from milepost.planner.instants import text
from milepost.store.tables import MessageRow
from tests.web.conftest import World, text_of
from tests.web.example import HOUR, START

CONNECT = "connect/1/opening/1"


async def hold(api: httpx.AsyncClient, **more: Any) -> httpx.Response:
    return await api.post("/api/v1/mail/switch", json={"mail": "held", **more})


async def order(api: httpx.AsyncClient, action: str, **more: Any) -> dict[str, Any]:
    body = {"action": action, "messages": [{"customer": "acme", "message": CONNECT}], **more}
    answer = await api.post("/api/v1/mail", json=body)
    assert answer.status_code == 200, answer.text
    [one] = answer.json()["messages"]
    return dict(one)


async def listed(api: httpx.AsyncClient, **query: str) -> list[dict[str, Any]]:
    answer = await api.get("/api/v1/mail", params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["mail"])


async def sent_entry(api: httpx.AsyncClient) -> dict[str, Any]:
    entries = (await api.get("/api/v1/customers/acme/timeline")).json()["entries"]
    return next(dict(each) for each in entries if each["kind"] == "message_sent")


async def test_held_mail_is_listed_and_released(world: World, api: httpx.AsyncClient) -> None:
    turned = await hold(api, reason="We begin", by="ops@vendor.example")
    assert turned.json() | {"at": ""} == {
        "customer": None, "map": None, "mail": "held", "first": None, "at": "", "by": "ops@vendor.example",
        "why": "We begin", "held_again": 0,
    }  # fmt: skip
    await world.tell(step_done="kickoff", result="held")
    [one] = await listed(api, customer="acme", map="pilot", template="connect.md", why="release")
    assert (one["message"], one["status"], one["why"]) == (CONNECT, "held", "release")
    released = await order(api, "release")
    assert (released["done"], released["goes_at"]) == (True, text(START))
    assert await listed(api) == []
    assert (await listed(api, status="sent"))[0]["message"] == CONNECT
    refused = await order(api, "release")
    assert (refused["done"], refused["goes_at"], refused["error"]["code"]) == (False, None, "mail_refused")


async def test_mail_that_is_released_at_night_says_when_it_goes(world: World, api: httpx.AsyncClient) -> None:
    await hold(api)
    await world.tell(step_done="kickoff", result="held")
    await world.move_to(START + 2 * HOUR)  # 18:00 in Berlin, when the reader's day is over
    [waits] = await listed(api)
    assert (waits["to_name"], waits["goes_at"], waits["timezone"]) == (
        "Kim Lo",
        text(START + 17 * HOUR),
        "Europe/Berlin",
    )
    assert (await order(api, "release"))["goes_at"] == text(START + 17 * HOUR)
    assert await listed(api) == []
    [released] = await listed(api, status="released")
    assert (released["status"], released["why"], released["goes_at"]) == ("released", "window", text(START + 17 * HOUR))


async def test_what_was_released_is_held_again_until_it_leaves(world: World, api: httpx.AsyncClient) -> None:
    await hold(api)
    await world.tell(step_done="kickoff", result="held")
    await world.move_to(START + 2 * HOUR)
    await order(api, "release")
    assert (await hold(api, map="pilot")).json()["held_again"] == 1
    [waits] = await listed(api)
    assert (waits["status"], waits["why"]) == ("held", "release")
    assert await listed(api, status="released") == []


async def test_a_release_is_undone_for_the_grace(world: World, api: httpx.AsyncClient) -> None:
    world.journey_client.let_people_undo(timedelta(minutes=5))
    await hold(api)
    await world.tell(step_done="kickoff", result="held")
    assert (await order(api, "release", by="ops@vendor.example", id="slip"))["done"]
    undone = await api.post(f"/api/v1/customers/acme/facts/mail/slip/{CONNECT}/undo", json={"by": "ops@vendor.example"})
    assert undone.status_code == 200, undone.text
    [waits] = await listed(api)
    assert (waits["message"], waits["status"]) == (CONNECT, "held")


async def test_a_message_that_was_sent_now_is_not_undone(world: World, api: httpx.AsyncClient) -> None:
    world.journey_client.let_people_undo(timedelta(minutes=5))
    await hold(api)
    await world.tell(step_done="kickoff", result="held")
    await order(api, "send-now", by="ops@vendor.example", id="now")
    refused = await api.post(f"/api/v1/customers/acme/facts/mail/now/{CONNECT}/undo", json={})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_undoable")


async def test_the_timeline_says_sent_of_what_a_channel_took(world: World, api: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    entry = await sent_entry(api)
    assert entry["more"]["status"] == "sent"
    assert " went to " in entry["sentence"]


async def test_the_timeline_says_queued_and_failed_with_the_cause(
    world: World, api: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    await world.tell(step_done="kickoff", result="held")
    for status, cause, error, says in (
        ("queued", None, None, "is on its way to"),
        ("queued", None, "greylisted", "the last attempt failed: greylisted"),
        ("failed", "address", "no such mailbox", "failed: no such mailbox"),
    ):
        async with world.store.transaction() as session:
            values = {"status": status, "cause": cause, "last_error": error}
            await session.execute(update(MessageRow).where(MessageRow.message == CONNECT).values(values))
        entry = await sent_entry(api)
        assert entry["more"]["status"] == status
        assert says in entry["sentence"]
        assert says in text_of(await browser.get("/ops/customers/acme?tab=history"))
    [one] = await listed(api, status="failed", why="address")
    assert one["because"] == "no such mailbox"
    assert (await order(api, "retry"))["done"]
    assert (await sent_entry(api))["more"]["status"] == "sent"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"mail": "odd"},
        {"mail": "held", "customer": "acme", "map": "pilot"},
        {"mail": "held", "first": 0},
        {"mail": "held", "odd": 1},
    ],
)
async def test_a_switch_that_cannot_be_is_refused(world: World, api: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert (await api.post("/api/v1/mail/switch", json=body)).status_code == 422
    assert world


async def test_names_that_there_are_not_are_said(api: httpx.AsyncClient) -> None:
    assert (await hold(api, map="nothere")).json()["error"]["code"] == "unknown_map"
    assert (await hold(api, customer="nobody")).status_code == 404
    refused = await order(api, "cancel")
    assert "no such message waits" in refused["error"]["message"]


async def test_a_mail_on_its_way_is_cancelled_before_a_channel_has_it(world: World, api: httpx.AsyncClient) -> None:
    world.journey_client.let_people_undo(timedelta(minutes=5))
    await world.tell(step_done="kickoff", result="held")
    [one] = await listed(api, status="queued")
    assert one["message"] == CONNECT

    assert (await order(api, "cancel", by="ops@vendor.example", reason="They know us"))["done"]

    assert await listed(api, status="queued") == []
    assert await listed(api) == []
    assert [each["message"] for each in await listed(api, status="returned")] == [CONNECT]
    entries = (await api.get("/api/v1/customers/acme/timeline")).json()["entries"]
    [dropped] = [each for each in entries if each["kind"] == "message_dropped"]
    assert "somebody cancelled it by Ops: They know us" in dropped["sentence"]
    again = await order(api, "cancel")
    assert (again["done"], again["error"]["code"]) == (False, "mail_refused")
    assert "it is returned" in again["error"]["message"]


async def test_a_mail_that_a_channel_has_taken_is_not_cancelled(world: World, api: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    refused = await order(api, "cancel")
    assert "it doesn't wait any more: it is sent" in refused["error"]["message"]


async def test_who_held_and_freed_mail_is_listed_the_latest_first(world: World, api: httpx.AsyncClient) -> None:
    await hold(api, reason="We begin", by="ops@vendor.example")
    await world.move_to(START + HOUR)
    await api.post("/api/v1/mail/switch", json={"mail": "free", "customer": "acme", "by": "bo@vendor.example"})
    await world.move_to(START + 2 * HOUR)
    await api.post("/api/v1/mail/switch", json={"mail": "free", "reason": "All read"})

    turns = (await api.get("/api/v1/mail/switches")).json()["switches"]

    assert [(each["customer"], each["mail"], each["by"], each["why"], each["current"]) for each in turns] == [
        (None, "free", "key api", "All read", True),
        ("acme", "free", "bo@vendor.example", None, True),
        (None, "held", "ops@vendor.example", "We begin", False),
    ]
