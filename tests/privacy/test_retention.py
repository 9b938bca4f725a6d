"""Old data loses its words and people, or goes; counts, outcomes, ids of facts and open journeys stay."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest

from milepost.intake.context import retention_of
from milepost.intake.facts import FactStatus
from milepost.intake.intake import Intake
from milepost.planner import facts as planner_facts
from milepost.planner import timeline
from milepost.planner.clock import REAL_TIME
from milepost.planner.facts import EventHappened, StepDone
from milepost.planner.state import State
from milepost.settings import load
from milepost.store import retention
from milepost.store.database import Store
from milepost.store.retention import DAY, REMOVED, Retention
from tests.privacy.crowd import ADDRESS, Crowd, traces
from tests.store.book import everything
from tests.workflows.example import START
from tests.workflows.rig import eventually

Rows = dict[str, list[dict[str, Any]]]


async def rows(store: Store) -> Rows:
    async with store.reading() as session:
        return await everything(session)


async def removed(crowd: Crowd, days: int = 30, **kept: int) -> tuple[Rows, Rows]:
    """Lets that many days pass, and removes what is older than `kept` says; returns all rows before and after."""
    before = await rows(crowd.store)
    await retention.claim(crowd.store, crowd.now)
    await retention.remove_old(crowd.store, Retention(**kept), crowd.now + days * DAY)
    return before, await rows(crowd.store)


def changed(before: Rows, after: Rows) -> set[str]:
    return {table for table in before if before[table] != after[table]} - {"retention"}


async def test_messages_lose_their_words_and_recipients_and_still_count(store: Store) -> None:
    crowd = await Crowd.fill(store)
    before, after = await removed(crowd, messages=29)
    assert changed(before, after) == {"messages"}
    assert {row["contact"] for row in after["messages"]} == {REMOVED}
    gone = {"contact", "subject", "text", "html", "last_error", "channel_id"}
    for old, new in zip(before["messages"], after["messages"], strict=True):
        assert {name for name in old if old[name] != new[name]} <= gone
        assert not any(new[name] for name in gone - {"contact"})


async def test_facts_and_the_timeline_lose_people_and_words_and_can_be_read_as_before(store: Store) -> None:
    crowd = await Crowd.fill(store)
    await crowd.advance(60)
    before, after = await removed(crowd, facts=29)
    assert changed(before, after) == {"facts", "timeline", "absences"}
    assert not {table for table, _ in await traces(store)} & {"timeline"}
    assert {column for table, column in await traces(store) if table == "facts"} == {
        "id",
        "data",
    }  # an id with an address
    for row in after["facts"]:
        fact = planner_facts.from_json(row["data"])
        assert (fact.kind, fact.by) == (row["kind"], None)
    for old, new in zip(before["timeline"], after["timeline"], strict=True):
        entry = timeline.from_data(new["kind"], new["at"], new["data"])
        assert entry.subject == timeline.from_data(old["kind"], old["at"], old["data"]).subject
        assert "note" not in new["data"]


async def test_a_fact_that_lost_its_words_is_still_known(store: Store) -> None:
    crowd = await Crowd.fill(store)
    await removed(crowd, facts=29)
    again = await crowd.intake.record_fact("acme", StepDone(id="1", at=START, step="kickoff", result="held"))
    assert again.status is FactStatus.KNOWN


async def test_events_go_and_one_that_is_sent_again_counts_again(store: Store) -> None:
    crowd = await Crowd.fill(store)
    before, after = await removed(crowd, events=29)
    assert changed(before, after) == {"facts", "event_counts"}
    assert after["event_counts"] == []
    assert [row for row in before["facts"] if row["kind"] != "event"] == after["facts"]
    event = EventHappened(id="login/Sam@acme.example", at=START, event="connected")
    assert (await crowd.intake.record_fact("acme", event)).new


async def test_what_is_young_stays(store: Store) -> None:
    crowd = await Crowd.fill(store)
    await crowd.advance(60)
    _, after = await removed(crowd, days=5, messages=6, facts=6, events=6)  # the first facts are nine days older
    assert {row["told_by"] for row in after["facts"]} == {REMOVED, ADDRESS}
    assert {row["contact"] for row in after["messages"]} == {REMOVED, ADDRESS}


async def test_links_go_once_nothing_could_be_opened_with_them_any_more(store: Store) -> None:
    crowd = await Crowd.fill(store)
    before, after = await removed(crowd, days=90 + 365 + 30, messages=29)
    assert before["links"]
    assert after["links"] == []


async def test_what_waits_stays_and_the_journey_goes_on(store: Store) -> None:
    crowd = await Crowd.fill(store)  # its last fact hasn't been taken in
    before, after = await removed(crowd, messages=29, facts=29, events=29)
    [waited], [waits] = ([row for row in each["facts"] if row["status"] == "pending"] for each in (before, after))
    assert waits == waited
    assert after["answers"] == before["answers"]
    assert after["journeys"] == before["journeys"]
    await crowd.advance(60)
    assert State.from_json((await crowd.row()).state).step("rescue_call").status == "done"


async def test_it_goes_on_where_it_was_and_in_batches(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = await Crowd.fill(store)
    await crowd.advance(60)
    monkeypatch.setattr(retention, "_BATCH", 2)
    everything_old = Retention(messages=1, facts=1, events=1)
    await retention.claim(store, crowd.now)
    first = await retention.remove_old(store, everything_old, crowd.now + 2 * DAY)
    assert [table for table, count in first.items() if not count] == ["links"], first  # they go a year later
    again = await retention.remove_old(store, everything_old, crowd.now + 2 * DAY)
    assert not any(again.values()), again


async def test_one_worker_a_day_does_it(store: Store) -> None:
    assert sorted(await asyncio.gather(*(retention.claim(store, START) for _ in range(4)))) == [False] * 3 + [True]
    assert not await retention.claim(store, START + DAY - 1)
    assert await retention.claim(store, START + DAY)
    async with store.reading() as session:
        assert await retention.last_run(session) == START + DAY


async def test_the_sweeper_does_it_by_itself_if_a_setting_asks_for_it(store: Store) -> None:
    crowd = await Crowd.fill(store)
    crowd.wall.at += 30 * DAY
    assert not crowd.intake.context.retention.is_on
    kept = retention_of(load(retain_messages_days=29))
    intake = Intake(store, None, REAL_TIME, wall=crowd.wall, retention=kept)

    async def has_run() -> bool:
        return {row["contact"] for row in (await rows(store))["messages"]} == {REMOVED}

    running = asyncio.create_task(intake.sweeper.run(every=0.05))
    try:
        await eventually(has_run)
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
    async with store.reading() as session:
        assert await retention.last_run(session) == crowd.now


def test_a_note_loses_its_words_and_a_change_of_contacts_their_addresses() -> None:
    noted = planner_facts.Noted(id="1", at=START, by=ADDRESS, text="Sam has left", about=ADDRESS)
    stripped = retention.stripped_fact(planner_facts.to_json(noted))
    kept = planner_facts.from_json(stripped)
    assert isinstance(kept, planner_facts.Noted)
    assert (kept.text, kept.about, kept.by) == (REMOVED, REMOVED, None)
    about_step = planner_facts.Noted(id="2", at=START, text="Sam waits", about="kickoff")
    assert retention.stripped_fact(planner_facts.to_json(about_step))["about"] == "kickoff"

    data = retention.stripped_entry(timeline.Noted.kind, {"text": "Sam has left", "about": ADDRESS, "by": ADDRESS})
    assert data == {"text": REMOVED, "about": REMOVED}
    contacts = {"what": "contacts", "names": [ADDRESS, "eva@acme.example"]}
    assert retention.stripped_entry("customer_changed", contacts) == contacts | {"names": [REMOVED, REMOVED]}
    attributes = {"what": "attributes", "names": ["health", "tier"]}
    assert retention.stripped_entry("customer_changed", attributes) == attributes
