"""The desk in a browser: two panes that are accessible and whole, light and dark, on a desk and on a phone."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from milepost.planner.written_facts import WrittenFact
from tests.browser.looks import DESK, PHONE, complaints
from tests.web.conftest import World
from tests.web.example import ANA, DAY, FILES, MAP, SAM, START, customer

pytestmark = pytest.mark.asyncio(loop_scope="session")
NAMES = (
    *("Aldermoor Foods", "Bluefen Insurance", "Corrigan Freight", "Delmar Studios", "Eastgate Mills"),
    *("Fjord Labs", "Gesellschaft für Wiederverwendung und Instandsetzung mbH", "Harbour & Sons"),
)
WELCOME = """
      - touchpoint: welcome
        title: Send the welcome pack
        role: csm
        due: 2 business days
        results: {sent: [], returned: []}
    actions:"""


async def some_customers(world: World) -> None:
    """Customers in all parts of their journeys, with tasks that are late, due and ahead."""
    await world.publish({**FILES, "map.yaml": MAP.replace("\n    actions:", WELCOME, 1)})
    for number, name in enumerate(NAMES):
        attributes = {"tier": "pilot", "health": 35 + 8 * number, "renews_on": "2026-06-30", "arr": 12_000 + number}
        await world.add(customer(f"c{number}", name, attributes=attributes))
        if number % 3 == 0:
            done = WrittenFact(step_done="kickoff", result="held", note="They begin on Monday.")
            await world.intake.record_fact(f"c{number}", done, by=ANA)
    await world.tell(step_done="kickoff", result="held")
    await world.tell(step_done="connect")
    comment = "Finance still copies every report by hand."
    said = WrittenFact(answer="faster", verdict="disputed", comment=comment, value=2, method="portal")
    await world.intake.record_fact("acme", said, by=SAM)
    await world.move_to(START + 2 * DAY)


async def test_the_two_panes_are_accessible_and_whole_in_all_looks(world: World, window: Page) -> None:
    await some_customers(world)
    rescue = "journey=acme/1&task=rescue_call/1"
    found = {}
    for name, place in {
        "a day": f"/desk/{ANA}",
        "a day by customer": f"/desk/{ANA}?by=customer",
        "a task of a day": f"/desk/{ANA}?{rescue}",
        "the queues": "/desk/queues",
        "a batch": f"/desk/{ANA}?map=pilot&together=welcome",
    }.items():
        await window.goto(place)
        await expect(window.locator("a.row").first).to_be_attached()
        found[name] = await complaints(window, name)

    assert {name: texts for name, texts in found.items() if texts} == {}


async def test_on_a_desk_both_panes_are_seen_and_on_a_phone_one_after_the_other(world: World, window: Page) -> None:
    await some_customers(world)
    await window.goto(f"/desk/{ANA}")
    rows, task = window.locator("a.row"), window.get_by_role("article")
    await expect(rows.first).to_be_visible()
    await expect(task).to_be_visible()

    await window.set_viewport_size(PHONE)
    await expect(task).to_be_hidden()
    await rows.filter(has_text="Call the sponsor").first.click()
    await expect(task).to_be_visible()
    await expect(task).to_contain_text("Sam Poe disputed “Reports are made in half the time.” on Mon 2 Mar 2026")
    await expect(task.get_by_text("Finance still copies every report by hand.")).to_be_visible()
    await expect(rows.first).to_be_hidden()
    await window.get_by_role("link", name="← All tasks").click()
    await expect(rows.first).to_be_visible()
    await window.set_viewport_size(DESK)


async def test_a_form_that_is_refused_comes_back_open_and_whole_in_all_looks(world: World, window: Page) -> None:
    await window.goto(f"/desk/{ANA}")
    await window.locator("#pane summary", has_text="Skip").click()
    await window.get_by_label("t it needed?").fill("   ")
    await window.get_by_role("button", name="Skip").click()
    await expect(window.get_by_role("alert")).to_have_text("The reason is missing. Write it.")
    await expect(window.get_by_label("t it needed?")).to_be_visible()

    assert await complaints(window, "a refused form") == []


async def test_rows_are_a_finger_high_and_a_dozen_are_seen_without_scrolling(world: World, window: Page) -> None:
    for number in range(24):
        await world.add(customer(f"c{number}", f"Customer number {number}"))
    await window.goto(f"/desk/{ANA}")
    await expect(window.locator("a.row").first).to_be_visible()
    places = await places_of_rows(window)
    assert all(44 <= height <= 45 for height, _ in places)
    assert sum(bottom <= DESK["height"] for _, bottom in places) >= 12


async def test_close_rows_show_twenty_tasks_on_a_screen_and_the_browser_remembers_them(
    world: World, window: Page
) -> None:
    for number in range(24):
        await world.add(customer(f"c{number}", f"{NAMES[number % len(NAMES)]} {number}"))
    await window.goto(f"/desk/{ANA}")
    await window.get_by_role("button", name="Close rows").click()
    await window.goto(f"/desk/{ANA}?by=customer")
    await expect(window.get_by_role("button", name="Roomy rows")).to_be_visible()
    await window.goto(f"/desk/{ANA}")
    places = await places_of_rows(window)

    assert all(24 <= height <= 30 for height, _ in places)
    assert sum(bottom <= DESK["height"] for _, bottom in places) >= 20
    assert await complaints(window, "close rows") == []
    await window.set_viewport_size(PHONE)
    assert all(height >= 44 for height, _ in await places_of_rows(window))
    await window.set_viewport_size(DESK)
    await window.get_by_role("button", name="Roomy rows").click()
    assert all(height >= 44 for height, _ in await places_of_rows(window))


async def places_of_rows(window: Page) -> list[tuple[float, float]]:
    """The height of each row, and where it ends from the top of the window."""
    await expect(window.locator("a.row").first).to_be_visible()
    return await window.eval_on_selector_all(
        "a.row", "rows => rows.map(each => [each.offsetHeight, each.getBoundingClientRect().bottom])"
    )
