"""Pages of operations in a browser: accessible, whole and in place, light and dark, on a desk and on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from milepost.intake import people
from milepost.roles import Role
from tests.browser.layout import sideways
from tests.browser.looks import complaints
from tests.browser.operations import LONG, fill
from tests.web.conftest import World
from tests.web.example import ANA, customer

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_inaccessible_page_would_be_noticed(window: Page) -> None:
    await window.goto("/ops/imports")
    await window.evaluate("document.querySelector('h1').style.color = '#999'; document.documentElement.lang = ''")

    found = " ".join(await complaints(window, "broken"))

    assert "light, 1280 wide: color-contrast" in found
    assert "html-has-lang" in found


async def test_the_pages_of_operations_are_accessible_and_whole(window: Page, world: World, tmp_path: Path) -> None:
    found = {}
    for name, place in (await fill(world, tmp_path)).items():
        await window.goto(place)
        await expect(window.get_by_role("heading", level=1)).to_be_visible()
        found[name] = await complaints(window, name)

    assert {name: texts for name, texts in found.items() if texts} == {}


async def test_refusals_are_accessible_and_stand_in_their_fields(window: Page, world: World, tmp_path: Path) -> None:
    places = await fill(world, tmp_path)
    await window.goto("/ops/imports")
    picture = {"name": "picture.xlsx", "mimeType": "image/png", "buffer": b"\x89PNG\0\0\0"}
    await window.get_by_label("A file with a customer a row").set_input_files(picture)  # type: ignore[arg-type]
    await window.get_by_role("button", name="Upload").click()
    await expect(window.get_by_role("alert")).to_be_visible()
    found = await complaints(window, "bad file")

    await window.goto(places["an import to be mapped"])
    await window.get_by_label("Its text").fill(f"mapping: Ours\ncolumns:\n  Customer number: id\n  Name: {LONG}\n")
    await window.get_by_role("button", name="Keep, and show the first rows").click()
    await expect(window.get_by_label("Its text")).to_have_attribute("aria-invalid", "true")
    found += await complaints(window, "wrong mapping")

    await window.goto(f"{places['an identity']}?into=nobody")
    found += await complaints(window, "merge into nobody")
    await window.goto(f"/desk/hand-over?former={ANA}&to={ANA}")
    found += await complaints(window, "hand over to oneself")

    assert found == []


async def test_names_of_one_long_word_stay_in_their_columns(window: Page, world: World) -> None:
    word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    await world.add(customer("long", word))
    await people.change(world.intake.context, ANA, name=word, role=Role.MANAGER, team=word)
    await window.set_viewport_size({"width": 1280, "height": 800})
    for place in ("/ops/customers", "/ops/people"):
        await window.goto(place)
        await expect(window.get_by_text(word).first).to_be_visible()
        assert await sideways(window) == [], place
