"""An answer may end the journey; who gave it adds value, words and evidence after that, for thirty days."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from milepost.intake.errors import NoOpenJourneyError
from milepost.planner.entry_point import JourneyStart
from milepost.planner.outcomes import COMPLETED_FOR
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, FILES, KIM, MAP, SAM
from tests.web.file_forms import PDF
from tests.web.test_portal import to_the_question
from tests.web.test_questions import answer, complete, that_hold


@pytest.fixture
async def ended(empty_world: World) -> World:
    """An installation where a *not yet* ends the journey, and Acme, of whom the result is asked."""
    ends = MAP.replace("disputed: {play: rescue}", "disputed: {end: refused}")
    await empty_world.publish({**FILES, "map.yaml": ends})
    await empty_world.add()
    await to_the_question(empty_world)
    return empty_world


@pytest.fixture
async def visitor(ended: World) -> AsyncIterator[httpx.AsyncClient]:
    async with ended.client() as client:
        yield client


async def not_yet(world: World, visitor: httpx.AsyncClient) -> httpx.Response:
    """Sam says *not yet*, which ends the journey; returns the page after it."""
    response = await answer(visitor, world.question(), verdict="disputed")
    page = await visitor.get(response.headers["location"])
    assert (await world.journey()).status == "ended"
    return page


async def test_after_the_click_that_ended_it_value_words_and_evidence_can_be_added(
    ended: World, visitor: httpx.AsyncClient
) -> None:
    page = await not_yet(ended, visitor)
    assert "You said not yet, on" in text_of(page)
    assert "Noted. Thank you." in text_of(page)
    await complete(visitor, page, ended.question(), ("report.pdf", PDF), value="2,5", comment="Finance copies by hand")

    [kept] = await that_hold(ended)
    assert (kept.verdict, kept.value, kept.comment, kept.said_by) == ("disputed", 2.5, "Finance copies by hand", SAM)
    assert (kept.evidence or "").startswith("file:")
    assert [entry.kind for entry in await ended.timeline()][-2:] == ["journey_ended", "answer_completed"]


async def test_the_history_leads_to_the_readers_own_answer_and_to_nobody_elses(
    ended: World, visitor: httpx.AsyncClient
) -> None:
    await not_yet(ended, visitor)
    own, others = await visitor.get(ended.plan(SAM)), await visitor.get(ended.plan(KIM))

    assert f'href="{ended.plan(SAM)}/outcomes/faster"' in own.text
    assert "/outcomes/faster" not in others.text
    assert "/complete/upload" not in (await visitor.get(f"{ended.plan(KIM)}/outcomes/faster")).text


async def test_thirty_days_after_the_end_nothing_is_added_any_more(ended: World, visitor: httpx.AsyncClient) -> None:
    await not_yet(ended, visitor)
    ended_at = (await ended.journey()).ended_at or 0
    ended.at = ended_at + COMPLETED_FOR - 1
    page = await visitor.get(ended.question())
    ended.at = ended_at + COMPLETED_FOR
    late = await complete(visitor, page, ended.question(), value="9")

    assert late.headers["location"].endswith("/outcomes/faster?told=closed")
    after = await visitor.get(ended.question())
    assert "You said not yet, on" in text_of(after)
    assert "/complete/upload" not in after.text
    assert [each.value for each in await that_hold(ended)] == [None]
    with pytest.raises(NoOpenJourneyError):
        await ended.tell(answer_completed="faster", value=9)


async def test_once_another_journey_has_begun_the_answer_stays_as_it_is(
    ended: World, visitor: httpx.AsyncClient
) -> None:
    path, page = ended.question(), await not_yet(ended, visitor)
    ended.at += 1
    await ended.intake.enrol("acme", start=JourneyStart(again="They come back", by=ANA))
    assert (await ended.journey("acme/2")).status == "open"
    late = await complete(visitor, page, path, value="9")

    assert late.headers["location"].endswith("?told=closed")
    assert [each.value for each in await that_hold(ended)] == [None]
    assert "/complete/upload" not in (await visitor.get(ended.question())).text


async def test_the_answer_that_ended_it_is_taken_back_from_the_page_after_it(
    ended: World, visitor: httpx.AsyncClient
) -> None:
    ended.journey_client.let_people_undo(timedelta(minutes=5))
    page = await not_yet(ended, visitor)
    assert "/undo" in (await visitor.get(ended.plan(SAM))).text
    response = await visitor.post(f"{ended.plan(SAM)}/undo", data=form_in(page, "/undo"))

    assert response.headers["location"].endswith("?told=undone")
    assert (await ended.journey()).status == "open"
    assert await that_hold(ended) == []


async def test_nothing_else_can_be_done_on_a_plan_that_is_over(ended: World, visitor: httpx.AsyncClient) -> None:
    before = await visitor.get(ended.question())
    await not_yet(ended, visitor)
    again = await visitor.post(f"{ended.plan(SAM)}/answer", data={**form_in(before, "/answer"), "verdict": "verified"})

    assert again.status_code == 410
    assert "/answer" not in (await visitor.get(ended.question())).text
    assert "/say" not in (await visitor.get(ended.question())).text
