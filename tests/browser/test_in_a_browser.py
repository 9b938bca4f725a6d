"""What people do and see in a browser, on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from milepost.drawing.map_text import content_of
from milepost.drawing.page import page_of
from milepost.drawing.sheet import draw_map
from milepost.intake import mail_hold
from milepost.language.loader import load
from milepost.store import maps, messages
from milepost.store.mail_switches import FREE, Scope
from tests.browser.layout import cut_texts, focus_stops, sideways
from tests.web.conftest import World
from tests.web.example import ANA, DAY, FILES, MAP, SAM, START, customer

pytestmark = pytest.mark.asyncio(loop_scope="session")

OPS = "ops@vendor.example"
LONG = "Vereinigte Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft mbH & Co. KG"


async def to_the_question(world: World) -> None:
    """Acme has come to where it is asked whether reports are made faster."""
    await world.tell(step_done="kickoff", result="held")
    await world.tell(event="connected")


async def sign_in(page: Page, address: str = ANA) -> None:
    await page.goto("/sign-in?next=/desk")
    await page.get_by_role("button", name=address).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Your day")


async def mail_of(world: World, contact: str) -> str:
    """The mail that asks, as its reader's program shows it: with the signature that is made as it leaves."""
    async with world.store.reading() as session:
        lines = (await messages.outbox(session, customer="acme")).lines
    [row] = [line.message for line in lines if line.message.contact == contact and line.message.html]
    assert row.html
    assert row.link
    return row.html.replace(f"/plan/{row.link}", f"/plan/{world.links.token(row.link)}")


# The customer.


async def test_a_customer_confirms_an_outcome_in_two_clicks(world: World, page: Page) -> None:
    await to_the_question(world)
    await page.set_content(await mail_of(world, SAM))
    await page.get_by_role("link", name="Tell us").click()
    await page.get_by_role("button", name="Yes").click()

    await expect(page.get_by_role("status")).to_have_text("Noted. Thank you.")
    (kept,) = await world.answers()
    assert (kept.verdict, kept.said_by, kept.method) == ("verified", SAM, "portal")
    assert any(entry.kind == "play_started" for entry in await world.timeline())


async def test_opening_a_link_does_nothing_however_often(world: World, page: Page) -> None:
    await to_the_question(world)
    before = await world.everything()
    for path in (world.plan(), world.plan(SAM), world.question()):
        await page.goto(path)
        await page.reload()
    await page.get_by_role("link", name="See the whole plan").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Acme Ltd")
    assert await world.everything() == before


async def test_a_customer_answers_with_value_and_comment_by_the_keyboard_alone(world: World, page: Page) -> None:
    await to_the_question(world)
    await page.goto(world.question())
    await _tab_to(page, page.get_by_role("button", name="Partly"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("You said partly")).to_be_visible()
    await _tab_to(page, page.get_by_label("What is missing?"))
    await page.keyboard.type("We count on.")
    await page.keyboard.press("Tab")
    await page.keyboard.type("7,5")
    await _tab_to(page, page.get_by_role("button", name="Send"))
    await page.keyboard.press("Enter")

    await expect(page.get_by_label("Hours saved a week")).to_have_value("7.5")
    kept = (await world.answers())[-1]
    assert (kept.verdict, kept.value, kept.comment) == ("partial", 7.5, "We count on.")


async def _tab_to(page: Page, place: Locator) -> None:
    """Goes on by the tabulator until a place has the focus."""
    for _ in range(30):
        if await place.evaluate("element => element === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    await expect(place).to_be_focused()


# The colleague.


async def test_a_colleague_signs_in_and_completes_a_task(world: World, page: Page) -> None:
    await sign_in(page)
    await page.get_by_role("link", name="Kickoff call").click()
    task = page.get_by_role("article", name="Kickoff call")
    await task.get_by_role("textbox", name="Note optional").first.fill("They begin on Monday.")
    await task.get_by_role("button", name="Held").click()

    await expect(page.get_by_role("status")).to_have_text("Noted. Thank you.")
    await expect(task).to_have_count(0)
    kickoff = await world.task("kickoff/1")
    assert kickoff.status == "done"


async def test_a_task_with_results_is_not_done_without_one(world: World, page: Page) -> None:
    await sign_in(page)
    before = await world.everything()
    await page.get_by_role("link", name="Kickoff call").click()
    task = page.get_by_role("article", name="Kickoff call")
    await task.get_by_role("textbox", name="Evidence").fill("They told me")
    await page.keyboard.press("Enter")

    await expect(task.get_by_role("button", name="Held")).to_be_visible()
    assert await world.everything() == before


async def test_a_task_is_completed_by_the_keyboard_alone(world: World, page: Page) -> None:
    await sign_in(page)
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    await page.keyboard.press("Enter")
    await _tab_to(page, page.get_by_role("link", name="Kickoff call"))
    await page.keyboard.press("Enter")
    await _tab_to(page, page.get_by_role("button", name="Held"))
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("status")).to_have_text("Noted. Thank you.")
    assert (await world.task("kickoff/1")).status == "done"


# A map as a page.


async def test_the_page_of_a_map_fits_a_phone_and_says_that_its_picture_is_wider(page: Page) -> None:
    made = load(Path(__file__).parents[2] / "maps" / "enterprise-save-time").map
    assert made is not None
    await page.set_content(page_of(content_of(made), draw_map(made)))

    assert await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    cells = (
        "[...document.querySelectorAll('#as-text *')].filter(each => each.getBoundingClientRect().right > innerWidth)"
    )
    assert await page.evaluate(f"{cells}.length") == 0
    cue = page.get_by_text("The picture is wider than this screen")
    await expect(cue).to_be_visible()
    await page.set_viewport_size({"width": 1400, "height": 900})
    await expect(cue).to_be_hidden()


# Every page.


async def test_a_page_that_scrolls_sideways_would_be_noticed(page: Page) -> None:
    await page.set_content('<!doctype html><main><p style="width: 2000px">Wide</p></main>')

    assert await sideways(page)


async def much(world: World) -> None:
    """An installation with long names and reasons, and with things that are late, asked and due."""
    text = MAP.replace("outcome: save_time\n", "outcome: save_time\nreview: 1 week\n", 1)
    text = text.replace("one_of: [pilot, other], ", "", 1)
    async with world.store.transaction() as session:
        await maps.publish(session, "pilot", "Pilot customers", {**FILES, "map.yaml": text}, START, why="y" * 500)
    await mail_hold.turn(world.intake.context, Scope(map="pilot"), FREE, by=ANA, why="z" * 500)
    await world.add(customer("x" * 100, LONG, attributes={"tier": "pilot", "health": 20}))
    await world.add(customer("initech", "Initech", attributes={"tier": "no-map-has-ever-heard-of-this-tier-" * 3}))
    await to_the_question(world)
    await world.move_to(START + 20 * DAY)


async def test_no_page_scrolls_sideways_cuts_a_text_or_keeps_the_keyboard_out(world: World, page: Page) -> None:
    await much(world)
    await sign_in(page)
    places = [
        "/",
        f"/desk/{ANA}",
        f"/desk/{OPS}",
        "/desk/queues",
        "/ops/customers?health_below=99",
        "/ops/customers?status=unmatched",
        "/ops/customers/acme",
        f"/ops/customers/{'x' * 100}",
        "/ops/mail",
        "/ops/mail?status=held",
        "/ops/mail/acme/1/connect/1/opening/1",
        "/ops/maps",
        "/ops/maps/pilot/versions",
        "/ops/maps/pilot/funnel",
        "/ops/audit",
        world.plan(SAM),
        world.question(),
        "/sign-in",
    ]
    complaints = {}
    for place in places:
        await page.goto(place)
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        reached, there = await focus_stops(page)
        missed = [each for each in there if each not in reached]
        found = [*await sideways(page), *await cut_texts(page), *missed]
        if found:
            complaints[place] = found
    assert complaints == {}
