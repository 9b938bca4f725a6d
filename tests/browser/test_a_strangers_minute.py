"""A sponsor who sees Milepost for the first time, on a phone, does the next step within a minute.

Nobody is timed here. What they have to read and tap from the beginning of the mail on is counted, and taken at the
pace of somebody who reads every word: an upper bound, as the eye goes to the button.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.looks import PHONE
from tests.browser.shipped_map import address, enrolled, tell
from tests.browser.test_from_mail_to_done import text_of_mail
from tests.web.conftest import World
from tests.web.example import DAY

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORDS_A_MINUTE, SECONDS_A_TAP = 200, 2
MINUTE = 60
SPONSOR = address("sponsor")
ABOVE = """(button) => {
  const bottom = button.getBoundingClientRect().bottom;
  const words = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const box = node.parentElement.getBoundingClientRect();
    const isSeen = box.width > 1 && box.height > 1 && node.parentElement.checkVisibility();
    const every = node.textContent.split(/\\s+/).filter(each => /[\\p{L}\\p{N}]/u.test(each));
    if (isSeen && box.top < bottom) words.push(...every);
  }
  return words;
}"""
"""The words on the page from its top down to the end of a button."""


@dataclass
class Effort:
    """What somebody has done so far: words read, and taps."""

    words: int = 0
    taps: int = 0

    @property
    def seconds(self) -> float:
        return self.words * 60 / WORDS_A_MINUTE + self.taps * SECONDS_A_TAP

    async def tap(self, button: Locator) -> None:
        """Reads everything down to a button, and taps it."""
        self.words += len(await button.evaluate(ABOVE))
        self.taps += 1
        await button.tap()

    async def choose(self, choice: Locator) -> None:
        """Taps something on the way to the button: what stands there is read once, down to the button."""
        self.taps += 1
        await choice.tap()


@pytest_asyncio.fixture(loop_scope="session")
async def phone(chromium: Browser, world: World) -> AsyncIterator[Page]:
    context = await chromium.new_context(
        base_url=world.settings.links_begin_with, viewport=PHONE, has_touch=True, is_mobile=True, locale="en-US"
    )
    context.set_default_timeout(PATIENCE)
    yield await context.new_page()
    await context.close()


async def with_hours_back(world: World) -> None:
    """The reports come out by themselves, and our colleague has counted the hours with the coordinator."""
    await enrolled(world, "enterprise-save-time", tier="enterprise", goal="save_time", single_sign_on=False)
    for step in ("handoff", "book_kickoff", "kickoff", "choose_reports", "build_session", "publish_reports"):
        await tell(world, step_done=step)
        await world.move_to(world.at + 3 * DAY)
    await world.move_to(world.at + 20 * DAY)
    await tell(world, step_done="value_review")
    await world.move_to(world.at + 7 * DAY)


async def from_mail(world: World, phone: Page, effort: Effort, step: str) -> None:
    """Reads the mail about a step from its first word on, and taps its link."""
    text = await text_of_mail(world, step, SPONSOR)
    own = text.partition("\n-- \n")[0]
    effort.words += sum(any(map(str.isalnum, word)) for word in re.sub(r"<a .*?</a>", "", own).split())
    effort.taps += 1
    await phone.set_content(f'<meta name="viewport" content="width=device-width"><pre>{text}</pre>')
    await phone.locator('a[href*="/plan/"]').first.tap()


async def test_a_result_is_confirmed_within_a_minute(world: World, phone: Page) -> None:
    await with_hours_back(world)
    effort = Effort()
    await from_mail(world, phone, effort, "hours_saved")
    await effort.tap(phone.get_by_role("button", name="Yes"))

    await expect(phone.get_by_role("status").first).to_contain_text("Noted. Thank you.")
    assert effort.taps == 2
    assert effort.seconds < MINUTE


async def test_a_form_is_sent_within_a_minute(world: World, phone: Page) -> None:
    await with_hours_back(world)
    await tell(world, answer="hours_saved", verdict="verified", by=SPONSOR)
    await world.move_to(world.at + 30 * DAY)
    effort = Effort()
    await from_mail(world, phone, effort, "tell_others")
    await effort.choose(phone.get_by_label("A review"))
    await effort.tap(phone.locator("form.answers button.main").first)

    await expect(phone.get_by_role("status").first).to_contain_text("Noted. Thank you.")
    assert effort.taps == 3
    assert effort.seconds < MINUTE
