"""Signing in by a link that was mailed, or printed by a command; and how long sessions last."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select

from milepost.intake import people, sign_in_links
from milepost.intake.contact_erasure import forget_contact
from milepost.store.session_tables import SessionRow, SignInLinkRow
from milepost.store.sessions import DAY, LINK_WORKS, LONGEST, MOST_LINKS, Way
from milepost.web.sign_in import TRIES
from tests.channels.loopback_servers import Mailbox, mail_server
from tests.web.conftest import World, sign_in, text_of
from tests.web.example import ANA, BO

pytestmark = pytest.mark.server
PASSWORD = "correct horse"
COOKIE = "milepost_session_8080"
STRANGER = "eve@elsewhere.example"


@pytest.fixture
async def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
async def mailing(world: World, mailbox: Mailbox, real_server: None) -> AsyncIterator[World]:
    """The installation, for others than this machine, with a mail server."""
    async with mail_server(mailbox) as port:
        smtp = {
            "channel": "smtp",
            "smtp_host": "localhost",
            "smtp_port": port,
            "smtp_security": "none",
            "smtp_from": "Vendor <success@vendor.example>",
            "desk_password": SecretStr(PASSWORD),
        }
        yield World(world.store, world.settings.model_copy(update=smtp))


async def ask(client: httpx.AsyncClient, address: str) -> httpx.Response:
    return await client.post("/sign-in/mail", data={"address": address, "next": "/"})


def link_in(mailbox: Mailbox) -> str:
    [mail] = mailbox.mails
    match = re.search(r"http://127\.0\.0\.1:8080(/sign-in/link/\S+)", mail.get_content())
    assert match, mail.get_content()
    return match[1]


async def links(world: World) -> list[SignInLinkRow]:
    async with world.store.reading() as session:
        return list(await session.scalars(select(SignInLinkRow)))


async def test_a_colleague_gets_a_link_by_mail_and_is_in_with_one_click(mailing: World, mailbox: Mailbox) -> None:
    async with mailing.client() as client:
        asked = await ask(client, ANA.upper())
        [mail] = mailbox.mails
        path = link_in(mailbox)
        shown = await client.get(path)
        assert (await client.get("/desk")).status_code == 303
        used = await client.post(path)
        desk = await client.get(used.headers["location"], follow_redirects=True)

    assert "a mail with a link is on its way" in text_of(asked)
    assert (mail["Subject"], mail["To"]) == ("Sign in to Milepost", f"Ana Ruiz <{ANA}>")
    assert "It works once, for 15 minutes." in mail.get_content()
    assert f"You get in as Ana Ruiz ({ANA})." in text_of(shown)
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert f"Signed in as {ANA}" in desk.text


async def test_a_link_goes_to_the_address_that_is_known_and_not_to_one_that_is_compared_alike(
    mailing: World, mailbox: Mailbox
) -> None:
    await people.change(mailing.intake.context, "sam@vendors.example", name="Sam Lee")
    async with mailing.client() as client:
        await ask(client, "sam@vendor\N{LATIN SMALL LETTER LONG S}.example")

    assert [str(mail["To"]) for mail in mailbox.mails] == ["Sam Lee <sam@vendors.example>"]


async def test_a_link_works_once(mailing: World, mailbox: Mailbox) -> None:
    async with mailing.client() as client, mailing.client() as other:
        await ask(client, ANA)
        path = link_in(mailbox)
        assert (await client.post(path)).status_code == 303
        again, opened = await other.post(path), await other.get(path)

    for each in (again, opened):
        assert each.status_code == 410
        assert "This link was used already, or is too old." in text_of(each)


async def test_a_link_is_too_old_after_a_quarter_of_an_hour(mailing: World, mailbox: Mailbox) -> None:
    async with mailing.client() as client:
        await ask(client, ANA)
        mailing.at += LINK_WORKS
        assert (await client.post(link_in(mailbox))).status_code == 410


async def test_strangers_and_who_has_left_get_the_same_answer_and_no_mail(mailing: World, mailbox: Mailbox) -> None:
    await people.change(mailing.intake.context, BO, name="Bo Ek", left=True)
    async with mailing.client() as client:
        answers = [await ask(client, address) for address in (STRANGER, BO, ANA)]

    assert {each.status_code for each in answers} == {200}
    assert len({text_of(each).replace(STRANGER, "").replace(BO, "").replace(ANA, "") for each in answers}) == 1
    assert [mail["To"] for mail in mailbox.mails] == [f"Ana Ruiz <{ANA}>"]


async def test_the_store_holds_no_secret_of_a_link_or_a_session(mailing: World, mailbox: Mailbox) -> None:
    async with mailing.client() as client:
        await ask(client, ANA)
        secret = link_in(mailbox).rpartition("/")[2]
        assert [secret in repr(vars(row)) for row in await links(mailing)] == [False]
        await client.post(link_in(mailbox))
        cookie = client.cookies[COOKIE]
        async with mailing.store.reading() as session:
            rows = list(await session.scalars(select(SessionRow)))

    assert [(row.address, row.way) for row in rows] == [(ANA, "mail")]
    assert cookie not in repr([vars(row) for row in rows])


async def test_nobody_can_have_a_mailbox_filled(mailing: World, mailbox: Mailbox) -> None:
    async with mailing.client() as client:
        for _ in range(MOST_LINKS + 2):
            await ask(client, ANA)

    assert len(mailbox.mails) == MOST_LINKS


async def test_tries_to_sign_in_are_slowed_down(mailing: World) -> None:
    async with mailing.client() as client:
        tries = [await sign_in(client, ANA, password="wrong") for _ in range(TRIES + 1)]
        right = await sign_in(client, ANA, password=PASSWORD)

    assert [each.status_code for each in tries] == [403] * TRIES + [429]
    assert right.status_code == 429
    assert "tried to sign in too often" in text_of(right)


async def test_without_a_mail_server_no_link_is_offered(world: World) -> None:
    settings = world.settings.model_copy(update={"desk_password": SecretStr(PASSWORD)})
    async with World(world.store, settings).client() as client:
        assert "Mail me a link" not in (await client.get("/sign-in")).text
        assert (await ask(client, ANA)).status_code == 404


async def test_a_printed_link_signs_in_the_first_admin(mailing: World) -> None:
    context = mailing.intake.context
    assert await sign_in_links.make(context, STRANGER, Way.TERMINAL) is None
    secret = await sign_in_links.make(context, STRANGER, Way.TERMINAL, admins=(STRANGER,))
    async with mailing.client() as client:
        assert (await client.post(f"/sign-in/link/{secret}")).status_code == 303
        assert (await client.get("/ops/imports")).status_code == 200


@pytest.mark.parametrize(("pause", "times", "status"), [(6 * DAY, 4, 200), (7 * DAY, 1, 303), (6 * DAY, 5, 303)])
async def test_a_session_ends_after_a_week_of_silence_and_after_a_month(
    mailing: World, pause: int, times: int, status: int
) -> None:
    assert 5 * 6 * DAY >= LONGEST
    async with mailing.client() as client:
        await sign_in(client, ANA, password=PASSWORD)
        for _ in range(times):
            mailing.at += pause
            response = await client.get("/ops/maps")

    assert response.status_code == status


async def test_who_is_forgotten_is_signed_out(mailing: World) -> None:
    async with mailing.client() as client:
        await sign_in(client, BO, password=PASSWORD)
        assert (await client.get("/ops/maps")).status_code == 200
        await forget_contact(mailing.intake.context, BO)
        assert (await client.get("/ops/maps")).status_code == 303


async def test_signing_out_ends_the_session_for_whoever_kept_the_cookie(mailing: World) -> None:
    async with mailing.client() as client, mailing.client() as thief:
        await sign_in(client, ANA, password=PASSWORD)
        thief.cookies.set(COOKIE, client.cookies[COOKIE])
        assert (await thief.get("/ops/maps")).status_code == 200
        await client.post("/sign-out")
        assert (await thief.get("/ops/maps")).status_code == 303


async def test_who_chose_an_address_on_the_machine_is_not_let_in_once_a_password_is_set(world: World) -> None:
    settings = world.settings.model_copy(update={"desk_password": SecretStr(PASSWORD)})
    async with world.client() as client, World(world.store, settings).client() as later:
        await sign_in(client, ANA)
        assert (await client.get("/ops/maps")).status_code == 200
        later.cookies.set(COOKIE, client.cookies[COOKIE])
        assert (await later.get("/ops/maps")).status_code == 303


@pytest.mark.parametrize(
    "header",
    [
        *("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port", "x-forwarded-server"),
        *("x-real-ip", "x-original-forwarded-for", "x-client-ip", "true-client-ip", "cf-connecting-ip", "cdn-loop"),
    ],
)
async def test_what_a_proxy_forwards_is_never_taken_for_this_machine(world: World, header: str) -> None:
    async with world.client(headers={header: "127.0.0.1"}) as client:
        assert (await client.get("/")).status_code == 303
