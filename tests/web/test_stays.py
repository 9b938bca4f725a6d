"""Who stands in a stage, play or step of a map, and the parts of a segment that its numbers can be of."""

from __future__ import annotations

import httpx
import pytest

from milepost.intake.walls import Walls
from milepost.planner.standings import Part
from milepost.planner.written_facts import WrittenFact
from milepost.store.map_states import Journeys, Trait
from tests.web.conftest import World, text_of
from tests.web.example import ANA, DAY, START, customer

KICKOFF = "/ops/maps/pilot/here/step/kickoff"


@pytest.fixture
async def two(world: World) -> World:
    """A second customer, in Canada, a day after the first one, who is on trial."""
    await world.move_to(START + DAY)
    second = customer()
    await world.add(
        second.having(id="globex", name="Globex", country="CA", attributes={**second.attributes, "trial": True})
    )
    return world


async def test_who_has_been_there_for_longest_is_first_with_how_long_and_how_late(
    two: World, browser: httpx.AsyncClient
) -> None:
    await two.move_to(START + 30 * DAY)
    page = text_of(await browser.get(KICKOFF))
    assert "Kickoff call" in page
    assert "In Getting started. 2 customers are here" in page
    assert page.index("Acme") < page.index("Globex")
    assert "Acme Ltd 30 days 27 days \N{EN DASH} 75 Globex 29 days 26 days \N{EN DASH} 75" in page


async def test_those_who_are_silent_or_late_are_counted_and_each_number_leads_to_them(
    two: World, browser: httpx.AsyncClient
) -> None:
    await two.intake.record_fact("globex", WrittenFact(step_done="kickoff", result="held"), by=ANA)
    await two.move_to(START + 14 * DAY)
    stage = "/ops/maps/pilot/here/stage/start"
    both = await browser.get("/ops/maps/pilot/funnel")
    silent = text_of(await browser.get(f"{stage}?only=silent"))
    late = text_of(await browser.get(f"{KICKOFF}?only=late"))

    assert f'href="{stage}?only=silent">1</a>' in both.text
    assert f'href="{KICKOFF}?only=late">1</a>' in both.text
    assert "1 silent" in (await browser.get("/ops/maps/pilot")).text
    assert "1 customer is here and silent, on" in silent
    assert ("Globex" in silent, "Acme" in silent) == (True, False)
    assert ("Globex" in late, "Acme" in late) == (False, True)
    assert "2 customers are here, on" in text_of(await browser.get(f"{stage}?only=whatever"))
    assert "Nobody is here and late now." in text_of(await browser.get(f"{stage}?only=late"))


async def test_a_stage_and_a_play_list_theirs_and_what_is_none_is_named(two: World, browser: httpx.AsyncClient) -> None:
    assert "2 customers are here" in text_of(await browser.get("/ops/maps/pilot/here/stage/start"))
    assert "Nobody is here now." in text_of(await browser.get("/ops/maps/pilot/here/play/rescue"))
    missing = await browser.get("/ops/maps/pilot/here/step/kickof")
    assert missing.status_code == 404
    assert "has no step 'kickof'" in text_of(missing)
    assert (await browser.get("/ops/maps/pilot/here/steps/kickoff")).status_code in (404, 422)


async def test_parts_of_the_segment_are_chosen_by_attributes_with_few_values_and_by_country(
    two: World, browser: httpx.AsyncClient
) -> None:
    page = await browser.get("/ops/maps/pilot")
    for option in ("tier=pilot", "trial=True", "trial=False", "@country=CA", "@country=US"):
        assert f'<option value="{option}">' in page.text
    canada = text_of(await browser.get("/ops/maps/pilot", params={"of": "@country=CA"}))
    assert "1 customer on the way, 0 over, Country: CA, on" in canada
    trial = text_of(await browser.get(KICKOFF, params={"of": "trial=True"}))
    assert "1 customer is here, Trial: yes, on" in trial
    assert "Globex" in trial
    assert "Acme" not in trial
    assert "2 customers are here" in text_of(await browser.get(KICKOFF, params={"of": "trial=perhaps"}))
    assert "1 journey, Country: US, on" in text_of(await browser.get("/ops/maps/pilot/funnel?of=%40country%3DUS"))


async def test_the_choice_goes_along_with_every_link(two: World, browser: httpx.AsyncClient) -> None:
    page = await browser.get("/ops/maps/pilot", params={"of": "@country=CA", "begun": "2026-03"})
    assert 'href="/ops/maps/pilot/here/step/kickoff?begun=2026-03&amp;of=%40country%3DCA"' in page.text


async def test_a_long_list_has_pages(world: World, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("milepost.web.ops.stays.PER_PAGE", 1)
    await world.add(customer().having(id="globex", name="Globex"))
    first = await browser.get(KICKOFF)
    assert "Acme" in text_of(first)
    assert f'href="{KICKOFF}?page=2" rel="next"' in first.text
    second = await browser.get(f"{KICKOFF}?page=2")
    assert "Globex" in text_of(second)
    assert f'href="{KICKOFF}?page=1" rel="prev"' in second.text
    assert 'rel="next"' not in second.text


def test_a_trait_is_of_a_value_and_of_its_type() -> None:
    acme = {"country": "US", "attributes": {"seats": 1, "trial": True}}
    assert Trait(None, "US").is_of(acme)
    assert Trait("trial", value=True).is_of(acme)
    assert Trait("seats", 1).is_of(acme)
    assert not Trait("seats", value=True).is_of(acme)
    assert not Trait("trial", value=False).is_of(acme)
    assert not Trait("plan", "gold").is_of(acme)


async def test_numbers_are_kept_for_each_choice(two: World) -> None:
    walls = Walls(two.intake.context)
    all_of_them = (await walls.of(Journeys("pilot"))).wall
    canada = (await walls.of(Journeys("pilot", trait=Trait(None, "CA")))).wall
    assert (all_of_them.journeys, canada.journeys) == (2, 1)
    assert [stay.customer for stay in canada.stays(Part.STEP, "kickoff")] == ["globex"]
