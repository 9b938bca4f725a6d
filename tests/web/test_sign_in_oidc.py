"""Signing in with a provider of identities: the way there and back, and who gets in as whom."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from milepost.intake import people
from milepost.roles import Role
from milepost.web.sign_in import TRIES
from tests.oidc.browser_steps import audit_lines, come_in, person, sessions, way_back
from tests.oidc.identity_provider import UNTOLD, UNVERIFIED, IdentityProvider
from tests.web.conftest import KEY, Installation, World, sign_in, text_of
from tests.web.example import ANA, BO

pytestmark = pytest.mark.server
NEW = "noa@vendor.example"
ROLES = {"leads": Role.MANAGER, "it": Role.ADMIN}


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
    assert f"Signed in as {NEW}" in maps.text
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
    lines = [line for line in await audit_lines(world) if "told" in line]
    assert lines == [
        "changed Noa: role admin → colleague (as the provider of identities told)",
        "changed Noa: name none → Noa Levi; role none → admin (as the provider of identities told)",
    ]
    assert "signed in with the company's accounts" in (await audit_lines(world))[0]


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
