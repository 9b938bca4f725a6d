"""Everything about one customer, read from its rows."""

from __future__ import annotations

import pytest

from milepost.planner.facts import Ended, StepDone
from milepost.planner.timeline import JourneyEnded
from milepost.store import customers, maps
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.customer_overview import customer_overview
from milepost.store.errors import UnknownCustomerError, UnreadableVersionError
from tests.inbox import put
from tests.store.book import DAY, HOUR, START, Walk, customer, publish


async def test_a_customer_is_read_with_its_latest_journey_or_the_one_that_is_asked_for(store):
    compiled_maps = CompiledMaps(store)
    async with store.transaction() as session:
        compiled_map = await publish(session)
        compiled_maps.add(compiled_map, {})
        first = await Walk.begin(session, compiled_map)
        await first.tell(START + HOUR, Ended(id="e", at=START + HOUR, reason="churned"))
        second = await Walk.begin(session, compiled_map)
        await second.tell(START + DAY)
        done = StepDone(id="d", at=START + DAY, step="kickoff", result="ready", by="ana@vendor.example")
        await put(session, "acme", {"kind": "step_done", "id": done.id, "step": done.step}, START + DAY)
    async with store.reading() as session:
        latest = await customer_overview(session, compiled_maps, "acme", START + DAY)
        earlier = await customer_overview(session, compiled_maps, "acme", START + DAY, journey="acme/1", zone="UTC")
    assert [journey.id for journey in latest.journeys] == ["acme/2", "acme/1"]
    assert (latest.journey.record.id, latest.journey.number, latest.journey.is_current) == ("acme/2", 1, True)
    assert latest.journey.state == second.state
    assert [fact["step"] for fact in latest.journey.pending] == ["kickoff"]
    assert (latest.zone, latest.health) == ("Europe/Berlin", 75)
    assert (earlier.journey.record.id, earlier.journey.record.reason, earlier.zone) == ("acme/1", "churned", "UTC")
    assert isinstance(earlier.journey.entries[-1], JourneyEnded)
    assert earlier.journey.pending == ()


async def test_a_customer_without_a_journey_is_read_with_why_no_map_took_it(store):
    async with store.transaction() as session:
        await customers.save(session, [customer()], START)
        await customers.mark_unmatched(session, "acme", "small: where is not true")
        overview = await customer_overview(session, CompiledMaps(store), "acme", START)
        assert (overview.journey, overview.journeys) == (None, ())
        assert overview.unmatched_why == "small: where is not true"
        with pytest.raises(UnknownCustomerError):
            await customer_overview(session, CompiledMaps(store), "nobody", START)


async def test_a_version_that_cannot_be_read_is_an_error_unless_it_is_allowed(store):
    async with store.transaction() as session:
        compiled_map = await publish(session)
        await Walk.begin(session, compiled_map)
        (await maps.get(session, compiled_map.version)).files = {"map.yaml": "spoken: in a later language"}
    async with store.reading() as session:
        with pytest.raises(UnreadableVersionError):
            await customer_overview(session, CompiledMaps(store), "acme", START)
        overview = await customer_overview(session, CompiledMaps(store), "acme", START, allow_unreadable=True)
    assert (overview.journey.compiled_map, overview.journey.stages) == (None, ())
