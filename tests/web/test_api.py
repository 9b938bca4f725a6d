"""The API: what programs tell and read, and how it says no."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from milepost.planner.instants import text
from tests.web.api_calls import V1, problem, tell
from tests.web.conftest import World
from tests.web.example import ANA, DAY, KIM, LEA, SAM, START, customer

GLOBEX: dict[str, Any] = {
    "id": "globex",
    "name": "Globex",
    "timezone": "Europe/Berlin",
    "country": "de",
    "attributes": {"tier": "pilot"},
    "contacts": [{"name": "Sam Poe", "email": "sam@globex.example", "personas": ["sponsor"]}],
    "team": {"csm": ANA},
}


# Facts.


async def test_a_fact_is_recorded_and_told(world: World, api: httpx.AsyncClient) -> None:
    response = await tell(api, id="f1", step_done="kickoff", result="held", by=ANA)

    assert response.status_code == 200
    body = response.json()
    assert (body["fact"], body["new"], body["counted"], body["delivered"]) == ("f1", True, False, True)
    assert (await world.task("kickoff/1")).status == "done"


async def test_a_repeated_id_changes_nothing_and_says_so(world: World, api: httpx.AsyncClient) -> None:
    await tell(api, id="f1", step_done="kickoff", result="held")
    before = await world.everything()
    response = await tell(api, id="f1", ended="churned")

    assert response.status_code == 200
    assert response.json()["new"] is False
    assert "nothing changed" in response.json()["message"]
    assert await world.everything() == before


async def test_an_event_that_no_map_asks_for_is_counted_and_the_reply_says_so(
    world: World, api: httpx.AsyncClient
) -> None:
    response = await tell(api, event="clicked")

    assert (response.status_code, response.json()["counted"], response.json()["delivered"]) == (200, True, False)
    assert await world.facts() == []


async def test_while_the_engine_is_away_a_fact_is_accepted_for_later(world: World, api: httpx.AsyncClient) -> None:
    world.journey_client.is_away = True
    response = await tell(api, step_done="kickoff", result="held")

    assert (response.status_code, response.json()["delivered"], response.json()["became"]) == (202, False, "pending")
    assert "Temporal cannot be reached" in response.json()["message"]
    assert (await world.facts())[0].status == "pending"


async def test_facts_in_a_list_are_answered_each_for_itself_and_in_their_order(
    world: World, api: httpx.AsyncClient
) -> None:
    facts = [
        {"customer": "acme", "id": "f1", "step_done": "kickoff", "result": "held"},
        {"customer": "acme", "step_done": "kickof"},
        {"customer": "nobody", "set": {"health": 1}},
        {"customer": "acme"},
        {"customer": "acme", "event": "clicked"},
        {"customer": "acme", "id": "f1", "step_done": "kickoff", "result": "held"},
        {"customer": "acme", "id": "f2", "set": {"health": 61}},
    ]
    response = await api.post(f"{V1}/facts", json=facts)

    assert response.status_code == 200
    answers = response.json()
    assert [each.get("became", each.get("error", {}).get("code")) for each in answers] == [
        "delivered", "unknown_step", "unknown_customer", "invalid", "counted", "known", "delivered",
    ]  # fmt: skip
    assert "Did you mean 'kickoff'?" in answers[1]["error"]["hint"]
    assert answers[3]["error"]["message"].startswith("a fact says one thing")
    assert [fact.id for fact in await world.facts()] == ["f2", "f1"]


async def test_a_list_of_facts_has_a_limit(api: httpx.AsyncClient) -> None:
    response = await api.post(f"{V1}/facts", json=[{"customer": "acme", "set": {"health": 1}}] * 1001)

    assert "at most 1000 items" in problem(response, 422)["message"]


async def test_who_told_is_kept_and_else_it_was_the_api(world: World, api: httpx.AsyncClient) -> None:
    await tell(api, event="connected", by=SAM)
    await tell(api, event="connected")

    assert [fact.told_by for fact in await world.facts()] == ["key api", SAM]


@pytest.mark.parametrize(
    ("fact", "status", "code", "said"),
    [
        ({"customer": "acmee", "event": "connected"}, 404, "unknown_customer", "acme"),
        ({"step_done": "kickof"}, 422, "unknown_step", "kickoff"),
        ({"step_skipped": "nothing"}, 422, "unknown_step", "kickoff"),
        ({"step_done": "kickoff"}, 422, "invalid_fact", "held, refused"),
        ({"step_done": "kickoff", "result": "hold"}, 422, "unknown_result", "held"),
        ({"step_done": "faster"}, 422, "invalid_fact", "answer"),
        ({"answer": "kickoff", "verdict": "verified"}, 422, "unknown_outcome", "faster"),
        ({"play_started": "rescu"}, 422, "unknown_play", "rescue"),
        ({"set": {"helth": 1}}, 422, "unknown_attribute", "health"),
        ({"set": {"health": "good"}}, 422, "invalid_fact", "number"),
        ({"snoozed": "kickoff", "until": "soon"}, 422, "invalid_fact", "2026-03-02"),
        ({}, 422, "invalid", "step_done"),
        ({"step_done": "kickoff", "event": "connected"}, 422, "invalid", "one thing"),
        ({"step_done": "kickoff", "verdict": "verified"}, 422, "invalid", "verdict"),
        ({"answer": "faster"}, 422, "invalid", "verdict"),
        ({"answer": "faster", "verdict": "fine"}, 422, "invalid", "disputed"),
        ({"stepdone": "kickoff"}, 422, "invalid", "stepdone"),
        ({"done": "kickoff"}, 422, "invalid", "write 'step_done'"),
        ({"paused": False}, 422, "invalid", "true"),
        ({"event": "connected", "at": "2026-03-02T10:00:00"}, 422, "invalid", "offset"),
        ({"event": ""}, 422, "invalid", "event"),
    ],
)
async def test_a_fact_that_makes_no_sense_is_refused_with_what_to_do(
    world: World, api: httpx.AsyncClient, *, fact: dict[str, Any], status: int, code: str, said: str
) -> None:
    error = problem(await tell(api, **fact), status)

    assert error["code"] == code
    assert said in f"{error['message']} {error['hint']}"
    assert await world.facts() == []


async def test_a_fact_for_a_customer_without_a_journey_is_refused(world: World, api: httpx.AsyncClient) -> None:
    await world.tell(ended="churned")

    assert problem(await tell(api, step_done="kickoff", result="held"), 409)["code"] == "no_open_journey"


async def test_all_problems_are_reported_at_once(api: httpx.AsyncClient) -> None:
    error = problem(
        await api.post(f"{V1}/customers", json={**GLOBEX, "timezone": "Mars", "country": "XX", "id": ""}), 422
    )

    for field in ("timezone:", "country:", "id:"):
        assert field in error["message"]


# Customers.


async def test_a_customer_is_saved_and_begins_the_journey_of_its_map(world: World, api: httpx.AsyncClient) -> None:
    response = await api.post(f"{V1}/customers", json=GLOBEX)

    assert response.status_code == 201
    body = response.json()
    assert (body["new"], body["journey"], body["map"], body["started"]) == (True, "globex/1", "pilot", True)
    assert (await world.task("kickoff/1", "globex/1")).person == ANA


async def test_a_customer_that_no_map_fits_is_saved_and_the_reply_says_why(api: httpx.AsyncClient) -> None:
    body = (await api.post(f"{V1}/customers", json={**GLOBEX, "attributes": {"tier": "other"}})).json()

    assert (body["new"], body["journey"]) == (True, None)
    assert "tier is 'other'" in body["why_no_journey"]
    unmatched_list = (await api.get(f"{V1}/customers", params={"status": "unmatched"})).json()
    assert [each["customer"] for each in unmatched_list["customers"]] == ["globex"]


async def test_saving_a_known_customer_tells_its_journey_what_changed(world: World, api: httpx.AsyncClient) -> None:
    await api.post(f"{V1}/customers", json=GLOBEX)
    response = await api.post(f"{V1}/customers", json={**GLOBEX, "team": {"csm": LEA}})

    assert response.status_code == 200
    assert [told["delivered"] for told in response.json()["told"]] == [True]
    assert (await world.task("kickoff/1", "globex/1")).person == LEA


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"country": "GR!"}, "country"),
        ({"timezone": "Europe/Berln"}, "Europe/Berlin"),
        ({"id": "a b"}, "id"),
        ({"id": "../x"}, "id"),
        ({"contacts": [{"name": "X", "email": "nobody"}]}, "email"),
        ({"team": {"csm": "ana"}}, "team.csm"),
        ({"language": "deutsch!"}, "language"),
        ({"attributes": {"tier": ["a"]}}, "attributes.tier"),
        ({"size": 3}, "size"),
        ({"name": ""}, "name"),
    ],
)
async def test_a_record_that_is_wrong_is_refused_whole(
    world: World, api: httpx.AsyncClient, change: dict[str, Any], said: str
) -> None:
    error = problem(await api.post(f"{V1}/customers", json={**GLOBEX, **change}), 422)

    assert said in error["message"]
    problem(await api.get(f"{V1}/customers/globex"), 404)


async def test_a_customer_is_shown_whole(world: World, api: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    body = (await api.get(f"{V1}/customers/acme")).json()

    assert body["journey"]["journey"] == "acme/1"
    assert body["journey"]["stages"] == ["start"]
    assert body["contacts"][1] == {
        "name": "Kim Lo", "email": KIM, "personas": ["coordinator"],
        "timezone": "Europe/Berlin", "country": None, "language": None, "first_name": None, "last_name": None,
        "salutation": None, "mail": "all", "refused": False,
    }  # fmt: skip
    assert [step["step"] for step in body["steps"]] == ["connect"]
    assert [task["task"] for task in body["tasks"]] == ["set_up/1"]
    assert body["attributes"]["health"] == 80


async def test_a_customer_without_a_journey_is_shown_too(world: World, api: httpx.AsyncClient) -> None:
    await world.add(customer("initech", "Initech", attributes={"tier": "other"}))
    body = (await api.get(f"{V1}/customers/initech")).json()

    assert (body["journey"], body["steps"], body["tasks"]) == (None, [], [])
    assert (await api.get(f"{V1}/customers/initech/timeline")).json()["entries"] == []


async def test_customers_are_listed_page_by_page(world: World, api: httpx.AsyncClient) -> None:
    await world.add(customer("globex", "Globex"))
    first = (await api.get(f"{V1}/customers", params={"limit": 1})).json()
    second = (await api.get(f"{V1}/customers", params={"limit": 1, "offset": 1})).json()

    assert (first["total"], [each["customer"] for each in first["customers"]]) == (2, ["acme"])
    assert [each["customer"] for each in second["customers"]] == ["globex"]


async def test_the_timeline_is_read_on_from_where_one_was(world: World, api: httpx.AsyncClient) -> None:
    whole = (await api.get(f"{V1}/customers/acme/timeline")).json()["entries"]
    await world.tell(step_done="kickoff", result="held")
    further = (await api.get(f"{V1}/customers/acme/timeline", params={"after": whole[-1]["seq"]})).json()["entries"]

    assert [entry["kind"] for entry in whole[:2]] == ["journey_started", "stage_opened"]
    assert whole[0]["at"] == "2026-03-02T15:00:00Z"
    assert further[0]["seq"] == whole[-1]["seq"] + 1
    assert further[0]["sentence"] == "“Kickoff call” was done by Ana Ruiz, with the result “held”."


# What the cast needs.


async def test_tasks_of_a_person_are_listed_with_results_and_dates(world: World, api: httpx.AsyncClient) -> None:
    body = (await api.get(f"{V1}/tasks", params={"person": ANA.upper()})).json()

    assert body["now"] == "2026-03-02T15:00:00Z"
    (task,) = body["tasks"]
    assert (task["step"], task["results"], task["due_at"]) == ("kickoff", ["held", "refused"], "2026-03-04T22:00:00Z")
    await world.move_to(START + 7 * DAY)
    escalated = (await api.get(f"{V1}/tasks", params={"person": LEA})).json()["tasks"]
    assert [each["escalated_person"] for each in escalated] == [LEA]
    queue = (await api.get(f"{V1}/tasks", params={"customer": "acme", "role": "solutions"})).json()["tasks"]
    assert [(each["task"], each["person"]) for each in queue] == [("set_up/1", None)]


async def test_steps_are_what_customers_are_to_do_and_to_confirm(world: World, api: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    (action,) = (await api.get(f"{V1}/steps")).json()["steps"]
    await tell(api, step_done="connect", by=action["contact"])
    (outcome,) = (await api.get(f"{V1}/steps", params={"customer": "acme"})).json()["steps"]

    assert (action["kind"], action["step"], action["contact"], action["status"]) == ("action", "connect", KIM, "open")
    assert (outcome["kind"], outcome["step"], outcome["contact"], outcome["status"]) == (
        "outcome",
        "faster",
        SAM,
        "asked",
    )
    assert outcome["metric"]["target"] == 10

    await tell(api, answer="faster", verdict="disputed", by=SAM, method="portal")
    shown_customer = (await api.get(f"{V1}/customers/acme")).json()
    assert [(each["outcome"], each["verdict"]) for each in shown_customer["outcomes"]] == [("faster", "disputed")]


async def test_a_link_to_the_plan_is_made_for_a_contact(world: World, api: httpx.AsyncClient) -> None:
    made = (await api.post(f"{V1}/customers/acme/links", json={"contact": KIM})).json()

    assert (await api.get(made["url"])).status_code == 200
    error = problem(await api.post(f"{V1}/customers/acme/links", json={"contact": "x@y.example"}), 404)
    assert KIM in error["hint"]
    await world.tell(ended="churned")
    problem(await api.post(f"{V1}/customers/acme/links", json={"contact": KIM}), 409)


# Describing itself.


async def test_the_api_describes_itself_to_programs(world: World) -> None:
    async with world.client() as client:
        schema = (await client.get("/api/openapi.json")).json()

    assert set(schema["paths"]) == {
        f"{V1}/facts", f"{V1}/customers", f"{V1}/customers/{{customer}}", f"{V1}/customers/{{customer}}/timeline",
        f"{V1}/customers/{{customer}}/journeys", f"{V1}/customers/{{customer}}/links", f"{V1}/steps", f"{V1}/tasks",
        f"{V1}/absences", f"{V1}/absences/{{number}}", f"{V1}/hand-overs", f"{V1}/syncs", f"{V1}/syncs/{{name}}",
        f"{V1}/customers/{{customer}}/links/{{link}}/void",
        f"{V1}/customers/{{customer}}/rename", f"{V1}/customers/{{customer}}/merge",
        f"{V1}/imports", f"{V1}/imports/{{number}}", f"{V1}/mail", f"{V1}/mail/switch", f"{V1}/mail/switches",
        f"{V1}/imports/{{number}}/dry-run", f"{V1}/imports/{{number}}/go", f"{V1}/imports/{{number}}/cancel",
        f"{V1}/customers/{{customer}}/undoable", f"{V1}/customers/{{customer}}/facts/{{fact}}/undo",
        f"{V1}/customers/{{customer}}/agreement", f"{V1}/people", f"{V1}/people/{{address}}",
        f"{V1}/customers/{{customer}}/files",
        f"{V1}/customers/{{customer}}/files/{{file}}", f"{V1}/inbound/mail", f"{V1}/inbound/mail/{{provider}}",
        f"{V1}/preferences", f"{V1}/opt-outs", f"{V1}/bounces", f"{V1}/bounces/{{provider}}",
    }  # fmt: skip
    assert "HTTPBearer" in schema["components"]["securitySchemes"]
    refused = schema["paths"][f"{V1}/facts"]["post"]["responses"]["422"]
    assert refused["content"]["application/json"]["schema"]["$ref"].endswith("/ErrorShown")


async def test_every_address_and_field_is_in_the_docs(world: World) -> None:
    async with world.client() as client:
        schema = (await client.get("/api/openapi.json")).json()
        docs = (await client.get("/api/docs")).text

    for path in schema["paths"]:
        assert path in docs
    for name in schema["components"]["schemas"]["FactRequest"]["properties"]:
        assert f"<code>{name}</code>" in docs
    assert "(at most 10,000 characters)" in docs
    assert "Milepost API" in docs
    assert "<script" not in docs


async def test_now_is_the_journeys_now(world: World, api: httpx.AsyncClient) -> None:
    world.at = START + 5 * DAY

    assert (await api.get(f"{V1}/steps")).json()["now"] == text(START + 5 * DAY)


# Beginning by hand.


async def test_an_ending_by_mistake_is_taken_back_where_the_customer_stood(
    world: World, api: httpx.AsyncClient
) -> None:
    await world.tell(ended="churned")
    path = "/api/v1/customers/acme/journeys"
    refused = await api.post(path, json={})
    enters = {"stage": "start", "since": "2026-03-01", "done": {"kickoff": {"at": "2026-03-01", "result": "held"}}}
    response = await api.post(path, json={"again": "A mistake", "by": ANA, "enters": enters})

    assert (refused.status_code, response.status_code) == (409, 201)
    assert response.json() == {"customer": "acme", "journey": "acme/2", "map": "pilot", "started": True}


async def test_who_cannot_enter_there_is_told_why(world: World, api: httpx.AsyncClient) -> None:
    await world.tell(ended="churned")
    response = await api.post(
        "/api/v1/customers/acme/journeys", json={"again": "A mistake", "enters": {"stage": "strat"}}
    )

    assert response.status_code == 422
    assert "Did you mean 'start'?" in response.text


async def test_a_new_customer_may_enter_in_the_middle(world: World, api: httpx.AsyncClient) -> None:
    record = {**GLOBEX, "enters": {"stage": "start", "done": {"kickoff": "2026-02-03"}}}
    response = await api.post("/api/v1/customers", json=record)
    wrong = await api.post("/api/v1/customers", json={**record, "id": "initech", "enters": {"stage": "strat"}})

    assert (response.status_code, response.json()["journey"]) == (201, "globex/1")
    assert wrong.status_code == 422
