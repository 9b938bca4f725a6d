"""When a customer was last touched is kept with the journey, goes along to the next one, and back when it's undone."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text

from milepost.planner.facts import Ended, Fact, Noted, StepDone
from milepost.store import customers, journeys, last_touches
from milepost.store.customer_list import CustomerFilter, list_customers
from milepost.store.database import Store
from milepost.store.tables import JourneyRow
from tests.store.book import DAY, HOUR, START, Walk, customer, publish

ANA = "ana@vendor.example"


def call(at: int) -> Noted:
    return Noted(id=f"call-{at}", at=at, by=ANA, text="Call: all well")


async def touched(walk: Walk, journey: str | None = None) -> tuple[int | None, str | None]:
    row = await journeys.get(walk.session, journey or walk.journey)
    return row.touched_at, row.touched_in


async def test_the_latest_touch_is_kept_and_what_it_was_is_read_with_it(store: Store) -> None:
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session))
        assert await touched(walk) == (None, None)
        both: tuple[Fact, ...] = (
            StepDone(id="a", at=START + HOUR, by=ANA, step="kickoff", result="ready"),
            call(START + DAY),
        )
        await walk.tell(START + DAY, *both)
        assert await touched(walk) == (START + DAY, walk.journey)
        await walk.tell(START + 2 * DAY, Noted(id="memo", at=START + 2 * DAY, by=ANA, text="To whom it may concern"))

        assert await touched(walk) == (START + DAY, walk.journey)
        found = await last_touches.entries(session, [await journeys.get(session, walk.journey)])
        assert [(journey, entry.kind, entry.at) for journey, entry in found.items()] == [
            (walk.journey, "note", START + DAY)
        ]


async def test_a_new_journey_goes_on_from_the_touches_of_the_one_before(store: Store) -> None:
    async with store.transaction() as session:
        first = await Walk.begin(session, await publish(session))
        await first.tell(START + DAY, call(START + DAY), Ended(id="end", at=START + DAY, reason="done"))
        second = await Walk.begin(session, first.compiled_map)
        assert second.journey != first.journey

        assert await touched(second) == (START + DAY, first.journey)
        found = await last_touches.entries(session, [await journeys.get(session, second.journey)])
        assert found[second.journey].at == START + DAY
        await second.tell(START + 3 * DAY, call(START + 3 * DAY))
        assert await touched(second) == (START + 3 * DAY, second.journey)
        assert await touched(second, first.journey) == (START + DAY, first.journey)


@pytest.mark.parametrize("earlier", [True, False])
async def test_what_is_cut_off_a_timeline_was_no_touch(store: Store, earlier: bool) -> None:  # noqa: FBT001
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session))
        if earlier:
            await walk.tell(START + HOUR, call(START + HOUR))
        before = walk.state
        await walk.tell(START + DAY, call(START + DAY))

        def cut(sync: Any) -> None:
            sync.execute(text("DELETE FROM timeline WHERE seq >= :first"), {"first": before.entries})
            last_touches.roll_back(sync, walk.journey, before)

        await session.run_sync(cut)
        columns = (JourneyRow.touched_at, JourneyRow.touched_in)
        row = (await session.execute(select(*columns).where(JourneyRow.id == walk.journey))).one()
        assert tuple(row) == ((START + HOUR, walk.journey) if earlier else (None, None))


async def test_whoever_was_untouched_for_longest_is_first_and_whoever_left_can_be_left_out(store: Store) -> None:
    async with store.transaction() as session:
        compiled_map = await publish(session)
        await customers.save(session, [customer("zeta")], START)
        for name, days in (("acme", 3), ("bolt", 1), ("cargo", 2), ("delta", 0), ("echo", 4)):
            walk = await Walk.begin(session, compiled_map, customer(name))
            if days:
                await walk.tell(START + days * DAY, call(START + days * DAY))
            if name in ("acme", "echo"):
                reason = "churned" if name == "acme" else "completed"
                await walk.tell(START + 9 * DAY, Ended(id="end", at=START + 9 * DAY, reason=reason))

    async def listed(**more: Any) -> list[str]:
        names, cursor = [], None
        async with store.reading() as session:
            while True:
                condition = CustomerFilter(owner=ANA, sort="touched", **more)
                page = await list_customers(session, condition, cursor=cursor, limit=2)
                names += [line.customer.id for line in page.lines]
                if (cursor := page.next) is None:
                    return names

    assert await listed() == ["delta", "zeta", "bolt", "cargo", "acme", "echo"]
    assert await listed(has_left=False) == ["delta", "zeta", "bolt", "cargo", "echo"]
    assert await listed(has_left=True) == ["acme"]
