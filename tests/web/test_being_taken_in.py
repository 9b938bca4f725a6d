"""What somebody just did shows at once: taken in, or as being taken in, and nothing of it can be pressed again."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

import httpx
import pytest

from milepost.web import forms
from milepost.web.services import Services
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, KIM

KICKOFF = "acme-1-kickoff-1"
PAGE = "/ops/customers/acme"
PEOPLE = f"{PAGE}?tab=people"


async def done(browser: httpx.AsyncClient) -> httpx.Response:
    """Ana closes the kickoff; returns the page that comes next."""
    hidden = form_in(await browser.get(f"/desk/{ANA}"), "/desk/tasks/done", KICKOFF)
    response = await browser.post("/desk/tasks/done", data={**hidden, "result": "held"})
    return await browser.get(response.headers["location"])


async def no_mail(browser: httpx.AsyncClient) -> httpx.Response:
    hidden = form_in(await browser.get(PEOPLE), f"{PAGE}/mail")
    response = await browser.post(f"{PAGE}/mail", data={**hidden, "contact": KIM, "mail": "none"})
    return await browser.get(response.headers["location"])


async def test_a_task_that_is_being_taken_in_says_so_and_nothing_else(world: World, browser: httpx.AsyncClient) -> None:
    world.journey_client.is_away = True
    assert "Noted as done." in text_of(await done(browser))
    page = await browser.get(f"/desk/{ANA}", params={"journey": "acme/1", "task": "kickoff/1"})
    assert "Kickoff call Noted as done. The journey is taking it in; then this task is gone from here." in text_of(page)
    card = page.text[page.text.index(f'id="{KICKOFF}"') :].split("</article>")[0]
    assert "/desk/tasks/" not in card
    assert "How to do it" not in card

    await world.journey_client.come_back(int(world.at))

    assert "Kickoff call" not in text_of(await browser.get(f"/desk/{ANA}")).split("Just now")[0]


async def test_the_customers_page_says_what_is_being_taken_in_of_a_task(
    world: World, browser: httpx.AsyncClient
) -> None:
    world.journey_client.is_away = True
    await done(browser)
    assert "Kickoff call step done, being taken in" in text_of(await browser.get(PAGE))


async def test_a_form_waits_a_moment_for_its_journey(
    world: World, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a worker: the nudge returns before the journey has taken in anything."""
    nudge, later = world.journey_client.nudge, []

    async def told(journey: str) -> bool:
        later.append(asyncio.create_task(nudge(journey)))
        return True

    monkeypatch.setattr(world.journey_client, "nudge", told)
    page = text_of(await done(browser))
    assert "Noted. Thank you." in page
    assert "Noted as done." not in page
    assert "Due soon" not in page
    assert (await world.task("kickoff/1")).status == "done"
    assert "no mail" in text_of(await no_mail(browser))
    await asyncio.gather(*later)


async def test_a_task_that_is_taken_in_while_the_page_is_read_is_not_on_it(
    world: World, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.journey_client.is_away = True
    await done(browser)
    pending = forms.pending_facts

    async def after_an_advance(served: Services, customers: Collection[str]) -> Any:
        await world.journey_client.come_back(int(world.at))
        return await pending(served, customers)

    monkeypatch.setattr(forms, "pending_facts", after_an_advance)
    page = await browser.get(f"/desk/{ANA}")
    assert (await world.task("kickoff/1")).status == "done"
    assert f'id="{KICKOFF}"' not in page.text


async def test_a_choice_of_mail_shows_before_the_journey_knows_it(world: World, browser: httpx.AsyncClient) -> None:
    world.journey_client.is_away = True
    page = await no_mail(browser)
    assert "no mail being taken in" in text_of(page)
    assert '<option value="none" selected>' in page.text

    await world.journey_client.come_back(int(world.at))

    after = text_of(await browser.get(PEOPLE))
    assert "no mail" in after
    assert "being taken in" not in after


async def test_the_customers_page_has_the_mail_that_waits(world: World, browser: httpx.AsyncClient) -> None:
    assert "Mail None yet." in text_of(await browser.get(PAGE))
    hidden = form_in(await browser.get("/ops/mail"), "/switch")
    await browser.post("/ops/mail/switch", data={"form": hidden["form"], "mail": "held"})
    await world.tell(step_done="kickoff", result="held")

    page = await browser.get(PAGE)

    assert "1 held : it has not left. Connect the first system held" in text_of(page)
    assert 'href="/ops/mail?status=held&amp;customer=acme"' in page.text
    assert 'href="/ops/mail/acme/1/connect/1/opening/1"' in page.text
    assert "None has left yet." in text_of(page)
