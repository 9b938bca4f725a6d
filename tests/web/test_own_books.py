"""Colleagues see their own book: their customers, those of whoever they stand in for, and as managers the team's."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from pydantic import SecretStr

from milepost.intake import absences, people
from milepost.intake.absences import NewAbsence
from milepost.intake.renames import rename
from milepost.planner.written_facts import WrittenAgreement, WrittenFact
from milepost.roles import Role
from tests.web.conftest import PASSWORD, World, form_in, text_of
from tests.web.example import ANA, BO, DAY, LEA, START, customer

EDDA, SOL = "edda@vendor.example", "sol@vendor.example"
TODAY = date(2026, 3, 2)
TEAM = {"csm": ANA, "lead": LEA, "solutions": SOL}


@pytest.fixture
async def locked(empty_world: World) -> World:
    """Acme of Ana's, Beta of Bo's, each with a whole team; Edda is the admin."""
    settings = empty_world.settings.model_copy(update={"desk_password": SecretStr(PASSWORD)})
    locked = World(empty_world.store, settings)
    await locked.publish()
    await locked.add(customer(team=TEAM))
    await locked.add(customer("beta", "Beta Ltd", team={**TEAM, "csm": BO}))
    await people.change(locked.intake.context, EDDA, role=Role.ADMIN)
    return locked


async def listed(client: httpx.AsyncClient) -> set[str]:
    words = text_of(await client.get("/ops/customers"))
    return {name for name in ("Acme Ltd", "Beta Ltd", "Gamma Ltd") if name in words}


async def test_a_colleague_sees_the_customers_on_whose_team_they_are(as_) -> None:
    anas, leas = await as_(ANA), await as_(LEA)

    assert await listed(anas) == {"Acme Ltd"}
    assert await listed(leas) == {"Acme Ltd", "Beta Ltd"}
    assert (await anas.get("/ops/customers/acme")).status_code == 200
    refused = await anas.get("/ops/customers/beta")
    assert refused.status_code == 403
    assert "Customer 'beta' isn't in your book." in text_of(refused)


@pytest.mark.parametrize("path", ["/desk/agreement/{}", "/ops/customers/{}/plan", "/ops/customers/{}/proof"])
async def test_every_page_about_a_customer_is_for_those_who_have_it_in_their_book(as_, path: str) -> None:
    anas = await as_(ANA)

    assert (await anas.get(path.format("acme"))).status_code < 400
    assert (await anas.get(path.format("beta"))).status_code == 403


async def test_the_ledger_has_the_results_of_ones_own_book(as_, locked: World) -> None:
    for id_ in ("acme", "beta"):
        for fact in (
            WrittenFact(step_done="kickoff", result="held"),
            WrittenFact(event="connected"),
            WrittenFact(answer="faster", verdict="verified", method="recorded"),
        ):
            await locked.intake.record_fact(id_, fact, by=ANA)
    for address, customers in ((ANA, {"acme"}), (LEA, {"acme", "beta"}), (EDDA, {"acme", "beta"})):
        rows = (await (await as_(address)).get("/ops/results.csv")).text.splitlines()[1:]
        assert {row.split(",")[1] for row in rows} == customers


async def test_a_form_about_a_customer_of_others_changes_nothing(as_, locked: World) -> None:
    anas = await as_(ANA)
    page = await anas.get("/ops/customers/acme?act=note")
    form = form_in(page, "/note")

    response = await anas.post("/ops/customers/beta/note", data={**form, "note": "mine now"})

    assert response.status_code == 403
    assert await locked.facts("beta") == []


async def test_that_a_customer_does_not_exist_is_not_told_apart(as_) -> None:
    anas = await as_(ANA)
    unknown, others = await anas.get("/ops/customers/nobody"), await anas.get("/ops/customers/beta")

    assert text_of(unknown) == text_of(others).replace("beta", "nobody")


async def test_the_day_of_others_is_theirs(as_) -> None:
    anas = await as_(ANA)

    assert (await anas.get(f"/desk/{ANA.upper()}")).status_code == 200
    assert (await anas.get(f"/desk/{BO}")).status_code == 403
    people_page = await anas.get("/ops/people")
    assert f'href="/desk/{ANA.replace("@", "%40")}"' in people_page.text
    assert f'href="/desk/{BO.replace("@", "%40")}"' not in people_page.text


@pytest.mark.parametrize("path", [f"/desk/{LEA}", "/desk/queues", "/desk/away", "/ops/customers/acme?tab=people"])
async def test_names_lead_to_the_desks_that_their_reader_may_look_at(as_, locked: World, path: str) -> None:
    await absences.record(locked.intake.context, NewAbsence(LEA, ANA, TODAY, TODAY), by=LEA)
    await absences.record(locked.intake.context, NewAbsence(BO, EDDA, TODAY, TODAY), by=BO)

    for reader, others in ((ANA, {BO, EDDA, SOL}), (EDDA, set[str]())):
        page = await (await as_(reader)).get(path)
        assert page.status_code == 200
        led_to = set(re.findall(r'href="/desk/([^"/?]+%40[^"/?]+)"', page.text))
        assert led_to
        assert led_to & {quote(each) for each in others} == set()


async def test_who_stands_in_sees_the_book_for_as_long(as_, locked: World) -> None:
    anas = await as_(ANA)
    await absences.record(locked.intake.context, NewAbsence(BO, ANA, TODAY, TODAY), by=BO)
    assert await listed(anas) == {"Acme Ltd", "Beta Ltd"}
    assert (await anas.get(f"/desk/{BO}")).status_code == 200

    await locked.move_to(START + 2 * DAY)
    assert await listed(anas) == {"Acme Ltd"}


@pytest.mark.parametrize("about", [{"customers": ("beta",)}, {"role": "csm"}])
async def test_who_stands_in_for_a_part_sees_that_part(as_, locked: World, about: dict[str, Any]) -> None:
    anas, leas = await as_(ANA), await as_(LEA)
    await locked.add(customer("gamma", "Gamma Ltd", team={"csm": EDDA, "lead": BO, "solutions": SOL}))
    await absences.record(locked.intake.context, NewAbsence(BO, ANA, TODAY, TODAY, **about), by=BO)

    assert await listed(anas) == {"Acme Ltd", "Beta Ltd"}
    assert (await anas.get("/ops/customers/beta")).status_code == 200
    for path in ("/ops/customers/gamma", f"/desk/{BO}", f"/desk/{BO}/week", f"/desk/hand-over?former={BO}&to={ANA}"):
        assert (await anas.get(path)).status_code == 403, path
    await locked.move_to(START + 2 * DAY)
    assert await listed(anas) == {"Acme Ltd"}
    assert await listed(leas) == {"Acme Ltd", "Beta Ltd"}


async def test_who_is_away_for_which_customers_is_named_to_whoever_has_them(as_, locked: World) -> None:
    await absences.record(locked.intake.context, NewAbsence(LEA, BO, TODAY, TODAY, customers=("acme", "beta")), by=LEA)

    assert "stands in for acme and 1 more." in text_of(await (await as_(ANA)).get("/desk/away"))
    assert "stands in for acme and beta." in text_of(await (await as_(EDDA)).get("/desk/away"))
    assert "stands in for 2 customers." in text_of(await (await as_("new@vendor.example")).get("/desk/away"))


async def test_that_a_task_does_not_exist_is_not_told_apart(as_) -> None:
    anas = await as_(ANA)
    pages = [
        text_of(await anas.get("/desk/not-mine", params={"journey": f"{id_}/1", "task": "kickoff/1"}))
        for id_ in ("nobody", "beta")
    ]

    assert pages[0] == pages[1].replace("beta", "nobody")
    assert "isn't in your book" in pages[0]


async def test_a_form_that_was_open_when_the_customer_went_to_somebody_else_does_nothing(as_, locked: World) -> None:
    anas = await as_(ANA)
    form = form_in(await anas.get(f"/desk/{ANA}"), "/desk/tasks/done")
    await locked.add(customer(team={**TEAM, "csm": BO}))

    response = await anas.post("/desk/tasks/done", data={**form, "result": "held"})

    assert response.status_code == 403
    assert (await locked.task("kickoff/1")).status == "open"


async def test_of_what_is_done_together_those_of_others_stay_as_they_are(as_, locked: World) -> None:
    await locked.add(customer("gamma", "Gamma Ltd", team=TEAM))
    sols = await as_(SOL)
    page = await sols.get(f"/desk/{SOL}", params={"map": "pilot", "together": "set_up"})
    form, chosen = form_in(page, "/desk/together/done"), re.findall(r'name="task" value="([^"]+)"', page.text)
    await locked.add(customer("beta", "Beta Ltd", team={**TEAM, "csm": BO, "solutions": EDDA}))

    await sols.post("/desk/together/done", data={**form, "task": [unescape(each) for each in chosen]})

    assert len(chosen) == 3
    states = [(await locked.task("set_up/1", f"{id_}/1")).status for id_ in ("acme", "beta", "gamma")]
    assert states == ["done", "open", "done"]


async def test_a_task_in_a_queue_brings_its_customer_to_everybody(as_, locked: World) -> None:
    anas = await as_(ANA)
    await locked.add(customer("gamma", "Gamma Ltd", team={"csm": BO, "lead": LEA}))

    assert (await anas.get("/ops/customers/gamma")).status_code == 200


async def test_an_earlier_id_leads_to_ones_own_customer(as_, locked: World) -> None:
    anas = await as_(ANA)
    await rename(locked.intake.context, "acme", "acme-ltd", by=EDDA)

    assert (await anas.get("/ops/customers/acme")).status_code < 400


async def test_a_manager_sees_the_team_and_one_without_a_team_everybody(as_, locked: World) -> None:
    context = locked.intake.context
    await people.change(context, SOL, role=Role.MANAGER, team="North")
    await people.change(context, BO, team="North")
    other = "mia@vendor.example"
    await people.change(context, other, role=Role.MANAGER, team="North")
    mias = await as_(other)
    assert await listed(mias) == {"Acme Ltd", "Beta Ltd"}  # Sol of the team is on both

    await people.change(context, SOL, team="South")
    assert await listed(mias) == {"Beta Ltd"}
    assert (await mias.get(f"/desk/{BO}")).status_code == 200
    assert (await mias.get(f"/desk/{ANA}")).status_code == 403
    await people.change(context, other, team=None)
    assert await listed(mias) == {"Acme Ltd", "Beta Ltd"}


async def test_only_ones_own_absence_and_customers_are_handed_over(as_, locked: World) -> None:
    anas = await as_(ANA)
    for person in (BO, ANA):
        await absences.record(locked.intake.context, NewAbsence(person, LEA, TODAY, TODAY), by=EDDA)
    away = await anas.get("/desk/away")
    page = await anas.get("/desk/hand-over", params={"former": ANA, "to": LEA})
    form = form_in(page, "/desk/hand-over")

    others = await anas.post("/desk/hand-over", data={**form, "former": BO, "to": ANA})
    ended = await anas.post("/desk/away/1/end", data=form_in(away, "/desk/away/2/end"))
    own = await anas.post("/desk/hand-over", data={**form, "former": ANA, "to": LEA})

    assert "/desk/away/1/" not in away.text
    assert (others.status_code, ended.status_code, own.status_code) == (403, 403, 303)


async def test_the_start_page_leads_to_ones_own_day(as_) -> None:
    anas, eddas = await as_(ANA), await as_(EDDA)

    assert (await anas.get("/")).headers["location"] == "/desk"
    assert (await eddas.get("/")).status_code == 200


async def test_who_stands_on_the_wall_is_listed_for_whose_book_has_them(as_) -> None:
    address = "/ops/maps/pilot/here/step/kickoff"

    anas, eddas = text_of(await (await as_(ANA)).get(address)), text_of(await (await as_(EDDA)).get(address))

    assert "1 customer is here" in anas
    assert "1 more is not in your book." in anas
    assert "Acme Ltd" in anas
    assert "Beta Ltd" not in anas
    assert "2 customers are here" in eddas
    assert "not in your book" not in eddas


async def test_who_left_is_listed_for_whose_book_has_them(as_, locked: World) -> None:
    for id_ in ("acme", "beta"):
        await locked.intake.record_fact(id_, WrittenFact(ended="churned"), by=ANA)
    address = "/ops/maps/pilot/left/step/kickoff"

    anas, eddas = text_of(await (await as_(ANA)).get(address)), text_of(await (await as_(EDDA)).get(address))

    assert "1 customer left" in anas
    assert "1 more is not in your book." in anas
    assert "Beta Ltd" not in anas
    assert "2 customers left" in eddas


async def test_what_others_did_is_not_undone_once_the_customer_is_theirs_but_what_oneself_did_is(
    as_, locked: World
) -> None:
    locked.journey_client.let_people_undo(timedelta(minutes=5))
    anas = await as_(ANA)
    await locked.intake.record_fact("acme", WrittenFact(note="Leas note"), by=LEA, source="desk")
    of_lea = form_in(await anas.get("/ops/customers/acme"), "/desk/undo")
    await locked.intake.record_fact("acme", WrittenFact(note="Anas note"), by=ANA, source="desk")
    own = form_in(await anas.get("/ops/customers/acme"), "/desk/undo")
    await locked.intake.record_fact("acme", WrittenFact(team={**TEAM, "csm": BO}), by=LEA)
    await locked.intake.record_fact("acme", WrittenFact(agreed={"kickoff": WrittenAgreement(person=BO)}), by=LEA)
    assert (await anas.get("/ops/customers/acme")).status_code == 403

    refused, undone = await anas.post("/desk/undo", data=of_lea), await anas.post("/desk/undo", data=own)

    assert refused.status_code == 403
    assert "Customer 'acme' isn't in your book." in text_of(refused)
    assert "told=undone" in undone.headers["location"]
