"""What a colleague waits for: what their customers have open."""

from __future__ import annotations

import httpx
import pytest

from milepost.intake.walls import Walls
from milepost.planner.written_facts import WrittenFact
from tests.web.conftest import World, text_of
from tests.web.example import ANA, DAY, customer
from tests.web.test_portal import to_the_question


async def test_steps_and_questions_of_ones_customers_are_listed_late_ones_first(
    world: World, browser: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    await world.add(customer().having(id="beta", name="Beta Ltd"))
    await world.intake.record_fact("beta", WrittenFact(step_done="kickoff", result="held"), by=ANA)
    now = text_of(await browser.get(f"/desk/{ANA}/waiting"))
    await world.move_to(int(world.at) + 20 * DAY)
    world.app.state.walls = Walls(world.intake.context)  # without waiting until it counts again

    later = text_of(await browser.get(f"/desk/{ANA}/waiting"))

    assert "2 steps and questions that customers have open: of those on whose team you are" in now
    assert "Acme Ltd question Reports are made in half the time. less than a minute" in now
    assert "Beta Ltd Connect the first system less than a minute" in now
    assert "Beta Ltd Connect the first system 20 days 12 days" in later
    assert "Acme" not in later  # the question was given up as silent


async def test_who_is_on_no_team_waits_for_nobody(world: World, browser: httpx.AsyncClient) -> None:
    await to_the_question(world)

    assert "Nobody keeps" in text_of(await browser.get("/desk/nobody@vendor.example/waiting"))


async def test_a_long_list_has_pages(world: World, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("milepost.web.desk.waits.PER_PAGE", 1)
    await to_the_question(world)
    await world.add(customer().having(id="beta", name="Beta Ltd"))
    await world.intake.record_fact("beta", WrittenFact(step_done="kickoff", result="held"), by=ANA)

    first, second = [await browser.get(f"/desk/{ANA}/waiting?page={number}") for number in (1, 2)]

    assert 'rel="next"' in first.text
    assert 'rel="prev"' in second.text
    assert ("Acme Ltd" in text_of(first)) != ("Acme Ltd" in text_of(second))
