"""What a customer says about a step besides "done": on the plan, and on the desk of whoever answers."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from milepost.intake.errors import NotTheirStepError
from milepost.planner.written_facts import WrittenFact
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, KIM, SAM

CARD = "acme-1-request-connect-1"


@pytest.fixture
async def asked(world: World) -> World:
    """Kim is to connect the first system."""
    await world.tell(step_done="kickoff", result="held")
    return world


def say_form(page: httpx.Response, title: str) -> dict[str, str]:
    return form_in(page, "/say", f"<summary>{title}<")


async def say(world: World, visitor: httpx.AsyncClient, title: str, **fields: str) -> httpx.Response:
    hidden = say_form(await visitor.get(world.plan()), title)
    return await visitor.post(f"{world.plan()}/say", data={**hidden, **fields})


async def told(world: World) -> list[dict[str, Any]]:
    return [row.data for row in await world.facts() if row.source == "portal"]


async def on_the_desk(browser: httpx.AsyncClient, act: str, button: str = "", **fields: str) -> httpx.Response:
    page = await browser.get(f"/desk/{ANA}")
    hidden = form_in(page, f"/desk/tasks/{act}", button or CARD)
    return await browser.post(f"/desk/tasks/{act}", data={**hidden, **fields})


async def test_under_each_own_step_stands_done_first_and_then_what_else_may_be_said(
    asked: World, visitor: httpx.AsyncClient
) -> None:
    page = await visitor.get(asked.plan())
    buttons = ["Mark as done", "I need help", "Another date", "Somebody else does it", "Leave a note"]
    places = [page.text.index(each) for each in buttons]
    assert places == sorted(places)
    looker_on = await visitor.get(asked.plan(contact=SAM))
    assert "I need help" not in looker_on.text


async def test_help_reaches_a_colleague_with_the_words_and_the_answer_comes_back(
    asked: World, visitor: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    response = await say(asked, visitor, "I need help", note="Where is the <b>key</b>?")
    assert response.headers["location"] == f"{asked.plan()}?told=asked"
    assert [fact["wish"] for fact in await told(asked)] == ["help"]
    plan = text_of(await visitor.get(asked.plan()))
    assert "You asked for help on Mon, Mar 2, 2026. Where is the <b>key</b>?" in plan
    assert "Mark as done" in plan

    desk = text_of(await browser.get(f"/desk/{ANA}"))
    assert "Answer the customer about “Connect the first system”: they want help" in desk
    assert "Kim Lo wants help with this" in desk
    assert "Where is the <b>key</b>?" in desk
    assert "Decline" not in desk[desk.index("Answer the customer") :]

    await on_the_desk(browser, "answer", note="In your settings")
    plan = text_of(await visitor.get(asked.plan()))
    assert "Ana Ruiz answered on Mon, Mar 2, 2026: In your settings" in plan
    assert "Answer the customer" not in text_of(await browser.get(f"/desk/{ANA}"))


async def test_a_date_is_agreed_to_with_one_click(
    asked: World, visitor: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    await say(asked, visitor, "Another date", due="2026-03-13", note="We move house")
    assert "Agree to Fri 13 Mar 2026" in text_of(await browser.get(f"/desk/{ANA}"))
    response = await on_the_desk(browser, "accept")

    assert response.status_code == 303
    plan = text_of(await visitor.get(asked.plan()))
    assert "due Fri, Mar 13, 2026" in plan
    assert "Ana Ruiz: Fri, Mar 13, 2026 works for us." in plan


async def test_a_date_that_the_customer_changed_meanwhile_is_not_agreed_to(
    asked: World, visitor: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    await say(asked, visitor, "Another date", due="2026-03-13")
    hidden = form_in(await browser.get(f"/desk/{ANA}"), "/desk/tasks/accept", CARD)
    await say(asked, visitor, "Another date", due="2026-03-16")
    response = await browser.post("/desk/tasks/accept", data=hidden)

    assert response.status_code == 409
    assert "proposes something else by now" in text_of(response)
    assert not [row for row in await asked.facts() if row.kind == "agreed"]


async def test_no_is_a_sentence_on_the_plan(
    asked: World, visitor: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    await say(asked, visitor, "Another date", due="2026-03-13")
    refused = await on_the_desk(browser, "answer", "<summary>Decline<", note=" ")
    assert refused.status_code == 422
    await on_the_desk(browser, "answer", "<summary>Decline<", note="We are closed then")

    plan = text_of(await visitor.get(asked.plan()))
    assert "Ana Ruiz, on Mon, Mar 2, 2026: I'm sorry, that doesn't work. We are closed then" in plan


async def test_somebody_else_becomes_a_contact_and_may_act(
    asked: World, visitor: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    await say(asked, visitor, "Somebody else does it", name="Bo Lee", email="bo@acme.example")
    assert "says that Bo Lee (bo@acme.example) does this" in text_of(await browser.get(f"/desk/{ANA}"))
    await on_the_desk(browser, "accept")

    contacts = (await asked.journey()).state["customer"]["contacts"]
    assert (contacts[-1]["name"], contacts[-1]["personas"]) == ("Bo Lee", ["coordinator"])
    assert "Mark as done" in (await visitor.get(asked.plan(contact="bo@acme.example"))).text
    assert "from now on Bo Lee does it" in text_of(await visitor.get(asked.plan()))


async def test_a_note_stands_on_the_plan_and_ours_never_do(asked: World, visitor: httpx.AsyncClient) -> None:
    response = await say(asked, visitor, "Leave a note", note="We begin on Friday")
    assert response.headers["location"].endswith("?told=noted")
    await asked.tell(note="They dawdle", about="connect", by=ANA)
    plan = text_of(await visitor.get(asked.plan()))
    assert "You wrote on Mon, Mar 2, 2026: We begin on Friday" in plan
    assert "dawdle" not in plan


@pytest.mark.parametrize(
    ("title", "fields", "says"),
    [
        ("Another date", {"note": "Sorry"}, "Please choose a day."),
        ("Another date", {"due": "13.3.2026", "note": "Sorry"}, "Please choose a day."),
        ("Another date", {"due": "2026-03-01", "note": "Sorry"}, "That day is past."),
        (
            "Somebody else does it",
            {"name": "Bo", "email": "bo at acme", "note": "Sorry"},
            "Please write a mail address",
        ),
        ("Somebody else does it", {"email": "bo@acme.example", "note": "Sorry"}, "Please write who does it."),
        ("Leave a note", {"note": "  "}, "Please write something."),
    ],
)
async def test_a_mistake_stands_at_its_field_and_what_was_typed_is_kept(
    asked: World, visitor: httpx.AsyncClient, title: str, fields: dict[str, str], says: str
) -> None:
    response = await say(asked, visitor, title, **fields)
    assert response.status_code == 422
    assert says in text_of(response)
    assert re.search(r'aria-invalid="true" aria-describedby="say-connect-\w+-\w+-wrong"', response.text)
    for name, value in fields.items():
        assert value.strip() in response.text, name
    assert not await told(asked)
    again = form_in(response, "/say")
    fixed = {"due": "2026-03-20", "name": "Bo", "email": "bo@acme.example", "note": "Now"}
    assert (await visitor.post(f"{asked.plan()}/say", data={**again, **fixed})).status_code == 303


async def test_what_is_sent_twice_counts_once_and_what_is_closed_keeps_the_words(
    asked: World, visitor: httpx.AsyncClient
) -> None:
    page = await visitor.get(asked.plan())
    help_, date = say_form(page, "I need help"), say_form(page, "Another date")
    await visitor.post(f"{asked.plan()}/say", data={**help_, "note": "How?"})
    second = await visitor.post(f"{asked.plan()}/say", data={**help_, "note": "How?"})
    assert second.headers["location"].endswith("?told=again")
    await asked.tell(step_done="connect", by=ANA)
    closed = await visitor.post(f"{asked.plan()}/say", data={**date, "due": "2026-03-20", "note": "We move"})
    assert closed.status_code == 422
    assert "done or closed in the meantime" in text_of(closed)
    assert "We move" in closed.text


async def test_another_persons_step_a_foreign_form_and_another_link_are_refused(
    asked: World, visitor: httpx.AsyncClient
) -> None:
    hidden = say_form(await visitor.get(asked.plan()), "I need help")
    stolen = await visitor.post(f"{asked.plan(contact=SAM)}/say", data=hidden)
    assert stolen.status_code in (400, 403, 422)
    wish = WrittenFact(requested="connect", wish="help")
    with pytest.raises(NotTheirStepError, match="can't do 'connect'"):
        await asked.intake.record_fact("acme", wish, by=SAM, source="portal")
    assert not await told(asked)


async def test_it_can_be_taken_back(asked: World, visitor: httpx.AsyncClient) -> None:
    asked.journey_client.let_people_undo(timedelta(minutes=5))
    await say(asked, visitor, "Another date", due="2026-03-13")
    page = await visitor.get(asked.plan())
    assert "What you wrote about “Connect the first system”" in text_of(page)
    response = await visitor.post(f"{asked.plan()}/undo", data=form_in(page, "/undo"))
    assert response.headers["location"].endswith("told=undone")
    state = (await asked.journey()).state
    assert "tasks" not in state
    assert "quiet_until" not in state["steps"]["connect"]


async def test_a_colleague_can_take_an_agreement_back(
    asked: World, visitor: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    await say(asked, visitor, "Somebody else does it", name="Bo Lee", email="bo@acme.example")
    asked.journey_client.let_people_undo(timedelta(minutes=5))
    asked.at += 60
    await on_the_desk(browser, "accept")
    page = await browser.get(f"/desk/{ANA}")
    await browser.post("/desk/undo", data=form_in(page, "/desk/undo"))
    state = (await asked.journey()).state
    assert [each["email"] for each in state["customer"]["contacts"]] == [SAM, KIM]
    assert state["tasks"]["request/connect/1"]["person"]["email"] == "bo@acme.example"


async def test_while_it_is_taken_in_nothing_says_that_it_is_done(asked: World, visitor: httpx.AsyncClient) -> None:
    asked.journey_client.is_away = True
    response = await say(asked, visitor, "I need help", note="How?")
    assert response.headers["location"].endswith("told=later")
    plan = text_of(await visitor.get(asked.plan()))
    assert "You marked this as done" not in plan
    assert "Mark as done" in plan


async def test_a_reader_of_german_finds_german_words(asked: World, visitor: httpx.AsyncClient) -> None:
    await asked.tell(set={"language": "de"})
    await say(asked, visitor, "Ich brauche Hilfe", note="Wie?")
    page = text_of(await visitor.get(asked.plan()))
    assert "Sie haben am Mo., 2. März 2026 um Hilfe gebeten. Wie?" in page
    for words in ("Anderer Termin", "Jemand anderes übernimmt das", "Notiz hinterlassen"):
        assert words in page
