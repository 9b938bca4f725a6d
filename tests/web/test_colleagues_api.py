"""The API of hand-overs and absences: what programs send and read, and how it says no."""

from __future__ import annotations

import httpx
import pytest

from tests.web.api_calls import V1, problem
from tests.web.conftest import World
from tests.web.example import ANA, LEA

BO = "bo@vendor.example"
AWAY = {"person": ANA, "delegate": BO, "until": "2026-03-06", "by": LEA}


async def test_an_absence_is_recorded_listed_changed_and_ended(world: World, api: httpx.AsyncClient) -> None:
    response = await api.post(f"{V1}/absences", json=AWAY)
    assert response.status_code == 201, response.text
    shown = response.json()
    assert (shown["absence"], shown["status"], shown["from"], shown["told_by"]) == (1, "running", "2026-03-02", LEA)

    [task] = (await api.get(f"{V1}/tasks", params={"person": BO})).json()["tasks"]
    assert (task["person"], task["stand_in"], task["away_until"]) == (ANA, BO, "2026-03-06")
    changed = await api.patch(f"{V1}/absences/1", json={"from": "2026-03-04", "until": "2026-03-05"})
    assert (changed.json()["status"], changed.json()["until"]) == ("ahead", "2026-03-05")
    assert (await api.get(f"{V1}/tasks", params={"person": BO})).json()["tasks"] == []

    assert len((await api.get(f"{V1}/absences", params={"person": BO})).json()["absences"]) == 1
    ended = (await api.delete(f"{V1}/absences/1", params={"by": ANA})).json()
    assert (ended["status"], ended["ended_by"]) == ("over", ANA)
    assert (await api.get(f"{V1}/absences")).json()["absences"] == []
    assert len((await api.get(f"{V1}/absences", params={"over": True})).json()["absences"]) == 1
    assert [row.kind for row in await world.timeline() if row.kind in ("away", "back")] == ["away", "away", "back"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (AWAY | {"person": "anna@vendor.example"}, 404, "unknown_colleague"),
        (AWAY | {"until": "2026-02-30"}, 422, "invalid"),
        (AWAY | {"until": "2026-03-01"}, 422, "invalid_fact"),
        (AWAY | {"from": "2026-02-01", "until": "2026-02-02"}, 409, "absence_refused"),
        (AWAY | {"customers": ["nobody"]}, 404, "unknown_customer"),
        (AWAY | {"role": "cms"}, 422, "unknown_role"),
        (AWAY | {"delegate": ANA}, 422, "invalid_fact"),
        (AWAY | {"timezone": "Mars"}, 422, "invalid"),
    ],
)
async def test_an_absence_that_cannot_be(
    world: World, api: httpx.AsyncClient, body: dict[str, object], status: int, code: str
) -> None:
    assert problem(await api.post(f"{V1}/absences", json=body), status)["code"] == code
    assert (await api.get(f"{V1}/absences", params={"over": True})).json()["absences"] == []


async def test_an_absence_that_is_not_there_or_over(world: World, api: httpx.AsyncClient) -> None:
    problem(await api.delete(f"{V1}/absences/9"), 404)
    problem(await api.patch(f"{V1}/absences/9", json={"until": "2026-03-07"}), 404)
    problem(await api.patch(f"{V1}/absences/9", json={"by": LEA}), 422)
    await api.post(f"{V1}/absences", json=AWAY)
    await api.delete(f"{V1}/absences/1")
    assert problem(await api.delete(f"{V1}/absences/1"), 409)["code"] == "absence_refused"


async def test_a_hand_over_says_what_would_move_and_then_moves_it(world: World, api: httpx.AsyncClient) -> None:
    wish = {"former": ANA, "to": BO, "by": LEA, "introduce": True}
    would = (await api.post(f"{V1}/hand-overs", json=wish | {"dry_run": True})).json()
    assert [each["customer"] for each in would["customers"]] == ["acme"]
    assert (would["done"], would["without_introduction"], would["tasks"]) == ([], 1, 1)
    assert (await api.get(f"{V1}/customers/acme")).json()["team"]["csm"] == ANA

    done = (await api.post(f"{V1}/hand-overs", json=wish)).json()
    assert (done["done"], done["failed"], done["dry_run"]) == (["acme"], {}, False)
    shown = (await api.get(f"{V1}/customers/acme")).json()
    assert shown["team"]["csm"] == BO
    assert ANA not in {task["person"] for task in shown["tasks"]}
    [line] = [row for row in await world.timeline() if row.kind == "handed_over"]
    assert line.data == {"former": ANA, "to": BO, "roles": ["csm"], "by": LEA}
    again = (await api.post(f"{V1}/hand-overs", json=wish)).json()
    assert again["customers"] == []


async def test_a_hand_over_that_cannot_be(world: World, api: httpx.AsyncClient) -> None:
    wish = {"former": ANA, "to": BO}
    for more, status, code in (
        ({"to": ANA}, 422, "invalid_fact"),
        ({"former": "anna@vendor.example"}, 404, "unknown_colleague"),
        ({"customers": ["nobody"]}, 404, "unknown_customer"),
        ({"customers": []}, 422, "invalid"),
        ({"who": BO}, 422, "invalid"),
    ):
        assert problem(await api.post(f"{V1}/hand-overs", json=wish | more), status)["code"] == code
