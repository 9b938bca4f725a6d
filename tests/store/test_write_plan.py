"""Writing a plan makes the store equal to it."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from milepost.customer import Contact
from milepost.language.model import Outcome
from milepost.planner.facts import (
    Answered,
    AttributesSet,
    ContactsGiven,
    Ended,
    MapChanged,
    Revoked,
    StepDone,
    TeamGiven,
)
from milepost.planner.open_tasks import open_tasks
from milepost.planner.state import State
from milepost.store import customers, journeys, messages, outcomes, tasks, timeline
from milepost.store.advance import desired_plays, desired_stages
from milepost.store.dashboard_counts import dashboard_counts
from milepost.store.database import open_store
from milepost.store.outcome_tables import OutcomeRow
from milepost.store.tasks import TaskFilter
from tests.planner.generated import DAY, compiled_maps, facts_for
from tests.planner.generated import START as GENERATED_START
from tests.planner.generated import customers as generated_customers
from tests.simulation import simulate
from tests.store.book import HOUR, SMALL_MAP, START, Walk, customer, publish

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
        assert (await tasks.list_open(session, TaskFilter())).lines == ()
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
        assert (await dashboard_counts(session, START)).verdicts["verified"] == 1
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
        await session.run_sync(customers.set_attributes, "acme", newer, START)
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


async def test_a_step_that_was_renamed_keeps_its_rows_under_the_new_id(store):
    stage = SMALL_MAP["stages"][0]
    talked = {**stage["touchpoints"][1], "touchpoint": "talk_through", "was": "review"}
    proven = {**stage["outcomes"][0], "outcome": "proven", "was": "saved"}
    renamed = {**stage, "touchpoints": [stage["touchpoints"][0], talked], "outcomes": [proven]}
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session))
        await walk.tell(START + HOUR, ready)
        await walk.tell(START + 2 * DAY, disputed)
        walk.compiled_map = await publish(session, {**SMALL_MAP, "stages": [renamed, SMALL_MAP["stages"][1]]})
        await walk.tell(START + 3 * DAY, MapChanged(id="moved", at=START + 3 * DAY, version=walk.compiled_map.version))
        (outcome,) = await outcomes.of_journey(session, walk.journey)
        assert (outcome.outcome, outcome.status, outcome.last.value) == ("proven", "disputed", 2.5)
        task = (await tasks.get(session, walk.journey, "talk_through/1")).task
        assert (task.step, task.status, task.opened_at) == ("talk_through", "open", START + HOUR)
        assert [line.task.task for line in await tasks.of_customer(session, "acme", only_open=False)].count(
            "review/1"
        ) == 0
        await walk.tell(START + 4 * DAY, Revoked(id="revoked", at=START + 4 * DAY, outcome="saved"))
        (outcome,) = await outcomes.of_journey(session, walk.journey)
        assert (outcome.status, outcome.answers[0].revoked_at) == ("open", START + 4 * DAY)


@given(st.data())
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
def test_after_any_plan_of_any_journey_the_rows_are_equal_to_its_state(sqlite_template, tmp_path_factory, data):
    compiled_map, who = data.draw(compiled_maps), data.draw(generated_customers)
    facts = data.draw(facts_for(compiled_map))
    days = data.draw(st.lists(st.integers(1, 299), max_size=8, unique=True))
    stops = [GENERATED_START, *(GENERATED_START + day * DAY for day in sorted(days))]
    database = shutil.copy(sqlite_template, tmp_path_factory.mktemp("rows") / "milepost.db")
    asyncio.run(_compare(database, compiled_map, who, facts, stops))


async def _compare(database, compiled_map, who, facts, stops):
    store = open_store(f"sqlite:///{database}")
    async with store.transaction() as session:
        compiled_map = replace(compiled_map, version=(await publish(session)).version)
        await customers.save(session, [who], GENERATED_START)
        state = State.begin(who, "generated", compiled_map.version, GENERATED_START)
        walk = Walk(session, compiled_map, (await journeys.begin(session, state)).id, state)
        written = []
        for stop in stops:
            written += (await walk.tell(stop, *(fact for fact in facts if fact.at <= stop))).timeline
            facts = [fact for fact in facts if fact.at > stop]
            await _rows_are_equal(walk, written)
    await store.close()


async def _rows_are_equal(walk, written):
    state, session = walk.state, walk.session
    open_now = {line.task.task: line.task for line in (await tasks.list_open(session, TaskFilter())).lines}
    planned = {task.task: task for task in open_tasks(walk.compiled_map, state)}
    assert open_now.keys() == planned.keys()
    for task, row in open_now.items():
        assert (row.title, row.due_at, row.escalated_to) == (
            planned[task].title, planned[task].due_at, planned[task].escalated_to
        )  # fmt: skip
    for rows, desired in (
        (await journeys.open_stages(session, [walk.journey]), [*desired_stages(state, walk.compiled_map)]),
        (await journeys.open_plays(session, [walk.journey]), [*desired_plays(state, walk.compiled_map)]),
    ):
        assert [{name: getattr(row, name) for name in desired[0]} for row in rows] == desired
    asked = {
        (line.outcome, line.occurrence): (line.status, line.asked_at, line.due_at)
        for line in await session.scalars(select(OutcomeRow))
    }
    for step, record in state.steps.items():
        compiled_step = walk.compiled_map.steps.get(step)  # a task that a colleague added is none of the map's
        if compiled_step and isinstance(compiled_step.step, Outcome) and not record.is_waiting:
            assert asked[step, record.occurrence or 1] == (record.status, record.asked_at, record.due_at)
    lines = await timeline.of_journey(session, walk.journey)
    assert [timeline.entry_of(line) for line in lines] == written
    assert State.from_json((await journeys.get(session, walk.journey)).state) == state
