"""A colleague signs in with the company's accounts and out again, in a browser on a phone."""

from __future__ import annotations

import time

import pytest
from playwright.async_api import Page, expect

from milepost.settings import Settings
from tests.browser.layout import cut_texts, sideways
from tests.oidc.identity_provider import PASSWORD, IdentityProvider, identity_provider
from tests.web.conftest import World

pytestmark = pytest.mark.asyncio(loop_scope="session")
NOA = "noa@vendor.example"


@pytest.fixture
def provider() -> IdentityProvider:
    found = identity_provider()
    found.clear()
    return found


@pytest.fixture
def settings(settings: Settings, provider: IdentityProvider) -> Settings:
    return settings.model_copy(update=provider.register(settings.links_begin_with))


async def at_the_provider(page: Page) -> None:
    """Says there who one is."""
    await page.get_by_role("textbox", name="Login").fill(NOA)
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("textbox", name="Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()


async def test_a_new_colleague_comes_in_with_the_companys_accounts_and_leaves(
    page: Page, world: World, provider: IdentityProvider
) -> None:
    world.at = time.time()
    provider.person(NOA, "Noa Levi")

    await page.goto("/ops/maps")
    button = page.get_by_role("link", name="Sign in with Vendor accounts")
    assert await sideways(page) == []
    await button.click()
    await at_the_provider(page)
    await page.get_by_role("button", name="Accept").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Maps")
    await expect(page.get_by_title(f"Signed in as {NOA}")).to_be_visible()

    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    assert await sideways(page) == []
    await page.get_by_role("link", name="Sign out there, too").click()
    await page.get_by_role("button", name="Logout").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    await page.goto("/ops/maps")
    await expect(button).to_be_visible()


async def test_who_does_not_want_to_is_told_so_and_can_begin_again(
    page: Page, world: World, provider: IdentityProvider
) -> None:
    world.at = time.time()
    provider.person(NOA, "Noa Levi")

    await page.goto("/sign-in")
    await page.get_by_role("link", name="Sign in with Vendor accounts").click()
    await at_the_provider(page)
    await page.get_by_role("button", name="Deny").click()
    await expect(page.get_by_role("alert")).to_contain_text("Signing in at Vendor accounts was cancelled")
    assert await sideways(page) == []
    assert await cut_texts(page) == []
    await page.get_by_role("link", name="Sign in again").click()
    await expect(page.get_by_role("link", name="Sign in with Vendor accounts")).to_be_visible()
