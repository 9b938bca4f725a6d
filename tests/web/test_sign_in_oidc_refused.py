"""What can go wrong on the way through a provider of identities, and what is said then."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from milepost.intake import people
from tests.oidc.browser_steps import come_in, sessions, way_back
from tests.oidc.identity_provider import IdentityProvider
from tests.ports import free_port
from tests.web.conftest import Installation, World, sign_in, text_of
from tests.web.example import ANA, BO

pytestmark = pytest.mark.server
NEW = "noa@vendor.example"


async def refused(world: World, back: str, cookies: httpx.Cookies | None = None) -> str:
    async with world.client(cookies=cookies) as client:
        page = await client.get(back)
    assert page.status_code == 400
    return text_of(page)


async def test_an_answer_that_was_not_asked_for_in_this_browser_signs_nobody_in(
    with_provider: Installation, provider: IdentityProvider, elsewhere: httpx.AsyncClient
) -> None:
    world = with_provider()
    provider.signs_in(provider.person(NEW, "Noa Levi"))
    async with world.client() as client:
        back = await way_back(client, elsewhere)
        cookies = client.cookies
        state = parse_qs(urlsplit(back).query)["state"][0]
        without_cookie = await refused(world, back)
        forged = await refused(world, back.replace(state, "x" * len(state)), cookies)
        without_state = await refused(world, back.replace(f"state={state}", ""), cookies)
        changed = httpx.Cookies({name: value + "x" for name, value in cookies.items()})
        changed_cookie = await refused(world, back, changed)

    for text in (without_cookie, forged, without_state, changed_cookie):
        assert "This sign-in wasn't begun in this browser in the last ten minutes, or was used already." in text
    assert await sessions(world) == []


async def test_an_answer_signs_in_once_and_for_ten_minutes(
    with_provider: Installation, provider: IdentityProvider, elsewhere: httpx.AsyncClient
) -> None:
    world = with_provider()
    provider.signs_in(provider.person(NEW, "Noa Levi"))
    async with world.client() as client:
        back = await way_back(client, elsewhere)
        kept = httpx.Cookies(client.cookies)
        assert (await client.get(back)).status_code == 303
        again, with_kept_cookie = await refused(world, back), await refused(world, back, kept)
        back = await way_back(client, elsewhere)
        world.at += 601
        too_late = await refused(world, back, client.cookies)

    assert again == with_kept_cookie == too_late
    assert await sessions(world) == [(NEW, "oidc")]


async def test_where_the_clocks_differ_the_page_says_so(
    with_provider: Installation, provider: IdentityProvider, elsewhere: httpx.AsyncClient
) -> None:
    world = with_provider()
    world.at -= 3600
    provider.signs_in(provider.person(NEW, "Noa Levi"))
    page = await come_in(world, elsewhere)

    assert page.status_code == 403
    assert "the clock of this server and that of Vendor accounts differ" in text_of(page)


@pytest.mark.parametrize(
    ("answer", "status", "told"),
    [
        ("error=access_denied", 200, "Signing in at Vendor accounts was cancelled"),
        ("error=temporarily_unavailable", 503, "Vendor accounts can't be reached right now"),
        ("error=invalid_scope", 502, "Vendor accounts doesn't accept Milepost: invalid_scope."),
        ("error=%3Cb%3EBuy%20now%3C/b%3E", 502, "Vendor accounts doesn't accept Milepost: it doesn't say why."),
        ("code=x&iss=https://evil.example", 403, "it is another provider's"),
        ("", 403, "it has no code"),
    ],
)
async def test_what_the_provider_answers_instead_is_told(
    with_provider: Installation, elsewhere: httpx.AsyncClient, answer: str, status: int, told: str
) -> None:
    world = with_provider()
    async with world.client() as client:
        there = await client.get("/sign-in/oidc")
        [state] = parse_qs(urlsplit(there.headers["location"]).query)["state"]
        page = await client.get(f"/sign-in/oidc/return?state={state}&{answer}")

    assert page.status_code == status
    assert told in text_of(page)
    assert "Sign in again" in text_of(page)
    assert "Buy now" not in page.text


async def test_a_wrong_secret_is_told_to_whoever_runs_milepost(
    with_provider: Installation, provider: IdentityProvider, elsewhere: httpx.AsyncClient
) -> None:
    world = with_provider(oidc_client_secret=SecretStr("another"))
    provider.signs_in(provider.person(NEW, "Noa Levi"))
    page = await come_in(world, elsewhere)

    assert page.status_code == 502
    assert "Vendor accounts doesn't accept Milepost: invalid_client." in text_of(page)
    assert "MILEPOST_OIDC_CLIENT_SECRET" in text_of(page)


async def test_a_provider_that_is_down_or_another_one_is_told_and_the_other_ways_stay(
    with_provider: Installation, provider: IdentityProvider
) -> None:
    down = with_provider(oidc_issuer=f"http://localhost:{free_port()}", desk_password=SecretStr("correct horse"))
    another = with_provider(oidc_issuer=provider.issuer.replace("localhost", "127.0.0.1"))
    async with down.client() as client, another.client() as other:
        page = await client.get("/sign-in/oidc")
        by_password = await sign_in(client, ANA, password="correct horse")
        unlike = await other.get("/sign-in/oidc")

    assert (page.status_code, unlike.status_code, by_password.status_code) == (503, 502, 303)
    assert "Vendor accounts can't be reached right now: no connection (ConnectError)." in text_of(page)
    assert "milepost doctor" in text_of(page)
    assert "Vendor accounts answered something that can't be used" in text_of(unlike)


async def test_the_log_says_why_and_has_no_secret(
    with_provider: Installation, provider: IdentityProvider, elsewhere: httpx.AsyncClient
) -> None:
    world = with_provider()
    await people.change(world.intake.context, BO, left=True)
    provider.signs_in(provider.person(BO, "Bo Ek"))
    with capture_logs() as logs:
        async with world.client() as client:
            back = await way_back(client, elsewhere)
            await client.get(back)
            await client.get(back.replace("state=", "state=x"))

    lines = [line for line in logs if line["event"] == "somebody could not sign in with the provider"]
    assert [(line["code"], line["why"]) for line in lines] == [
        ("has_left", "they have left"),
        ("sign_in_not_begun_here", "the state is another one's"),
    ]
    query = parse_qs(urlsplit(back).query)
    for secret in (query["code"][0], query["state"][0], BO):
        assert secret not in repr(logs)
