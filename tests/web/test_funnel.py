"""Where customers of a map stop: by stage, by step and by month of start."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from milepost.explain.funnel import LEFT_WITHIN, MONTHS, Funnel, Span, months_until
from milepost.intake.walls import Walls
from milepost.planner.standings import Part, Standing
from milepost.planner.written_facts import WrittenFact
from milepost.store.map_states import Journeys
from tests.web.conftest import World, text_of
from tests.web.example import ANA, BO, DAY, START, customer

NOW = 1_000 * DAY


def stage(id_: str, status: str, since: int | None) -> Standing:
    return Standing(Part.STAGE, id_, status, since, None)


def step(id_: str, status: str, since: int | None) -> Standing:
    return Standing(Part.STEP, id_, status, since, None)


async def counted(world: World) -> Funnel:
    return (await Walls(world.intake.context).of(Journeys("pilot"))).funnel


def test_months_are_those_of_the_time_zone_the_present_one_last() -> None:
    months = months_until(int(datetime(2026, 3, 31, 22, 30, tzinfo=UTC).timestamp()), "Europe/Berlin")
    assert len(months) == MONTHS
    assert datetime.fromtimestamp(months[-1], UTC) == datetime(2026, 3, 31, 22, tzinfo=UTC)
    assert datetime.fromtimestamp(months[0], UTC) == datetime(2025, 4, 30, 22, tzinfo=UTC)


def test_who_came_is_here_went_on_or_left() -> None:
    funnel = Funnel([])
    here, gone, left = NOW - 10 * DAY, NOW - 50 * DAY, NOW - 90 * DAY
    funnel.add([stage("a", "closed", gone), stage("b", "open", here)], Span(gone), NOW)
    funnel.add([stage("a", "open", left), stage("b", "waiting", None)], Span(left, NOW, was_broken_off=True), NOW)
    funnel.add([stage("a", "closed", gone), stage("b", "open", gone)], Span(gone, NOW), NOW)
    a, b = funnel.stages["a"], funnel.stages["b"]
    assert (a.reached, a.went_on, a.here, a.left, a.days) == (3, 2, 0, 1, None)
    assert (b.reached, b.went_on, b.here, b.left, b.days) == (2, 1, 1, 0, 10)


def test_a_step_that_was_open_shortly_before_a_journey_was_broken_off_is_where_somebody_left() -> None:
    funnel, broken = Funnel([]), Span(0, NOW, was_broken_off=True)
    for since, span in ((NOW - DAY, broken), (NOW - LEFT_WITHIN, broken), (NOW - DAY, Span(0, NOW)), (None, broken)):
        funnel.add([step("sso", "withdrawn", since), step("kickoff", "done", NOW - DAY)], span, NOW)
    assert funnel.most_left_at(5) == [("sso", 1, 3)]


def test_who_left_is_listed_with_when_and_for_how_long_it_had_been_open_whoever_left_last_first() -> None:
    funnel = Funnel([])
    for name, ended_at in (("acme", NOW - 5 * DAY), ("beta", NOW)):
        span = Span(0, ended_at, was_broken_off=True, journey=f"{name}/1", customer=name)
        there = [stage("start", "open", 0), step("sso", "withdrawn", ended_at - 3 * DAY)]
        funnel.add(there, span, NOW)
    funnel.add([stage("start", "open", 0)], Span(0, journey="gamma/1", customer="gamma"), NOW)

    at_the_step, in_the_stage = funnel.leavers(Part.STEP, "sso"), funnel.leavers(Part.STAGE, "start")

    assert [(each.customer, each.journey, each.open_for) for each in at_the_step] == [
        ("beta", "beta/1", 3 * DAY),
        ("acme", "acme/1", 3 * DAY),
    ]
    assert [(each.customer, each.ended_at - each.since) for each in in_the_stage] == [
        ("beta", NOW),
        ("acme", NOW - 5 * DAY),
    ]
    assert funnel.leavers(Part.STAGE, "later") == funnel.leavers(Part.STEP, "start") == []


def test_those_of_a_month_are_counted_by_how_far_they_came_and_earlier_ones_are_not() -> None:
    funnel = Funnel([NOW - 60 * DAY, NOW - 30 * DAY])
    for started_at in (NOW - 61 * DAY, NOW - 60 * DAY, NOW - 31 * DAY, NOW - 30 * DAY):
        come = [stage("a", "open", started_at)] if started_at != NOW - 31 * DAY else []
        funnel.add(come, Span(started_at), NOW)
    assert {number: (each.begun, each.share("a"), each.share("b")) for number, each in funnel.cohorts.items()} == {
        0: (2, 50, 0),
        1: (1, 100, 0),
    }


async def test_a_real_journey_stands_in_it_and_leaves_when_it_ends(world: World, browser: httpx.AsyncClient) -> None:
    await world.move_to(START + 2 * DAY)
    before = await counted(world)
    [(id_, flow)] = [(id_, flow) for id_, flow in before.stages.items() if flow.here]
    assert (flow.reached, flow.left, flow.days) == (1, 0, 2)
    shown = await browser.get("/ops/maps/pilot/funnel?of=%40country%3DUS")
    page = text_of(shown)
    assert "What they wait for" in page
    assert "March 2026 1 100 %" in page
    assert '<a href="/ops/maps/pilot/funnel?begun=2026-03&amp;of=%40country%3DUS">March 2026</a>' in shown.text
    await world.tell(ended="churned", by=ANA)
    after = (await counted(world)).stages[id_]
    assert (after.reached, after.here, after.left) == (1, 0, 1)
    assert [each.customer for each in (await counted(world)).left_at["kickoff"]] == ["acme"]


async def test_a_map_that_nobody_is_on_says_so(empty_world: World) -> None:
    await empty_world.publish()
    async with empty_world.client() as client:
        page = text_of(await client.get("/ops/maps/pilot/funnel"))
    for part in ("0 journeys", "No step is open.", "Nobody has left", "Nobody began in the last twelve months."):
        assert part in page


async def two_who_left(world: World) -> None:
    """Acme leaves on the second day, Beta on the third; Gamma is Bo's and goes a day later."""
    for id_, team in (("beta", {"csm": ANA}), ("gamma", {"csm": BO})):
        await world.add(customer(id_, f"{id_.title()} Ltd", team=team))
    for day, id_, reason in ((2, "acme", "churned"), (3, "beta", "no_budget"), (4, "gamma", "churned")):
        await world.move_to(START + day * DAY)
        await world.intake.record_fact(id_, WrittenFact(ended=reason, note=f"Note on {id_}"), by=ANA)


async def test_each_number_leads_to_who_left_with_when_and_why(world: World, browser: httpx.AsyncClient) -> None:
    await two_who_left(world)
    funnel = await browser.get("/ops/maps/pilot/funnel?of=%40country%3DUS")
    at_the_step = "/ops/maps/pilot/left/step/kickoff?of=%40country%3DUS"

    for address in (at_the_step, at_the_step.replace("step/kickoff", "stage/start")):
        assert f'<a href="{address}">3</a>' in funnel.text
    page = text_of(await browser.get(at_the_step))
    stage_page = text_of(await browser.get("/ops/maps/pilot/left/stage/start"))

    assert "In Getting started. 3 customers left with this step open for less than 30 days, Country: US, on" in page
    lines = (
        "Gamma Ltd Mon 2 Mar 2026 Fri 6 Mar 2026 churned Note on gamma 4 days "
        "Beta Ltd Mon 2 Mar 2026 Thu 5 Mar 2026 no budget Note on beta 3 days "
        "Acme Ltd Mon 2 Mar 2026 Wed 4 Mar 2026 churned Note on acme 2 days"
    )
    assert lines in page
    assert "3 customers left with this stage open, on" in stage_page
    assert lines in stage_page


async def test_where_nobody_left_it_says_so_and_what_is_none_is_named(world: World, browser: httpx.AsyncClient) -> None:
    page = text_of(await browser.get("/ops/maps/pilot/left/step/kickoff"))
    missing = await browser.get("/ops/maps/pilot/left/step/kickof")

    assert "Nobody has left here." in page
    assert missing.status_code == 404
    assert "has no step 'kickof'" in text_of(missing)
    assert (await browser.get("/ops/maps/pilot/left/play/rescue")).status_code == 404


async def test_a_long_list_of_who_left_has_pages(
    world: World, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await two_who_left(world)
    monkeypatch.setattr("milepost.web.ops.leavers.PER_PAGE", 2)
    first, second = [await browser.get(f"/ops/maps/pilot/left/stage/start{query}") for query in ("", "?page=2")]

    assert 'href="/ops/maps/pilot/left/stage/start?page=2" rel="next"' in first.text
    assert ("Acme" in text_of(first), "Acme" in text_of(second)) == (False, True)
    assert 'rel="next"' not in second.text
