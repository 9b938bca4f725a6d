"""A map on the wall: its picture with live numbers, of all journeys or of some."""

from __future__ import annotations

import re

import httpx
import pytest

from milepost.explain.wall import FEW, Wall, live
from milepost.intake.walls import FRESH, Walls
from milepost.planner.standings import Part, Standing, standings
from milepost.planner.state import State
from milepost.planner.written_facts import WrittenFact
from milepost.store.map_states import Journeys
from tests.web.conftest import World, text_of
from tests.web.example import ANA, DAY, SAM, START, customer
from tests.web.test_portal import to_the_question


async def counted(world: World, wanted: Journeys | None = None) -> Wall:
    return (await Walls(world.intake.context).of(wanted or Journeys("pilot"))).wall


async def test_a_customer_stands_where_its_journey_is_and_what_is_late_is_counted(world: World) -> None:
    wall = await counted(world)
    assert (wall.journeys, wall.running) == (1, 1)
    kickoff = wall.numbers[Part.STEP, "kickoff"]
    assert (kickoff.here, kickoff.late, kickoff.days, kickoff.over) == (1, 0, 0, 0)
    await world.move_to(START + 30 * DAY)
    kickoff = (await counted(world)).numbers[Part.STEP, "kickoff"]
    assert (kickoff.here, kickoff.late, kickoff.days) == (1, 1, 30)


async def test_what_was_done_and_answered_is_counted_also_of_journeys_that_ended(world: World) -> None:
    await to_the_question(world)
    asked = live(await counted(world), {"faster"})[Part.STEP, "faster"]
    assert (asked.here, asked.came) == ("1 asked", ())
    await world.tell(answer="faster", verdict="disputed", by=SAM, method="portal")
    await world.tell(ended="churned", by=ANA)
    wall = await counted(world)
    words = live(wall, {"faster"})
    assert (wall.journeys, wall.running) == (1, 0)
    assert {each.here for each in words.values()} == {""}
    assert words[Part.STEP, "faster"].came == ("0 % of 1 confirmed", "1 disputed")
    assert words[Part.STEP, "kickoff"].came == ("100 % of 1 done",)


@pytest.mark.parametrize(
    ("wanted", "journeys"),
    [
        (Journeys("pilot", since=START), 1),
        (Journeys("pilot", until=START), 0),
        (Journeys("pilot", since=START + 1), 0),
        (Journeys("other"), 0),
        (Journeys("pilot", version="none"), 0),
    ],
)
async def test_journeys_are_chosen(world: World, wanted: Journeys, journeys: int) -> None:
    assert (await counted(world, wanted)).journeys == journeys


async def test_what_is_read_off_the_stored_state_is_what_the_state_says(world: World) -> None:
    await to_the_question(world)
    row = await world.journey()
    state = State.from_json(row.state)
    read = {(each.part, each.id): each for each in standings(row.state)}
    for id_, step in state.steps.items():
        standing = read.get((Part.STEP, id_))
        assert (standing.status if standing else "waiting") == step.status
        if standing is not None:
            assert (standing.since, standing.due_at) == (step.asked_at or step.opened_at, step.due_at)
            assert standing.until == step.closed_at
    for id_, stage in state.stages.items():
        standing = read[Part.STAGE, id_]
        assert (standing.status, standing.since, standing.until) == (stage.status, stage.opened_at, stage.closed_at)
    assert {id_ for part, id_ in read if part is Part.PLAY} == set(state.plays)


def test_half_of_them_have_stood_there_for_so_long() -> None:
    wall = Wall(100 * DAY)
    for since in (90, 50, 99):
        wall.add("c", [Standing(Part.STEP, "a", "open", since * DAY, None)], has_ended=False)
    assert wall.numbers[Part.STEP, "a"].days == 10
    assert live(wall, ())[Part.STEP, "a"].more == ("for 10 days",)


def test_half_of_those_who_are_through_took_so_long_where_a_few_are() -> None:
    wall = Wall(100 * DAY)

    def add(status: str, days: float, part: Part = Part.STEP, since: int | None = 10 * DAY) -> None:
        until = 10 * DAY + round(days * DAY)
        wall.add("c", [Standing(part, f"{part}-{status}", status, since, None, until)], has_ended=False)

    for days in (1, 30, 2, 3):
        add("done", days)
    assert wall.numbers[Part.STEP, "step-done"].usual_days is None
    wall.numbers.clear()
    for days in (1, 30, 2, 3, 90, 20):
        add("done", days)
        add("skipped", days)
        add("done", days, since=None)
        add("closed", 0.2, Part.STAGE)
        add("verified", days)
    words = live(wall, {"step-verified"})

    assert wall.numbers[Part.STEP, "step-done"].usual_days == 3
    assert words[Part.STEP, "step-done"].usual == "half took 3 days"
    assert words[Part.STEP, "step-verified"].usual == "half took 3 days"
    assert words[Part.STAGE, "stage-closed"].usual == "half took less than a day"
    assert words[Part.STEP, "step-skipped"].usual == ""


async def test_the_page_says_how_long_half_took(world: World, browser: httpx.AsyncClient) -> None:
    customers = ["acme", *(f"c{number}" for number in range(FEW - 1))]
    for id_ in customers[1:]:
        await world.add(customer(id_, id_.upper()))
    for number, id_ in enumerate(customers, 2):
        await world.move_to(START + number * DAY)
        await world.intake.record_fact(id_, WrittenFact(step_done="kickoff", result="held"), by=ANA)
    page, large = [await browser.get(f"/ops/maps/pilot{query}") for query in ("", "?letters=large")]

    assert "half took 4 days" in re.findall(r"<text[^>]*>([^<]*)</text>", page.text)
    assert re.search(r"Kickoff call 0 \S - - 4 100 % of 5 done".replace("-", "."), text_of(page))
    assert "half took" not in large.text


async def test_the_page_draws_the_numbers_and_lists_them(world: World, browser: httpx.AsyncClient) -> None:
    await to_the_question(world)
    page = await browser.get("/ops/maps/pilot")
    assert 'data-live="5"' in page.text
    assert "font-src data:" in page.headers["content-security-policy"]
    drawn: list[str] = re.findall(r"<text[^>]*>([^<]*)</text>", page.text)
    assert "1 asked" in drawn
    assert "100 % of 1 done" in drawn
    assert any(text.startswith("1 customer on the way, 0 journeys over; on Mon 2 Mar 2026") for text in drawn)
    for place in ("stage/", "step/faster", "play/"):
        assert f'<a href="/ops/maps/pilot/here/{place}' in page.text
    assert "1 customer on the way, 0 over, on Mon 2 Mar 2026" in text_of(page)
    assert re.search(r"@page \{ size: 4\d\dmm \d+mm", page.text)


async def test_a_version_and_a_month_narrow_it_and_what_is_none_is_passed_over(
    world: World, browser: httpx.AsyncClient
) -> None:
    version = (await world.journey()).version
    for query, count in (
        (f"?version={version}", 1),
        ("?begun=2026-03", 1),
        ("?begun=2026-02", 0),
        ("?begun=March", 1),
        ("?begun=2026-13", 1),
        ("?begun=9999-12", 1),
        ("?version=nothing", 1),
    ):
        page = text_of(await browser.get(f"/ops/maps/pilot{query}"))
        assert f"{count} customer{'s' if count != 1 else ''} on the way" in page, query


async def test_in_large_letters_there_are_titles_and_numbers_alone(world: World, browser: httpx.AsyncClient) -> None:
    everything, large = [await browser.get(f"/ops/maps/pilot{query}") for query in ("", "?letters=large")]
    for part in ("Kickoff call", "1 here"):
        assert part in large.text
    drawn = [page.text.partition('<div class="wall"')[2].partition("</svg>")[0] for page in (everything, large)]
    assert ["automatic mail" in each for each in drawn] == [True, False]
    assert "to be read from two metres" in text_of(large)
    assert '<option value="large" selected>' in large.text


async def test_in_full_size_all_of_it_can_be_read_and_an_unknown_size_is_passed_over(
    browser: httpx.AsyncClient,
) -> None:
    widths = []
    for letters in ("", "full", "huge"):
        page = (await browser.get(f"/ops/maps/pilot?letters={letters}")).text
        [width] = re.findall(r"\.wall svg \{[^}]*min-width: ([\d.]+)rem", page)
        widths.append(float(width))
        [picture] = re.findall(r'<svg[^>]*viewBox="0 0 ([\d.]+) [^>]*>', page)
        smallest = min(float(size) for size in re.findall(r'font-size[=:]\s*"?([\d.]+)', page))
        if letters == "full":
            assert widths[-1] * 16 * smallest / float(picture) == pytest.approx(12, rel=0.01)
    assert widths[0] == widths[2] < widths[1]


async def test_a_map_that_is_none_is_named_with_those_that_are(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/ops/maps/pilto")
    assert page.status_code in (404, 422)
    assert "pilot" in text_of(page)


async def test_numbers_are_counted_again_behind_the_page_and_once_for_many_who_look(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    walls, wanted = Walls(world.intake.context), Journeys("pilot")
    now = 0.0
    monkeypatch.setattr("milepost.intake.walls.time.monotonic", lambda: now)
    first = await walls.of(wanted)
    await world.tell(step_done="kickoff", result="held")
    assert await walls.of(wanted) is first
    now = FRESH + 1
    assert await walls.of(wanted) is first
    again = walls._counted[wanted].again
    assert again is not None
    await again
    assert (await walls.of(wanted)).wall.numbers[Part.STEP, "kickoff"].over == 1
