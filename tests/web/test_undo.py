"""Undoing on the desk, on a customer's page, on the plan, and through the API."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest

from milepost.planner.clock import JourneyClock
from milepost.planner.instants import text
from milepost.planner.written_facts import WrittenFact
from milepost.store import clock
from tests.web.api_calls import V1, problem, tell
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, DAY, KIM, LEA, SAM, START

GRACE = 300


@pytest.fixture(autouse=True)
def grace(world: World) -> None:
    world.journey_client.let_people_undo(timedelta(seconds=GRACE))


async def done_on_the_desk(world: World, browser: httpx.AsyncClient) -> httpx.Response:
    """Ana closes the kickoff, and looks at her day."""
    hidden = form_in(await browser.get(f"/desk/{ANA}"), "/desk/tasks/done", "acme-1-kickoff-1")
    response = await browser.post("/desk/tasks/done", data={**hidden, "result": "held"})
    world.at += 1
    return await browser.get(response.headers["location"])


async def test_the_desk_says_what_followed_and_undoes_it(world: World, browser: httpx.AsyncClient) -> None:
    page = await done_on_the_desk(world, browser)
    shown = text_of(page)
    assert "Just now A step is done: “Kickoff call”, with the result “held” · Acme Ltd" in shown
    assert "“Connect the first system” is now with the customer's Coordinator" in shown
    assert "The stage “Getting started” opened" not in shown  # that was before
    assert "Until 10:05; its mail leaves after that" in shown

    undone = await browser.post("/desk/undo", data=form_in(page, "/desk/undo"))

    at_the_task = "journey=acme%2F1&task=kickoff%2F1"
    assert undone.headers["location"] == f"/desk/{quote(ANA)}?{at_the_task}&told=undone"
    after = text_of(await browser.get(undone.headers["location"]))
    assert "Undone, as if it had not been done." in after
    assert "Just now" not in after
    assert (await world.task("kickoff/1")).status == "open"
    assert [entry.kind for entry in await world.timeline()][-1] == "fact_undone"


async def test_in_a_demo_somebody_has_the_grace_in_their_own_time(world: World, browser: httpx.AsyncClient) -> None:
    async with world.store.transaction() as session:
        await clock.write(session, JourneyClock(START, START, 0.01 * DAY))
    await done_on_the_desk(world, browser)
    world.at = START + int(GRACE * 0.01 * DAY) // 4  # after a minute and a bit on their wall

    page = await browser.get(f"/desk/{ANA}")

    assert "Just now" in text_of(page)
    undone = await browser.post("/desk/undo", data=form_in(page, "/desk/undo"))
    assert undone.headers["location"].endswith("told=undone")
    assert (await world.task("kickoff/1")).status == "open"


async def test_a_journey_of_a_demo_waits_for_nobody_longer_than_a_day(world: World, browser: httpx.AsyncClient) -> None:
    async with world.store.transaction() as session:
        await clock.write(session, JourneyClock(START, START, 3.0 * DAY))
    await done_on_the_desk(world, browser)
    world.at = START + DAY - 60
    assert "Just now" in text_of(await browser.get(f"/desk/{ANA}"))
    world.at = START + DAY + 60
    assert "Just now" not in text_of(await browser.get(f"/desk/{ANA}"))


async def test_a_double_click_on_undo_does_no_harm(world: World, browser: httpx.AsyncClient) -> None:
    page = await done_on_the_desk(world, browser)
    form = form_in(page, "/desk/undo")
    first = await browser.post("/desk/undo", data=form)

    again = await browser.post("/desk/undo", data=form)

    assert again.headers["location"] == first.headers["location"].replace("told=undone", "told=undone_before")
    assert "It has been taken back already" in text_of(await browser.get(again.headers["location"]))
    assert [entry.kind for entry in await world.timeline()].count("fact_undone") == 1


async def test_what_was_handed_over_or_noted_is_called_by_its_form(world: World, browser: httpx.AsyncClient) -> None:
    page = await browser.get(f"/desk/{ANA}")
    call = {**form_in(page, "/ops/customers/acme/note"), "text": "Kim is away.", "kind": "call"}
    await browser.post("/ops/customers/acme/note", data=call)
    handed = {**form_in(page, "/desk/tasks/hand-over", "acme-1-kickoff-1"), "person": LEA}
    await browser.post("/desk/tasks/hand-over", data=handed)

    shown = text_of(await browser.get(f"/desk/{ANA}"))

    assert "Just now Handed to Lea Wu: “Kickoff call” · Acme Ltd" in shown
    assert "1 before that A call · Acme Ltd" in shown


async def test_after_the_grace_the_desk_offers_nothing_and_the_form_says_what_to_do(
    world: World, browser: httpx.AsyncClient
) -> None:
    form = form_in(await done_on_the_desk(world, browser), "/desk/undo")
    world.at += GRACE

    assert "Just now" not in text_of(await browser.get(f"/desk/{ANA}"))
    late = await browser.post("/desk/undo", data=form)

    assert late.status_code == 409
    assert "reopen it, and say why" in text_of(late)
    assert (await world.task("kickoff/1")).status == "done"


async def test_a_colleague_undoes_what_a_contact_did_on_the_customers_page(
    world: World, browser: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    await world.tell(step_done="kickoff", result="held")
    await visitor.post(f"{world.plan()}/done", data=form_in(await visitor.get(world.plan()), "/done"))
    page = await browser.get("/ops/customers/acme")
    assert "A step is done: “Connect the first system” · Acme Ltd · Kim Lo" in text_of(page)

    await browser.post("/desk/undo", data=form_in(page, "/desk/undo"))

    (entry,) = [row.data for row in await world.timeline() if row.kind == "fact_undone"]
    assert (entry["by"], entry["step"]) == (ANA, "connect")


async def test_a_contact_takes_back_what_they_did(world: World, visitor: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    path = world.plan()
    sent = await visitor.post(f"{path}/done", data=form_in(await visitor.get(path), "/done"))
    page = await visitor.get(sent.headers["location"])
    assert "Take it back" in text_of(page)
    assert "Kickoff call” opened" not in page.text  # what follows on our side stays with us

    back = await visitor.post(f"{path}/undo", data=form_in(page, "/undo"))

    assert back.headers["location"] == f"{path}?told=undone"
    assert "Mark as done" in text_of(await visitor.get(back.headers["location"]))
    (entry,) = [row.data for row in await world.timeline() if row.kind == "fact_undone"]
    assert entry["by"] == KIM


async def test_an_answer_that_was_a_slip_is_taken_back_and_given_anew(world: World, visitor: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    await world.tell(event="connected")
    path, question = world.plan(SAM), world.question()
    hidden = form_in(await visitor.get(question), "/answer")
    await visitor.post(f"{path}/answer", data={**hidden, "verdict": "disputed"})
    page = await visitor.get(question)

    await visitor.post(f"{path}/undo", data=form_in(page, "/undo"))

    hidden = form_in(await visitor.get(question), "/answer")
    await visitor.post(f"{path}/answer", data={**hidden, "verdict": "verified", "value": "12"})
    assert [answer.verdict for answer in await world.answers()] == ["verified"]


async def test_a_contact_takes_back_nothing_of_others_and_nothing_late(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await world.tell(step_done="kickoff", result="held")
    path = world.plan()
    await visitor.post(f"{path}/done", data=form_in(await visitor.get(path), "/done"))
    form = form_in(await visitor.get(path), "/undo")
    assert "Just now" not in text_of(await visitor.get(world.plan(SAM)))
    assert (await visitor.post(f"{world.plan(SAM)}/undo", data=form)).status_code == 403
    world.at += GRACE

    late = await visitor.post(f"{path}/undo", data=form)

    assert late.headers["location"] == f"{path}?told=undo_over"
    assert "can no longer be taken back" in text_of(await visitor.get(late.headers["location"]))


async def test_looking_undoes_nothing(world: World, browser: httpx.AsyncClient) -> None:
    await done_on_the_desk(world, browser)
    before = await world.everything()
    for path in ("/desk/undo", "/ops/customers/acme", f"/desk/{ANA}"):
        await browser.get(path)
    assert await world.everything() == before


async def test_what_waits_for_the_engine_is_undone_too(world: World, browser: httpx.AsyncClient) -> None:
    world.journey_client.is_away = True
    page = await done_on_the_desk(world, browser)
    assert "The journey has yet to take it in" in text_of(page)
    await browser.post("/desk/undo", data=form_in(page, "/desk/undo"))
    await world.journey_client.come_back(int(world.at))
    assert (await world.task("kickoff/1")).status == "open"


async def test_an_ending_is_undone(world: World, browser: httpx.AsyncClient) -> None:
    page = await browser.get("/ops/customers/acme?act=end")
    await browser.post(
        "/ops/customers/acme/end",
        data={**form_in(page, "/ops/customers/acme/end"), "reason": "churned", "sure": "yes"},
    )
    assert (await world.journey()).status == "ended"
    page = await browser.get("/ops/customers/acme")
    assert "The end" in text_of(page)

    await browser.post("/desk/undo", data=form_in(page, "/desk/undo"))

    assert (await world.journey()).status == "open"


async def test_the_api_lists_and_undoes(world: World) -> None:
    async with world.api() as api:
        await tell(api, step_done="kickoff", result="held", by=ANA, id="desk/7")
        world.at += 1
        listed = (await api.get(f"{V1}/customers/acme/undoable")).json()
        undone = await api.post(f"{V1}/customers/acme/facts/desk/7/undo", json={"by": SAM})
        again = await api.post(f"{V1}/customers/acme/facts/desk/7/undo", json={})

    assert listed["facts"] == [
        {
            "fact": "desk/7",
            "kind": "step_done",
            "step": "kickoff",
            "by": ANA,
            "at": text(START),
            "until": text(START + GRACE),
        }
    ]
    assert undone.json() == {
        "customer": "acme",
        "fact": "desk/7",
        "kind": "step_done",
        "step": "kickoff",
        "journey": "acme/1",
    }
    assert problem(again, 409)["code"] == "already_undone"
    assert SAM in problem(again, 409)["message"]
    assert (await world.task("kickoff/1")).status == "open"


async def test_the_api_says_why_not(world: World) -> None:
    async with world.api() as api:
        await tell(api, event="connected", id="evt")
        await tell(api, step_done="kickoff", result="held", by=ANA, id="click")
        event = await api.post(f"{V1}/customers/acme/facts/evt/undo", json={})
        unknown = await api.post(f"{V1}/customers/acme/facts/clock/undo", json={})
        nobody = await api.post(f"{V1}/customers/acne/facts/click/undo", json={})
        world.at += GRACE
        late = await api.post(f"{V1}/customers/acme/facts/click/undo", json={})
        fact = await api.post(f"{V1}/facts", json={"customer": "acme", "undone": "step_done"})

    assert problem(event, 409)["code"] == "not_undoable"
    assert (problem(unknown, 404)["code"], problem(unknown, 404)["hint"]) == ("unknown_fact", "Did you mean 'click'?")
    assert problem(nobody, 404)["code"] == "unknown_customer"
    assert problem(late, 409)["code"] == "grace_over"
    assert "over since Mon 2 Mar 2026, 15:05 UTC" in problem(late, 409)["message"]
    assert problem(fact, 422)["code"] == "invalid"


async def test_a_note_after_the_end_is_undone(world: World) -> None:
    await world.tell(ended="sold")
    receipt = await world.intake.record_fact("acme", WrittenFact(note="wrong customer"), by=ANA, source="ops")
    world.at += 1

    await world.intake.undo_fact("acme", receipt.fact_id, by=ANA)

    assert [entry.kind for entry in await world.timeline()][-2:] == ["journey_ended", "fact_undone"]
    assert (await world.journey()).status == "ended"
