"""A colleague's day, and what is done from it."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import httpx
import pytest

from milepost.customer import Contact
from milepost.planner.written_facts import WrittenAgreement, WrittenFact
from tests.web.conftest import World, form_in, sign_in, text_of
from tests.web.example import ANA, BO, DAY, HOUR, LEA, START, customer

KICKOFF = "acme-1-kickoff-1"


async def day(browser: httpx.AsyncClient, person: str = ANA, task: str = "", journey: str = "acme/1") -> httpx.Response:
    """The day of a person with a task chosen; without one, the first."""
    response = await browser.get(f"/desk/{person}", params={"journey": journey, "task": task} if task else {})
    assert response.status_code == 200
    return response


async def send(browser: httpx.AsyncClient, act: str, task: str = "kickoff/1", **fields: str) -> httpx.Response:
    """Choose a task of the day, fill in one of its forms as it stands on the page, and send it."""
    hidden = form_in(await day(browser, task=task), f"/desk/tasks/{act}")
    return await browser.post(f"/desk/tasks/{act}", data={**hidden, **fields})


async def test_a_task_says_what_for_whom_why_by_when_with_whom_and_how_long(browser: httpx.AsyncClient) -> None:
    page_text = text_of(await day(browser))

    for words in (
        "Acme Ltd",
        "Kickoff call",
        "It belongs to the stage “Getting started”.",
        "Due Wed 4 Mar 2026, 17:00",
        "About 1.5 hours",
        "Invite: Kim Lo (Coordinator), no contact (Administrator)",
        "Times are in America/New York (EST).",
    ):
        assert words in page_text


async def test_a_guest_in_two_roles_is_named_once(browser: httpx.AsyncClient, world: World) -> None:
    await world.add(customer().having(contacts=(Contact("Kim Lo", "kim@acme.example", ("coordinator", "admin")),)))

    assert "Invite: Kim Lo (Coordinator, Administrator)" in text_of(await day(browser))


async def test_the_playbook_is_filled_in_with_the_customers_data(browser: httpx.AsyncClient) -> None:
    page = (await day(browser)).text

    assert "<h3>Before the call</h3>" in page
    assert "Ask Acme Ltd who decides." in page
    assert "<li>Agree who does what by when.</li>" in page


async def test_a_form_that_races_with_the_end_of_the_journey_says_so(world: World, browser: httpx.AsyncClient) -> None:
    hidden = form_in(await day(browser), "/desk/tasks/done", KICKOFF)
    await world.tell(ended="sold")
    response = await browser.post("/desk/tasks/done", data={**hidden, "result": "held"})

    page_text = text_of(await browser.get(response.headers["location"]))
    assert "That was closed in the meantime; nothing has changed." in page_text


async def test_a_task_is_later_then_of_this_week_then_of_today_then_late(
    world: World, browser: httpx.AsyncClient
) -> None:
    assert section_of(await day(browser), KICKOFF) == "week"
    assert section_of(await day(browser, BO), KICKOFF) == ""
    await send(browser, "agree", due="2026-03-11")
    sections = []
    for at in (START, START + 7 * DAY, START + 9 * DAY, START + 9 * DAY + 9 * HOUR, START + 10 * DAY):
        await world.move_to(at)
        sections.append(section_of(await day(browser), KICKOFF))

    assert sections == ["later", "week", "today", "late", "late"]


def section_of(page: httpx.Response, anchor: str) -> str:
    """The section in which a task has its row; empty where it has none."""
    place = page.text.find(f'id="row-{anchor}"')
    starts = re.finditer(r'<section id="(\w+)" class="day', page.text[:place] if place >= 0 else "")
    return [each.group(1) for each in starts][-1] if place >= 0 else ""


async def test_a_late_task_says_so_in_words(world: World, browser: httpx.AsyncClient) -> None:
    await world.move_to(START + 3 * DAY)

    assert "Overdue by 17 hours" in text_of(await day(browser))


async def test_done_with_a_result_closes_the_task_and_keeps_who_did_it(
    world: World, browser: httpx.AsyncClient
) -> None:
    response = await send(browser, "done", result="held", note="Went well.")

    assert response.status_code == 303
    assert response.headers["location"] == f"/desk/{quote(ANA)}?told=noted"
    assert (await world.task("kickoff/1")).status == "done"
    (fact,) = await world.facts()
    assert (fact.data["by"], fact.data["result"], fact.data["note"]) == (ANA, "held", "Went well.")
    assert (await world.journey()).state["customer"]["attributes"]["health"] == 80


@pytest.mark.parametrize("result", ["", "maybe"])
async def test_done_without_one_of_its_results_does_nothing_and_says_what_to_do(
    world: World, browser: httpx.AsyncClient, result: str
) -> None:
    response = await send(browser, "done", result=result)

    assert response.status_code == 422
    assert "Choose how it ended" in text_of(response)
    assert await world.facts() == []


async def test_skipping_takes_a_reason(world: World, browser: httpx.AsyncClient) -> None:
    refused = await send(browser, "skip", reason=" ")
    accepted = await send(browser, "skip", reason="They know us")

    assert (refused.status_code, accepted.status_code) == (422, 303)
    assert (await world.task("kickoff/1")).status == "skipped"
    assert [entry.data["why"] for entry in await world.timeline() if entry.kind == "step_skipped"] == ["They know us"]


async def test_a_task_that_is_put_off_escalates_to_nobody_before_its_day(
    world: World, browser: httpx.AsyncClient
) -> None:
    await send(browser, "snooze", until="2026-03-20")
    await world.move_to(START + 14 * DAY)

    assert (await world.task("kickoff/1")).escalated_to is None
    assert any(entry.kind == "step_snoozed" for entry in await world.timeline())


@pytest.mark.parametrize("until", ["", "soon", "2026-02-30", "2026-03-02", "2020-01-01", "9999-12-31"])
async def test_a_task_is_put_off_to_a_day_that_is_ahead(world: World, browser: httpx.AsyncClient, until: str) -> None:
    response = await send(browser, "snooze", until=until)

    assert response.status_code == 422
    assert re.search("That isn't a date|That day isn't in the future", text_of(response))
    assert 'name="until" min="2026-03-03"' in (await day(browser)).text
    assert await world.facts() == []


async def test_a_task_that_is_handed_over_is_on_the_other_ones_day(world: World, browser: httpx.AsyncClient) -> None:
    response = await send(browser, "hand-over", person=BO.upper())

    assert "an address under which nobody works here" in text_of(await browser.get(response.headers["location"]))
    assert "Kickoff call" not in text_of(await day(browser))
    assert "Kickoff call" in text_of(await day(browser, BO))
    assert (await world.task("kickoff/1")).person == BO


async def test_a_task_that_is_handed_to_a_colleague_is_said_to_be_theirs(
    world: World, browser: httpx.AsyncClient
) -> None:
    response = await send(browser, "hand-over", person=LEA)

    assert "It is on their desk now." in text_of(await browser.get(response.headers["location"]))
    assert (await world.task("kickoff/1")).person == LEA


async def test_an_address_that_names_nobody_is_no_empty_day(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/desk/wating")

    assert page.status_code == 404
    assert "All clear" not in text_of(page)


async def test_a_task_is_not_handed_to_what_is_no_address(world: World, browser: httpx.AsyncClient) -> None:
    assert (await send(browser, "hand-over", person="Bo")).status_code == 422
    assert await world.facts() == []


async def test_a_form_that_is_sent_twice_tells_one_fact(world: World, browser: httpx.AsyncClient) -> None:
    hidden = form_in(await day(browser), "/desk/tasks/done", KICKOFF)
    await world.tell(agreed={"set_up": WrittenAgreement(person=ANA)})
    world.journey_client.is_away = True
    first = await browser.post("/desk/tasks/done", data={**hidden, "result": "held"})
    second = await browser.post("/desk/tasks/done", data={**hidden, "result": "held"})

    assert first.headers["location"].endswith("told=later")
    assert second.headers["location"].endswith("told=again")
    assert [fact.kind for fact in await world.facts()] == ["step_done", "agreed"]


async def test_a_double_click_on_done_is_not_told_that_somebody_else_was_faster(
    world: World, browser: httpx.AsyncClient
) -> None:
    hidden = form_in(await day(browser), "/desk/tasks/done", KICKOFF)
    for told in ("noted", "again"):
        response = await browser.post("/desk/tasks/done", data={**hidden, "result": "held", "note": "All there."})
        assert response.headers["location"].endswith(f"told={told}")

    assert [fact.kind for fact in await world.facts()] == ["step_done"]


async def test_a_note_on_a_task_that_somebody_else_closed_meanwhile_is_kept(
    world: World, browser: httpx.AsyncClient
) -> None:
    hidden = form_in(await day(browser), "/desk/tasks/done", KICKOFF)
    await world.tell(step_done="kickoff", result="held")
    for _ in range(2):
        response = await browser.post("/desk/tasks/done", data={**hidden, "result": "held", "note": "Kim decides."})
        assert response.headers["location"].endswith("told=note_kept")

    assert "Your note is kept" in text_of(await browser.get(response.headers["location"]))
    notes = [fact.data for fact in await world.facts() if fact.kind == "note"]
    assert [(note["text"], note["about"], note["by"]) for note in notes] == [("Kim decides.", "kickoff", ANA)]


async def test_a_task_that_somebody_else_closed_meanwhile_stays_as_it_is(
    world: World, browser: httpx.AsyncClient
) -> None:
    hidden = form_in(await day(browser), "/desk/tasks/done", KICKOFF)
    await world.tell(step_done="kickoff", result="held")
    response = await browser.post("/desk/tasks/done", data={**hidden, "result": "refused"})

    assert response.headers["location"].endswith("told=closed")
    assert len(await world.facts()) == 1


async def test_what_was_told_shows_at_once_while_the_engine_is_away(world: World, browser: httpx.AsyncClient) -> None:
    world.journey_client.is_away = True
    response = await send(browser, "done", result="held")
    page = await browser.get(response.headers["location"])

    assert "It is written down. The engine can't be reached right now" in text_of(page)
    assert "Noted as done." in text_of(page)
    assert 'action="/desk/tasks/done"' not in page.text[page.text.index(KICKOFF) :]

    await world.journey_client.come_back(int(world.at))
    assert (await world.task("kickoff/1")).status == "done"


async def test_a_task_without_a_person_waits_in_its_teams_queue(world: World, browser: httpx.AsyncClient) -> None:
    page = await browser.get("/desk/queues")

    assert "Set up the workspace" in text_of(page)
    assert "Solutions engineer: not assigned" in text_of(page)
    await browser.post(
        "/desk/tasks/hand-over", data={**form_in(page, "/desk/tasks/hand-over", "acme-1-set_up-1"), "person": ANA}
    )
    assert (await world.task("set_up/1")).person == ANA


async def test_a_late_task_comes_to_whom_it_was_escalated(world: World, browser: httpx.AsyncClient) -> None:
    await world.move_to(START + 7 * DAY)

    assert "It is late, so it came to you as Head of customer success; Ana Ruiz has it." in text_of(
        await day(browser, LEA)
    )
    assert "It is late, so the Head of customer success was told." in text_of(await day(browser))


async def test_a_task_of_a_play_names_the_play(world: World, browser: httpx.AsyncClient) -> None:
    await world.tell(set={"health": 20})

    assert "The risk play “Win them back” is open." in text_of(await day(browser))


async def test_a_task_that_the_engine_made_is_done_with_a_note(world: World, browser: httpx.AsyncClient) -> None:
    await world.move_to(START + 45 * DAY)
    await sign_in(browser, ANA)
    page = await day(browser, task="stuck/start/1")
    assert "The stage “Getting started” has been open longer than planned." in text_of(page)
    assert "/desk/tasks/skip" not in page.text

    response = await send(browser, "done", "stuck/start/1", note="Called them.")

    assert response.headers["location"].endswith("told=noted")
    assert (await world.task("stuck/start/1")).status == "done"


async def test_a_task_for_a_missing_contact_names_the_persona(world: World) -> None:
    await world.add(customer("globex", "Globex", contacts=()))
    await world.intake.record_fact("globex", WrittenFact(step_done="kickoff", result="held"))
    async with world.client() as client:
        overview = await client.get(f"/desk/{ANA}")
        [task] = re.findall(r'href="([^"]+task=contact[^"]+)"', overview.text)
        page = await client.get(unescape(task))

    assert "A message is waiting: the customer has no “Coordinator”." in text_of(page)


async def test_a_paused_journeys_tasks_are_not_late(world: World, browser: httpx.AsyncClient) -> None:
    await world.tell(paused=True)
    await world.move_to(START + 30 * DAY)
    page_text = text_of(await day(browser))

    assert "Paused" in page_text
    assert "Overdue by" not in page_text


async def test_looking_at_somebody_elses_day_is_said_and_acts_in_ones_own_name(
    world: World, browser: httpx.AsyncClient
) -> None:
    await sign_in(browser, BO)
    page = await day(browser)
    assert "This is somebody else\u2019s day." in text_of(page)

    hidden = form_in(page, "/desk/tasks/done", KICKOFF)
    response = await browser.post("/desk/tasks/done", data={**hidden, "result": "held"})

    assert response.headers["location"] == f"/desk/{quote(ANA)}?told=noted"
    assert (await world.facts())[0].data["by"] == BO


async def test_looking_at_pages_changes_nothing(world: World, browser: httpx.AsyncClient) -> None:
    before = await world.everything()
    for path in ("/", "/desk", f"/desk/{ANA}", "/desk/queues", "/ops/customers", "/ops/customers/acme", "/ops/mail"):
        await browser.get(path)

    assert await world.everything() == before
