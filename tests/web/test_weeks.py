"""A colleague's week against its hours, and who of a team has how much."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import httpx
import pytest
from pydantic import SecretStr

from milepost.intake import absences, people
from milepost.intake.absences import NewAbsence
from milepost.roles import Role
from milepost.store.tables import TaskRow
from tests.web.conftest import PASSWORD, SignIn, World, text_of
from tests.web.example import ANA, BO, DAY, LEA, START, customer


def words_of(page: httpx.Response) -> str:
    """Returns the text of a page, with hyphens for its dashes."""
    return text_of(page).replace("\N{EN DASH}", "-")


async def of_ana(browser: httpx.AsyncClient) -> str:
    page = await browser.get(f"/desk/{ANA}/week")
    assert page.status_code == 200
    return words_of(page)


async def test_the_week_says_what_falls_due_on_which_day_and_what_the_days_have(
    world: World, browser: httpx.AsyncClient
) -> None:
    assert "Nobody has said how many hours a week there are" in await of_ana(browser)
    await people.change(world.intake.context, ANA, hours_per_week=5)

    page = await of_ana(browser)

    assert "This week 1.5 hours of 5 hours" in page
    assert "Today - - 1 hour" in page
    assert "Wed 4 Mar 2026 1 1.5 hours 1 hour 30 minutes too much" in page
    assert "Sat 7 Mar" not in page
    assert "Next week No work of 5 hours" in page


async def test_what_is_late_stands_at_the_top_of_this_week(world: World, browser: httpx.AsyncClient) -> None:
    await world.move_to(START + 8 * DAY)  # Tuesday of the week after

    page = await of_ana(browser)

    assert "Late 1 1.5 hours" in page
    assert "Mon 9 Mar" not in page
    assert "Today" in page


async def test_what_is_due_at_the_last_midnight_of_next_week_is_due_on_its_sunday(
    world: World, browser: httpx.AsyncClient
) -> None:
    midnight = int(datetime(2026, 3, 16, tzinfo=ZoneInfo("America/New_York")).timestamp())
    for at, shown in ((midnight, True), (midnight + 1, False)):
        async with world.store.transaction() as session:
            task = await session.get(TaskRow, ("acme/1", "kickoff/1"))
            assert task is not None
            task.due_at = task.urgency = at
        assert ("Sun 15 Mar 2026 1 1.5 hours" in await of_ana(browser)) is shown


async def test_holidays_and_absences_have_no_hours(world: World, browser: httpx.AsyncClient) -> None:
    await people.change(world.intake.context, ANA, hours_per_week=10)
    friday = date(2026, 3, 6)
    await absences.record(world.intake.context, NewAbsence(ANA, BO, friday, friday), by=ANA)

    page = await of_ana(browser)

    assert "This week 1.5 hours of 8 hours" in page
    assert "Fri 6 Mar 2026 away - - none" in page
    await world.move_to(START + 119 * DAY)  # Monday 29 June; Independence Day is kept on Friday
    assert "Fri 3 Jul 2026 no working day - - none" in await of_ana(browser)


async def test_the_day_has_the_hours_that_the_week_gives_it(world: World, browser: httpx.AsyncClient) -> None:
    async def of_today() -> str:
        return text_of(await browser.get(f"/desk/{ANA}"))

    await people.change(world.intake.context, ANA, hours_per_week=10)
    wednesday, thursday = date(2026, 3, 4), date(2026, 3, 5)
    await world.move_to(START + 2 * DAY)
    assert "1.5 hours of 2 hours due by tonight" in await of_today()

    await absences.record(world.intake.context, NewAbsence(ANA, BO, thursday, thursday, role="csm"), by=ANA)
    await world.move_to(START + 3 * DAY)
    assert "1.5 hours of 2 hours due by tonight" in await of_today()  # away for a role, not for the day
    await absences.record(world.intake.context, NewAbsence(LEA, BO, date(2026, 3, 6), wednesday), by=LEA)
    assert "1.5 hours of 2 hours due by tonight" in await of_today()  # it is somebody else who is away

    friday = date(2026, 3, 6)
    await absences.record(world.intake.context, NewAbsence(ANA, BO, friday, friday), by=ANA)
    for days, why in ((4, "away"), (5, "weekend"), (7, ""), (123, "no working day")):
        await world.move_to(START + days * DAY)
        page = await of_today()
        assert (f"due by tonight, no hours today: {why}" in page) is bool(why), days
        assert ("of 2 hours due by tonight" in page) is not bool(why), days


async def test_ones_own_week_is_a_redirect(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/desk/week")).headers["location"] == f"/desk/{ANA.replace('@', '%40')}/week"


@pytest.fixture
async def locked(empty_world: World) -> World:
    """Ana and Bo are of the north, whose manager Lea is; Kai is of the south."""
    settings = empty_world.settings.model_copy(update={"desk_password": SecretStr(PASSWORD)})
    locked = World(empty_world.store, settings)
    await locked.publish()
    context = locked.intake.context
    await people.change(context, "edda@vendor.example", role=Role.ADMIN)
    await people.change(context, ANA, team="north", hours_per_week=5)
    await people.change(context, BO, team="north", hours_per_week=40)
    await people.change(context, LEA, team="north", role=Role.MANAGER)
    await people.change(context, "kai@vendor.example", team="south")
    for number in range(4):
        team = {"csm": ANA, "lead": LEA, "solutions": BO if number else "kai@vendor.example"}
        await locked.add(customer(f"c{number}", f"Customer {number}", team=team))
    return locked


async def test_a_manager_sees_the_team_who_has_most_beyond_their_hours_first(locked: World, as_: SignIn) -> None:
    leas = await as_(LEA)

    team = await leas.get("/desk/team")
    page = words_of(team)

    assert f'<a href="/desk/{ANA.replace("@", "%40")}/book">4</a>' in team.text
    assert "Ana Ruiz 4 4 - - 6 hours of 5 hours too much" in page
    assert "Bo Ek 3 3 - - 1.5 hours of 40 hours" in page
    assert page.index("Ana Ruiz") < page.index("Bo Ek")
    assert "Kai" not in page


async def test_what_is_late_and_what_went_up_is_counted(locked: World, as_: SignIn) -> None:
    await locked.move_to(START + 6 * DAY)

    page = await (await as_(LEA)).get("/desk/team")

    assert "Ana Ruiz 4 4 4 4 6 hours" in words_of(page)
    assert f'href="/desk/{ANA.replace("@", "%40")}?section=late"' in page.text


async def test_who_is_away_is_marked_and_has_no_hours(locked: World, as_: SignIn) -> None:
    week = (date(2026, 3, 8), date(2026, 3, 2))
    await absences.record(locked.intake.context, NewAbsence(BO, ANA, *week), by=BO)

    page = words_of(await (await as_(LEA)).get("/desk/team"))

    assert "Bo Ek away until Sun 8 Mar 2026 3 3 - - 1.5 hours of no time too much" in page


async def test_a_colleague_sees_no_team_and_a_manager_no_week_of_another_team(locked: World, as_: SignIn) -> None:
    assert (await (await as_(ANA)).get("/desk/team")).status_code == 403
    leas = await as_(LEA)
    assert (await leas.get(f"/desk/{ANA}/week")).status_code == 200
    assert (await leas.get("/desk/kai@vendor.example/week")).status_code == 403
