"""Pages that are seldom seen, in a browser: accessible and whole, light and dark, on a desk and on a phone."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from milepost.web.portal.throttle import GUESSES
from tests.browser.looks import complaints
from tests.browser.seldom_seen import before_unsubscribing, fill
from tests.web.conftest import World
from tests.web.example import DAY, KIM, SAM

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_pages_that_are_seldom_seen_are_accessible_and_whole(window: Page, world: World) -> None:
    found = {}
    for name, (place, words) in (await fill(world)).items():
        await window.goto(place)
        await expect(window.get_by_role("heading", level=1)).to_be_visible()
        await expect(window.locator("main")).to_contain_text(words)
        found[name] = await complaints(window, name)

    assert {name: texts for name, texts in found.items() if texts} == {}


async def test_the_page_of_a_client_that_guesses_links_is_accessible(window: Page, world: World) -> None:
    for number in range(GUESSES):
        answer = await window.request.get(f"/plan/{number:014d}.{'A' * 43}")
        assert answer.status == 403
    shown = await window.goto(f"{world.plan()[:-2]}xx")
    assert shown is not None
    assert shown.status == 429
    await expect(window.get_by_role("heading", level=1)).to_have_text("Please wait a moment")

    assert await complaints(window, "too many guesses") == []


async def test_the_history_of_a_finished_plan_leads_to_its_proof_for_a_year(window: Page, world: World) -> None:
    await world.tell(step_done="kickoff", result="held")
    await world.tell(event="connected")
    await world.tell(answer="faster", verdict="verified", by=SAM, value=8.5, comment="Since May")
    await world.tell(ended="completed")
    await window.goto(world.plan(SAM))
    found = await complaints(window, "a finished plan with a result")
    await window.get_by_role("link", name="Print these results, or show them to others").click()
    await expect(window.locator(".proof")).to_contain_text("Confirmed: 8.5 h")
    found += await complaints(window, "the proof of a finished plan")
    world.at += 366 * DAY
    await window.reload()
    await expect(window.get_by_role("heading", level=1)).to_have_text("This plan was finished more than a year ago")

    assert [*found, *await complaints(window, "a plan finished long ago")] == []


async def test_the_page_after_unsubscribing_is_accessible(window: Page, world: World) -> None:
    await window.goto(before_unsubscribing(world))
    found = await complaints(window, "before unsubscribing")
    await window.evaluate("""() => {  // what a mail program sends
      const form = document.body.appendChild(document.createElement("form"));
      form.method = "post";
      const field = form.appendChild(document.createElement("input"));
      [field.name, field.value] = ["List-Unsubscribe", "One-Click"];
      form.submit();
    }""")
    await expect(window.get_by_role("heading", level=1)).to_have_text("You are unsubscribed")

    assert [*found, *await complaints(window, "unsubscribed")] == []


async def test_refusals_of_what_customers_send_are_accessible_and_stand_in_their_fields(
    window: Page, world: World
) -> None:
    await world.tell(step_done="kickoff", result="held")
    await window.goto(world.plan(KIM))
    await window.locator(".card.next summary", has_text="Another date").click()
    await window.get_by_role("button", name="Propose this day").click()
    await expect(window.get_by_label("Which day suits you?")).to_have_attribute("aria-invalid", "true")
    found = await complaints(window, "a wish that is refused")

    await window.goto("/desk/agreement/acme")
    await window.get_by_role("button", name="Mail what was agreed").click()
    await window.goto(f"{world.plan(SAM)}/agreement")
    await window.locator("summary", has_text="Propose otherwise").first.click()
    await window.get_by_role("button", name="Send the proposal").first.click()
    await expect(window.locator("[aria-invalid=true]").first).to_be_visible()
    found += await complaints(window, "a proposal that is refused")

    await world.tell(event="connected")
    await window.goto(world.question())
    await window.get_by_role("button", name="Yes").click()
    await window.get_by_label("Hours saved a week").fill("many")
    await window.get_by_role("button", name="Send").click()
    await expect(window.get_by_label("Hours saved a week")).to_have_attribute("aria-invalid", "true")
    found += await complaints(window, "a value that is refused")

    assert found == []
