from __future__ import annotations

from milepost.planner.facts import Agreed, Paused, StepDone, TeamGiven
from milepost.planner.instants import parse
from milepost.store import tasks
from milepost.store.tasks import TaskFilter
from tests.store.book import DAY, START, Walk, customer, publish


def names(lines):
    return [(line.customer_name, line.task.task) for line in lines]


async def day_of(session, person, now, zone="UTC"):
    page = await tasks.list_open(session, TaskFilter(person=person))
    return tasks.arrange(page.lines, now, zone)


async def queues(session):
    sizes = await tasks.queues(session)
    lists = {role: names((await tasks.list_open(session, TaskFilter(queue=role))).lines) for role in sizes}
    assert {role: len(lines) for role, lines in lists.items()} == sizes
    assert [await tasks.count_open(session, TaskFilter(queue=role)) for role in sizes] == list(sizes.values())
    return lists


async def test_a_persons_day_is_sorted_by_the_date_on_the_persons_clock(store):
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session))
        (line,) = (await day_of(session, "ana@vendor.example", START)).next
        assert line.task.due_at == parse("2026-03-04T17:00:00Z")
        assert (line.map, line.version, line.paused) == ("small", walk.compiled_map.version, False)
        for now, zone, place in (
            ("2026-03-03T23:59:00Z", "UTC", "next"),
            ("2026-03-04T08:00:00Z", "UTC", "today"),
            ("2026-03-04T08:00:00Z", "Asia/Tokyo", "next"),
            ("2026-03-04T16:00:00Z", "Asia/Tokyo", "today"),
            ("2026-03-04T06:59:59Z", "Etc/GMT-7", "today"),  # where it is due at midnight, the end of that day
            ("2026-03-03T16:59:59Z", "Etc/GMT-7", "next"),
            ("2026-03-04T17:00:01Z", "UTC", "overdue"),
            ("2026-03-04T17:00:01Z", "Pacific/Auckland", "overdue"),
        ):
            day = await day_of(session, " ANA@vendor.example", parse(now), zone)
            assert {where: len(getattr(day, where)) for where in ("overdue", "today", "next")} == {
                **dict.fromkeys(("overdue", "today", "next"), 0),
                place: 1,
            }


async def test_a_task_says_what_a_colleague_needs_to_know(store):
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session))
        line = await tasks.get(session, walk.journey, "kickoff/1")
        assert await tasks.get(session, walk.journey, "kickoff/2") is None
    task = line.task
    assert (task.role, task.person, task.title) == ("csm", "ana@vendor.example", "Kickoff call")
    assert (task.results, task.playbook, task.effort_minutes) == (["ready", "not_ready"], "kickoff.md", 90)
    assert (task.invite, task.opened_at, task.status) == (["sponsor"], START, "open")


async def test_the_most_urgent_comes_first_and_what_has_no_date_last(store):
    async with store.transaction() as session:
        compiled_map = await publish(session)
        late = await Walk.begin(session, compiled_map, customer("late"))
        for name in ("beta", "acme"):
            await Walk.begin(session, compiled_map, customer(name))
        await late.tell(START, Agreed(id="f1", at=START, steps={"kickoff": {"due": "2026-03-10"}}))
        await late.tell(START + 40 * DAY)  # stuck: the engine's own task has no date
        day = await day_of(session, "ana@vendor.example", START)
        assert names(day.next) == [
            ("Acme", "kickoff/1"), ("Beta", "kickoff/1"), ("Late", "kickoff/1"), ("Late", "stuck/start/1"),
        ]  # fmt: skip
        assert names((await tasks.list_open(session, TaskFilter())).lines) == names(day.next)
        assert await tasks.people(session) == {"ana@vendor.example": 4}


async def test_a_task_without_a_person_waits_in_its_roles_queue_until_somebody_has_the_role(store):
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session), customer(team={}))
        assert await queues(session) == {"csm": [("Acme", "kickoff/1")]}
        await walk.tell(START + 60, TeamGiven(id="f1", at=START + 60, team={"csm": "Bo@vendor.example"}))
        assert await queues(session) == {}
        assert names((await day_of(session, "bo@vendor.example", START)).next) == [("Acme", "kickoff/1")]


async def test_a_late_task_is_also_on_the_day_of_the_role_that_it_escalates_to(store):
    team = {"csm": "ana@vendor.example", "boss": "Eve@vendor.example"}
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session), customer(team=team))
        await walk.tell(START + 7 * DAY)
        for person in team.values():
            day = await day_of(session, person, START + 7 * DAY)
            assert names(day.overdue) == [("Acme", "kickoff/1")]
        without_boss = TeamGiven(id="f1", at=START + 7 * DAY, team={"csm": "ana@vendor.example"})
        await walk.tell(START + 7 * DAY, without_boss)
        session.expire_all()
        assert await queues(session) == {"boss": [("Acme", "kickoff/1")]}


async def test_nothing_is_overdue_while_a_journey_is_paused(store):
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session))
        await walk.tell(START + 60, Paused(id="f1", at=START + 60))
        day = await day_of(session, "ana@vendor.example", START + 30 * DAY)
    assert (names(day.overdue), names(day.today)) == ([], [])
    assert [line.paused for line in day.next] == [True]


async def test_closed_tasks_leave_the_day_and_stay_with_the_customer(store):
    async with store.transaction() as session:
        walk = await Walk.begin(session, await publish(session))
        await walk.tell(START + 60, StepDone(id="f1", at=START + 60, step="kickoff", result="ready"))
        day = await day_of(session, "ana@vendor.example", START + 60)
        assert names(day.next) == [("Acme", "review/1")]
        assert names(await tasks.of_customer(session, "acme")) == [("Acme", "review/1")]
        everything = await tasks.of_customer(session, "acme", only_open=False)
    assert [(line.task.task, line.task.status, line.task.closed_at) for line in everything] == [
        ("review/1", "open", None),
        ("kickoff/1", "done", START + 60),
    ]
