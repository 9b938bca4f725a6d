"""What a customer wants and nobody answers: the plan says who has it since when, and it goes up as late tasks do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from milepost.intake import absences
from milepost.intake.absences import NewAbsence
from milepost.planner.instants import moment, parse
from tests.web.conftest import World, sign_in, text_of
from tests.web.example import ANA, BO, DAY, LEA, START, customer
from tests.web.test_requests import on_the_desk, say

TASK = "request/connect/1"
DUE = parse("2026-03-04T22:00:00Z")  # Wednesday, 17:00 in New York
GOES_UP = parse("2026-03-06T22:00:00Z")  # two business days later, as the map says of the role


@pytest.fixture
async def asked(world: World, visitor: httpx.AsyncClient) -> World:
    """Kim asks for help with connecting the first system, on Monday."""
    await world.tell(step_done="kickoff", result="held")
    response = await say(world, visitor, "I need help", note="Which key?")
    assert response.headers["location"].endswith("?told=asked")
    return world


async def test_the_plan_says_who_has_it_since_when_and_by_when_they_answer(
    asked: World, visitor: httpx.AsyncClient
) -> None:
    page = text_of(await visitor.get(asked.plan()))

    assert "You asked for help on Mon, Mar 2, 2026. Which key?" in page
    assert "Ana Ruiz has this and will answer you by Wed, Mar 4, 2026." in page
    assert (await asked.task(TASK)).due_at == DUE


async def test_late_it_goes_to_the_role_above_and_the_plan_is_sorry(asked: World, visitor: httpx.AsyncClient) -> None:
    await asked.move_to(DUE + 1)
    assert "Ana Ruiz has this. Our answer is late, and we are sorry." in text_of(await visitor.get(asked.plan()))
    assert (await asked.task(TASK)).escalated_to is None
    await asked.move_to(GOES_UP)

    task = await asked.task(TASK)
    assert (task.person, task.escalated_to, task.escalated_person) == (ANA, "lead", LEA)
    assert "and we are sorry; Lea Wu looks after it now, too." in text_of(await visitor.get(asked.plan()))
    [entry] = [each for each in await asked.timeline() if each.kind == "request_escalated"]
    assert entry.at == GOES_UP


async def test_whoever_it_went_up_to_has_it_on_their_desk_and_answers(asked: World) -> None:
    await asked.move_to(GOES_UP)
    async with asked.client() as lea:
        await sign_in(lea, LEA)
        page = text_of(await lea.get(f"/desk/{LEA}"))
        assert "It is late, so it came to you as Head of customer success; Ana Ruiz has it." in page
        assert "Which key?" in page
        history = text_of(await lea.get("/ops/customers/acme?tab=history"))
        assert "Nobody answered the customer about “Connect the first system” in time" in history


async def test_an_answer_in_time_goes_no_further(
    asked: World, visitor: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    await on_the_desk(browser, "answer", note="The blue one")
    await asked.move_to(GOES_UP + DAY)

    assert "request_escalated" not in [each.kind for each in await asked.timeline()]
    page = text_of(await visitor.get(asked.plan()))
    assert "has this" not in page
    assert "The blue one" in page


async def test_nobody_in_the_role_is_our_team(world: World, visitor: httpx.AsyncClient) -> None:
    await world.add(replace(customer(), team={}))
    await world.tell(step_done="kickoff", result="held")
    await say(world, visitor, "I need help")

    assert "Our team has this and will answer you by Wed, Mar 4, 2026." in text_of(await visitor.get(world.plan()))
    await world.move_to(GOES_UP)
    assert "Head of customer success looks after it now, too." in text_of(await visitor.get(world.plan()))


async def test_it_stands_among_what_is_due_and_not_below_what_has_no_date(asked: World) -> None:
    urgency = {each: (await asked.task(each)).urgency for each in ("set_up/1", TASK)}

    assert START < urgency[TASK] < urgency["set_up/1"]


async def test_in_a_pause_no_day_is_promised_and_nothing_is_late(asked: World, visitor: httpx.AsyncClient) -> None:
    await asked.tell(paused=True)
    await asked.move_to(GOES_UP)
    page = text_of(await visitor.get(asked.plan()))

    assert "Ana Ruiz has this and will answer you here." in page
    assert "Our answer is late" not in page


async def test_whoever_stands_in_has_it_while_a_colleague_is_away(asked: World, visitor: httpx.AsyncClient) -> None:
    today = moment(START).date()
    await absences.record(asked.intake.context, NewAbsence(ANA, BO, today + timedelta(days=7), today), by=ANA)

    page = text_of(await visitor.get(asked.plan()))
    assert "Bo Ek has this and will answer you by Wed, Mar 4, 2026." in page
