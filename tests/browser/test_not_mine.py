"""A colleague points a customer's request elsewhere, in a browser: a short story, on a desk and on a phone."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from milepost.planner.written_facts import WrittenFact
from tests.browser.looks import complaints
from tests.web.conftest import World
from tests.web.example import ANA, KIM, customer
from tests.web.test_not_mine import POINTING

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_from_the_request_to_the_figure(window: Page, world: World) -> None:
    await world.publish(POINTING)
    await world.add(customer("beta", "Beta Inc"))
    done = WrittenFact(step_done="kickoff", result="held")
    await world.intake.record_fact("beta", done, by=ANA, source="desk")
    wish = WrittenFact(requested="connect", wish="help", note="The invoice is wrong")
    await world.intake.record_fact("beta", wish, by=KIM, source="portal")
    await window.goto(f"/desk/{ANA}?journey=beta/1&task=request/connect/1")
    await window.get_by_role("link", name="Not mine").click()
    await expect(window.get_by_role("heading", level=1)).to_have_text("Not mine")
    looks = await complaints(window, "a request that is for others")
    await window.get_by_label("Support").check()
    await window.get_by_role("button", name="Send it, and close the task").click()
    await expect(window.get_by_text("The customer is told where to turn")).to_be_visible()

    await window.get_by_role("link", name="The reactive share").click()
    looks += await complaints(window, "the reactive share")
    await window.get_by_role("link", name="1 support").first.click()
    await expect(window.get_by_role("heading", name="What was for support")).to_be_visible()
    looks += await complaints(window, "what is behind a figure")

    assert looks == []
