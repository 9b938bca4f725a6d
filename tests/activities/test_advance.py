"""Each advance of a journey is made once, whoever asks for it, how often, and however late."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from activities.journey import JourneyActivities
from milepost.customer import Customer
from milepost.planner.facts import AttributesSet, Ended, Fact, MapChanged, StepDone, to_json
from milepost.planner.instants import Instant, text
from milepost.planner.state import State
from milepost.store import customers, facts, inbox, journeys, maps, timeline
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.erasure import forget
from milepost.store.tables import FactRow
from milepost.wire.activities import Advanced, AdvanceOrder
from tests.inbox import put
from tests.store.book import everything
from tests.workflows.example import CUSTOMER, FILES, MAP, START

HOUR = 3600
HELD = StepDone(id="held", at=START + HOUR, step="kickoff", result="held")
CONNECTED = StepDone(id="connected", at=START + HOUR + 60, step="connect")


class Acme:
    """Acme's journey before its first advance."""

    def __init__(self, store: Store, version: str) -> None:
        self.store = store
        self.version = version
        self._activities = JourneyActivities(store, CompiledMaps(store))

    @staticmethod
    async def begin(store: Store) -> Acme:
        async with store.transaction() as session:
            version = (await maps.publish(session, "pilot", "Pilot customers", FILES, START)).version.hash
            await customers.save(session, [CUSTOMER], START)
            await journeys.begin(session, State.begin(CUSTOMER, "pilot", version, START))
        return Acme(store, version)

    async def advance(self, n: int, now: Instant, journey: str = "acme/1") -> Advanced:
        return await self._activities.advance(AdvanceOrder(journey, n, now))

    async def tell(self, *told: Fact) -> None:
        async with self.store.transaction() as session:
            for fact in told:
                await put(session, "acme", to_json(fact), fact.at)

    async def begin_again(self) -> None:
        async with self.store.transaction() as session:
            await journeys.begin(session, State.begin(CUSTOMER, "pilot", self.version, START + HOUR))

    async def kinds(self) -> list[str]:
        async with self.store.reading() as session:
            return [entry.kind for entry in await timeline.of_journey(session, "acme/1")]

    async def facts(self) -> dict[str, FactRow]:
        async with self.store.reading() as session:
            return {row.id: row for row in await facts.of_customer(session, "acme")}

    async def customer(self) -> Customer:
        async with self.store.reading() as session:
            return await customers.get(session, "acme")


async def test_an_advance_takes_in_everything_that_waits(store: Store) -> None:
    acme = await Acme.begin(store)
    await acme.tell(HELD, CONNECTED)

    advanced = await acme.advance(1, START + 2 * HOUR)

    assert (advanced.n, advanced.deliver, advanced.ended) == (1, ["connect/1/opening/1"], False)
    assert (await acme.kinds()).count("step_done") == 2
    assert {row.status for row in (await acme.facts()).values()} == {"delivered"}


async def test_an_order_that_comes_again_is_answered_and_changes_nothing(store: Store) -> None:
    acme = await Acme.begin(store)
    await acme.tell(HELD)
    once = await acme.advance(1, START + 2 * HOUR)
    await acme.tell(replace(CONNECTED, at=START + 3 * HOUR))
    async with store.reading() as session:
        stored = await everything(session)

    again = await acme.advance(1, START + 9 * 24 * HOUR)

    assert (again.n, again.deliver, again.seen) == (once.n, once.deliver, once.seen)
    assert again.wake_at == START + 3 * HOUR  # something waits by now
    async with store.reading() as session:
        assert await everything(session) == stored


async def test_orders_at_once_make_one_advance(store: Store) -> None:
    acme = await Acme.begin(store)
    await acme.tell(HELD)

    answers = await asyncio.gather(*(acme.advance(1, START + 2 * HOUR) for _ in range(6)))

    assert {each.n for each in answers} == {1}
    assert (await acme.kinds()).count("step_done") == 1


async def test_a_workflow_that_is_behind_learns_how_far_the_journey_is_and_what_is_not_sent(store: Store) -> None:
    acme = await Acme.begin(store)
    await acme.advance(1, START)
    await acme.tell(HELD)
    await acme.advance(2, START + 2 * HOUR)
    last = await acme.advance(3, START + 26 * HOUR)

    behind = await acme.advance(1, START + 30 * HOUR)

    assert (behind.n, behind.wake_at, behind.deliver) == (last.n, last.wake_at, ["connect/1/opening/1"])


async def test_a_workflow_that_is_ahead_of_a_restored_database_goes_on_from_there(store: Store) -> None:
    acme = await Acme.begin(store)
    await acme.tell(HELD)
    await acme.advance(1, START + 2 * HOUR)
    await acme.tell(replace(CONNECTED, at=START + 3 * HOUR))

    advanced = await acme.advance(50, START + 4 * HOUR)

    assert (advanced.n, advanced.deliver) == (2, ["connect/1/opening/1"])


async def test_an_advance_with_nothing_to_do_writes_nothing(store: Store) -> None:
    acme = await Acme.begin(store)
    first = await acme.advance(1, START)
    async with store.reading() as session:
        stored = await everything(session)

    nothing = await acme.advance(2, START + 60)

    assert (nothing.n, nothing.wake_at, nothing.deliver) == (1, first.wake_at, [])
    async with store.reading() as session:
        assert await everything(session) == stored


async def test_a_change_of_the_map_among_other_facts_is_one_advance(store: Store) -> None:
    acme = await Acme.begin(store)
    renamed = MAP.replace("action: connect", "action: link_up").replace("after: connect", "after: link_up")
    async with store.transaction() as session:
        files = {**FILES, "map.yaml": renamed}
        other = (await maps.publish(session, "pilot", "Pilot customers", files, START)).version.hash
    at = START + HOUR
    await acme.tell(
        StepDone(id="1", at=at, step="kickoff", result="held"),
        MapChanged(id="2", at=at + 60, version=other),
        StepDone(id="3", at=at + 120, step="link_up"),
    )

    advanced = await acme.advance(1, at + 120)

    async with store.reading() as session:
        row = await journeys.get(session, "acme/1")
        entries = [timeline.entry_of(entry).to_json() for entry in await timeline.of_journey(session, "acme/1")]
    assert (row.version, row.revision, advanced.n) == (other, 1, 1)
    lines = [(entry["kind"], entry.get("step")) for entry in entries]
    assert lines.index(("step_done", "kickoff")) < lines.index(("step_opened", "connect"))
    assert lines.index(("step_opened", "connect")) < lines.index(("map_changed", None))
    assert lines.index(("map_changed", None)) < lines.index(("step_done", "link_up"))


async def test_a_fact_that_came_late_is_kept_with_the_instant_at_which_it_acted(store: Store) -> None:
    acme = await Acme.begin(store)
    await acme.advance(1, START + HOUR)
    await acme.tell(replace(HELD, at=START + 60))

    await acme.advance(2, START + HOUR)

    row = (await acme.facts())["held"]
    async with store.reading() as session:
        [done] = [line for line in await timeline.of_journey(session, "acme/1") if line.kind == "step_done"]
    assert (row.status, row.at, row.data["at"]) == ("delivered", done.at, text(START + HOUR))


async def test_a_fact_that_is_ahead_waits_and_wakes_the_journey(store: Store) -> None:
    acme = await Acme.begin(store)
    await acme.tell(replace(HELD, at=START + 2 * HOUR))

    advanced = await acme.advance(1, START + HOUR)

    assert advanced.wake_at == START + 2 * HOUR
    assert (await acme.facts())["held"].status == "pending"


async def test_a_fact_that_is_ahead_wakes_the_journey_though_later_ones_were_taken(store: Store) -> None:
    acme = await Acme.begin(store)
    await acme.tell(replace(CONNECTED, at=START + 2 * HOUR), HELD)

    advanced = await acme.advance(1, START + HOUR)

    assert advanced.wake_at == START + 2 * HOUR


async def test_a_fact_that_cannot_be_read_stops_no_journey(store: Store) -> None:
    acme = await Acme.begin(store)
    await acme.tell(HELD)
    async with store.transaction() as session:
        [row] = await facts.of_customer(session, "acme")
        row.data = {"kind": "no_such_kind", "id": "held", "at": text(START)}

    advanced = await acme.advance(1, START + 2 * HOUR)

    assert (advanced.blocked, advanced.n) == (False, 1)
    assert (await acme.facts())["held"].status == "delivered"


async def test_what_comes_after_the_end_is_ignored_by_the_journey_and_changes_the_record(store: Store) -> None:
    acme = await Acme.begin(store)
    await acme.tell(
        Ended(id="over", at=START + HOUR, reason="sold"),
        AttributesSet(id="at_once", at=START + HOUR, attributes={"tier": "other"}),
        AttributesSet(id="ahead", at=START + 2 * HOUR, attributes={"health": 12}),
    )
    over = await acme.advance(1, START + HOUR)
    assert (over.ended, over.wake_at) == (True, START + 2 * HOUR)
    assert (await acme.customer()).attributes == {"tier": "other", "health": 75}
    late = await acme.advance(2, START + 2 * HOUR)
    assert (late.ended, late.wake_at) == (True, None)
    assert (await acme.customer()).attributes == {"tier": "other", "health": 12}
    assert (await acme.kinds())[-2:] == ["fact_ignored", "fact_ignored"]


async def test_a_workflow_goes_on_with_the_customers_next_journey(store: Store) -> None:
    acme = await Acme.begin(store)
    await acme.tell(HELD, Ended(id="over", at=START + HOUR, reason="sold"))
    assert (await acme.advance(1, START + HOUR)).ended
    assert (await acme.advance(2, START + HOUR)).ended
    await acme.begin_again()

    following = await acme.advance(2, START + 2 * HOUR)

    assert (following.journey, following.n, following.ended) == ("acme/2", 0, False)
    assert (await acme.advance(1, START + 2 * HOUR, "acme/2")).n == 1


async def test_a_journey_whose_customer_was_forgotten_ends_quietly(store: Store) -> None:
    acme = await Acme.begin(store)
    await forget(store, "acme")

    advanced = await acme.advance(1, START)

    assert (advanced.ended, advanced.deliver) == (True, [])


async def test_what_waits_is_read_in_the_order_in_which_it_came(store: Store) -> None:
    acme = await Acme.begin(store)
    await acme.tell(HELD, replace(CONNECTED, at=START))
    async with store.reading() as session:
        waiting = await session.run_sync(inbox.waiting_for, "acme/1")
    assert [each.data["id"] for each in waiting] == ["held", "connected"]
