"""Where customers of a map stop: by stage, by step and by month of start."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx

from milepost.explain.funnel import LEFT_WITHIN, MONTHS, Funnel, Span, months_until
from milepost.intake.walls import Walls
from milepost.planner.standings import Part, Standing
from milepost.store.map_states import Journeys
from tests.web.conftest import World, text_of
from tests.web.example import ANA, DAY, START

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
    assert funnel.leavers(5) == [("sso", 1, 3)]


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
    page = text_of(await browser.get("/ops/maps/pilot/funnel"))
    assert "What they wait for" in page
    assert "March 2026 1 100 %" in page
    await world.tell(ended="churned", by=ANA)
    after = (await counted(world)).stages[id_]
    assert (after.reached, after.here, after.left) == (1, 0, 1)
    assert (await counted(world)).left_at["kickoff"] == 1


async def test_a_map_that_nobody_is_on_says_so(empty_world: World) -> None:
    await empty_world.publish()
    async with empty_world.client() as client:
        page = text_of(await client.get("/ops/maps/pilot/funnel"))
    for part in ("0 journeys", "No step is open.", "Nobody has left", "Nobody began in the last twelve months."):
        assert part in page
