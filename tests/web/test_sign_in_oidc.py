"""Signing in with a provider of identities: the way there and back, who gets in as whom, and what can go wrong."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select
from structlog.testing import capture_logs

from milepost.intake import people
from milepost.roles import Role
from milepost.store.people import PersonRow
from milepost.store.people import find as find_person
from milepost.store.session_tables import SessionRow
from milepost.web.sign_in import TRIES
from tests.oidc.identity_provider import UNTOLD, UNVERIFIED, IdentityProvider, identity_provider
from tests.ports import free_port
from tests.web.conftest import KEY, World, sign_in, text_of
from tests.web.example import ANA, BO

pytestmark = pytest.mark.server
NEW = "noa@vendor.example"
ROLES = {"leads": Role.MANAGER, "it": Role.ADMIN}
Installation = Callable[..., World]


@pytest.fixture
def provider(real_server: None) -> IdentityProvider:
    found = identity_provider()
    found.clear()
    return found


@pytest.fixture
def with_provider(world: World, provider: IdentityProvider) -> Installation:
    """Makes an installation whose colleagues sign in with the provider; its clock is that of the provider."""
    registered = provider.register(world.settings.links_begin_with)

    def made(**settings: Any) -> World:
        installation = World(world.store, world.settings.model_copy(update=registered | settings))
        installation.at = time.time()
        return installation

    return made


@pytest.fixture
async def elsewhere() -> AsyncIterator[httpx.AsyncClient]:
    """The same browser, at the provider's pages."""
    async with httpx.AsyncClient() as client:
        yield client


async def way_back(client: httpx.AsyncClient, elsewhere: httpx.AsyncClient, onward: str = "/desk") -> str:
    """Goes from the page to sign in to the provider; returns the address that it leads back to."""
    page = await client.get("/sign-in", params={"next": onward})
    [link] = re.findall(r'href="([^"]+/sign-in/oidc\?[^"]+)"', page.text)
    there = await client.get(link)
    assert there.status_code == 303, text_of(there)
    back = await elsewhere.get(there.headers["location"])
    return back.headers["location"]


async def come_in(world: World, elsewhere: httpx.AsyncClient) -> httpx.Response:
    async with world.client() as client:
        return await client.get(await way_back(client, elsewhere))


async def person(world: World, address: str) -> PersonRow | None:
    async with world.store.reading() as session:
        return await session.run_sync(find_person, address)


async def sessions(world: World) -> list[tuple[str, str]]:
    async with world.store.reading() as session:
        return [(row.address, row.way) for row in await session.scalars(select(SessionRow))]


async def test_a_stranger_of_the_provider_becomes_a_colleague_and_comes_to_where_they_wanted(
    with_provider: Installation, provider: IdentityProvider, elsewhere: httpx.AsyncClient
) -> None:
    world = with_provider()
    provider.signs_in(provider.person("Noa@Vendor.example", "Noa Levi"))
    async with world.client() as client:
        assert (await client.get("/ops/maps")).status_code == 303
        page = await client.get("/sign-in")
        back = await way_back(client, elsewhere, "/ops/maps?page=1")
        arrived = await client.get(back)
        maps = await client.get(arrived.headers["location"])

    assert text_of(page).split("Sign in with ")[1].startswith("Vendor accounts")
    assert (arrived.status_code, arrived.headers["location"]) == (303, "/ops/maps?page=1")
    assert NEW in text_of(maps)
    row = await person(world, NEW)
    assert row is not None
    assert (row.name, row.role) == ("Noa Levi", "colleague")
    assert await sessions(world) == [(NEW, "oidc")]


async def test_who_is_known_keeps_name_and_role_and_gets_a_name_where_there_was_none(
    with_provider: Installation, provider: IdentityProvider, elsewhere: httpx.AsyncClient
) -> None:
    world = with_provider()
    await people.change(world.intake.context, ANA, name="Ana", role="admin")
    await people.change(world.intake.context, BO, team="North")
    for address, name in ((ANA, "Ana Maria Ruiz"), (BO, "Bo Ek")):
        provider.signs_in(provider.person(address, name))
        await come_in(world, elsewhere)

    ana, bo = await person(world, ANA), await person(world, BO)
    assert ana is not None
    assert bo is not None
    assert (ana.name, ana.role) == ("Ana", "admin")
    assert (bo.name, bo.role, bo.team) == ("Bo Ek", None, "North")


async def test_groups_give_roles_and_take_them_and_the_highest_counts(
    with_provider: Installation, provider: IdentityProvider, elsewhere: httpx.AsyncClient
) -> None:
    world = with_provider(oidc_role_claim="groups", oidc_roles=ROLES)
    await people.change(world.intake.context, "boss@vendor.example", role="admin")
    both = provider.person(NEW, "Noa Levi", groups=("leads", "it", "canteen"))
    provider.signs_in(both)
    await come_in(world, elsewhere)
    as_admin = await person(world, NEW)
    with provider.server.app.app_context():
        for group in provider.server.backend.query(provider.server.models.Group):
            provider.server.backend.delete(group)
    await come_in(world, elsewhere)
    afterwards = await person(world, NEW)

    assert as_admin is not None
    assert afterwards is not None
    assert (as_admin.role, afterwards.role) == ("admin", "colleague")


async def test_the_last_admin_stays_one_whatever_the_groups_say(
    with_provider: Installation, provider: IdentityProvider, elsewhere: httpx.AsyncClient
) -> None:
    world = with_provider(oidc_role_claim="groups", oidc_roles=ROLES)
    await people.change(world.intake.context, ANA, role="admin")
    provider.signs_in(provider.person(ANA, "Ana Ruiz"))
    assert (await come_in(world, elsewhere)).status_code == 303
    row = await person(world, ANA)

    assert row is not None
    assert row.role == "admin"


async def test_who_has_left_does_not_get_in(
    with_provider: Installation, provider: IdentityProvider, elsewhere: httpx.AsyncClient
) -> None:
    world = with_provider()
    await people.change(world.intake.context, BO, left=True)
    provider.signs_in(provider.person(BO, "Bo Ek"))
    page = await come_in(world, elsewhere)

    assert page.status_code == 403
    assert f"{BO} belongs to somebody who has left, and can't sign in." in text_of(page)
    assert await sessions(world) == []


@pytest.mark.parametrize(
    ("address", "changes", "told"),
    [
        (f"{UNVERIFIED}@vendor.example", {}, "doesn't say that unverified@vendor.example was verified"),
        (
            f"{UNVERIFIED}@vendor.example",
            {"oidc_trust_addresses": True},
            "doesn't say that unverified@vendor.example was verified",
        ),
        (f"{UNTOLD}@vendor.example", {}, "doesn't say that untold@vendor.example was verified"),
        ("noa@elsewhere.example", {"oidc_domains": ("vendor.example",)}, "is no address of the company"),
        ("noa@vendor.example.evil", {"oidc_domains": ("vendor.example",)}, "is no address of the company"),
        ("noa@evil-vendor.example", {"oidc_domains": ("vendor.example",)}, "is no address of the company"),
        (
            "sam@vendor\N{LATIN SMALL LETTER LONG S}.example",
            {},
            "doesn't tell a mail address of yours that can be used",
        ),
    ],
)
async def test_an_address_that_may_be_another_ones_does_not_get_in(
    with_provider: Installation,
    provider: IdentityProvider,
    elsewhere: httpx.AsyncClient,
    *,
    address: str,
    changes: dict[str, Any],
    told: str,
) -> None:
    world = with_provider(**changes)
    provider.signs_in(provider.person(address, "Somebody"))
    page = await come_in(world, elsewhere)

    assert page.status_code == 403
    assert told in text_of(page)
    assert await sessions(world) == []


@pytest.mark.parametrize(
    ("address", "changes"),
    [
        (f"{UNTOLD}@vendor.example", {"oidc_trust_addresses": True}),
        ("noa@VENDOR.example", {"oidc_domains": ("other.example", "vendor.example")}),
    ],
)
async def test_an_address_that_the_settings_let_in_gets_in(
    with_provider: Installation,
    provider: IdentityProvider,
    elsewhere: httpx.AsyncClient,
    *,
    address: str,
    changes: dict[str, Any],
) -> None:
    world = with_provider(**changes)
    provider.signs_in(provider.person(address, "Somebody"))
    assert (await come_in(world, elsewhere)).status_code == 303
    assert await sessions(world) == [(address.lower(), "oidc")]


async def test_one_web_process_sends_people_away_and_another_takes_them_in(
    with_provider: Installation, provider: IdentityProvider, elsewhere: httpx.AsyncClient
) -> None:
    one, other = with_provider(), with_provider()
    provider.signs_in(provider.person(NEW, "Noa Levi"))
    async with one.client() as client, other.client() as later:
        back = await way_back(client, elsewhere)
        later.cookies.update(client.cookies)
        assert (await later.get(back)).status_code == 303


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


async def test_only_to_our_own_pages_one_is_led_on(
    with_provider: Installation, provider: IdentityProvider, elsewhere: httpx.AsyncClient
) -> None:
    world = with_provider()
    provider.signs_in(provider.person(NEW, "Noa Levi"))
    async with world.client() as client:
        there = await client.get("/sign-in/oidc", params={"next": "https://evil.example/"})
        back = await elsewhere.get(there.headers["location"])
        arrived = await client.get(back.headers["location"])

    assert arrived.headers["location"] == "/"


async def test_the_cookie_of_a_sign_in_is_for_no_script_and_goes_with_it(
    with_provider: Installation, provider: IdentityProvider, elsewhere: httpx.AsyncClient
) -> None:
    world = with_provider()
    provider.signs_in(provider.person(NEW, "Noa Levi"))
    async with world.client() as client:
        cookie = (await client.get("/sign-in/oidc")).headers["set-cookie"].lower()
        await client.get(await way_back(client, elsewhere))
        left = list(client.cookies)

    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "max-age=600" in cookie
    assert left == ["milepost_session_8080"]


async def test_with_a_provider_nobody_gets_in_without_it_by_an_open_list_or_a_key(with_provider: Installation) -> None:
    world = with_provider()
    async with world.client() as client:
        page = await client.get("/sign-in")
        by_key = await sign_in(client, ANA, password=KEY)
        assert (await client.get("/ops/customers")).status_code == 303

    assert ANA not in page.text
    assert "Password" not in text_of(page)
    assert "milepost sign-in ADDRESS" in text_of(page)
    assert by_key.status_code == 404


async def test_tries_are_slowed_down(with_provider: Installation) -> None:
    async with with_provider().client() as client:
        tries = [(await client.get("/sign-in/oidc")).status_code for _ in range(TRIES + 1)]

    assert tries == [303] * TRIES + [429]


async def test_signing_out_ends_the_session_and_leads_to_the_provider(
    with_provider: Installation, provider: IdentityProvider, elsewhere: httpx.AsyncClient
) -> None:
    world = with_provider()
    provider.signs_in(provider.person(NEW, "Noa Levi"))
    async with world.client() as client:
        await client.get(await way_back(client, elsewhere))
        kept = httpx.Cookies(client.cookies)
        out = await client.post("/sign-out")
        page = await client.get(out.headers["location"])
    async with world.client(cookies=kept) as client:
        assert (await client.get("/desk")).status_code == 303

    assert "You are signed out" in text_of(page)
    [address] = re.findall(r'href="(http[^"]+)"', page.text)
    assert address.startswith(f"{provider.issuer}/oauth/end_session?client_id=milepost")
    assert "post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fsign-in" in address


async def test_without_a_provider_there_are_no_such_addresses(world: World) -> None:
    async with world.client() as client:
        for path in ("/sign-in/oidc", "/sign-in/oidc/return?code=x", "/signed-out"):
            assert (await client.get(path)).status_code == 404
        assert "Sign in with" not in (await client.get("/sign-in")).text
