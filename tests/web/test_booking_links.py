"""The page on which customers book a time with whoever looks after them: told of a colleague, on plans and in mails."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select

from milepost.explain.people_names import booking_link_of, colleagues_named
from milepost.intake import people
from milepost.intake.contact_erasure import forget_contact
from milepost.intake.errors import UnnamedPersonError
from milepost.store.people import PersonRow
from milepost.store.tables import MessageRow
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, HOUR, START

V1 = "/api/v1"
LINK = "https://book.vendor.example/ana?topic=plan"


async def test_a_plan_leads_to_the_page_of_whoever_looks_after_the_customer(
    world: World, browser: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    assert "Book a time" not in text_of(await visitor.get(world.plan()))
    page = await browser.get("/ops/people", params={"address": ANA})
    fields = {**form_in(page, "/ops/people"), "address": ANA, "booking_link": LINK}
    assert (await browser.post("/ops/people", data=fields)).status_code == 303
    assert f'value="{LINK}"' in (await browser.get("/ops/people", params={"address": ANA})).text

    plan = await visitor.get(world.plan())

    assert f'<a href="{LINK}" rel="noopener noreferrer">Book a time</a>' in plan.text
    assert "Termin buchen" in text_of(await visitor.get(world.plan(), headers={"accept-language": "de"}))


async def test_a_mail_leads_there_too(world: World) -> None:
    await people.change(world.intake.context, ANA, name="Ana Ruiz", booking_link=LINK)
    await world.tell(step_done="kickoff", result="held")
    await world.move_to(START + 20 * HOUR)

    async with world.store.reading() as session:
        message = await session.get(MessageRow, ("acme/1", "connect/1/opening/1"))

    assert message is not None
    assert f"Book a time with Ana Ruiz: {LINK}" in (message.text or "")
    assert f'href="{LINK}"' in (message.html or "")


async def test_the_api_tells_it_and_takes_it_away(world: World, api: httpx.AsyncClient) -> None:
    told = await api.put(f"{V1}/people/{ANA}", json={"booking_link": LINK})
    taken = await api.put(f"{V1}/people/{ANA}", json={"booking_link": None})

    assert (told.json()["booking_link"], taken.json()["booking_link"]) == (LINK, None)


@pytest.mark.parametrize(
    "wrong",
    [
        "http://book.example/a",
        "javascript:alert(1)",
        "https://",
        "https://a b.example",
        "https://me@evil.example/",
        "x",
    ],
)
async def test_only_pages_of_the_web_are_linked_to(world: World, browser: httpx.AsyncClient, wrong: str) -> None:
    with pytest.raises(UnnamedPersonError, match="can't be linked to"):
        await people.change(world.intake.context, ANA, booking_link=wrong)
    page = await browser.get("/ops/people", params={"address": ANA})
    refused = await browser.post(
        "/ops/people", data={**form_in(page, "/ops/people"), "address": ANA, "booking_link": wrong}
    )
    assert refused.status_code == 422
    assert 'id="booking_link-error"' in refused.text
    assert f'name="booking_link" value="{wrong}"' in refused.text


async def test_who_has_left_cannot_be_booked(world: World, visitor: httpx.AsyncClient) -> None:
    await people.change(world.intake.context, ANA, booking_link=LINK, left=True)

    assert LINK not in (await visitor.get(world.plan())).text


async def test_it_is_forgotten_with_the_colleague(world: World) -> None:
    other = "eva@vendor.example"
    await people.change(world.intake.context, other, name="Eva Roe", booking_link="https://book.example/x7")
    await forget_contact(world.intake.context, other)

    [row] = [each for each in await all_people(world) if each.address.startswith("forgotten")]
    assert row.booking_link is None


async def all_people(world: World) -> list[PersonRow]:
    async with world.store.reading() as session:
        return list(await session.scalars(select(PersonRow)))


def test_a_link_is_known_by_the_address_however_it_is_written_and_only_inside() -> None:
    with colleagues_named({}, {ANA: LINK}), colleagues_named({ANA: "Ana"}):
        assert booking_link_of(ANA.upper()) == LINK
    assert booking_link_of(ANA) is None
