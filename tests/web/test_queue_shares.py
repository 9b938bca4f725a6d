"""A manager shares out the tasks of a queue by the hours that each of the team has left."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from html import unescape

import httpx
import pytest
from pydantic import SecretStr

from milepost.intake import absences, people
from milepost.intake.absences import NewAbsence
from milepost.roles import Role
from tests.web.conftest import PASSWORD, SignIn, World, form_in, text_of
from tests.web.example import ANA, BO, LEA, customer

KAI, EDDA = "kai@vendor.example", "edda@vendor.example"
PAGE = "/desk/queues/share"
QUEUE = {"role": "solutions"}


@pytest.fixture
async def locked(empty_world: World) -> World:
    """Ana, Bo and Edda, who is an admin, set up workspaces in the north, whose manager Lea is, and Kai in the south.

    At seven customers nobody does.
    """
    settings = empty_world.settings.model_copy(update={"desk_password": SecretStr(PASSWORD)})
    locked = World(empty_world.store, settings)
    locked.journey_client.let_people_undo(timedelta(minutes=5))
    await locked.publish()
    context = locked.intake.context
    for address, team, hours in ((ANA, "north", 5), (BO, "north", 7), (EDDA, "north", 40), (KAI, "south", 40)):
        await people.change(context, address, team=team, hours_per_week=hours)
    await people.change(context, EDDA, role=Role.ADMIN)
    await people.change(context, LEA, team="north", role=Role.MANAGER)
    for number, holder in enumerate((ANA, BO, KAI)):
        await locked.add(customer(f"h{number}", f"Has {number}", team={"csm": "x@vendor.example", "solutions": holder}))
    for number in range(7):
        await locked.add(customer(f"c{number}", f"Co {number}", team={"csm": "x@vendor.example"}))
    return locked


async def shown(browser: httpx.AsyncClient, **query: str | list[str]) -> httpx.Response:
    page = await browser.get(PAGE, params=QUEUE | query)
    assert page.status_code == 200
    return page


def sent_from(page: httpx.Response, **changes: str | list[str]) -> dict[str, str | list[str]]:
    tasks = [unescape(each) for each in re.findall(r'name="task" value="([^"]+)"', page.text)]
    to = [unescape(each) for each in re.findall(r'name="to" value="([^"]+)" checked', page.text)]
    return {**form_in(page, PAGE), "task": tasks, "to": to, **changes}


async def owners(world: World) -> list[str | None]:
    return [(await world.task("set_up/1", f"c{number}/1")).person for number in range(7)]


async def test_those_who_have_the_role_get_tasks_by_their_hours_and_it_is_undone_as_one(
    locked: World, as_: SignIn
) -> None:
    leas = await as_(LEA)
    assert f"{PAGE}?role=solutions" in (await leas.get("/desk/queues")).text
    page = await shown(leas)
    text = text_of(page).replace("\N{EN DASH}", "-")
    assert "7 tasks that nobody has, about 3.5 hours" in text
    assert "Ana Ruiz 30 minutes 5 hours 2 tasks, 1 hour" in text
    assert "Bo Ek 30 minutes 7 hours 5 tasks, 2.5 hours" in text
    assert "Edda" not in text  # she has the role nowhere
    assert "Kai" not in text  # he is of another team

    shared = await leas.post(PAGE, data=sent_from(page))

    assert shared.headers["location"] == "/desk/queues?told=shared_out"
    assert Counter(await owners(locked)) == {ANA: 2, BO: 5}
    fact = (await locked.facts("c0"))[0]
    assert (fact.kind, fact.data["by"]) == ("agreed", LEA)
    after = await leas.get(shared.headers["location"])
    assert "Each has theirs on the desk now" in text_of(after)
    await leas.post("/desk/together/undo", data=form_in(after, "/desk/together/undo"))
    assert await owners(locked) == [None] * 7


async def test_who_is_left_out_gets_none_and_the_page_works_it_out_again(locked: World, as_: SignIn) -> None:
    leas = await as_(LEA)
    page = await shown(leas)
    again = await leas.post(PAGE, data=sent_from(page, to=[ANA], again="yes"))
    page = await leas.get(again.headers["location"])
    assert "Ana Ruiz 30 minutes 5 hours 7 tasks, 3.5 hours" in text_of(page)
    assert await owners(locked) == [None] * 7

    await leas.post(PAGE, data=sent_from(page))

    assert await owners(locked) == [ANA] * 7


async def test_what_nobody_has_hours_for_stays_unless_all_is_to_go(locked: World, as_: SignIn) -> None:
    await people.change(locked.intake.context, ANA, hours_per_week=2)
    leas = await as_(LEA)
    page = await shown(leas, to=[ANA])
    assert "4 tasks stay in the queue: nobody has the hours." in text_of(page)
    part = await leas.post(PAGE, data=sent_from(page))
    assert part.headers["location"].endswith("shared_in_part")
    assert Counter(await owners(locked)) == {ANA: 3, None: 4}

    page = await shown(leas, to=[ANA])
    nothing = await leas.post(PAGE, data=sent_from(page))
    assert nothing.headers["location"].endswith("not_shared")
    await leas.post(PAGE, data=sent_from(page, beyond="yes"))
    assert Counter(await owners(locked)) == {ANA: 7}


async def test_who_is_away_is_left_out_until_they_are_chosen(locked: World, as_: SignIn) -> None:
    await absences.record(locked.intake.context, NewAbsence(BO, ANA, date(2026, 3, 8), date(2026, 3, 2)), by=BO)
    leas = await as_(LEA)
    page = await shown(leas)
    assert f'value="{ANA}" checked' in page.text
    assert f'value="{BO}">' in page.text
    assert "Bo Ek away until Sun 8 Mar 2026" in text_of(page)


async def test_who_has_left_is_given_nothing_and_is_marked_on_the_teams_page(locked: World, as_: SignIn) -> None:
    await people.change(locked.intake.context, BO, left=True)
    leas = await as_(LEA)
    page = await shown(leas)
    assert BO not in page.text
    assert "Bo Ek has left" in text_of(await leas.get("/desk/team"))

    await leas.post(PAGE, data=sent_from(page, to=[ANA, BO]))

    assert await owners(locked) == [ANA] * 7


async def test_where_those_who_had_the_role_have_all_left_the_whole_team_is_offered(locked: World, as_: SignIn) -> None:
    for address in (ANA, BO):
        await people.change(locked.intake.context, address, left=True)
    page = await shown(await as_(LEA))
    assert LEA in page.text
    assert EDDA in page.text
    assert ANA not in page.text


async def test_where_nobody_has_told_hours_whoever_has_least_to_do_gets_most(locked: World, as_: SignIn) -> None:
    for address in (ANA, BO):
        await people.change(locked.intake.context, address, hours_per_week=None)
    leas = await as_(LEA)
    page = await shown(leas)
    assert "so each goes to whoever has least to do" in text_of(page)
    await leas.post(PAGE, data=sent_from(page))
    assert sorted(Counter(await owners(locked)).values()) == [3, 4]


async def test_what_somebody_took_meanwhile_stays_theirs_and_a_second_click_changes_nothing(
    locked: World, as_: SignIn
) -> None:
    leas = await as_(LEA)
    page = await shown(leas)
    taker = await as_(LEA)
    theirs = await shown(taker, to=[BO])
    await taker.post(PAGE, data=sent_from(theirs, task=sent_from(theirs)["task"][:1]))
    assert (await owners(locked)).count(BO) == 1

    first = await leas.post(PAGE, data=sent_from(page, to=[ANA]))
    second = await leas.post(PAGE, data=sent_from(page, to=[ANA]))

    assert first.headers["location"].endswith("shared_in_part")
    assert second.headers["location"].endswith("not_shared")
    assert Counter(await owners(locked)) == {ANA: 6, BO: 1}


async def test_nobody_else_and_nobody_of_another_team_is_given_anything(locked: World, as_: SignIn) -> None:
    assert (await (await as_(ANA)).get(PAGE, params=QUEUE)).status_code == 403
    leas = await as_(LEA)
    page = await shown(leas)
    refused = await leas.post(PAGE, data=sent_from(page, to=[KAI, EDDA]))
    assert refused.headers["location"].endswith("not_shared")
    nobody = await leas.post(PAGE, data=sent_from(page, to=[]))
    assert nobody.headers["location"].endswith("told=nobody_chosen")
    assert await owners(locked) == [None] * 7


async def test_an_empty_queue_says_so(locked: World, as_: SignIn) -> None:
    page = await shown(await as_(LEA), role="nobody")
    assert "Nothing waits in this queue." in text_of(page)
