"""Records of customers are checked alike, whichever way they come in."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from milepost.imports.customer_book import read_book
from milepost.imports.vocabulary import Vocabulary
from milepost.store import customers
from tests.web.api_calls import V1, problem, tell
from tests.web.conftest import World
from tests.web.example import SAM, customer

RECORD: dict[str, Any] = {
    "id": "globex",
    "name": "Globex",
    "timezone": "Europe/Berlin",
    "attributes": {"tier": "pilot"},
    "contacts": [{"name": "Sam Poe", "email": "sam@globex.example", "personas": ["sponsor"]}],
}


async def save(api: httpx.AsyncClient, **changes: Any) -> httpx.Response:
    return await api.post(f"{V1}/customers", json={**RECORD, **changes})


WRONG_ATTRIBUTES = [
    ({"renews_on": "2027-03-01T00:00:00Z"}, "attributes.renews_on: '2027-03-01T00:00:00Z' isn't a date; write it as"),
    ({"renews_on": "9999-12-31"}, "in a year from 1900 to 2999"),
    ({"health": "75"}, "attributes.health: '75' isn't a number; write it without quotes"),
    ({"trial": "yes"}, "attributes.trial: 'yes' isn't yes or no; write true or false"),
    ({"tier": 1}, "isn't a text; write it in quotes"),
    ({"tier": "Pilot"}, "'Pilot' is not among the values that the maps allow; did you mean 'pilot'?"),
    ({"renew_on": "2027-03-01"}, "attributes.renew_on: No map has an attribute 'renew_on'; did you mean 'renews_on'?"),
]


@pytest.mark.parametrize(("attributes", "says"), WRONG_ATTRIBUTES)
async def test_the_api_refuses_attributes_that_maps_do_not_take(
    world: World, api: httpx.AsyncClient, attributes: dict[str, Any], says: str
) -> None:
    response = await save(api, attributes={"tier": "pilot", **attributes})

    error = problem(response, 422)
    assert error["code"] == "invalid_customer"
    assert says in error["message"]
    assert "Nothing was saved" in error["hint"]
    assert (await api.get(f"{V1}/customers/globex")).status_code == 404


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"contacts": [{"name": "Sam", "email": "sam@globex"}]}, "contacts.0.email: 'sam@globex' isn't a mail address"),
        (
            {"contacts": [{"name": "Sam", "email": SAM, "personas": ["sponser"]}]},
            "contacts.0.personas: No map has a persona 'sponser'; did you mean 'sponsor'?",
        ),
        (
            {"contacts": [{"name": "Sam", "email": SAM, "country": "XX"}]},
            "contacts.0.country: Unknown country 'XX'; write the ISO 3166 code",
        ),
        ({"team": {"cms": "ana@vendor.example"}}, "team: No map has a role 'cms'; did you mean 'csm'?"),
        ({"team": {"csm": "ana@vendor"}}, "team.csm: 'ana@vendor' isn't a mail address"),
    ],
)
async def test_the_api_refuses_people_that_nobody_could_reach(
    api: httpx.AsyncClient, changes: dict[str, Any], says: str
) -> None:
    response = await save(api, **changes)

    assert says in problem(response, 422)["message"]


async def test_everything_wrong_with_a_record_is_said_at_once(api: httpx.AsyncClient) -> None:
    response = await save(api, attributes={"health": "x", "renews_on": "soon"}, team={"csm": "ana@vendor"})

    assert response.json()["error"]["message"].count(";") >= 3
    for field in ("attributes.health", "attributes.renews_on", "team.csm"):
        assert field in response.json()["error"]["message"]


async def test_names_that_are_far_from_any_in_a_map_are_kept(api: httpx.AsyncClient) -> None:
    response = await save(api, attributes={"tier": "pilot", "crm_owner": "Ana"}, team={"billing": "bo@vendor.example"})

    assert response.status_code == 201


@pytest.mark.parametrize("attributes", [attributes for attributes, _ in WRONG_ATTRIBUTES])
async def test_facts_refuse_the_same_attributes(
    world: World, api: httpx.AsyncClient, attributes: dict[str, Any]
) -> None:
    assert (await tell(api, set=attributes)).status_code == 422
    assert await world.facts() == []


@pytest.mark.parametrize(
    "fact",
    [
        {"contacts": [{"name": "Sam", "email": "sam@acme"}]},
        {"contacts": [{"name": "Sam", "email": SAM, "personas": ["sponser"]}]},
        {"team": {"cms": "ana@vendor.example"}},
        {"team": {"csm": "ana"}},
        {"set": {"country": "Germany"}},
        {"set": {"country": "DE-XX"}},
        {"contacts": [{"name": "Sam", "email": SAM, "country": "GB-EN"}]},
        {"set": {"language": "German"}},
        {"set": {"timezone": "Europe/Berln"}},
        {"agreed": {"kickoff": {"due": "9999-12-31"}}},
        {"snoozed": "kickoff", "until": "9999-12-31"},
        {"snoozed": "kickoff", "until": "9999-12-31T00:00:00Z"},
        {"event": "connected", "at": "9999-12-31T00:00:00Z"},
    ],
)
async def test_facts_about_a_record_are_checked_like_the_record(
    world: World, api: httpx.AsyncClient, fact: dict[str, Any]
) -> None:
    response = await tell(api, **fact)

    assert response.status_code == 422
    assert await world.facts() == []


async def test_a_file_refuses_the_same_values(world: World) -> None:
    known = Vocabulary.of(await world.intake.context.compiled_maps.current())
    read = read_book("id,tier,health,renews_on,trial\nx,Pilot,75 %,9999-12-31,perhaps\n", known)

    assert [problem.column for problem in read.problems] == ["health", "renews_on", "trial", "tier"]


async def test_what_is_stored_already_does_not_hold_up_other_changes(world: World, api: httpx.AsyncClient) -> None:
    old = customer("old", attributes={"tier": "pilot", "renews_on": "2027-03-01T00:00:00Z"})
    async with world.store.transaction() as session:
        await customers.save(session, [old], 0)

    await world.intake.upsert_customer(old.having(name="Old Ltd"))

    assert (await api.get(f"{V1}/customers/old")).json()["name"] == "Old Ltd"
