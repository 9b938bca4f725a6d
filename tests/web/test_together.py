"""The same step of many customers done together, and undone together."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import httpx
import pytest

from milepost.intake.acknowledgement import Acknowledgement, acknowledgement_of
from milepost.planner.written_facts import WrittenFact
from milepost.store import maps
from milepost.store.database import Store
from milepost.web import forms
from tests.web.conftest import World, form_in, sign_in, text_of
from tests.web.example import ANA, BO, DAY, FILES, MAP, START, customer

INVITATION = """
      - {touchpoint: invite, title: Send the invitation, role: csm, due: 3 business days, effort: 10 minutes,
         results: {sent: {set: {health: 77}}, bounced: []}}
    actions:"""
GROUP = {"map": "pilot", "together": "invite"}


@pytest.fixture(autouse=True)
def grace(world: World) -> None:
    world.journey_client.let_people_undo(timedelta(minutes=5))


async def six_customers(world: World) -> None:
    await world.publish({**FILES, "map.yaml": MAP.replace("\n    actions:", INVITATION, 1)})
    for number in range(6):
        await world.add(customer(f"c{number}", f"Co {number}"))


async def desk(browser: httpx.AsyncClient, **query: str) -> httpx.Response:
    response = await browser.get(f"/desk/{ANA}", params=query)
    assert response.status_code == 200
    return response


def tokens(page: httpx.Response) -> list[str]:
    return [unescape(each) for each in re.findall(r'name="task" value="([^"]+)"', page.text)]


async def do(browser: httpx.AsyncClient, chosen: slice = slice(None), **fields: str) -> httpx.Response:
    """Choose some of the customers on the page of the batch, and send its form."""
    page = await desk(browser, **GROUP)
    form = form_in(page, "/desk/together/done")
    return await browser.post("/desk/together/done", data={**form, "task": tokens(page)[chosen], **fields})


SETTING_UP = {"map": "pilot", "together": "set_up"}


async def queues(browser: httpx.AsyncClient, **query: str) -> httpx.Response:
    response = await browser.get("/desk/queues", params=query)
    assert response.status_code == 200
    return response


async def take(browser: httpx.AsyncClient, page: httpx.Response, chosen: slice = slice(None)) -> httpx.Response:
    """Take some of the six customers on the page of the queues' batch; Acme's task, the first, stays as it is."""
    form = form_in(page, "/desk/together/done")
    return await browser.post("/desk/together/take", data={**form, "task": tokens(page)[1:][chosen]})


async def who_sets_up(world: World) -> list[str | None]:
    return [(await world.task("set_up/1", f"c{number}/1")).person for number in range(6)]


async def invited(world: World) -> list[str]:
    """How the step stands at each customer."""
    return [(await world.task("invite/1", f"c{number}/1")).status for number in range(6)]


async def test_equal_steps_are_one_row_with_how_many_and_how_long(world: World, browser: httpx.AsyncClient) -> None:
    await six_customers(world)
    page = await desk(browser)

    assert "For many customers Send the invitation together 6 customers 1 h" in text_of(page)
    assert "map=pilot&amp;together=invite" in page.text


async def test_past_three_equal_steps_the_others_are_folded_and_steps_of_one_name_say_of_which_map_they_are(
    world: World, browser: httpx.AsyncClient
) -> None:
    names = ("invite", "set_out", "look_in", "pack")
    steps = "".join(INVITATION.removesuffix("\n    actions:").replace("invite,", f"{name},", 1) for name in names)
    written = MAP.replace("\n    actions:", f"{steps}\n    actions:", 1)
    other = written.replace("map: pilot", "map: other").replace("title: Pilot customers", "title: All others")
    await world.publish({**FILES, "map.yaml": written})
    files = {**FILES, "map.yaml": other.replace('tier == "pilot"', 'tier == "other"')}
    async with world.store.transaction() as session:
        await maps.publish(session, "other", "All others", files, START)
    for number in range(6):
        attributes = {"tier": ("pilot", "other")[number % 2], "health": 75}
        await world.add(customer(f"c{number}", f"Co {number}", attributes=attributes))

    page = await desk(browser)
    listed = text_of(page)
    assert listed.count("Send the invitation together 3 customers Pilot customers") == 4
    assert listed.count("Send the invitation together 3 customers All others") == 4
    [folded] = re.findall(r"<details>\s*<summary>5 more</summary>(.*?)</details>", page.text, re.DOTALL)
    assert folded.count("together=") == 5
    chosen = await desk(browser, map="pilot", together="set_out")
    assert re.search(r"<details open>\s*<summary>5 more</summary>", chosen.text)


async def test_meetings_and_what_few_customers_have_are_no_group(world: World, browser: httpx.AsyncClient) -> None:
    for number in range(4):
        await world.add(customer(f"c{number}", f"Co {number}"))  # a kickoff each, to which people are invited

    assert "For many customers" not in text_of(await desk(browser))


async def test_those_who_are_chosen_are_done_with_one_result_and_note(world: World, browser: httpx.AsyncClient) -> None:
    await six_customers(world)
    response = await do(browser, slice(1, 5), result="sent", note="By the newsletter")

    assert response.headers["location"] == "/desk/ana.ruiz%40vendor.example?told=noted"
    assert await invited(world) == ["open", "done", "done", "done", "done", "open"]
    facts = [(await world.facts(f"c{number}"))[0] for number in range(1, 5)]
    assert {(fact.data["by"], fact.data["result"], fact.data["note"]) for fact in facts} == {
        (ANA, "sent", "By the newsletter")
    }


async def test_tasks_that_were_added_to_one_customer_each_are_no_equal_steps(
    world: World, browser: httpx.AsyncClient
) -> None:
    await six_customers(world)
    for number in range(4):
        fact = WrittenFact(task_added=f"Something else {number}", person=ANA)
        await world.intake.record_fact(f"c{number}", fact, by=ANA)

    page = await desk(browser)

    assert len(re.findall(r'class="what">Something else \d<', page.text)) == 4
    assert text_of(page).count("together 4 customers") == 0
    one = {"map": "pilot", "together": "task/1"}
    assert "/desk/together/done" not in (await desk(browser, **one)).text


async def test_a_batch_is_undone_as_one(world: World, browser: httpx.AsyncClient) -> None:
    await six_customers(world)
    page = await browser.get((await do(browser, slice(4), result="sent")).headers["location"])
    assert text_of(page).count("Undo") == 1
    assert "A step is done: “Send the invitation”, with the result “sent” · 4 customers" in text_of(page)

    undone = await browser.post("/desk/together/undo", data=form_in(page, "/desk/together/undo"))

    assert undone.headers["location"] == "/desk/ana.ruiz%40vendor.example?told=undone"
    assert await invited(world) == ["open"] * 6
    assert "Just now" not in text_of(await desk(browser))


async def test_a_batch_whose_time_is_over_says_so(world: World, browser: httpx.AsyncClient) -> None:
    await six_customers(world)
    page = await browser.get((await do(browser, result="sent")).headers["location"])
    await world.move_to(START + DAY)
    late = await browser.post("/desk/together/undo", data=form_in(page, "/desk/together/undo"))

    assert late.headers["location"].endswith("told=too_late")
    assert await invited(world) == ["done"] * 6


async def test_without_a_result_or_a_customer_nothing_is_done(world: World, browser: httpx.AsyncClient) -> None:
    await six_customers(world)
    nobody = await do(browser, slice(0), result="sent")
    without = await do(browser)

    assert (nobody.status_code, without.status_code) == (422, 422)
    assert "choose how they ended" in text_of(without)
    assert await invited(world) == ["open"] * 6


async def test_a_batch_that_is_sent_twice_is_done_once(world: World, browser: httpx.AsyncClient) -> None:
    await six_customers(world)
    page = await desk(browser, **GROUP)
    sent = {**form_in(page, "/desk/together/done"), "task": tokens(page), "result": "sent"}
    world.journey_client.is_away = True
    first = await browser.post("/desk/together/done", data=sent)
    second = await browser.post("/desk/together/done", data=sent)

    assert first.headers["location"].endswith("told=later")
    assert second.headers["location"].endswith("told=again")
    assert [len(await world.facts(f"c{number}")) for number in range(6)] == [1] * 6


async def test_what_somebody_else_closed_meanwhile_stays_as_it_is(world: World, browser: httpx.AsyncClient) -> None:
    await six_customers(world)
    page = await desk(browser, **GROUP)
    await do(browser, slice(1), result="bounced")
    sent = {**form_in(page, "/desk/together/done"), "task": tokens(page), "result": "sent"}
    await browser.post("/desk/together/done", data=sent)

    assert [fact.data["result"] for fact in await world.facts("c0")] == ["bounced"]
    assert await invited(world) == ["done"] * 6


async def test_only_a_batch_of_ones_own_page_is_done(world: World, browser: httpx.AsyncClient) -> None:
    await six_customers(world)
    page = await desk(browser, **GROUP)
    sent = {**form_in(page, "/desk/together/done"), "task": tokens(page), "result": "sent"}
    forged = await browser.post("/desk/together/done", data={**sent, "task": ["c0/1/invite/1"]})
    async with world.client() as other:
        await sign_in(other, BO)
        theirs = await other.post("/desk/together/done", data=sent)

    assert (forged.status_code, theirs.status_code) == (403, 403)
    assert await invited(world) == ["open"] * 6


async def test_equal_steps_of_the_queues_are_one_row_for_whoever_takes_them(
    world: World, browser: httpx.AsyncClient
) -> None:
    await six_customers(world)
    page = text_of(await queues(browser))

    assert "For many customers Set up the workspace together 7 customers 3.5 h" in page
    assert "Send the invitation" not in page  # those have a person
    assert "Take those chosen" in text_of(await queues(browser, **SETTING_UP))
    assert "Take those chosen" not in text_of(await desk(browser, **GROUP))


async def test_whoever_takes_those_chosen_has_them_on_the_desk_and_can_undo_it(
    world: World, browser: httpx.AsyncClient
) -> None:
    await six_customers(world)
    taken = await take(browser, await queues(browser, **SETTING_UP), slice(4))

    assert taken.headers["location"] == "/desk/queues?told=taken"
    assert await who_sets_up(world) == [ANA] * 4 + [None] * 2
    facts = [(await world.facts(f"c{number}"))[0] for number in range(4)]
    assert {(fact.kind, fact.data["by"], fact.source) for fact in facts} == {("agreed", ANA, "desk")}
    assert "Set up the workspace together 4 customers" in text_of(await desk(browser))

    page = await browser.get(taken.headers["location"])
    assert "Taken over: “Set up the workspace” · 4 customers" in text_of(page)
    await browser.post("/desk/together/undo", data=form_in(page, "/desk/together/undo"))
    assert await who_sets_up(world) == [None] * 6


async def test_what_somebody_else_took_meanwhile_stays_theirs(world: World, browser: httpx.AsyncClient) -> None:
    await six_customers(world)
    page = await queues(browser, **SETTING_UP)
    async with world.client() as other:
        await sign_in(other, BO)
        await take(other, await queues(other, **SETTING_UP), slice(2))
    some, none = await take(browser, page, slice(1, 4)), await take(browser, page, slice(2))

    assert some.headers["location"].endswith("told=taken_in_part")
    assert none.headers["location"].endswith("told=taken_before")
    assert await who_sets_up(world) == [BO, BO, ANA, ANA, None, None]


async def test_a_batch_of_the_queues_is_done_as_one_of_a_desk(world: World, browser: httpx.AsyncClient) -> None:
    await six_customers(world)
    page = await queues(browser, **SETTING_UP)
    form = form_in(page, "/desk/together/done")
    done = await browser.post("/desk/together/done", data={**form, "task": tokens(page)[1:6]})

    assert done.headers["location"] == "/desk/queues?told=noted"
    assert [(await world.task("set_up/1", f"c{number}/1")).status for number in range(6)] == ["done"] * 5 + ["open"]
    nobody = await browser.post("/desk/together/take", data=form)
    assert nobody.status_code == 422


async def test_a_queue_alone_has_the_rows_of_its_own_role(world: World, browser: httpx.AsyncClient) -> None:
    await six_customers(world)
    await world.add(customer("alone", "Without a team", team={}))

    assert "For many customers" in text_of(await queues(browser, section="queue-solutions"))
    assert "For many customers" not in text_of(await queues(browser, section="queue-csm"))


async def test_a_batch_waits_one_moment_for_all_journeys_together(
    world: World, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await six_customers(world)
    waited = []

    async def acknowledged(store: Store, customer: str, fact: str, *, timeout: float) -> Acknowledgement | None:  # noqa: ASYNC109 - as it is called
        waited.append(customer)
        return await acknowledgement_of(store, customer, fact, timeout=timeout)

    async def told(_: str) -> bool:
        return True  # Temporal took it, and no worker runs

    monkeypatch.setattr(forms, "PATIENCE", 0.01)
    monkeypatch.setattr(forms, "acknowledgement_of", acknowledged)
    monkeypatch.setattr(world.journey_client, "nudge", told)
    response = await do(browser, result="sent")

    assert "told=noted" in response.headers["location"]
    assert len(waited) == 1
