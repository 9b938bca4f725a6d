"""Why a colleague has a task now, in a sentence beside it, with the words that led here."""

from __future__ import annotations

import re
from typing import Any

import httpx

from milepost.planner.written_facts import WrittenFact
from tests.web.conftest import World, text_of
from tests.web.example import ANA, DAY, FILES, KIM, LEA, MAP, SAM, START, customer


async def reason(browser: httpx.AsyncClient, task: str, customer_id: str = "acme") -> str:
    """The reason that stands beside a task."""
    page = await browser.get(f"/desk/{ANA}", params={"journey": f"{customer_id}/1", "task": task})
    assert f'id="{customer_id}-1-{task.replace("/", "-")}"' in page.text
    text = re.search(r'<div class="reason-now">(.*?)</div>', page.text, re.DOTALL)
    return text_of(httpx.Response(200, text=text[1])) if text else ""


async def to_the_question(world: World) -> None:
    await world.tell(step_done="kickoff", result="held", note="They begin on Monday.")
    await world.tell(step_done="connect")


async def answer(world: World, **said: Any) -> None:
    fact = WrittenFact(answer="faster", method="portal", **said)
    await world.intake.record_fact("acme", fact, by=SAM, source="portal")


async def test_a_dispute_says_who_disputed_what_with_which_value_and_their_words(
    world: World, browser: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    await answer(world, verdict="disputed", value=2, comment="Finance still <copies> by hand.")

    assert await reason(browser, "rescue_call/1") == (
        "Sam Poe disputed “Reports are made in half the time.” on Mon 2 Mar 2026, with 2 h of 10 h. "
        "Finance still <copies> by hand."
    )


async def test_an_answer_that_was_given_later_is_the_one_that_is_told(world: World, browser: httpx.AsyncClient) -> None:
    await to_the_question(world)
    await answer(world, verdict="partial", comment="Half of it.")
    await world.intake.record_fact("acme", WrittenFact(revoked="faster", reason="A slip"), by=ANA)
    await answer(world, verdict="disputed", comment="None of it.")

    assert (await reason(browser, "rescue_call/1")).endswith("None of it.")


async def test_a_limit_says_the_value_and_the_limit_and_when_it_holds_no_longer(
    world: World, browser: httpx.AsyncClient
) -> None:
    await world.tell(set={"health": 20})
    assert await reason(browser, "rescue_call/1") == "Health score is 20, below the limit of 40."

    await world.tell(set={"health": 55})
    assert await reason(browser, "rescue_call/1") == "Health score was below the limit of 40; it is 55 now."


async def test_a_condition_of_several_parts_is_told_with_its_values(world: World, browser: httpx.AsyncClient) -> None:
    where = "starts_when: {if: customer.health < 40 && customer.trial == true}"
    await world.publish({**FILES, "map.yaml": MAP.replace("starts_when: {if: customer.health < 40}", where)})
    await world.add(customer("other", "Other Ltd"))
    await world.intake.record_fact("other", WrittenFact(set={"health": 20, "trial": True}))

    assert "health is 20, trial is true" in await reason(browser, "rescue_call/1", "other")


async def test_silence_says_whom_was_asked_since_when_and_who_was_last_heard_of(
    world: World, browser: httpx.AsyncClient
) -> None:
    await world.tell(step_done="kickoff", result="held")
    await world.intake.record_fact("acme", WrittenFact(step_done="connect"), by=KIM, source="portal")
    await world.move_to(START + 12 * DAY)

    assert await reason(browser, "rescue_call/1") == (
        "Sam Poe was asked about “Reports are made in half the time.” on Mon 2 Mar 2026: 12 days of silence. "
        "The last sign of Kim Lo was 12 days ago."
    )


async def test_a_step_after_another_says_who_did_that_how_it_ended_and_the_note(
    world: World, browser: httpx.AsyncClient
) -> None:
    late = MAP.replace(
        "title: Set up the workspace, role: solutions,", "title: Set up the workspace, role: csm, after: kickoff,"
    )
    await world.publish({**FILES, "map.yaml": late})
    await world.add(customer("other", "Other Ltd"))
    done = WrittenFact(step_done="kickoff", result="held", note="They begin on Monday.")
    await world.intake.record_fact("other", done, by=ANA)

    assert await reason(browser, "set_up/1", "other") == (
        "“Kickoff call” was done by Ana Ruiz on Mon 2 Mar 2026, with the result “held”. They begin on Monday."
    )


async def test_a_play_that_somebody_started_says_so(world: World, browser: httpx.AsyncClient) -> None:
    await world.tell(play_started="rescue")

    assert await reason(browser, "rescue_call/1") == "A colleague started the play."


async def test_a_stage_that_lasts_too_long_says_how_long_and_when_they_were_last_heard_of(
    world: World, browser: httpx.AsyncClient
) -> None:
    await world.move_to(START + 45 * DAY)

    assert await reason(browser, "stuck/start/1") == (
        "“Getting started” has lasted for 45 days, longer than planned since Wed 1 Apr 2026. "
        "Nobody there has been heard of yet."
    )


async def test_a_play_that_follows_what_is_late_for_long_says_since_when(
    world: World, browser: httpx.AsyncClient
) -> None:
    late = MAP.replace("done_when: {event: connected}", "overdue: {after: 3 business days, do: {play: rescue}}")
    await world.publish({**FILES, "map.yaml": late})
    await world.add(customer("other", "Other Ltd"))
    await world.intake.record_fact("other", WrittenFact(step_done="kickoff", result="held"), by=ANA)
    await world.move_to(START + 14 * DAY)

    assert await reason(browser, "rescue_call/1", "other") == (
        "“Connect the first system” has been overdue since Mon 9 Mar 2026. Nobody there has been heard of yet."
    )


async def test_what_went_up_says_whose_it_was(world: World, browser: httpx.AsyncClient) -> None:
    await world.move_to(START + 7 * DAY)
    page = text_of(await browser.get(f"/desk/{LEA}"))

    assert "It is late, so it came to you as Head of customer success; Ana Ruiz has it." in page


async def test_what_comes_with_its_stage_alone_has_no_more_to_say(browser: httpx.AsyncClient) -> None:
    assert await reason(browser, "kickoff/1") == ""
