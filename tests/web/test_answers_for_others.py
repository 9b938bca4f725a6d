"""Who is asked for a result, who answers, and what is kept of that."""

from __future__ import annotations

import httpx

from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, KIM, SAM
from tests.web.test_portal import to_the_question

V1 = "/api/v1"


async def test_only_who_was_asked_answers(world: World, visitor: httpx.AsyncClient) -> None:
    await to_the_question(world)
    form = form_in(await visitor.get(world.question()), "/answer")
    await visitor.post(f"{world.plan(SAM)}/answer", data={**form, "verdict": "verified"})

    [answer] = await world.answers()
    assert (answer.asked_of, answer.said_by, answer.on_behalf_of, answer.method) == (SAM, SAM, None, "portal")


async def test_somebody_else_answers_on_behalf_with_a_reason(
    world: World, visitor: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    path = f"{world.plan(KIM)}/outcomes/faster"
    page = await visitor.get(path)
    assert "Answer on their behalf" in text_of(page)
    form = {**form_in(page, "/answer"), "verdict": "verified"}
    without = await visitor.post(f"{world.plan(KIM)}/answer", data=form)
    assert without.status_code == 422
    assert await world.answers() == []
    await visitor.post(f"{world.plan(KIM)}/answer", data={**form, "reason": "Sam is on leave"})

    [answer] = await world.answers()
    kept = (answer.asked_of, answer.said_by, answer.on_behalf_of, answer.reason)
    assert kept == (SAM, KIM, SAM, "Sam is on leave")
    shown = text_of(await browser.get("/ops/customers/acme?tab=results"))
    assert "asked of Sam Poe, by Kim Lo on behalf of Sam Poe (Sam is on leave)" in shown
    shown = text_of(await browser.get("/ops/customers/acme?tab=history"))
    assert "confirmed by Kim Lo on behalf of Sam Poe (Sam is on leave) (on the shared plan)" in shown


async def test_the_plan_says_for_whom_somebody_answered_and_why(world: World, visitor: httpx.AsyncClient) -> None:
    await to_the_question(world)
    path = f"{world.plan(KIM)}/outcomes/faster"
    form = {**form_in(await visitor.get(path), "/answer"), "verdict": "verified", "reason": "Sam is on leave"}
    await visitor.post(f"{world.plan(KIM)}/answer", data=form)

    sentence = "On behalf of Sam Poe: “Sam is on leave”"
    assert f"Kim Lo said yes, on Mon, Mar 2, 2026. {sentence}" in text_of(await visitor.get(world.question()))
    assert f"Kim Lo for Sam Poe, Mon, Mar 2, 2026 {sentence}" in text_of(await visitor.get(world.plan(SAM)))
    assert "on leave" not in (await visitor.get(f"{world.plan(SAM)}/proof")).text


async def test_the_words_of_a_colleague_who_answers_for_a_customer_stay_ours(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    await world.tell(answer="faster", verdict="verified", on_behalf_of=SAM, reason="He hates forms")

    assert "hates forms" not in (await visitor.get(world.question())).text
    assert "hates forms" not in (await visitor.get(world.plan(SAM))).text


async def test_a_reason_of_ones_own_answer_is_not_taken_for_somebody_elses(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    form = form_in(await visitor.get(world.question()), "/answer")
    await visitor.post(f"{world.plan(SAM)}/answer", data={**form, "verdict": "partial", "reason": "I like to"})

    [answer] = await world.answers()
    assert (answer.on_behalf_of, answer.reason) == (None, None)


async def test_what_a_key_tells_is_marked_as_told_with_that_key(world: World, api: httpx.AsyncClient) -> None:
    await to_the_question(world)
    fact = {"customer": "acme", "answer": "faster", "verdict": "verified", "by": SAM, "method": "portal"}
    await api.post(f"{V1}/facts", json=fact)

    [answer] = await world.answers()
    assert (answer.said_by, answer.method) == (SAM, "key/api")
    timeline = (await api.get(f"{V1}/customers/acme/timeline")).json()["entries"]
    assert "(told with the key api)" in next(
        each["sentence"] for each in timeline if each["kind"] == "outcome_answered"
    )


async def test_what_a_key_tells_in_a_list_is_marked_too(world: World, api: httpx.AsyncClient) -> None:
    await to_the_question(world)
    fact = {"customer": "acme", "answer": "faster", "verdict": "verified", "by": SAM, "method": "portal"}
    await api.post(f"{V1}/facts", json=[fact])

    assert [answer.method for answer in await world.answers()] == ["key/api"]


async def test_an_answer_on_behalf_needs_a_reason_everywhere(world: World, api: httpx.AsyncClient) -> None:
    await to_the_question(world)
    fact = {"customer": "acme", "answer": "faster", "verdict": "verified", "by": KIM, "on_behalf_of": SAM}
    refused = await api.post(f"{V1}/facts", json=fact)

    assert refused.status_code == 422
    assert "needs the 'reason'" in refused.text
    assert (await api.post(f"{V1}/facts", json={**fact, "reason": "On leave"})).status_code == 200


async def test_nothing_but_the_plan_itself_counts_as_told_on_the_plan(world: World) -> None:
    await to_the_question(world)
    await world.tell(answer="faster", verdict="verified", method="portal")

    [answer] = await world.answers()
    assert (answer.said_by, answer.method) == (ANA, "recorded")
