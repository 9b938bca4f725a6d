"""What customers do, from the mail on, on the real stack: on a desk and on a phone, with scripts and without."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.stories import ANA, PASSWORD, Stories, html_of, link_of, looked_at, opened
from tests.web.file_forms import PDF

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

OWN = {
    "desk-js": ("desk", True), "desk": ("desk", False), "phone-js": ("phone", True), "phone": ("phone", False),
}  # fmt: skip
each = pytest.mark.parametrize("name", OWN)
"""Each size, with scripts and without."""
STORIES = {"does": "en", "asks": "en", "nein": "en", "weg": "en", "away": "en", "kunde": "de"}
"""The stories whose customers are changed by them, with the language of their people."""
TITLES = ("Tell us where your hours go", "Send the signed contract", "Choose the day of the launch")
"""The coordinator's steps with a form."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stories(real_server: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stories]:
    customers = {f"{story}-{name}": language for story, language in STORIES.items() for name in OWN}
    company = Stories(tmp_path_factory.mktemp("stories"), customers)
    yield company
    company.close()


async def from_mail(page: Page, stories: Stories, address: str, subject: str, link: str) -> None:
    """Opens a mail as its reader's program shows it, and follows its button."""
    await page.set_content(html_of(await stories.mail(address, subject)))
    await page.get_by_role("link", name=link).click()


async def noted(page: Page) -> None:
    await expect(page.get_by_role("status").first).to_contain_text("Noted. Thank you.")


async def next_is(page: Page, title: str) -> None:
    """Waits until this is the next step: the journey takes in what was done before within moments."""
    heading = page.locator(".card.next h2")
    for _ in range(20):
        if await heading.inner_text() == title:
            return
        await page.wait_for_timeout(250)
        await page.reload()
    await expect(heading).to_have_text(title)


async def taken_in(page: Page) -> None:
    """Waits until the journey has taken in the answer, to which something may be added from then on."""
    form = page.locator("section[aria-labelledby=more]")
    for _ in range(20):
        if await form.count():
            return
        await page.wait_for_timeout(250)
        await page.reload()
    await expect(form).to_be_visible()


async def sign_in(page: Page) -> None:
    """The colleague signs in: the mail goes out, so there is a password."""
    await page.goto("/sign-in?next=/desk")
    await page.get_by_label("Your mail address").fill(ANA)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in with the password").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Your day")


@each
async def test_the_coordinator_does_every_step_from_the_first_mail_on(
    chromium: Browser, stories: Stories, tmp_path: Path, name: str
) -> None:
    look, scripts = OWN[name]
    context = await opened(chromium, stories, look, scripts=scripts)
    page = await context.new_page()
    await from_mail(page, stories, f"kim@does-{name}.example", "Your first step", "Connect it")
    await next_is(page, "Connect the first system")
    await looked_at(page, f"{look}-plan", scripts=scripts)
    await page.locator(".card.next button.main").click()
    await noted(page)

    await next_is(page, "Tell us where your hours go")
    await page.get_by_label("Hours a week").first.fill("many")
    await page.locator("form.answers button.main").first.click()
    await expect(page.get_by_label("Hours a week").first).to_have_value("many")
    await looked_at(page, f"{look}-form-refused", scripts=scripts)
    await page.get_by_label("Hours a week").first.fill("12,5")
    await page.get_by_label("Sales").first.check()
    await page.locator("form.answers button.main").first.click()
    await noted(page)

    await next_is(page, "Send the signed contract")
    contract = tmp_path / "contract.pdf"
    contract.write_bytes(PDF)
    await page.locator('input[type="file"]').first.set_input_files(contract)
    await looked_at(page, f"{look}-file", scripts=scripts)
    await page.locator("form.answers button.main").first.click()
    await noted(page)

    await next_is(page, "Choose the day of the launch")
    await looked_at(page, f"{look}-third-form", scripts=scripts)
    await page.locator("form.answers").get_by_label("The day").fill("2031-05-14")
    await page.locator("form.answers button.main").first.click()
    await noted(page)
    await expect(page.locator(".calm")).to_contain_text("Nothing right now, Kim Lo.")
    await page.locator("#done").click()
    for title in TITLES:
        await expect(page.locator(".done li", has_text=title)).to_be_visible()
    await page.locator(".done li", has_text=TITLES[-1]).get_by_role("link").click()
    await expect(page.get_by_label("The day")).to_have_value("2031-05-14")
    await looked_at(page, f"{look}-three-sent", scripts=scripts)
    await context.close()


@each
async def test_what_is_agreed_at_the_kickoff_is_mailed_and_said_yes_to(
    chromium: Browser, stories: Stories, name: str
) -> None:
    look, scripts = OWN[name]
    customer = f"kunde-{name}"
    context = await opened(chromium, stories, look, scripts=scripts)
    page = await context.new_page()
    await sign_in(page)
    await page.goto(f"/desk/agreement/{customer}")
    await page.locator('input[type="date"]').first.fill("2031-06-02")
    await looked_at(page, f"{look}-agreement-desk", scripts=scripts)
    await page.get_by_role("button", name="Save what we agreed").click()
    await expect(page.locator('input[type="date"]').first).to_have_value("2031-06-02")
    await page.get_by_role("button", name="Mail what was agreed").click()
    mail = await stories.mail(f"sam@{customer}.example", "Unsere Vereinbarung")
    await page.goto(link_of(mail, "/agreement"))
    await expect(page.get_by_role("heading", level=1)).to_have_text("Was wir vereinbart haben")
    await looked_at(page, f"{look}-agreement", scripts=scripts)
    await page.locator("main button.main").click()
    await expect(page.get_by_text("Alles ist vereinbart").first).to_be_visible()
    await looked_at(page, f"{look}-agreement-agreed", scripts=scripts)
    await context.close()


@each
async def test_another_date_is_proposed_and_the_colleague_agrees(
    chromium: Browser, stories: Stories, name: str
) -> None:
    look, scripts = OWN[name]
    customer = f"asks-{name}"
    context = await opened(chromium, stories, look, scripts=scripts)
    page = await context.new_page()
    await from_mail(page, stories, f"kim@{customer}.example", "Your first step", "Connect it")
    plan = page.url
    card = page.locator(".card.next")
    await card.locator("summary", has_text="Another date").click()
    await card.get_by_label("Which day suits you?").fill("2031-05-14")
    await card.get_by_role("button", name="Propose this day").click()
    await expect(page.get_by_role("status").first).to_contain_text("Thank you.")
    await looked_at(page, f"{look}-proposed", scripts=scripts)

    desk = await (await opened(chromium, stories, look, scripts=scripts)).new_page()
    await sign_in(desk)
    await desk.locator("a.row", has_text=f"{customer.title()} Ltd").filter(has_text="another date").first.click()
    card = desk.locator("article", has_text=f"{customer.title()} Ltd").filter(has_text="2031").first
    await card.get_by_role("button", name="Agree to").click()
    await desk.context.close()

    await page.goto(plan)
    await expect(page.locator("#connect")).to_contain_text("May 14, 2031")
    await looked_at(page, f"{look}-agreed", scripts=scripts)
    await context.close()


@each
async def test_the_sponsor_confirms_what_the_coordinator_may_not_and_shows_it_to_others(
    chromium: Browser, stories: Stories, name: str
) -> None:
    look, scripts = OWN[name]
    context = await opened(chromium, stories, look, scripts=scripts)
    page = await context.new_page()
    request = await stories.mail(f"sam@does-{name}.example", "Is it faster?")
    first = await stories.mail(f"kim@does-{name}.example", "Your first step")
    await page.goto(link_of(first, "/plan/") + "/outcomes/faster")
    await expect(page.get_by_text("This is for Sam Poe (Executive sponsor) to answer.")).to_be_visible()
    await page.locator("summary", has_text="Answer on their behalf").click()
    await page.get_by_role("button", name="Yes").click()  # the browser asks for the reason
    await page.goto(link_of(first, "/plan/") + "/outcomes/faster")
    await expect(page.get_by_text("This is for Sam Poe (Executive sponsor) to answer.")).to_be_visible()
    await looked_at(page, f"{look}-not-yours", scripts=scripts)

    await page.set_content(html_of(request))
    await page.get_by_role("link", name="Yes, partly, or not yet").click()
    await looked_at(page, f"{look}-question", scripts=scripts)
    await page.get_by_role("button", name="Yes").click()
    await noted(page)
    await taken_in(page)
    await page.get_by_label("Hours saved a week (h)").fill("8,5")
    await page.get_by_label("In a sentence").fill("Since May")
    await page.get_by_label("My name may stand beside this result").check()
    await looked_at(page, f"{look}-more", scripts=scripts)
    await page.locator("section[aria-labelledby=more] button.main").click()

    await page.goto(link_of(request, "/plan/").partition("/outcomes")[0] + "/proof")
    await expect(page.get_by_text("Confirmed: 8.5 h")).to_be_visible()
    await page.get_by_role("button", name="Make a link to forward").click()
    shared = await page.get_by_label("Your link of").input_value()
    await looked_at(page, f"{look}-proof", scripts=scripts)
    await context.close()

    finance = await opened(chromium, stories, look, scripts=scripts)
    page = await finance.new_page()
    await page.goto(shared)
    for words in ("Confirmed: 8.5 h", "Sam Poe,", "Since May"):
        await expect(page.get_by_text(words)).to_be_visible()
    assert await page.locator("form").count() == 0
    await looked_at(page, f"{look}-forwarded", scripts=scripts)
    await finance.close()


@each
async def test_the_coordinator_answers_for_the_sponsor_and_operations_see_that_somebody_else_was_asked(
    chromium: Browser, stories: Stories, name: str
) -> None:
    look, scripts = OWN[name]
    customer, why = f"away-{name}", "Sam is on leave until May"
    context = await opened(chromium, stories, look, scripts=scripts)
    page = await context.new_page()
    await from_mail(page, stories, f"kim@{customer}.example", "Your first step", "Connect it")
    plan = page.url
    await page.locator(".card.next button.main").click()
    await noted(page)
    await stories.mail(f"sam@{customer}.example", "Is it faster?")
    await page.goto(f"{plan}/outcomes/faster")
    await page.locator("summary", has_text="Answer on their behalf").click()
    await page.get_by_role("button", name="Yes").click()
    reason = page.get_by_label("Why do you answer for them?")
    await expect(reason).to_be_focused()  # the browser asks for it
    await reason.fill(why)
    await looked_at(page, f"{look}-on-behalf", scripts=scripts)
    await page.get_by_role("button", name="Yes").click()
    await noted(page)
    await expect(page.get_by_text("This is for Sam Poe (Executive sponsor) to answer.")).to_have_count(0)
    await looked_at(page, f"{look}-answered-on-behalf", scripts=scripts)

    desk = await (await opened(chromium, stories, look, scripts=scripts)).new_page()
    await sign_in(desk)
    await desk.goto(f"/ops/customers/{customer}?tab=results")
    said = f"asked of Sam Poe, by Kim Lo on behalf of Sam Poe ({why})"
    await expect(desk.get_by_text(said).first).to_be_visible()
    await looked_at(desk, f"{look}-mismatch", scripts=scripts)
    await desk.goto("/ops/results")
    line = desk.locator("tr", has_text=f"{customer.title()} Ltd")
    for words in ("Kim Lo for Sam Poe", "not who was asked", "asked: Sam Poe", why):
        await expect(line).to_contain_text(words)
    await looked_at(desk, f"{look}-results", scripts=scripts)
    await desk.context.close()
    await context.close()


async def whole_plan(page: Page, wanted: str) -> None:
    """Goes on to the plan, and waits until it has what is wanted: a step of the play stands there within moments."""
    await page.get_by_role("link", name="See the whole plan").click()
    for _ in range(20):
        if await page.get_by_text(wanted).count():
            break
        await page.wait_for_timeout(250)
        await page.reload()
    await expect(page.get_by_text(wanted).first).to_be_visible()


async def nothing_of_ours(page: Page) -> None:
    """What we call it when a customer is at risk is nothing for their eyes."""
    words = (await page.locator("body").inner_text()).lower()
    assert not [word for word in ("rescue", "risk", "play", "hear what is missing") if word in words]


@each
async def test_a_dispute_is_one_click_its_words_reach_the_colleague_and_what_is_missing_is_put_right(
    chromium: Browser, stories: Stories, name: str
) -> None:
    look, scripts = OWN[name]
    context = await opened(chromium, stories, look, scripts=scripts)
    page = await context.new_page()
    await from_mail(page, stories, f"kim@nein-{name}.example", "Your first step", "Connect it")
    await page.locator(".card.next button.main").click()
    await noted(page)
    await from_mail(page, stories, f"sam@nein-{name}.example", "Is it faster?", "Yes, partly, or not yet")
    await page.get_by_role("button", name="Not yet").click()
    await noted(page)
    await taken_in(page)
    await expect(page.get_by_text("Ana Ruiz sees your answer and will get in touch.")).to_be_visible()
    await page.get_by_label("What is missing?").fill("Finance still copies by hand")
    await looked_at(page, f"{look}-dispute", scripts=scripts)
    await page.locator("section[aria-labelledby=more] button.main").click()
    await whole_plan(page, "Tell us when we can call you")
    await next_is(page, "Tell us when we can call you")
    await expect(page.get_by_text("Ana Ruiz is working on what you told us about the results.")).to_be_visible()
    await nothing_of_ours(page)
    await looked_at(page, f"{look}-put-right", scripts=scripts)
    await page.get_by_label("A good time").fill("Thursday at ten")
    await page.locator("form.answers button.main").first.click()
    await noted(page)

    desk = await (await opened(chromium, stories, look, scripts=scripts)).new_page()
    await sign_in(desk)
    await desk.goto(f"/ops/customers/nein-{name}?tab=results")
    for words in ("Finance still copies by hand", "Thursday at ten"):
        await expect(desk.get_by_text(words).first).to_be_visible()
    await desk.goto("/desk")
    await (
        desk.locator("a.row", has_text=f"Nein-{name.title()} Ltd").filter(has_text="Hear what is missing").first.click()
    )
    call = desk.locator("article", has_text="Hear what is missing")
    await expect(call.get_by_text("Finance still copies by hand").first).to_be_visible()
    await call.get_by_role("button", name="Done", exact=True).click()
    await desk.context.close()

    await from_mail(page, stories, f"sam@nein-{name}.example", "Is it there now?", "Yes, partly, or not yet")
    await page.get_by_role("button", name="Yes").click()
    await noted(page)
    await taken_in(page)
    await whole_plan(page, "✓ Confirmed")
    await nothing_of_ours(page)
    await looked_at(page, f"{look}-all-right", scripts=scripts)
    await context.close()


@each
async def test_unsubscribing_takes_one_page_and_one_choice(chromium: Browser, stories: Stories, name: str) -> None:
    look, scripts = OWN[name]
    context = await opened(chromium, stories, look, scripts=scripts)
    page = await context.new_page()
    mail = await stories.mail(f"kim@weg-{name}.example", "Your first step")
    await page.goto(link_of(mail, "/preferences/"))
    await page.get_by_label("No mails").check()
    await looked_at(page, f"{look}-preferences", scripts=scripts)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status")).to_have_text("Saved. Your choice counts from now on.")
    await context.close()


@each
async def test_a_german_reader_reads_german(chromium: Browser, stories: Stories, name: str) -> None:
    look, scripts = OWN[name]
    context = await opened(chromium, stories, look, scripts=scripts)
    page = await context.new_page()
    await from_mail(page, stories, f"kim@kunde-{name}.example", "Ihr erster Schritt", "Verbinden")
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await expect(page.get_by_text("Ihr nächster Schritt")).to_be_visible()
    await looked_at(page, f"{look}-german", scripts=scripts)
    await context.close()
