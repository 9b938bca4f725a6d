"""A colleague's morning: what is urgent and why, a call, a slip taken back, the same for many, and a clear day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from milepost.planner.written_facts import WrittenFact
from tests.browser.looks import DESK, complaints
from tests.web.conftest import World
from tests.web.example import ANA, DAY, FILES, MAP, SAM, START, customer

pytestmark = pytest.mark.asyncio(loop_scope="session")
INVITATION = """
      - {touchpoint: invite, title: Send the invitation, role: csm, after: kickoff, effort: 10 minutes}
    actions:"""
WORDS = "Reports still take us the whole Monday."


async def a_book(world: World) -> None:
    """Acme has disputed its outcome; four others have had their kickoff and wait for an invitation."""
    world.journey_client.let_people_undo(timedelta(minutes=5))
    await world.publish({**FILES, "map.yaml": MAP.replace("\n    actions:", INVITATION, 1)})
    for number in range(4):
        await world.add(customer(f"c{number}", f"Customer {number}"))
        await world.intake.record_fact(f"c{number}", WrittenFact(step_done="kickoff", result="held"), by=ANA)
    await world.tell(step_done="kickoff", result="held")
    await world.tell(event="connected")
    await world.move_to(START + DAY)
    disputed = WrittenFact(answer="faster", verdict="disputed", comment=WORDS)
    await world.intake.record_fact("acme", disputed, by=SAM, source="portal")
    await world.move_to(START + DAY + 600)


async def test_from_the_dispute_to_a_clear_day(window: Page, world: World) -> None:
    await a_book(world)
    await window.goto("/desk")
    await expect(window.locator("#pane h2").first).to_have_text("Call the sponsor")
    await expect(window.locator(".reason-now")).to_contain_text(WORDS)
    looks = await complaints(window, "a morning begins")
    await window.set_viewport_size(DESK)

    await window.get_by_text("Note or call").click()
    await window.get_by_label("What was said, or is good to know").fill("They count the time of the export, too.")
    await window.get_by_label("With whom").select_option(label="Sam Poe")
    await window.get_by_role("button", name="Keep as a call").click()
    await expect(window.locator(".glance")).to_contain_text("They count the time of the export, too.")

    await window.keyboard.press("e")
    await expect(window.get_by_text("Just now")).to_be_visible()
    await window.keyboard.press("u")
    await expect(window.get_by_role("status")).to_contain_text("Undone")
    await expect(window.locator(".reason-now")).to_contain_text(WORDS)
    await window.keyboard.press("e")
    await expect(window.get_by_text("Just now")).to_be_visible()

    await window.get_by_role("link", name="Send the invitation together").click()
    looks += await complaints(window, "the same step of many customers")
    await window.set_viewport_size(DESK)
    await window.get_by_role("button", name="Done for everybody chosen").click()
    await expect(window.get_by_text("All clear.")).to_be_visible()
    looks += await complaints(window, "a clear day")

    told = [fact.kind for number in range(4) for fact in await world.facts(f"c{number}")]
    assert told.count("step_done") == 8
    assert looks == []


async def test_a_task_of_ones_own_is_added_and_done_in_three_clicks_each(window: Page, world: World) -> None:
    await window.goto("/desk")
    await window.get_by_text("Add a task").click()
    await window.get_by_label("What is to be done?").fill("Send the price list")
    await window.get_by_role("button", name="Add", exact=True).click()
    row = window.locator("a.row", has_text="Send the price list")
    await expect(row).to_be_visible()
    await row.click()
    await expect(window.locator("#pane h2").first).to_have_text("Send the price list")
    await window.get_by_role("button", name="Done", exact=True).click()
    await expect(row).to_have_count(0)

    assert {fact.kind for fact in await world.facts()} == {"task_added", "step_done"}
