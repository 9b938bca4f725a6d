"""What colleagues are called: told by the API, a page or an import, and said wherever they are named."""

from __future__ import annotations

import httpx
import pytest

from milepost.channels.recorder import RecordingChannel
from milepost.store import people
from tests.web.api_calls import V1, problem
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, BO, DAY, START

JUERGEN = "Jürgen Weiß"


async def name(api: httpx.AsyncClient, address: str, called: str) -> httpx.Response:
    return await api.put(f"{V1}/people/{address}", json={"name": called})


async def test_a_colleague_is_called_by_the_name_that_was_told(
    world: World, api: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    assert "Ana Ruiz" in text_of(await browser.get("/ops/customers/acme"))
    response = await name(api, "Ana.Ruiz@vendor.example", f"  {JUERGEN} ")
    nothing_else = {"role": None, "team": None, "hours_per_week": None, "booking_link": None, "left_at": None}
    assert response.json() == {"address": ANA, "name": JUERGEN, **nothing_else, "updated_at": "2026-03-02T15:00:00Z"}
    for path in ("/ops/customers/acme", f"/desk/{ANA}", "/desk/queues", "/ops/people", "/desk/hand-over"):
        page = text_of(await browser.get(path))
        assert "Ana Ruiz" not in page, path
    for path in ("/ops/customers/acme", f"/desk/{ANA}", "/ops/people"):
        assert JUERGEN in text_of(await browser.get(path)), path
    shown = text_of(await browser.get("/desk/hand-over", params={"former": ANA, "to": BO}))
    assert f"{JUERGEN} hands over to Bo Ek" in shown
    assert (await api.get(f"{V1}/people")).json()["people"] == [response.json()]


async def test_mail_comes_from_the_name_that_was_told(world: World, api: httpx.AsyncClient) -> None:
    await name(api, ANA, JUERGEN)
    channel = RecordingChannel()
    world.journey_client.deliver_through(channel)
    await world.tell(step_done="kickoff", result="held")
    await world.move_to(START + DAY)
    assert {message.from_name for message in channel.delivered} == {JUERGEN}


@pytest.mark.parametrize(
    ("address", "body", "code"),
    [
        ("nobody", {"name": "Ana"}, "invalid"),
        (ANA, {"name": ""}, "invalid"),
        (ANA, {"name": "   "}, "unnamed_person"),
        (ANA, {"name": "ana@vendor.example"}, "unnamed_person"),
        (ANA, {"name": "A" * 201}, "invalid"),
        (ANA, {}, "invalid"),
        (ANA, {"name": "Ana", "role": "csm"}, "invalid"),
    ],
)
async def test_what_is_no_name_is_refused(
    world: World, api: httpx.AsyncClient, address: str, body: dict[str, str], code: str
) -> None:
    response = await api.put(f"{V1}/people/{address}", json=body)
    assert problem(response, 422)["code"] == code
    assert (await api.get(f"{V1}/people")).json()["people"] == []


async def test_the_page_names_somebody_and_keeps_what_was_typed(world: World, browser: httpx.AsyncClient) -> None:
    page = await browser.get("/ops/people", params={"address": ANA})
    assert f'value="{ANA}"' in page.text
    assert "as the address spells it" in text_of(page)
    form = form_in(page, "/ops/people")
    wrong = await browser.post("/ops/people", data={**form, "address": "ana", "name": JUERGEN})
    assert wrong.status_code == 422
    assert "'ana' isn't a mail address." in text_of(wrong)
    assert f'value="{JUERGEN}"' in wrong.text
    done = await browser.post("/ops/people", data={**form, "address": ANA, "name": JUERGEN})
    assert (done.status_code, done.headers["location"]) == (303, "/ops/people?told=named")
    after = text_of(await browser.get(done.headers["location"]))
    assert f"{JUERGEN} ana.ruiz@vendor.example" in after


async def test_nobody_who_has_not_said_who_they_are_names_anybody(world: World, visitor: httpx.AsyncClient) -> None:
    page = await visitor.get("/ops/people")
    assert "Say who you are" in text_of(page)
    assert "<input" not in page.text


async def test_names_of_a_mapping_are_for_those_who_have_none(world: World) -> None:
    def twice(session: object) -> list[int]:
        names = {"JW@vendor.example": JUERGEN, ANA: "Ana R."}
        return [people.add_new(session, names, START) for _ in range(2)]  # type: ignore[arg-type]

    await world.store.write(lambda session: people.put(session, ANA, START, name="Ana Ruiz-López"))
    assert await world.store.write(twice) == [1, 0]
    async with world.store.reading() as session:
        assert dict(await people.names(session)) == {ANA: "Ana Ruiz-López", "jw@vendor.example": JUERGEN}
