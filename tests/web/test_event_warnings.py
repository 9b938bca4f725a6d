"""Values of the wrong kind in events are told where the event came from, and on the customer's page."""

from __future__ import annotations

import httpx
import pytest

from tests.web.api_calls import V1, tell
from tests.web.conftest import World, sign_in, text_of
from tests.web.example import ANA, FILES, MAP

FEW = "The property 'rows' of 'connected' is '120', a text; the map needs a number there"


@pytest.fixture
async def asking(empty_world: World) -> World:
    """Acme on a map that asks for events with more than a hundred rows."""
    text = MAP.replace("done_when: {event: connected}", 'done_when: {event: connected, if: "event.rows > 100"}')
    await empty_world.publish({**FILES, "map.yaml": text})
    await empty_world.add()
    return empty_world


async def test_the_answer_to_an_event_says_what_the_map_cannot_use(asking: World) -> None:
    async with asking.api() as api:
        receipt = (await tell(api, event="connected", properties={"rows": "120"})).json()
        good = (await tell(api, event="connected", properties={"rows": 12})).json()

    assert (receipt["new"], receipt["delivered"], len(receipt["warnings"])) == (True, True, 1)
    assert receipt["warnings"][0].startswith(FEW)
    assert "Send 120, without quotes" in receipt["warnings"][0]
    assert "warnings" not in good


async def test_in_a_list_each_event_is_warned_of_for_itself(asking: World) -> None:
    facts = [{"customer": "acme", "event": "connected", "properties": {"rows": rows}} for rows in (1, "120", None)]
    async with asking.api() as api:
        receipts = (await api.post(f"{V1}/facts", json=facts)).json()

    assert ["warnings" in receipt for receipt in receipts] == [False, True, False]


async def test_the_customers_page_shows_what_the_map_could_not_use(asking: World) -> None:
    async with asking.api() as api:
        for rows in ("120", 12, "130"):
            await tell(api, event="connected", properties={"rows": rows})
    async with asking.client() as browser:
        await sign_in(browser, ANA)
        page: httpx.Response = await browser.get("/ops/customers/acme")

    assert "Product events that the map can't use" in text_of(page)
    assert "is '130', a text; the map needs a number" in text_of(page)
    assert "is '120'" not in text_of(page)  # the latest of each property
