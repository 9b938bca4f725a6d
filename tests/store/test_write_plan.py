"""Writing a plan makes the store equal to it, whatever an attempt that was cut off had written before."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from milepost.customer import Contact
from milepost.planner.facts import (
    Agreed,
    Answered,
    AttributesSet,
    ContactsGiven,
    Ended,
    MapChanged,
    Revoked,
    StepDone,
    StepReopened,
    StepSkipped,
    TeamGiven,
)
from milepost.planner.plan import plan
from milepost.planner.state import State
from milepost.store import customers, journeys, messages, outcomes, tasks, timeline
from milepost.store.advance import write_plan
from milepost.store.database import open_store
from milepost.store.errors import StaleRevisionError, UnknownJourneyError
from tests.planner.generated import DAY, compiled_maps, facts_for
from tests.planner.generated import START as GENERATED_START
from tests.planner.generated import customers as generated_customers
from tests.simulation import simulate
from tests.store.book import HOUR, SMALL_MAP, START, Walk, customer, everything, publish

ready = StepDone(id="ready", at=START + HOUR, step="kickoff", result="ready")
not_ready = StepDone(id="not_ready", at=START + HOUR, step="kickoff", result="not_ready")
disputed = Answered(
    id="disputed", at=START + 2 * DAY, by="sam@acme.example", outcome="saved", verdict="disputed", value=2.5,
    comment="Only two", evidence="https://x.example",
)  # fmt: skip


async def test_the_store_shows_where_the_journey_stands(store):
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session))
        made = await walk.tell(START + HOUR, not_ready)
        row = await journeys.get(session, walk.journey)
        assert (row.status, row.revision, row.clock, row.wake_at) == ("open", 2, START + HOUR, made.wake_at)
        assert State.from_json(row.state) == walk.state
        (stage,) = await journeys.open_stages(session, [walk.journey])
        assert (stage.stage, stage.opened_at, stage.target_at) == ("start", START, walk.state.stage("start").target_at)
        (play,) = await journeys.open_plays(session, [walk.journey])
        assert (play.play, play.kind, play.started_at) == ("unblock", "other", START + HOUR)
        written = [timeline.entry_of(entry).to_json() for entry in await timeline.of_journey(session, walk.journey)]
    whole = simulate(walk.compiled_map, customer(), START, [not_ready], START + HOUR)
    assert written == [entry.to_json() for entry in whole.timeline]


async def test_an_ended_journey_has_nothing_open(store):
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session))
        await walk.tell(START + HOUR, not_ready)
        await walk.tell(START + DAY, Ended(id="f1", at=START + DAY, reason="churned"))
        row = await journeys.get(session, walk.journey)
        assert (row.status, row.reason, row.ended_at, row.wake_at) == ("ended", "churned", START + DAY, None)
        assert await journeys.open_stages(session, [walk.journey]) == []
        assert await journeys.open_plays(session, [walk.journey]) == []
        assert await tasks.all_open(session) == []
        closed = await tasks.of_customer(session, "acme", only_open=False)
    assert {line.task.task: line.task.status for line in closed} == {
        "kickoff/1": "done", "review/1": "withdrawn", "unblock_call/1": "withdrawn",
    }  # fmt: skip


async def test_every_answer_is_kept_with_all_that_was_said_and_stays_when_it_is_revoked(store):
    revoked = Revoked(id="revoked", at=START + 3 * DAY, by="ana@vendor.example", outcome="saved", reason="mixed up")
    verified = Answered(id="verified", at=START + 4 * DAY, outcome="saved", verdict="verified", value=12)
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session))
        await walk.tell(START + HOUR, ready)
        await walk.tell(START + DAY)
        (asked,) = await outcomes.of_journey(session, walk.journey)
        assert (asked.status, asked.due_at, asked.last) == (
            "asked",
            walk.state.step("saved").due_at,
            None,
        )
        assert (asked.statement, asked.metric["target"]) == ("Ten hours less", 10)
        await walk.tell(START + 2 * DAY, disputed)
        await walk.tell(START + 3 * DAY, revoked)
        await walk.tell(START + 4 * DAY, verified)
        (line,) = await outcomes.of_journey(session, walk.journey)
        assert await outcomes.count_by_verdict(session) == {"verified": 1}
    first, second = line.answers
    assert (first.verdict, first.value, first.comment, first.evidence) == (
        "disputed",
        2.5,
        "Only two",
        "https://x.example",
    )
    assert (first.by, first.at, first.method) == ("sam@acme.example", START + 2 * DAY, "recorded")
    assert (first.revoked_at, first.revoked_by, first.revoked_why) == (
        START + 3 * DAY,
        "ana@vendor.example",
        "mixed up",
    )
    assert (second.verdict, second.value, second.revoked_at) == ("verified", 12, None)
    assert (line.status, line.last) == ("verified", second)


async def test_a_task_that_opens_and_closes_within_one_plan_is_on_record(store):
    reviewed = StepDone(id="reviewed", at=START + 2 * HOUR, step="review")
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session))
        await walk.tell(START + DAY, ready, reviewed)
        line = await tasks.get(session, walk.journey, "review/1")
    assert (line.task.status, line.task.title, line.task.opened_at) == ("done", "Review", START + HOUR)
    assert (line.task.closed_at, line.task.person) == (START + 2 * HOUR, "ana@vendor.example")


async def test_only_what_the_journey_changes_about_the_customer_goes_into_the_record(store):
    facts = (
        AttributesSet(id="f1", at=START, attributes={"health": 30, "name": "Acme II", "tier": None}),
        ContactsGiven(id="f2", at=START, contacts=(Contact("Li", "li@acme.example", ("sponsor",)),)),
        TeamGiven(id="f3", at=START, team={"csm": "bo@vendor.example"}),
    )
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session))
        newer = {"seats": 9, "timezone": "Asia/Tokyo"}
        await customers.set_attributes(session, "acme", newer, START)
        await walk.tell(START + HOUR, *facts)
        known = await customers.get(session, "acme")
    assert known.attributes == {"health": 30, "seats": 9}
    assert (known.name, known.timezone) == ("Acme II", "Asia/Tokyo")
    assert known.contacts == facts[1].contacts
    assert known.team == {"csm": "bo@vendor.example"}


async def test_a_journey_that_moves_to_another_version_takes_its_rows_along(store):
    without_review = {**SMALL_MAP, "stages": [{**SMALL_MAP["stages"][0]}, SMALL_MAP["stages"][1]]}
    without_review["stages"][0] |= {"touchpoints": SMALL_MAP["stages"][0]["touchpoints"][:1], "outcomes": []}
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session))
        await walk.tell(START + HOUR, ready)
        await walk.tell(START + DAY)
        first = walk.compiled_map.version
        walk.compiled_map = await publish(session, without_review)
        await walk.tell(START + 2 * DAY, MapChanged(id="moved", at=START + 2 * DAY, version=walk.compiled_map.version))
        row = await journeys.get(session, walk.journey)
        assert row.version == walk.compiled_map.version
        assert (await tasks.get(session, walk.journey, "review/1")).task.status == "withdrawn"
        assert [line.status for line in await outcomes.of_journey(session, walk.journey)] == ["withdrawn"]
        assert (await messages.get(session, walk.journey, "saved/1/request/1")).version == first


# What was cut off and is done again.


async def compare(store, before_facts, first, second):
    """Write `second` after an attempt at `first`, and alone for another customer; gives the rows of each."""
    async with store.transaction() as session:
        compiled_map = await publish(session)
        cut_off = await Walk.begin(session, compiled_map, customer("acme"))
        straight = await Walk.begin(session, compiled_map, customer("acme2", contacts=customer("acme").contacts))
        for walk in (cut_off, straight):
            for fact in before_facts:
                await walk.tell(fact.at, fact)
        before = cut_off.state
        attempt = plan(compiled_map, before, first[1], first[0])
        await write_plan(session, cut_off.journey, before, attempt, compiled_map)
    async with store.transaction() as session:
        for walk in (cut_off, straight):
            walk.session = session
            await walk.tell(second[0], *second[1])
    async with store.reading() as session:
        rows = await everything(session)
    return [
        {table: [_anonymous(row) for row in of_table if _belongs(row, name)] for table, of_table in rows.items()}
        for name in ("acme", "acme2")
    ]


def _belongs(row, name):
    owner = row.get("customer_id") or str(row.get("journey_id", row.get("id", ""))).partition("/")[0]
    return owner == name


def _anonymous(row):
    return {key: str(value).lower().replace("acme2", "acme") for key, value in row.items()}


CASES = {
    "the same again": ([ready], (START + DAY, []), (START + DAY, [])),
    "a later instant": ([ready], (START + DAY, []), (START + 10 * DAY, [])),
    "one more fact": ([], (START + HOUR, [ready]), (START + DAY, [ready, disputed])),
    "a fact that came before what the attempt let happen": (
        [ready], (START + 20 * DAY, []), (START + 20 * DAY, [replace(disputed, at=START + 3 * DAY)]),
    ),
    "a task that was not to be escalated": (
        [], (START + 6 * DAY, []), (START + 6 * DAY, [replace(ready, at=START + DAY)]),
    ),
    "a task that was not to be open": ([], (START + DAY, [not_ready]), (START + DAY, [ready])),
    "an answer that was not to be revoked": (
        [ready, disputed],
        (START + 3 * DAY, [Revoked(id="r", at=START + 3 * DAY, outcome="saved")]),
        (START + 3 * DAY, []),
    ),
    "an occurrence that was not to be": (
        [ready],
        (START + 3 * DAY, [disputed, StepReopened(id="o", at=START + 3 * DAY, step="saved")]),
        (START + 3 * DAY, [disputed]),
    ),
    "an occurrence that was not to be asked": (
        [ready],
        (START + DAY, []),
        (START + DAY, [StepSkipped(id="s", at=START + 2 * HOUR, step="saved"),
                       StepReopened(id="o", at=START + 3 * HOUR, step="saved")]),
    ),
    "a customer that was not to be changed": (
        [],
        (START + DAY, [AttributesSet(id="a", at=START, attributes={"health": 1, "tier": None, "country": "FR"}),
                       TeamGiven(id="t", at=START, team={}), ContactsGiven(id="c", at=START, contacts=())]),
        (START + DAY, []),
    ),
    "an end that was not to be": (
        [ready], (START + DAY, [Ended(id="e", at=START + DAY, reason="lost")]), (START + DAY, []),
    ),
    "another date": (
        [],
        (START + HOUR, [Agreed(id="d", at=START, steps={"kickoff": {"due": "2026-04-01", "person": "x@x.example"}})]),
        (START + HOUR, []),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
async def test_an_attempt_that_was_cut_off_leaves_no_trace(store, case):
    after_a_crash, straight = await compare(store, *CASES[case])
    assert after_a_crash == straight


async def test_an_older_plan_never_overwrites_a_newer_one(store):
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session))
        before = walk.state
        older = walk.plan(START + HOUR)
        await walk.tell(START + HOUR, ready)
        await walk.tell(START + DAY)
        stored = await everything(session)
        with pytest.raises(StaleRevisionError) as raised:
            await write_plan(session, walk.journey, before, older, walk.compiled_map)
        assert (raised.value.stored, raised.value.late) == ((3, START + DAY), (2, START + HOUR))
        assert await everything(session) == stored


async def test_of_two_attempts_at_one_plan_the_one_that_saw_more_stands(store):
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session))
        before = walk.state
        earlier = walk.plan(START + HOUR)
        await walk.tell(START + 2 * HOUR, ready)
        with pytest.raises(StaleRevisionError):
            await write_plan(session, walk.journey, before, earlier, walk.compiled_map)


async def test_attempts_at_once_leave_the_store_equal_to_one_of_them(store):
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session))
    one, other = walk.plan(START + HOUR, ready), walk.plan(START + HOUR, not_ready)

    async def write(made):
        async with store.transaction() as session:
            await write_plan(session, walk.journey, walk.state, made, walk.compiled_map)

    await asyncio.gather(*(write(made) for made in (one, other, one, other)))
    async with store.reading() as session:
        state = await journeys.state(session, walk.journey)
        lines = await timeline.of_journey(session, walk.journey)
        open_now = {line.task.task for line in await tasks.all_open(session)}
    assert state in (one.state, other.state)
    assert len(lines) == state.entries
    assert ("unblock_call/1" in open_now) == (state == other.state)


async def test_a_message_that_was_sent_is_not_taken_back(store):
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session))
        await walk.tell(START + HOUR, ready)
        before = walk.state
        await walk.tell(START + DAY)
        await messages.record_sent(session, walk.journey, "saved/1/request/1", START, channel="outbox", channel_id=None)
        again = plan(walk.compiled_map, before, [replace(disputed, at=START + HOUR)], START + DAY)
        await write_plan(session, walk.journey, before, again, walk.compiled_map)
        assert (await messages.get(session, walk.journey, "saved/1/request/1")).status == "sent"


async def test_a_journey_of_a_forgotten_customer_is_no_longer_written(store):
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session))
        with pytest.raises(UnknownJourneyError):
            await write_plan(session, "acme/2", walk.state, walk.plan(START + DAY), walk.compiled_map)


@given(st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_crashes_anywhere_in_any_journey_leave_no_trace(sqlite_template, tmp_path_factory, data):
    """Of generated maps: a run with attempts that were cut off leaves the same rows as one without."""
    compiled_map, who = data.draw(compiled_maps), data.draw(generated_customers)
    facts = data.draw(facts_for(compiled_map))
    stops = sorted({GENERATED_START, *(data.draw(st.lists(st.integers(0, 200), max_size=5)))})
    stops = [GENERATED_START, *(GENERATED_START + day * DAY for day in stops if day < 300)]
    crashes = [data.draw(st.integers(0, 3 * DAY)) if data.draw(st.booleans()) else None for _ in stops]
    folder = tmp_path_factory.mktemp("crashes")
    dumps = [
        asyncio.run(
            _run(
                shutil.copy(sqlite_template, folder / name),
                compiled_map,
                who,
                facts,
                list(zip(stops, attempts, strict=True)),
            )
        )
        for name, attempts in (("crashed.db", crashes), ("straight.db", [None] * len(stops)))
    ]
    assert dumps[0] == dumps[1]


async def _run(path, compiled_map, who, facts, stops):
    """Plan up to each stop, at some of them first only up to a while before it, with the facts known by then."""
    store = open_store(f"sqlite:///{path}")
    async with store.transaction() as session:
        await publish(session)
        version = (await publish(session)).version
        compiled_map = replace(compiled_map, version=version)
        await customers.save(session, [who], GENERATED_START)
        state = State.begin(who, "generated", version, GENERATED_START)
        journey = (await journeys.begin(session, state)).id
    for stop, early in stops:
        due = [fact for fact in facts if fact.at <= stop]
        facts = facts[len(due) :]
        if early is not None:
            async with store.transaction() as session:
                at = max(state.clock, stop - early)
                cut_off = plan(compiled_map, state, [fact for fact in due if fact.at % 3], at)
                await write_plan(session, journey, state, cut_off, compiled_map)
        async with store.transaction() as session:
            made = plan(compiled_map, state, due, stop)
            await write_plan(session, journey, state, made, compiled_map)
        state = made.state
    async with store.reading() as session:
        rows = await everything(session)
    await store.close()
    return rows
