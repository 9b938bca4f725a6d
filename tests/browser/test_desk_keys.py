"""The keys of the desk: ten tasks by the keyboard alone, and nothing where somebody types or wants none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from tests.browser.looks import DESK, PHONE, complaints
from tests.web.conftest import World
from tests.web.example import ANA, BO, customer

pytestmark = pytest.mark.asyncio(loop_scope="session")
MOST_KEYS = 20
"""Keystrokes for ten tasks: in two minutes there are six seconds for each of them."""


async def customers(world: World, many: int) -> None:
    for number in range(many):
        await world.add(customer(f"c{number:02}", f"Customer {number:02}"))


async def opened(window: Page) -> None:
    await window.goto(f"/desk/{ANA}")
    await expect(window.get_by_role("article")).to_be_visible()


async def title(window: Page) -> str:
    """Whose task is in the pane."""
    return await window.locator("#pane .customer a").first.inner_text()


async def test_ten_tasks_are_done_with_twenty_keys(world: World, window: Page) -> None:
    await customers(world, 10)
    await opened(window)
    pressed = 0
    for left in range(11, 1, -1):
        await expect(window.locator("a.row")).to_have_count(left)
        task = await window.get_by_role("article").get_attribute("id")
        for key in ("e", "1"):
            await window.keyboard.press(key)
            pressed += 1
        await expect(window.locator(f"#{task}")).to_have_count(0)

    assert pressed <= MOST_KEYS
    facts = [fact for number in range(10) for fact in await world.facts(f"c{number:02}")]
    facts += await world.facts()
    assert [fact.kind for fact in facts] == ["step_done"] * 10
    assert {fact.data["result"] for fact in facts} == {"held"}


async def test_what_was_done_last_is_undone_by_a_key(world: World, window: Page) -> None:
    world.journey_client.let_people_undo(timedelta(minutes=5))
    await customers(world, 1)
    await opened(window)
    await window.keyboard.press("e")
    await window.keyboard.press("1")
    await expect(window.get_by_text("Just now")).to_be_visible()
    await expect(window.locator("a.row")).to_have_count(1)
    await window.keyboard.press("u")

    await expect(window.locator("a.row")).to_have_count(2)
    await expect(window.get_by_role("status")).to_contain_text("Undone")


async def test_the_last_task_of_a_day_is_undone_by_a_key_too(world: World, window: Page) -> None:
    world.journey_client.let_people_undo(timedelta(minutes=5))
    await opened(window)
    await window.keyboard.press("e")
    await window.keyboard.press("1")
    await expect(window.get_by_text("All clear.")).to_be_visible()
    await window.keyboard.press("u")

    await expect(window.get_by_role("article", name="Kickoff call")).to_be_visible()


async def test_j_and_k_go_from_task_to_task_without_a_new_page(world: World, window: Page) -> None:
    await customers(world, 2)
    await opened(window)
    await window.evaluate("window.same = true")
    names = [await title(window)]
    for key in ("j", "j", "k"):
        before = window.url
        await window.keyboard.press(key)
        await expect(window).not_to_have_url(before)
        names.append(await title(window))

    assert sorted(names[:3]) == ["Acme Ltd", "Customer 00", "Customer 01"]
    assert names[3] == names[1]
    assert await window.evaluate("window.same")
    await expect(window.locator("a.row[aria-current]")).to_contain_text(names[3])


async def test_keys_that_are_quicker_than_the_server_all_count(world: World, window: Page) -> None:
    await customers(world, 3)
    await opened(window)
    await window.evaluate(
        'for (const key of "jjj") document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }))'
    )

    await expect(window.locator("a.row").nth(3)).to_have_attribute("aria-current", "true")
    await expect(window.locator("a.row[aria-current]")).to_have_count(1)


async def test_what_is_typed_waits_while_another_task_is_looked_at_until_it_is_sent(world: World, window: Page) -> None:
    await customers(world, 1)
    await opened(window)
    note, rows = window.get_by_role("textbox", name="Note optional"), window.locator("a.row")
    await note.fill("Kim decides.")
    for row, typed in ((1, ""), (0, "Kim decides.")):
        await rows.nth(row).click()
        await expect(rows.nth(row)).to_have_attribute("aria-current", "true")
        await expect(note).to_have_value(typed)
    await window.reload()
    await expect(note).to_have_value("Kim decides.")

    await window.get_by_role("button", name="Held").click()
    await expect(rows).to_have_count(1)
    await expect(note).to_have_value("")
    assert await window.evaluate("sessionStorage.length") == 0


async def test_keys_open_what_takes_a_word_more(world: World, window: Page) -> None:
    await opened(window)
    await window.keyboard.press("h")
    await expect(window.get_by_label("To", exact=True)).to_be_focused()
    await window.keyboard.type(BO)
    await window.keyboard.press("Enter")
    await expect(window.locator("a.row")).to_have_count(0)
    assert (await world.task("kickoff/1")).person == BO

    await window.goto(f"/desk/{BO}")
    await expect(window.get_by_role("article")).to_be_visible()
    await window.keyboard.press("s")
    await expect(window.get_by_role("button", name="Tomorrow")).to_be_focused()
    await window.keyboard.press("Enter")
    await expect(window.get_by_role("status").first).to_have_text("Noted. Thank you.")
    assert [fact.kind for fact in await world.facts()] == ["snoozed", "agreed"]


async def test_a_customer_is_found_from_the_desk(world: World, window: Page) -> None:
    await customers(world, 2)
    await opened(window)
    await window.keyboard.press("/")
    await window.keyboard.type("Customer 01")
    await window.keyboard.press("Enter")

    await expect(window.get_by_role("heading", level=1)).to_have_text("Customer 01")


async def test_keys_do_nothing_where_somebody_types(world: World, window: Page) -> None:
    await customers(world, 1)
    await opened(window)
    before, url = await world.everything(), window.url
    await window.get_by_role("textbox", name="Note optional").first.fill("")
    await window.get_by_role("textbox", name="Note optional").first.press_sequentially("jkeshu1/?")

    await expect(window.get_by_role("textbox", name="Note optional").first).to_have_value("jkeshu1/?")
    assert (await world.everything(), window.url) == (before, url)
    await expect(window.get_by_role("dialog")).to_be_hidden()


async def test_the_help_names_every_key_and_switches_them_off_for_good(world: World, window: Page) -> None:
    await customers(world, 1)
    await opened(window)
    await window.keyboard.press("?")
    dialog = window.get_by_role("dialog", name="Keys")
    await expect(dialog).to_be_visible()
    assert await dialog.locator("kbd").all_inner_texts() == ["j", "k", "e", "s", "h", "u", "/", "?"]
    assert await complaints(window, "help of keys") == []
    await window.set_viewport_size(DESK)

    await dialog.get_by_role("checkbox").uncheck()
    await dialog.get_by_role("button", name="Close").click()
    await opened(window)
    url = window.url
    for key in ("j", "e", "?"):
        await window.keyboard.press(key)
    await expect(dialog).to_be_hidden()
    assert window.url == url

    await window.get_by_role("button", name="Keys").click()
    await dialog.get_by_role("checkbox").check()
    await window.keyboard.press("Escape")
    await window.keyboard.press("j")
    await expect(window).not_to_have_url(url)


async def test_on_a_phone_a_key_goes_to_the_page_of_the_next_task(world: World, window: Page) -> None:
    await customers(world, 1)
    await window.set_viewport_size(PHONE)
    await window.goto(f"/desk/{ANA}")
    await window.locator("a.row").first.click()
    first = await title(window)
    await window.keyboard.press("j")
    await expect(window.locator("#pane .customer a").first).not_to_have_text(first)
