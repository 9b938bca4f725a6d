"""A storm over a world: customers and programs tell facts, while everything is killed, stopped and locked in turn."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select

from milepost.store.database import Store, open_store
from milepost.store.inbox import InboxStatus
from milepost.store.tables import FactRow, JourneyRow, MessageRow
from tests.acceptance.equality import hold
from tests.chaos.dumps import Dumps
from tests.chaos.world import WEBS, WORKERS, World

PERSON = "ana.ruiz@vendor.example"
UNDONE = 0.4
"""The part of all facts that whoever told them takes back soon, perhaps before their journey has taken them in."""
TURNS = 4
"""After so many facts somebody holds or frees the mail of a customer, and releases what waits."""


@dataclass(frozen=True, slots=True)
class Weather:
    """How long a storm lasts (seconds), how much of each there is, and how long each lasts at the most."""

    seconds: float
    kills: int
    stops: int
    stop_seconds: float
    lock_seconds: float
    away_seconds: float
    facts_a_second: float = 10.0
    promised_at_least: int = 60
    """Facts that are told even if the storm is over before that many were promised, as on a busy machine."""


@dataclass(frozen=True, slots=True)
class Promise:
    """The customer of a fact, and when it was answered (monotonic seconds)."""

    customer: str
    at: float


@dataclass
class Storm:
    """One storm; the same seed gives the same plan of it."""

    world: World
    weather: Weather
    seed: int
    promised: dict[str, Promise] = field(default_factory=dict)
    """By id, the facts that were answered as recorded."""

    done: Counter[str] = field(default_factory=Counter)
    undone: dict[str, Promise] = field(default_factory=dict)
    """By id, the facts of which it was answered that they are undone."""

    turned: int = 0
    released: int = 0

    async def pass_over(self) -> None:
        """Let it rage, and then wait until everything runs again."""
        chance = Random(self.seed)
        over = time.monotonic() + self.weather.seconds
        supervisor = asyncio.create_task(self.world.keep_running())
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._tell(Random(self.seed + 1), over))
            for at, what in self._plan(chance):
                tasks.create_task(self._later(at, what))
        await self.world.settle()
        await self._write_in_the_calm()
        supervisor.cancel()

    async def _write_in_the_calm(self) -> None:
        """Brings about a mail once the storm is over, at the customer of whom the storm told nothing."""
        told = {"customer": self._calm, "id": "calm", "step_done": "kickoff", "result": "held"}
        async with asyncio.timeout(90):
            while not await self.world.tell(WEBS[0], told):  # noqa: ASYNC110 - another process answers
                await asyncio.sleep(0.2)
            while not self.world.mail.taken:  # noqa: ASYNC110 - it comes in the contact's hours
                await asyncio.sleep(0.2)

    @property
    def _calm(self) -> str:
        return next(iter(self.world.customers))

    def _plan(self, chance: Random) -> list[tuple[float, Callable[[], Awaitable[None]]]]:
        """What happens when, in seconds from now."""
        weather, world = self.weather, self.world
        length = weather.seconds
        names = [*WORKERS, *WEBS, "temporal"]
        plan: list[tuple[float, Callable[[], Awaitable[None]]]] = [
            (chance.uniform(2, length), self._kill(chance.choice(names), chance.uniform(0, 1)))
            for _ in range(weather.kills)
        ]
        for _ in range(weather.stops):
            name, seconds = chance.choice([*WORKERS, *WEBS]), chance.uniform(0.5, 1) * weather.stop_seconds
            plan.append((chance.uniform(2, length - seconds), self._act("stop", world.stand_still, name, seconds)))
        if weather.lock_seconds:
            plan.append((length * 0.3, self._act("lock", world.lock_database, weather.lock_seconds)))
        if weather.away_seconds:
            plan.append((length * 0.6, self._kill("temporal", weather.away_seconds)))
        plan.append((length * 0.85, self._act("lose", world.lose_temporal)))
        dumps = Dumps(world)
        first = chance.uniform(0.45, 0.55) * length
        plan.append((first, dumps.copy_store))
        plan.append((first + chance.choice([-2.0, 2.0]), dumps.copy_temporal))
        plan.append((length * 0.77, self._act("put back", self._put_back, dumps)))
        return plan

    async def _put_back(self, dumps: Dumps) -> None:
        """Puts both databases back. Whatever came after the copy is lost, and may come again in other words."""
        await dumps.put_back()
        self.promised = {fact: each for fact, each in self.promised.items() if each.at < dumps.begun}
        self.undone = {fact: each for fact, each in self.undone.items() if each.at < dumps.begun}
        for words in self.world.mail.taken.values():
            for late in [each for each, at in words.items() if at > dumps.begun]:
                del words[late]

    def _act(self, kind: str, work: Callable[..., Awaitable[None]], *args: Any) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            self.done[kind] += 1
            await work(*args)

        return act

    def _kill(self, name: str, pause: float) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            self.done["kill"] += 1
            await self.world.kill(name, pause)

        return act

    async def _later(self, at: float, what: Callable[[], Awaitable[None]]) -> None:
        await asyncio.sleep(at)
        await what()

    async def _tell(self, chance: Random, over: float) -> None:
        """Begins all journeys, then tells facts, some of them twice, to one web process or the other."""
        for customer in self.world.customers.values():
            while not await self.world.save(chance.choice(WEBS), customer):  # noqa: ASYNC110 - another process answers
                await asyncio.sleep(0.2)
        names, number = [each for each in self.world.customers if each != self._calm], 0
        async with asyncio.TaskGroup() as tasks:
            while time.monotonic() < over or len(self.promised) < self.weather.promised_at_least:
                number += 1
                body = {"customer": chance.choice(names), "id": f"f{number}", "by": PERSON, **_fact(chance)}
                for _ in range(chance.choice([1, 1, 1, 2])):
                    undo_after = chance.uniform(0, 0.3) if chance.random() < UNDONE else None
                    tasks.create_task(self._tell_one(chance.choice(WEBS), body, undo_after))
                if number % TURNS == 0:
                    tasks.create_task(self._turn_mail(chance.choice(WEBS), chance.choice(names), number))
                await asyncio.sleep(chance.expovariate(self.weather.facts_a_second))

    async def _tell_one(self, web: str, body: dict[str, Any], undo_after: float | None) -> None:
        """Tells a fact, and undoes it so many seconds later; None: it stays."""
        if not await self.world.tell(web, body):
            return
        self.promised.setdefault(body["id"], Promise(body["customer"], time.monotonic()))
        if undo_after is None:
            return
        await asyncio.sleep(undo_after)
        undo = f"customers/{body['customer']}/facts/{body['id']}/undo"
        if await self.world.ask(web, undo, {"by": PERSON}):
            self.undone.setdefault(body["id"], Promise(body["customer"], time.monotonic()))

    async def _turn_mail(self, web: str, customer: str, number: int) -> None:
        """Holds or frees the mail of a customer, and lets go what waits."""
        position = "held" if number % (2 * TURNS) else "free"
        self.turned += await self.world.ask(web, "mail/switch", {"mail": position, "customer": customer, "by": PERSON})
        waiting = await self.world.held(web)
        if waiting:
            order = {"action": "release", "messages": waiting, "by": PERSON, "id": f"release-{number}"}
            self.released += len(waiting) * await self.world.ask(web, "mail", order)


def _fact(chance: Random) -> dict[str, Any]:
    """A fact that somebody may tell: mostly figures, now and then a step."""
    return chance.choice(
        [
            {"set": {"health": chance.randrange(101)}},
            {"set": {"health": chance.randrange(101)}},
            {"step_done": "kickoff", "result": "held"},
            {"step_done": "kickoff", "result": "held"},
            {"event": "connected"},
            {"answer": "faster", "verdict": chance.choice(["verified", "partial", "disputed"]), "value": 12},
            {"paused": True},
            {"resumed": True},
            {"resumed": True},
            {"play_started": "rescue"},
        ]
    )


async def faults_of(world: World, storm: Storm) -> list[str]:
    """What is not as it must be after a storm; nothing where all is well."""
    async with open_store(world.url) as store:
        return [*await stored_faults(store, storm), *await _runs(store, world), *_mails(world)]


async def stored_faults(store: Store, storm: Storm) -> list[str]:
    """What the database holds and must not, or lacks."""
    return [*[fault async for fault in _journeys(store, storm.world)], *await _facts(store, storm)]


def _mails(world: World) -> list[str]:
    versions = {name: len(words) for name, words in world.mail.taken.items()}
    return [f"mail {name} went out in {count} versions" for name, count in versions.items() if count > 1]


async def _journeys(store: Store, world: World) -> AsyncIterator[str]:
    for held in await hold(store, world.customers):
        if held.written != held.simulated:
            yield f"{held.journey}: the timeline isn't the planner's: {_first_difference(held.written, held.simulated)}"
        if held.tasks != held.simulated_tasks:
            yield f"{held.journey}: open tasks {held.tasks} instead of {held.simulated_tasks}"
        if held.messages != held.sent:
            yield f"{held.journey}: messages {held.messages} for {held.sent}"


def _first_difference(written: list[Any], simulated: list[Any]) -> str:
    for number, (one, other) in enumerate(zip(written, simulated, strict=False)):
        if one != other:
            return f"line {number}: {one} instead of {other}"
    return f"{len(written)} lines instead of {len(simulated)}"


async def _facts(store: Store, storm: Storm) -> list[str]:
    async with store.reading() as session:
        rows = list(await session.scalars(select(FactRow)))
        queued = list(await session.scalars(select(MessageRow).where(MessageRow.status == "failed")))
    stored = Counter((row.customer_id, row.id) for row in rows)
    lost = [(each.customer, fact) for fact, each in storm.promised.items() if (each.customer, fact) not in stored]
    doubled = [key for key, count in stored.items() if count > 1]
    failed = [f"{row.journey_id}: message {row.message} failed: {row.last_error}" for row in queued]
    undone = {(row.customer_id, row.id) for row in rows if row.status == InboxStatus.UNDONE}
    counts = [key for fact, each in storm.undone.items() if (key := (each.customer, fact)) not in undone]
    failed += [f"undone, and counts: {key}" for key in counts]
    return [*(f"promised and lost: {key}" for key in lost), *(f"stored twice: {key}" for key in doubled), *failed]


async def _runs(store: Store, world: World, within: float = 90.0) -> list[str]:
    """Open journeys that no workflow runs for, after the sweepers have had their time."""
    give_up_at = time.monotonic() + within
    while True:
        async with store.reading() as session:
            open_now = set(await session.scalars(select(JourneyRow.customer_id).where(JourneyRow.ended_at.is_(None))))
        missing = open_now - await world.running()
        if not missing or time.monotonic() > give_up_at:
            return [f"{customer}: its journey doesn't run" for customer in sorted(missing)]
        await asyncio.sleep(1)


async def weather_a_storm(
    folder: Path, seed: int, many: int, weather: Weather, *, speed: float, database_url: str | None = None
) -> tuple[Storm, list[str]]:
    """Starts a world, lets a storm pass over it, and returns the storm with everything that is wrong afterwards."""
    world = World(folder, seed, many, speed=speed, database_url=database_url)
    try:
        await world.start()
        storm = Storm(world, weather, seed)
        await storm.pass_over()
        return storm, await faults_of(world, storm)
    finally:
        await world.stop()
