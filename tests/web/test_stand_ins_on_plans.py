"""While a colleague of ours is away, the customer's plan names who stands in, and for whom."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from milepost.intake import absences, people
from milepost.intake.absences import NewAbsence
from milepost.planner.instants import moment
from tests.web.conftest import World, text_of
from tests.web.example import ANA, BO, DAY, START
from tests.web.test_portal import to_the_question
from tests.web.test_questions import answer

SENTENCE = "Bo Ek stands in for Ana Ruiz until March 9, 2026."


@pytest.fixture
async def away(world: World) -> World:
    """Ana is away for a week from today on, and Bo stands in."""
    today = moment(START).date()
    await absences.record(world.intake.context, NewAbsence(ANA, BO, today + timedelta(days=7), today), by=ANA)
    return world


async def test_the_head_of_the_plan_leads_to_who_stands_in_and_says_for_whom(
    away: World, visitor: httpx.AsyncClient
) -> None:
    await people.change(away.intake.context, BO, booking_link="https://times.example/bo")
    page = await visitor.get(away.plan())

    assert SENTENCE in text_of(page)
    assert f'href="mailto:{BO}">Write to Bo Ek</a>' in page.text
    assert 'href="https://times.example/bo"' in page.text
    assert ANA not in page.text


async def test_after_the_absence_the_plan_names_the_colleague_alone(away: World, visitor: httpx.AsyncClient) -> None:
    await away.move_to(START + 9 * DAY)
    page = await visitor.get(away.plan())

    assert f'href="mailto:{ANA}">Write to Ana Ruiz</a>' in page.text
    assert "Bo Ek" not in page.text


async def test_the_sentence_is_in_the_readers_language(away: World, visitor: httpx.AsyncClient) -> None:
    page = await visitor.get(away.plan(), headers={"accept-language": "de"})

    assert "Bo Ek vertritt Ana Ruiz bis 9. März 2026." in text_of(page)


async def test_who_stands_in_is_who_sees_an_answer(away: World, visitor: httpx.AsyncClient) -> None:
    await to_the_question(away)
    response = await answer(visitor, away.question(), verdict="verified")

    assert "Bo Ek sees your answer at once." in text_of(await visitor.get(response.headers["location"]))


async def test_an_absence_in_another_role_changes_nothing(world: World, visitor: httpx.AsyncClient) -> None:
    today = moment(START).date()
    await absences.record(world.intake.context, NewAbsence(ANA, BO, today, today, role="solutions"), by=ANA)

    assert "Bo Ek" not in (await visitor.get(world.plan())).text
