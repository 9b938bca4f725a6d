"""The forms of a customer's page: every lever, what it needs, and what it leaves on the timeline."""

from __future__ import annotations

import re

import httpx
import pytest

from milepost.store import customers
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, BO, DAY, FILES, KIM, SAM, START, customer

ACME = "/ops/customers/acme"
NEXT_VERSION = {**FILES, "map.yaml": FILES["map.yaml"].replace("title: Kickoff call", "title: First call")}


async def send(browser: httpx.AsyncClient, act: str, **fields: object) -> httpx.Response:
    """Opens the form of an act, fills it in, and sends it."""
    page = await browser.get(f"{ACME}?act={act}")
    return await browser.post(f"{ACME}/{act}", data={**form_in(page, f"{ACME}/{act}"), **fields})


async def history(browser: httpx.AsyncClient) -> str:
    return text_of(await browser.get(f"{ACME}?tab=history"))


async def test_what_makes_no_sense_now_is_not_offered(world: World, browser: httpx.AsyncClient) -> None:
    for act in ("resume", "move", "step-reopened", "enroll", "nothing", "../end"):
        assert 'id="act"' not in (await browser.get(ACME, params={"act": act})).text, act
    await world.tell(ended="churned")
    page = await browser.get(ACME)
    assert "act=enroll" in page.text
    for act in ("pause", "end", "task", "play", "move"):
        assert f"act={act}" not in page.text, act


async def test_a_step_is_done_with_its_result(world: World, browser: httpx.AsyncClient) -> None:
    page = text_of(await browser.get(f"{ACME}?act=step-done"))
    assert "Kickoff call: held Kickoff call: refused Set up the workspace" in page

    await send(browser, "step-done", step="kickoff|held", note="All were there")

    assert (await world.task("kickoff/1")).status == "done"
    done = "“Kickoff call” was done by Ana Ruiz, with the result “held”. Note: All were there"
    assert done in await history(browser)


@pytest.mark.parametrize("act", ["step-skipped", "step-reopened", "team"])
async def test_these_need_a_reason(world: World, browser: httpx.AsyncClient, act: str) -> None:
    await world.tell(step_done="set_up")
    before = await world.everything()

    assert (await send(browser, act, step="set_up", reason=" ")).status_code == 422

    assert await world.everything() == before


async def test_a_step_is_skipped_and_opened_again(world: World, browser: httpx.AsyncClient) -> None:
    await send(browser, "step-skipped", step="set_up", reason="They have one")
    assert (await world.task("set_up/1")).status == "skipped"
    assert "Set up the workspace (skipped)" in text_of(await browser.get(f"{ACME}?act=step-reopened"))

    await send(browser, "step-reopened", step="set_up", reason="It was another team's")

    assert (await world.task("set_up/2")).status == "open"


async def test_a_form_that_is_refused_comes_back_as_it_was_filled_in(world: World, browser: httpx.AsyncClient) -> None:
    before = await world.everything()
    page = await send(browser, "agreed", step="set_up", due="2026-01-01", person=BO, reason="So they said")

    assert page.status_code == 422
    assert "That day is past. Choose a later one." in text_of(page)
    assert "Go back" not in text_of(page)
    assert '<option value="set_up" selected>' in page.text
    for typed in ("2026-01-01", BO, "So they said"):
        assert f'value="{typed}"' in page.text
    assert await world.everything() == before
    again = {**form_in(page, f"{ACME}/agreed"), "step": "set_up", "due": "2026-03-10"}
    assert (await browser.post(f"{ACME}/agreed", data=again)).status_code == 303


async def test_a_refused_form_says_which_field_is_missing(world: World, browser: httpx.AsyncClient) -> None:
    page = await send(browser, "step-skipped", step="set_up", reason=" ")

    assert "The reason is missing. Write it." in text_of(page)
    assert re.search(r'<input name="reason"[^>]*aria-invalid="true" aria-describedby="act-wrong">', page.text)


async def test_what_is_typed_in_a_refused_form_is_shown_as_text(world: World, browser: httpx.AsyncClient) -> None:
    page = await send(browser, "answer", outcome="faster", verdict="verified", comment="</textarea><script>x</script>")

    assert page.status_code == 422
    assert "<script>x" not in page.text


async def test_a_step_is_put_off_until_a_day_to_come(world: World, browser: httpx.AsyncClient) -> None:
    for until in ("", "soon", "2026-03-02"):
        assert (await send(browser, "snoozed", step="set_up", until=until, reason="x")).status_code == 422

    await send(browser, "snoozed", step="set_up", until="2026-03-09", reason="Their freeze")

    assert "“Set up the workspace” was put off until Mon 9 Mar 2026" in await history(browser)


async def test_a_date_and_a_person_are_agreed_with_a_reason(world: World, browser: httpx.AsyncClient) -> None:
    assert (await send(browser, "agreed", step="kickoff")).status_code == 422
    assert (await send(browser, "agreed", step="kickoff", due="2026-01-01")).status_code == 422

    await send(browser, "agreed", step="kickoff", due="2026-03-10", time="15:00", person=BO, reason="Ana is away")

    task = await world.task("kickoff/1")
    assert task.person == BO
    assert "agreed for Tue 10 Mar 2026, 15:00 EDT" in text_of(await browser.get(ACME))
    assert "Noted by Ana Ruiz: “Why: Ana is away”." in await history(browser)


async def test_an_attribute_is_changed_with_a_reason(world: World, browser: httpx.AsyncClient) -> None:
    await send(browser, "set", attribute="health", value="35", reason="Two angry calls")

    assert "Why: Two angry calls" in await history(browser)
    assert "35 down from" not in text_of(await browser.get(ACME))  # what was before comes from facts alone
    await world.move_to(START + DAY)
    await send(browser, "set", attribute="health", value="60")
    assert "Health 60 up from 35 since Tue 3 Mar 2026" in text_of(await browser.get(ACME))


async def test_a_person_is_added_and_the_others_stay(world: World, browser: httpx.AsyncClient) -> None:
    await send(browser, "contacts", name="Bea Roth", email="bea@acme.example", personas=["admin"], reason="New admin")

    contacts = (await world.journey()).state["customer"]["contacts"]
    assert [each["email"] for each in contacts] == [SAM, KIM, "bea@acme.example"]
    assert contacts[2]["personas"] == ["admin"]
    assert "Why: New admin" in await history(browser)


async def test_a_person_is_changed_in_their_place(world: World, browser: httpx.AsyncClient) -> None:
    await send(browser, "contacts", name="Kim Low", email="kim.low@acme.example", personas=["coordinator"], former=KIM)

    contacts = (await world.journey()).state["customer"]["contacts"]
    assert [each["email"] for each in contacts] == [SAM, "kim.low@acme.example"]


async def test_a_person_is_removed_for_a_reason(world: World, browser: httpx.AsyncClient) -> None:
    assert (await send(browser, "contacts", do="remove", former=KIM)).status_code == 422
    await send(browser, "contacts", do="remove", former=KIM, reason="Left")

    assert [each["email"] for each in (await world.journey()).state["customer"]["contacts"]] == [SAM]
    assert (await send(browser, "contacts", do="remove", former=KIM, reason="Left")).status_code == 409


@pytest.mark.parametrize(
    "fields", [{"name": "", "email": KIM}, {"name": "X", "email": "no address"}, {"name": "X", "email": ""}]
)
async def test_a_person_without_a_name_or_an_address_is_refused(
    world: World, browser: httpx.AsyncClient, fields: dict[str, str]
) -> None:
    assert (await send(browser, "contacts", **fields)).status_code == 422
    assert await world.facts() == []


async def test_the_team_changes_for_a_reason(world: World, browser: httpx.AsyncClient) -> None:
    await send(browser, "team", **{"role.csm": BO.upper(), "role.lead": "", "reason": "Ana has too many"})

    async with world.store.reading() as session:
        assert dict((await customers.get(session, "acme")).team) == {"csm": BO}
    assert (await world.task("kickoff/1")).person == BO
    assert "Why: Ana has too many" in await history(browser)


async def test_saying_what_is_so_changes_nothing(world: World, browser: httpx.AsyncClient) -> None:
    before = await world.everything()
    response = await send(browser, "team", **{"role.csm": ANA, "reason": "Nothing"})

    assert "told=as_it_was" in response.headers["location"]
    assert await world.everything() == before


async def test_a_journey_moves_to_another_version(world: World, browser: httpx.AsyncClient) -> None:
    await world.publish(NEXT_VERSION)
    page = await browser.get(f"{ACME}?act=move")
    version = page.text.split('<select name="version" required><option value="')[1].split('"')[0]
    assert (await send(browser, "move", version=version)).status_code == 422

    await send(browser, "move", version=version, when="now", reason="A better name")

    assert (await world.journey()).version == version
    assert "The journey moved from version 1" in await history(browser)
    assert "Why: A better name" in await history(browser)


async def test_a_journey_begins_again_for_a_reason(world: World, browser: httpx.AsyncClient) -> None:
    await world.tell(ended="churned")
    assert (await send(browser, "enroll")).status_code == 409

    await send(browser, "enroll", reason="Ended by mistake")

    assert (await world.journey("acme/2")).status == "open"
    assert "it was begun again by hand by Ana Ruiz: Ended by mistake" in await history(browser)


async def test_a_journey_begins_in_the_middle(world: World, browser: httpx.AsyncClient) -> None:
    await world.tell(ended="churned")
    typed = {
        "reason": "They came back",
        "stage": "start",
        "since": "2026-03-01",
        "enters": "done: {kickoff: 2026-03-01}",
    }

    assert (await send(browser, "enroll", **typed)).status_code == 303

    state = (await world.journey("acme/2")).state
    assert (state["steps"]["kickoff"]["status"], state["steps"]["connect"]["status"]) == ("done", "open")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"enters": "done: {kickoff: 2026-03-01}"}, "What you typed doesn't say where a customer enters: stage: Field"),
        ({"enters": "stage: start\nstages: x"}, "stages: Extra inputs are not permitted. It has 'stage', and perhaps"),
        ({"stage": "start", "enters": "- kickoff"}, "What you typed doesn't say where a customer enters"),
        ({"stage": "strat"}, "Unknown stage 'strat'"),
        ({"stage": "start", "since": "2027-01-01"}, "2027-01-01"),
    ],
)
async def test_where_nobody_can_enter_is_said_as_at_the_terminal(
    world: World, browser: httpx.AsyncClient, typed: dict[str, str], words: str
) -> None:
    await world.tell(ended="churned")
    page = await send(browser, "enroll", reason="They came back", **typed)

    assert page.status_code in (409, 422)
    assert words in text_of(page)
    for value in typed.values():
        assert value in page.text
    assert "acme/2" not in (await browser.get(ACME)).text


async def test_a_customer_that_no_map_fits_can_be_corrected(world: World, browser: httpx.AsyncClient) -> None:
    await world.add(customer("initech", "Initech", attributes={"tier": "other"}))
    path = "/ops/customers/initech"
    page = await browser.get(f"{path}?act=set")
    await browser.post(f"{path}/set", data={**form_in(page, "/set"), "attribute": "tier", "value": "pilot"})

    assert (await world.journey("initech/1")).status == "open"


async def test_a_customer_of_a_new_map_gets_the_journey_by_hand(world: World, browser: httpx.AsyncClient) -> None:
    await world.add(customer("initech", "Initech", attributes={"tier": "other"}))
    path = "/ops/customers/initech"
    form = form_in(await browser.get(f"{path}?act=enroll"), "/enroll")
    refused = await browser.post(f"{path}/enroll", data=form)

    response = await browser.post(f"{path}/enroll", data={**form, "map": "pilot"})

    assert (refused.status_code, response.status_code) == (409, 303)
    assert (await world.journey("initech/1")).status == "open"


async def test_a_form_that_is_sent_twice_counts_once(world: World, browser: httpx.AsyncClient) -> None:
    page = await browser.get(f"{ACME}?act=agreed")
    data = {**form_in(page, f"{ACME}/agreed"), "step": "kickoff", "due": "2026-03-10", "reason": "So they said"}
    for _ in range(2):
        await browser.post(f"{ACME}/agreed", data=data)

    assert [fact.kind for fact in await world.facts()].count("agreed") == 1
    assert [fact.kind for fact in await world.facts()].count("note") == 1
