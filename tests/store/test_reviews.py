"""What owners noted of their maps, and which maps are due."""

from __future__ import annotations

from milepost.store import maps, reviews
from milepost.store.compiled_maps import CompiledMaps
from tests.store.book import DAY, START
from tests.web.example import FILES, MAP

REVIEWED = MAP.replace("outcome: save_time\n", "outcome: save_time\nreview: 4 weeks\n", 1)
OWNER = "ops@vendor.example"


async def publish(store, text=REVIEWED, at=START):
    async with store.transaction() as session:
        await maps.publish(session, "pilot", "Pilot customers", {**FILES, "map.yaml": text}, at)


async def due(store, at, owner=OWNER):
    found = await reviews.current_reviews(store, CompiledMaps(store), at)
    return [each.map.map for each in reviews.due_for(found, owner)]


async def test_a_map_is_due_for_its_owner_once_the_time_has_passed_since_it_was_published(store):
    await publish(store)
    assert await due(store, START + 27 * DAY) == []
    assert await due(store, START + 29 * DAY) == ["pilot"]
    assert await due(store, START + 29 * DAY, " Ops@Vendor.example") == ["pilot"]
    assert await due(store, START + 29 * DAY, "ana@vendor.example") == []
    assert await due(store, START + 29 * DAY, None) == ["pilot"]


async def test_a_review_puts_off_the_next_one_and_counts_once(store):
    await publish(store)
    for new in (True, False):
        async with store.transaction() as session:
            noted = await reviews.record(session, "form1", "pilot", START + 30 * DAY, by=OWNER, note="Holds.")
            assert noted is new
    assert await due(store, START + 57 * DAY) == []
    assert await due(store, START + 59 * DAY) == ["pilot"]
    [standing] = await reviews.current_reviews(store, CompiledMaps(store), START + 59 * DAY)
    assert standing.last is not None
    assert (standing.last.by, standing.last.note) == (OWNER, "Holds.")


async def test_a_new_version_starts_the_time_to_the_next_review_again(store):
    await publish(store)
    await publish(store, REVIEWED.replace("title: Pilot customers", "title: Pilots"), START + 20 * DAY)
    assert await due(store, START + 49 * DAY) == []
    assert await due(store, START + 50 * DAY) == ["pilot"]


async def test_a_map_without_review_is_never_due_and_one_that_cannot_be_read_is_left_out(store):
    await publish(store, MAP)
    [standing] = await reviews.current_reviews(store, CompiledMaps(store), START + 999 * DAY)
    assert (standing.review, standing.is_due) == (None, False)
    async with store.transaction() as session:
        await maps.publish(session, "later", "Later", {"map.yaml": "map: later\nlanguage: 9\n"}, START)
    assert [each.map.map for each in await reviews.current_reviews(store, CompiledMaps(store), START)] == ["pilot"]
