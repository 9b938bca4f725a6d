"""Mails that come in over the real address: what they tell a journey, and what they can't; on both databases."""

from __future__ import annotations

import asyncio
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy.orm import Session

from milepost.planner.instants import text
from milepost.planner.state import State
from milepost.settings import Settings
from milepost.store import answered_messages, journeys
from tests.channels.test_inbound_mail import report
from tests.web.conftest import KEY, World
from tests.web.example import ANA, DAY, KIM, SAM

INBOUND_KEY = "a-key-for-the-provider"
PATH = "/api/v1/inbound/mail"
MESSAGE = "connect/1/opening/1"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        data=tmp_path,
        database_url=database_url,
        secret_key="s" * 32,
        api_keys=(KEY,),
        inbound_key=SecretStr(INBOUND_KEY),
    )


@pytest.fixture
async def key(world: World) -> str:
    """The key of the mail that asked Kim to connect the first system."""
    await world.tell(step_done="kickoff", result="held")
    return await world.store.write(lambda session: answered_messages.reply_key(session, "acme/1", MESSAGE))


def mail(key: str, text: str = "Who is to do it?", sender: str = KIM, number: int = 1, **headers: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = f"Kim <{sender}>", f"{ANA}, replies+{key}@in.vendor.example"
    message["Subject"], message["Message-ID"] = "Re: Connect", f"<{number}@acme.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return bytes(message)


async def post(visitor: httpx.AsyncClient, raw: bytes, **more: Any) -> str:
    response = await visitor.post(PATH, content=raw, auth=("any", INBOUND_KEY), **more)
    assert response.status_code == 200, response.text
    return str(response.json()["status"])


async def state(world: World) -> State:
    async with world.store.reading() as session:
        return State.from_json((await journeys.get(session, "acme/1")).state)


async def lines(world: World, kind: str) -> list[dict[str, Any]]:
    return [row.data for row in await world.timeline() if row.kind == kind]


async def test_a_contacts_reply_is_a_line_a_task_and_quiet(world: World, visitor: httpx.AsyncClient, key: str) -> None:
    assert await post(visitor, mail(key, "Who is to do it?\n\n> Please connect\n")) == "replied"
    [line] = await lines(world, "replied")
    assert (line["note"], line["by"], line["step"]) == ("Who is to do it?", KIM, "connect")
    after = await state(world)
    assert "request/connect/1" in after.tasks
    assert text(after.step("connect").quiet_until or 0) == "2026-03-16T08:00:00Z"  # ten business days
    world.at += DAY
    await world.tell(responded="connect", note="Lea is", by=ANA)
    assert text((await state(world)).step("connect").quiet_until or 0) == "2026-03-05T08:00:00Z"


async def test_the_same_mail_counts_once_also_at_the_same_time(
    world: World, visitor: httpx.AsyncClient, key: str
) -> None:
    statuses = await asyncio.gather(*(post(visitor, mail(key)) for _ in range(4)))
    assert sorted(statuses) == ["known", "known", "known", "replied"]
    assert len(await lines(world, "replied")) == 1


async def test_a_stranger_with_the_right_key_does_nothing_in_the_customers_name(
    world: World, visitor: httpx.AsyncClient, key: str
) -> None:
    assert await post(visitor, mail(key, "I cancel it all.", "mallory@else.example")) == "noted"
    assert not await lines(world, "replied")
    [note] = await lines(world, "note")
    assert "mallory@else.example, who is no contact" in note["text"]
    after = await state(world)
    assert after.step("connect").quiet_until is None
    assert not [task for task in after.tasks if task.startswith("request/")]


@pytest.mark.parametrize("sender", [KIM, "mallory@else.example"])
async def test_without_a_key_of_ours_nothing_is_kept(
    world: World, visitor: httpx.AsyncClient, key: str, sender: str
) -> None:
    before = await world.everything()
    assert await post(visitor, mail("a" * 20, sender=sender)) == "unknown"
    assert await post(visitor, mail("", sender=sender, In_Reply_To="<msg_0@vendor.example>")) == "unknown"
    assert await world.everything() == before


async def test_the_id_that_a_mail_answers_is_as_good_as_the_key(
    world: World, visitor: httpx.AsyncClient, key: str
) -> None:
    async with world.store.transaction() as session:
        row = await session.get(answered_messages.MessageRow, ("acme/1", MESSAGE))
        assert row is not None
        row.channel_id = "<msg_7@vendor.example>"
    assert await post(visitor, mail("", References="<x@y.example> <msg_7@vendor.example>")) == "replied"


async def test_an_absence_is_noted_once_and_keeps_nothing_quiet(
    world: World, visitor: httpx.AsyncClient, key: str
) -> None:
    assert await post(visitor, mail(key, "I am away.", Auto_Submitted="auto-replied")) == "automatic"
    assert await post(visitor, mail(key, "I am away.", number=2, Auto_Submitted="auto-replied")) == "known"
    [note] = await lines(world, "note")
    assert note["text"].endswith("I am away.")
    after = await state(world)
    assert after.step("connect").quiet_until is None
    assert not [task for task in after.tasks if task.startswith("request/")]


async def test_a_report_that_the_address_is_gone_is_a_bounce(
    world: World, visitor: httpx.AsyncClient, key: str
) -> None:
    raw = report().replace(b"sam@acme.example", KIM.encode())
    assert await post(visitor, raw) == "bounced"
    [kim] = [each for each in (await state(world)).customer.contacts if each.email == KIM]
    assert kim.refused


async def test_a_reply_without_words_needs_no_answer(world: World, visitor: httpx.AsyncClient, key: str) -> None:
    assert await post(visitor, mail(key, "> Please connect\n")) == "replied"
    assert not [task for task in (await state(world)).tasks if task.startswith("request/")]


async def test_after_the_end_a_reply_is_a_line(world: World, visitor: httpx.AsyncClient, key: str) -> None:
    await world.tell(ended="done")
    assert await post(visitor, mail(key)) == "replied"
    assert len(await lines(world, "replied")) == 1


async def test_a_long_reply_is_cut_and_attachments_are_named(
    world: World, visitor: httpx.AsyncClient, key: str
) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = KIM, f"replies+{key}@in.vendor.example", "<9@a.example>"
    message.set_content("x " * 9000)
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="plan.pdf")
    assert await post(visitor, bytes(message)) == "replied"
    [line] = await lines(world, "replied")
    assert len(line["note"]) <= 10_000
    assert line["note"].endswith("plan.pdf")


async def test_whoever_has_no_key_posts_nothing(world: World, visitor: httpx.AsyncClient, key: str) -> None:
    for auth in (None, ("any", "wrong"), ("any", KEY)):
        response = await visitor.post(PATH, content=mail(key), auth=auth)
        assert response.status_code == 401
    with_api_key = await visitor.post(PATH, content=mail(key), headers={"Authorization": f"Bearer {KEY}"})
    assert with_api_key.status_code == 200
    elsewhere = await visitor.get("/api/v1/tasks", auth=("any", INBOUND_KEY))
    assert elsewhere.status_code == 401


async def test_what_is_no_mail_is_refused_and_other_providers_are_unknown(
    world: World, visitor: httpx.AsyncClient
) -> None:
    auth = ("any", INBOUND_KEY)
    assert (await visitor.post(PATH, content=b"hello", auth=auth)).json()["error"]["code"] == "unreadable_mail"
    assert (await visitor.post(f"{PATH}/postmrk", json={}, auth=auth)).json()["error"][
        "hint"
    ] == "Did you mean 'postmark'?"
    assert (await visitor.post(f"{PATH}/ses", content=b"{", auth=auth)).status_code == 400
    assert (await visitor.post(PATH, content=b"x" * (20 * 1024 * 1024 + 1), auth=auth)).status_code == 413


async def test_logs_name_neither_people_nor_words(
    world: World,
    visitor: httpx.AsyncClient,
    key: str,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await post(visitor, mail(key, "A secret word"))
    await post(visitor, mail(key, "A secret word", SAM + "x", 2))
    said = caplog.text + "".join(capsys.readouterr())
    assert "secret" not in said
    assert KIM not in said


async def test_the_key_of_a_mail_stays_the_same_and_no_other_has_it(world: World, key: str) -> None:
    def keys(session: Session) -> list[str]:
        return [answered_messages.reply_key(session, "acme/1", each) for each in (MESSAGE, MESSAGE)]

    assert await world.store.write(keys) == [key, key]
    assert len(key) == 20
    assert key == key.lower()
