"""A customer's page in a browser: why they are silent in three clicks, its head that stays, and no script needed."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import update

from milepost.intake import customer_files
from milepost.intake.customer_files import FilePurpose
from milepost.intake.files import Upload
from milepost.store.tables import JourneyRow
from tests.browser.conftest import PATIENCE
from tests.browser.looks import DESK, PHONE, complaints
from tests.web.conftest import World
from tests.web.example import ANA, DAY, FILES, KIM, START, customer
from tests.web.file_forms import MAP, PDF

pytestmark = pytest.mark.asyncio(loop_scope="session")
WAITS = "The customer has the next move: it waits for Kim Lo (Coordinator) to do it"


async def silent(window: Page, world: World) -> None:
    """Kim was asked eleven days ago, was reminded, and says nothing. Ana looks into it."""
    await world.tell(step_done="kickoff", result="held")
    await world.move_to(START + 11 * DAY)
    await window.goto("/sign-in?next=/desk")
    await window.get_by_role("button", name=ANA).click()


async def test_why_a_customer_is_silent_is_answered_one_click_from_the_list(window: Page, world: World) -> None:
    await silent(window, world)
    await window.goto("/ops/customers")
    await window.get_by_role("link", name="Acme Ltd").click()

    await expect(window.get_by_text(WAITS)).to_be_in_viewport()
    about = window.get_by_role("region", name="Whose move it is")
    await expect(about).to_contain_text("Kim Lo had 3 mails about “Connect the first system”")
    await expect(about).to_contain_text("It was handed over, and it hasn't come back.")
    await expect(about).to_contain_text("Nothing was heard from the customer since the journey began")
    await expect(about).to_contain_text("If nobody does anything")


async def test_why_a_customer_is_silent_is_answered_two_clicks_from_the_wall(window: Page, world: World) -> None:
    await silent(window, world)
    await window.goto("/ops/maps/pilot")
    await window.get_by_role("link", name="Getting started").first.click()
    await window.get_by_role("link", name="Acme Ltd").click()

    await expect(window.get_by_text(WAITS)).to_be_in_viewport()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_the_tabs_and_the_actions_stay_on_top(window: Page, world: World, size: dict[str, int]) -> None:
    await silent(window, world)
    await window.set_viewport_size(size)
    for tab in ("now", "history"):
        await window.goto(f"/ops/customers/acme?tab={tab}")
        await window.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        assert await window.evaluate("window.scrollY") > 0, tab
        await expect(window.get_by_role("link", name="People", exact=True).last).to_be_in_viewport()
        await window.get_by_text("All actions").click()
        await window.get_by_role("link", name="Skip a step").click()
        await expect(window.get_by_role("heading", name="Skip a step")).to_be_in_viewport()


async def test_a_customers_page_is_accessible_and_whole_on_every_tab(window: Page, world: World) -> None:
    await silent(window, world)
    await world.tell(answer="faster", verdict="partial", value=4, evidence="Call")
    acts = ("note", "step-done", "agreed", "contacts", "team", "set", "end")
    places = [f"tab={tab}" for tab in ("now", "results", "people", "history")]
    found = {}
    for place in (*places, *(f"act={act}" for act in acts)):
        await window.goto(f"/ops/customers/acme?{place}")
        await expect(window.get_by_role("heading", level=1)).to_be_visible()
        found[place] = await complaints(window, f"customer {place.partition('=')[2]}")
    await window.set_viewport_size(DESK)
    await window.get_by_text("All actions").click()
    found["menu"] = await complaints(window, "customer menu")

    assert {name: texts for name, texts in found.items() if texts} == {}


async def test_the_forms_for_what_they_told_me_are_accessible_and_whole(window: Page, world: World) -> None:
    await world.publish({**FILES, "map.yaml": MAP})
    await world.tell(map_changed="2")
    await silent(window, world)
    await world.tell(requested="connect", wish="help")
    await world.tell(answer="faster", verdict="partial", value=4, evidence="Call")
    found = {}
    acts = ("event", "step-form", "task-done", "answer-completed", "requested", "replied", "responded", "hand-over")
    for act in acts:
        await window.set_viewport_size(DESK)
        await window.goto(f"/ops/customers/acme?act={act}")
        await expect(window.locator("#act h2")).to_be_visible()
        found[act] = await complaints(window, f"customer {act}")
    await window.goto("/ops/customers/acme?act=step-form")
    await window.get_by_label("Where did they say so?").fill("On the phone")
    await window.get_by_label("Which room?").fill("12")
    await window.get_by_role("button", name="Send it for them").click()
    await expect(window.get_by_role("alert").first).to_contain_text("Nothing was sent yet")
    await expect(window.get_by_label("Which room?")).to_have_value("12")
    found["refused"] = await complaints(window, "customer step-form refused")

    assert {name: texts for name, texts in found.items() if texts} == {}


async def test_deleting_a_file_a_lost_mail_and_a_middle_are_accessible_and_whole(window: Page, world: World) -> None:
    await silent(window, world)
    file = Upload("Protokoll der Auftaktbesprechung.pdf", PDF)
    await customer_files.add(world.intake.context, "acme", FilePurpose(), file, by=ANA)
    found = {}
    for name, place, unfolded in (
        ("file", "/ops/customers/acme?tab=results", "Delete it: Protokoll"),
        ("lost", "/ops/mail/acme/1/connect/1/opening/1", "arrive"),
    ):
        await window.goto(place)
        await window.get_by_text(unfolded).click()
        await expect(window.get_by_text("At the terminal").last).to_be_visible()
        found[name] = await complaints(window, f"unfolded {name}")
    await world.tell(ended="churned")
    await window.goto("/ops/customers/acme?act=enroll")
    await window.get_by_text("They are in the middle already").click()
    await window.get_by_label("What has happened").fill("done: [kickoff]")
    await window.get_by_label("Stage that they are in").fill("start")
    await window.get_by_role("button", name="Begin").click()
    await expect(window.get_by_role("alert")).to_contain_text(
        "What you typed doesn't say where a customer enters: done"
    )
    await expect(window.get_by_label("What has happened")).to_have_value("done: [kickoff]")
    found["middle"] = await complaints(window, "unfolded middle")

    assert {name: texts for name, texts in found.items() if texts} == {}


async def test_forgetting_is_accessible_and_whole_and_needs_no_script(chromium: Browser, world: World) -> None:
    context = await chromium.new_context(
        base_url=world.settings.links_begin_with, java_script_enabled=False, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    await page.goto("/sign-in?next=/ops/customers/acme")
    await page.get_by_role("button", name=ANA).click()
    await page.get_by_role("link", name="forget", exact=True).click()
    await page.get_by_label("Type the id, acme, to confirm").fill("acne")
    await page.get_by_role("button", name="Delete everything").click()
    await expect(page.get_by_role("alert")).to_contain_text("That isn't acme, so nothing was deleted.")
    await page.get_by_label("Type the id, acme, to confirm").fill("acme")
    await page.get_by_role("button", name="Delete everything").click()
    await expect(page.get_by_text("acme is forgotten")).to_be_visible()
    await context.close()


async def test_the_pages_about_forgetting_are_accessible_and_whole(window: Page, world: World) -> None:
    await silent(window, world)
    found = {}
    for name, place in (("customer", ""), ("person", f"?contact={KIM}"), ("colleague", f"?contact={ANA}")):
        await window.goto(f"/ops/customers/acme/forget{place}")
        await expect(window.get_by_role("heading", level=1)).to_be_visible()
        found[name] = await complaints(window, f"forget {name}")
    await window.goto(f"/ops/customers/acme/forget?contact={KIM}")
    await window.get_by_label(f"Type {KIM} to confirm").fill(KIM)
    await window.get_by_role("button", name="Forget this person").click()
    await expect(window.get_by_role("heading", name="Forgotten")).to_be_visible()
    found["forgotten"] = await complaints(window, "forgotten")

    assert {name: texts for name, texts in found.items() if texts} == {}


async def test_without_scripts_a_journey_is_paused_with_a_reason(chromium: Browser, world: World) -> None:
    context = await chromium.new_context(
        base_url=world.settings.links_begin_with, viewport=PHONE, java_script_enabled=False
    )
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    await page.goto("/sign-in?next=/ops/customers/acme")
    await page.get_by_role("button", name=ANA).click()
    await page.get_by_text("All actions").click()
    await page.get_by_role("link", name="Pause").last.click()
    await page.get_by_label("Reason").fill("Their summer break")
    await page.get_by_role("button", name="Pause", exact=True).click()

    await expect(page.get_by_text("The journey is paused since Mon 2 Mar 2026 (Their summer break)")).to_be_visible()
    assert (await world.journey()).status == "paused"
    await context.close()


async def test_a_person_is_added_changed_and_removed(window: Page, world: World) -> None:
    await window.goto("/ops/customers/acme?tab=people")
    await window.get_by_role("link", name="Add a person", exact=True).last.click()
    await window.get_by_label("Name", exact=True).first.fill("Bea Roth")
    await window.get_by_label("Mail address").first.fill("bea@acme.example")
    await window.get_by_label("Administrator").first.check()
    await window.get_by_role("button", name="Add", exact=True).click()
    await expect(window.get_by_text("bea@acme.example").first).to_be_visible()

    await window.get_by_text("Change or remove Kim Lo").click()
    form = window.locator("form", has=window.locator(f'input[name="former"][value="{KIM}"]')).last
    await form.get_by_label("Why is Kim Lo no contact any more?").fill("Left")
    await form.get_by_role("button", name="Remove").click()

    await expect(window.get_by_text("Noted. Thank you.")).to_be_visible()
    contacts = (await world.journey()).state["customer"]["contacts"]
    assert [(each["name"], each["personas"]) for each in contacts] == [
        ("Sam Poe", ["sponsor"]),
        ("Bea Roth", ["admin"]),
    ]


async def test_the_list_of_customers_is_accessible_and_whole(window: Page, world: World) -> None:
    for number in range(12):
        contract = {"renews_on": f"2026-{number % 9 + 3:02}-15", "contract_value": 4000 * number, "health": 8 * number}
        name = "Donaudampfschifffahrtsgesellschaft & Söhne" if number == 3 else f"Globex {number}"
        await world.add(customer(f"globex{number}", name, attributes={"tier": "pilot", **contract}))
    await silent(window, world)
    found = {}
    for name, query in (
        ("list", ""),
        ("filtered list", "?owner=me&renews=90&sort=renewal"),
        ("no customers", "?search=x"),
    ):
        await window.goto(f"/ops/customers{query}")
        await expect(window.get_by_role("heading", level=1)).to_be_visible()
        found[name] = await complaints(window, f"customers {name}")

    assert {name: texts for name, texts in found.items() if texts} == {}


async def test_rows_of_the_list_are_forty_pixels_high(window: Page, world: World) -> None:
    await world.add(customer("globex", "Globex", attributes={"tier": "pilot", "renews_on": "2026-04-01"}))
    await window.goto("/ops/customers")
    heights = await window.evaluate(
        "[...document.querySelectorAll('.customers tbody tr')].map(each => each.getBoundingClientRect().height)"
    )

    assert len(heights) == 2
    assert max(heights) <= 41


async def test_a_view_is_kept_with_two_clicks_and_a_name(window: Page, world: World) -> None:
    await world.add(customer("globex", "Globex", attributes={"tier": "pilot", "health": 20}))
    await window.goto("/ops/customers")
    await window.get_by_role("link", name="At risk").click()
    await expect(window.get_by_role("row", name="Globex")).to_be_visible()
    await expect(window.get_by_role("link", name="Acme Ltd")).to_have_count(0)
    await window.get_by_text("Keep this view").click()
    await window.get_by_label("Name", exact=True).fill("To be called")
    await window.get_by_role("button", name="Keep it").click()

    await expect(window.get_by_role("link", name="To be called")).to_have_attribute("aria-current", "page")


async def test_the_health_page_is_accessible_and_whole(window: Page, world: World) -> None:
    async with world.store.transaction() as session:
        await session.execute(update(JourneyRow).values(blocked_since=START, blocked_why="EndlessMapError: a and b"))
    await window.goto("/ops/health")
    await expect(window.get_by_role("heading", name="Blocked journeys")).to_be_visible()

    assert await complaints(window, "health") == []
