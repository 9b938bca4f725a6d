"""What customers say to the agreement of a kickoff, line by line: yes, or something else instead."""

from __future__ import annotations

from datetime import timedelta

import pytest

from milepost.planner.written_facts import WrittenFact
from milepost.store import agreements
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, DAY, KIM, SAM, START
from tests.web.test_agreement import FIGURES, PATH, told


@pytest.fixture
async def world(empty_world: World) -> World:
    await empty_world.publish(FIGURES)
    await empty_world.add()
    return empty_world


async def said(world: World):
    async with world.store.reading() as session:
        return await agreements.of_journey(session, "acme/1")


async def mailed(world: World, browser) -> None:
    await browser.post(f"{PATH}/mail", data=form_in(await browser.get(PATH), f"{PATH}/mail"))


async def test_the_plan_leads_there_once_it_was_mailed(world, browser, visitor):
    assert "/agreement" not in (await visitor.get(world.plan(SAM))).text
    await mailed(world, browser)
    assert f"{world.plan(SAM)}/agreement" in (await visitor.get(world.plan(SAM))).text


async def test_a_yes_to_all_is_kept_shown_and_told_once(world, browser, visitor):
    path = f"{world.plan(SAM)}/agreement"
    page = await visitor.get(path)
    assert "Ask who is unhappy" not in page.text
    form = form_in(page, "/agreement")
    for _ in range(2):
        assert (await visitor.post(path, data=form)).status_code == 303
    after = await visitor.get(path)
    assert "All of it is agreed" in after.text
    assert "I agree to all of it" not in after.text
    rows = await said(world)
    assert {(row.kind, row.said_by, row.proposed) for row in rows} >= {("step", SAM, None), ("people", SAM, None)}
    assert len(rows) == len({(row.kind, row.step) for row in rows})
    assert "Agreed: Sam Poe" in text_of(await browser.get(PATH))
    assert sum("Said yes to what was agreed" in each for each in await told(world)) == 1


async def test_what_changed_since_the_yes_is_marked(world, browser, visitor):
    path = f"{world.plan(SAM)}/agreement"
    await visitor.post(path, data=form_in(await visitor.get(path), "/agreement"))
    stale = form_in(await visitor.get(path), "/agreement", 'id="step-set_up"')
    await world.tell(agreed={"set_up": {"due": "2026-03-13"}})
    page = text_of(await visitor.get(path))
    assert "Changed On Mon, Mar 2, 2026, Sam Poe said yes to: Solutions engineer, by Thu, Mar 5, 2026" in page
    assert page.count("Agreed by Sam Poe") == page.count("Propose otherwise") - 1
    assert "Changed since Sam Poe" in text_of(await browser.get(PATH))
    refused = await visitor.post(path, data=stale)
    assert "told=agreement_changed" in refused.headers["location"]
    await visitor.post(path, data=form_in(await visitor.get(path), "/agreement", 'id="step-set_up"'))
    assert "All of it is agreed" in (await visitor.get(path)).text


async def test_a_yes_that_is_taken_back_does_not_count(world, visitor):
    world.journey_client.let_people_undo(timedelta(minutes=5))
    path = f"{world.plan(SAM)}/agreement"
    await visitor.post(path, data=form_in(await visitor.get(path), "/agreement"))
    assert await said(world)
    page = await visitor.get(path)
    await visitor.post(f"{world.plan(SAM)}/undo", data=form_in(page, "/undo"))
    assert not await said(world)
    assert "Agreed by" not in (await visitor.get(path)).text


async def other(visitor, path: str, near: str, **typed: str):
    return await visitor.post(path, data=form_in_other(await visitor.get(path), near) | typed)


def form_in_other(page, near: str) -> dict[str, str]:
    return {**form_in(page, "/agreement", near), "other": "yes"}


async def test_another_day_and_person_for_an_own_step_are_wishes(world, browser, visitor):
    await world.tell(step_done="kickoff", result="held")
    path = f"{world.plan(KIM)}/agreement"
    person = {"name": "Lee Ray", "email": "lee@acme.example"}
    answer = await other(visitor, path, 'id="step-connect"', due="2026-03-30", note="Easter", **person)
    assert "told=proposed" in answer.headers["location"]
    told = [(row.kind, row.data.get("wish")) for row in await world.facts() if row.source == "portal"]
    assert sorted(told, key=str) == [("note", None), ("requested", "date"), ("requested", "person")]
    assert "proposed something else" in text_of(await visitor.get(path))
    assert "Kim Lo, " in text_of(await browser.get(PATH))
    assert "proposes: by Mon, Mar 30, 2026; Lee Ray (lee@acme.example); “Easter”" in text_of(await browser.get(PATH))


async def test_a_proposal_for_another_step_a_figure_or_the_people_is_a_task(world, visitor):
    path = f"{world.plan(SAM)}/agreement"
    await other(visitor, path, 'id="step-set_up"', due="2026-03-30")
    await other(visitor, path, 'id="figures-faster"', figure="15 hours")
    await other(visitor, path, 'id="people-"', note="Add Lee")
    state = (await world.journey()).state
    titles = [each["title"] for each in state["added"].values()]
    assert titles[0].startswith("Sam Poe proposes by Mon, Mar 30, 2026 instead of Set up the workspace")
    assert titles[1].startswith("Sam Poe proposes 15 hours instead of hours saved a week")
    assert titles[2].startswith("Sam Poe proposes “Add Lee” instead of Sam Poe (Executive sponsor)")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({}, "Please write something."),
        ({"due": "2026-01-01"}, "That day is past."),
        ({"due": "soon"}, "Please choose a day."),
        ({"name": "Lee", "email": "lee"}, "Please write a mail address"),
        ({"email": "lee@acme.example"}, "Please write who does it."),
    ],
)
async def test_a_proposal_with_a_mistake_comes_back(world, visitor, typed, message):
    path = f"{world.plan(SAM)}/agreement"
    before = await world.everything()
    page = await other(visitor, path, 'id="step-set_up"', **typed)
    assert page.status_code == 422
    assert message in page.text
    for value in typed.values():
        assert f'value="{value}"' in page.text
    assert await world.everything() == before
    assert not await said(world)


async def test_a_proposal_is_over_once_the_line_changes_or_somebody_says_yes(world, browser, visitor):
    path, line = f"{world.plan(SAM)}/agreement", 'id="step-set_up"'
    proposed = "Sam Poe proposed something else on Mon, Mar 2, 2026: by Tue, Mar 31, 2026"
    await other(visitor, path, line, due="2026-03-31")
    assert proposed in text_of(await visitor.get(path))
    assert "proposes: by Tue, Mar 31, 2026" in text_of(await browser.get(PATH))
    await world.tell(agreed={"set_up": {"due": "2026-03-24"}})
    for page in (await visitor.get(path), await browser.get(PATH)):
        assert "Set up the workspace" in text_of(page)
        assert "Mar 31" not in text_of(page)
    await other(visitor, path, line, due="2026-03-31")
    assert proposed in text_of(await visitor.get(path))
    world.at += 60
    await visitor.post(path, data=form_in(await visitor.get(path), "/agreement", line))
    page = text_of(await visitor.get(path))
    assert "by Tue, Mar 24, 2026 Agreed by Sam Poe on Mon, Mar 2, 2026" in page
    assert "proposed something else" not in page
    assert "proposes" not in text_of(await browser.get(PATH))


async def test_a_proposal_is_read_in_the_language_of_each_reader(world, browser, visitor):
    contacts = [
        {"name": "Sam Poe", "email": SAM, "personas": ["sponsor"], "language": "de"},
        {"name": "Kim Lo", "email": KIM, "personas": ["coordinator"]},
    ]
    await world.tell(contacts=contacts)
    path = f"{world.plan(SAM)}/agreement"
    await other(visitor, path, 'id="step-set_up"', due="2026-03-30", note="Wegen Ostern")
    assert "bis Mo., 30. März 2026; „Wegen Ostern“" in text_of(await visitor.get(path))
    assert "by Mon, Mar 30, 2026; “Wegen Ostern”" in text_of(await visitor.get(f"{world.plan(KIM)}/agreement"))
    assert "proposes: by Mon, Mar 30, 2026; “Wegen Ostern”" in text_of(await browser.get(PATH))


async def test_a_reader_of_german_reads_german(world, visitor):
    contacts = [{"name": "Sam Poe", "email": SAM, "personas": ["sponsor"], "language": "de"}]
    await world.intake.record_fact("acme", WrittenFact(contacts=contacts), by=ANA)
    page = text_of(await visitor.get(f"{world.plan(SAM)}/agreement"))
    assert "Was wir vereinbart haben" in page
    assert "What" not in page


async def test_the_state_stays_small(world, browser, visitor):
    path = f"{world.plan(SAM)}/agreement"
    before = len(str((await world.journey()).state))
    for number in range(5):
        world.at = START + number * DAY
        await mailed(world, browser)
        await visitor.post(path, data=form_in(await visitor.get(path), "/agreement"))
        await world.tell(agreed={"set_up": {"due": f"2026-04-{number + 10}"}})
    assert len(str((await world.journey()).state)) < before + 200
