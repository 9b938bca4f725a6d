"""A form about a task that is refused comes back beside its task, with what was typed and why."""

from __future__ import annotations

import re
from collections.abc import Mapping

import httpx
import pytest

from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, BO, customer

KICKOFF = {"journey": "acme/1", "task": "kickoff/1"}


async def refused(
    browser: httpx.AsyncClient, form: str, typed: Mapping[str, str], desk: str = f"/desk/{ANA}", task: str = "kickoff/1"
) -> httpx.Response:
    page = await browser.get(desk, params={**KICKOFF, "task": task})
    return await browser.post(f"/desk/tasks/{form}", data={**form_in(page, f"/desk/tasks/{form}"), **typed})


@pytest.mark.parametrize(
    ("form", "typed", "why"),
    [
        ("done", {"result": "maybe", "note": "A long <story>", "evidence": "the minutes"}, "needs a result."),
        ("skip", {"reason": "   "}, "The reason is missing."),
        ("snooze", {"until": "2026-02-30", "reason": "They are <away>"}, "That isn't a date."),
        ("snooze", {"until": "2026-03-01", "reason": "Too early"}, "That day isn't in the future."),
        ("hand-over", {"person": "bo at vendor"}, "That isn't a mail address."),
        ("agree", {"due": "2026-03-11", "time": "25:00", "minutes": "45"}, "time"),
    ],
)
async def test_the_task_is_beside_what_was_typed_and_why_it_is_refused(
    world: World, browser: httpx.AsyncClient, form: str, typed: Mapping[str, str], why: str
) -> None:
    page = await refused(browser, form, typed)

    assert page.status_code == 422
    text = text_of(page)
    assert why in text
    assert "Go back" not in text
    assert re.search(r'<article class="card task[^"]*" id="acme-1-kickoff-1"', page.text)
    assert 'aria-current="true"' in page.text
    kept = [value for name, value in typed.items() if name != "result" and value.strip()]
    for value in kept:
        assert value.replace("<", "&lt;").replace(">", "&gt;") in page.text, value
    if form != "done":
        opened = rf'<details[^>]* open>(?:(?!</details>).)*role="alert"(?:(?!</details>).)*action="/desk/tasks/{form}"'
        assert re.search(opened, page.text, re.DOTALL)
    assert page.text.count('role="alert"') == 1
    assert await world.facts() == []
    assert form_in(page, "/desk/tasks/done")["next"].startswith("/desk/")


async def test_what_is_mended_there_counts_and_leads_on(world: World, browser: httpx.AsyncClient) -> None:
    await world.add(customer("c1", "Co 1"))
    page = await refused(browser, "done", {"note": "Went well."})
    again = {**form_in(page, "/desk/tasks/done"), "note": "Went well.", "result": "held"}

    mended = await browser.post("/desk/tasks/done", data=again)

    assert mended.status_code == 303
    assert "task=kickoff" in mended.headers["location"]
    assert "c1" in mended.headers["location"]
    [fact] = await world.facts()
    assert (fact.data["result"], fact.data["note"]) == ("held", "Went well.")


async def test_a_form_of_the_queues_comes_back_on_the_queues(world: World, browser: httpx.AsyncClient) -> None:
    page = await refused(browser, "hand-over", {"person": "nobody"}, "/desk/queues", "set_up/1")

    assert page.status_code == 422
    assert "Tasks without an owner" in text_of(page)
    assert 'value="nobody"' in page.text


async def test_where_the_task_went_elsewhere_meanwhile_the_refusal_is_said_all_the_same(
    world: World, browser: httpx.AsyncClient
) -> None:
    page = await browser.get(f"/desk/{ANA}", params=KICKOFF)
    sent = {**form_in(page, "/desk/tasks/skip"), "reason": " "}
    await refused(browser, "hand-over", {"person": BO})

    late = await browser.post("/desk/tasks/skip", data=sent)

    assert late.status_code == 422
    assert "The reason is missing." in text_of(late)
    assert "Kickoff call" not in text_of(late)


async def test_a_form_that_is_sent_from_elsewhere_has_a_page_of_its_own(
    world: World, browser: httpx.AsyncClient
) -> None:
    page = await browser.get(f"/desk/{ANA}", params=KICKOFF)
    sent = {**form_in(page, "/desk/tasks/skip"), "reason": " "}

    elsewhere = await browser.post("/desk/tasks/skip", data={**sent, "next": "/ops/customers/acme"})
    forged = await browser.post("/desk/tasks/skip", data={**sent, "form": "x"})

    assert (elsewhere.status_code, forged.status_code) == (422, 403)
    assert "The reason is missing. Go back and write it." in text_of(elsewhere)
