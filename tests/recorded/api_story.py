"""Documents of what the HTTP API answers: one story, asked through the application itself, and the API's own schema."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from milepost.settings import Settings
from milepost.store.database import open_store
from milepost.store.schema_upgrade import upgrade
from tests.recorded.normal import normal
from tests.web.api_calls import V1
from tests.web.conftest import KEY, World
from tests.web.example import ANA, DAY, FILES, HOUR, KIM, LEA, SAM, START, customer

GLOBEX: dict[str, Any] = {
    "id": "globex",
    "name": "Globex",
    "timezone": "Europe/Berlin",
    "country": "de",
    "attributes": {"tier": "pilot", "health": 61.5},
    "contacts": [{"name": "Sam Poe", "email": "sam@globex.example", "personas": ["sponsor"]}],
    "team": {"csm": ANA},
}
CONTACTS = [
    {"name": "Sam Poe", "email": SAM, "personas": ["sponsor"], "language": "de", "country": "DE"},
    {"name": "Kim Lo", "email": KIM, "personas": ["coordinator"], "timezone": "Europe/Berlin"},
]


class Asking:
    """A client of the API that keeps what it was answered, in order."""

    def __init__(self, world: World, client: httpx.AsyncClient) -> None:
        self.world = world
        self.answers: dict[str, Any] = {}
        self._client = client
        self._numbers = itertools.count(1)

    async def get(self, name: str, path: str, **headers: str) -> None:
        """Ask for an address, and keep the answer under a name."""
        self._keep(name, {"get": path}, await self._client.get(path, headers=headers))

    async def post(self, name: str, path: str, body: Any) -> None:
        """Send something, and keep the answer under a name."""
        self._keep(name, {"post": path, "body": body}, await self._client.post(path, json=body))

    async def tell(self, name: str, **fact: Any) -> None:
        """Tell a fact about Acme, under an id of its own."""
        await self.post(f"fact_{name}", f"{V1}/facts", {"customer": "acme", "id": f"told-{name}", **fact})

    async def customers(self, name: str, path: str = "") -> None:
        """Ask for something of the book of customers."""
        await self.get(name, f"{V1}/customers{path}")

    async def look(self, when: str) -> None:
        """Ask for all that is known of Acme now."""
        await self.customers(f"{when}_customer", "/acme")
        await self.customers(f"{when}_timeline", "/acme/timeline")
        await self.get(f"{when}_tasks", f"{V1}/tasks")
        await self.get(f"{when}_steps", f"{V1}/steps?customer=acme")

    def _keep(self, name: str, asked: dict[str, Any], response: httpx.Response) -> None:
        number = next(self._numbers)
        kind = response.headers["content-type"]
        answer = {"status": response.status_code, "content-type": kind, "body": response.json()}
        self.answers[f"{number:02}_{name}"] = {"asked": asked, "answer": answer}


def documents() -> dict[str, Any]:
    """One document for each part of the story, with its exchanges in order, and `openapi.json`."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_asked(Path(folder)))


async def _asked(folder: Path) -> dict[str, Any]:
    url = f"sqlite:///{folder / 'milepost.db'}"
    await upgrade(url)
    store = open_store(url)
    settings = Settings(data=folder, database_url=url, secret_key="s" * 32, api_keys=(KEY,))
    world = World(store, settings)
    numbers = itertools.count(1)
    world.intake.context = replace(world.intake.context, new_id=lambda: f"made-{next(numbers)}")
    try:
        async with world.api() as client:
            asking = Asking(world, client)
            parts = {}
            for part in STORY:
                asking.answers = {}
                await part(asking)
                parts[f"{part.__name__.strip('_')}.json"] = normal(asking.answers)
            schema = (await client.get("/api/openapi.json")).json()
            return {**parts, "openapi.json": {**schema, "info": {**schema["info"], "version": "<version>"}}}
    finally:
        await store.close()
        shutil.rmtree(folder, ignore_errors=True)


async def _customers_come(asking: Asking) -> None:
    await asking.get("health", "/health")
    await asking.get("live", "/health/live")
    await asking.customers("no_customers")
    await asking.post("save_before_maps", f"{V1}/customers", {"id": "early", "name": "Early"})
    await asking.world.publish()
    await asking.world.add(customer())
    await asking.post("save_new", f"{V1}/customers", GLOBEX)
    await asking.post("save_same", f"{V1}/customers", GLOBEX)
    changed = {**GLOBEX, "attributes": {"tier": "pilot", "health": 30}, "team": {"csm": LEA}, "contacts": []}
    await asking.post("save_changed", f"{V1}/customers", changed)
    await asking.post("save_unmatched", f"{V1}/customers", {**GLOBEX, "id": "other", "attributes": {"tier": "other"}})
    await asking.customers("customers")
    for query in ("search=glob", "status=unmatched", "status=open", "open_risk=true", "stage=start&limit=1&offset=1"):
        await asking.customers(f"customers_{query.replace('=', '_').replace('&', '_')}", f"?{query}")
    await asking.look("begun")
    await asking.customers("unmatched", "/other")
    await asking.customers("unmatched_timeline", "/other/timeline")


async def _facts_are_told(asking: Asking) -> None:
    await asking.tell("step_done", step_done="kickoff", result="held", by=ANA, note="Held")
    await asking.tell("step_done", step_done="kickoff", result="held")
    await asking.tell("closed", step_done="kickoff", result="held")
    await asking.tell("counted", event="clicked", properties={"times": 2})
    await asking.world.move_to(START + HOUR)
    await asking.tell("agreed", agreed={"connect": {"due": "2026-03-12", "person": KIM}})
    await asking.tell("snoozed", snoozed="set_up", until="2026-03-10", reason="Their freeze")
    await asking.tell("step_skipped", step_skipped="set_up", reason="They know us")
    await asking.tell("step_reopened", step_reopened="set_up", reason="A mistake")
    await asking.tell("contacts", contacts=CONTACTS)
    await asking.tell("team", team={"csm": ANA, "lead": LEA, "solutions": "bo.ek@vendor.example"})
    await asking.tell("set", set={"health": 55, "renews_on": "2026-09-01", "trial": True})
    await asking.look("told")
    await asking.post("link_made", f"{V1}/customers/acme/links", {"contact": SAM})
    await asking.customers("links", "/acme/links")
    void = {"reason": "It was forwarded", "by": ANA}
    await asking.post("link_void", f"{V1}/customers/acme/links/{SAM}/void", void)
    await asking.get("tasks_of_ana", f"{V1}/tasks?person={ANA.upper()}&role=csm")
    await asking.get("steps_of_all", f"{V1}/steps")


async def _time_passes(asking: Asking) -> None:
    world = asking.world
    await world.move_to(START + 12 * DAY)
    await asking.look("late")
    await asking.tell("message_failed", message_failed="connect/1/opening/1", why="no such mailbox")
    await asking.tell("task_done", task_done="message_failed/connect/1/opening/1", note="Phoned")
    await asking.tell("event", event="connected", by=SAM, properties={"rows": 3})
    await world.move_to(START + 14 * DAY)
    await asking.look("asked")
    await asking.tell("answer", answer="faster", verdict="disputed", value=2.5, comment="No", method="portal", by=SAM)
    await asking.tell("answer_completed", answer_completed="faster", value=3, evidence="The report", named=True, by=SAM)
    await asking.look("disputed")
    await asking.tell("revoked", revoked="faster", reason="Another quarter")
    await asking.tell("task_added", task_added="Send the list", due="2 business days", person=ANA, by=ANA)
    await asking.tell("play_started", play_started="expand", reason="They asked")
    await world.move_to(START + 15 * DAY)
    await asking.look("plays")
    await asking.customers("timeline_of_a_page", "/acme/timeline?after=3&limit=2")


async def _it_pauses_and_ends(asking: Asking) -> None:
    world = asking.world
    await asking.tell("paused", paused=True, reason="Merger")
    await asking.tell("play_in_a_pause", play_started="rescue")
    await world.move_to(START + 40 * DAY)
    await asking.look("paused")
    await asking.tell("resumed", resumed=True)
    await world.move_to(START + 60 * DAY)
    await asking.look("resumed")
    world.journey_client.is_away = True
    await asking.tell("while_away", set={"health": 20})
    await world.journey_client.come_back(int(world.at))
    await asking.tell("ended", ended="churned")
    await asking.look("ended")
    await asking.tell("after_the_end", set={"health": 90})
    await asking.tell("note_after_the_end", note="They may come back", about=SAM, by=ANA)
    await asking.look("noted")
    await asking.customers("customers_ended", "?status=ended")
    world.temporal_answers = False
    await asking.get("health_degraded", "/health")


async def _it_says_no(asking: Asking) -> None:
    await asking.post("fact_unknown_step", f"{V1}/facts", {"customer": "globex", "step_done": "kickof"})
    await asking.post("fact_of_nobody", f"{V1}/facts", {"customer": "acmee", "event": "connected"})
    await asking.post("fact_without_kind", f"{V1}/facts", {"customer": "globex"})
    await asking.post("fact_wrong", f"{V1}/facts", {"customer": "globex", "set": {"health": "good"}})
    await asking.post("fact_verdict", f"{V1}/facts", {"customer": "globex", "answer": "faster", "verdict": "fine"})
    await asking.post("fact_version", f"{V1}/facts", {"customer": "globex", "map_changed": "7"})
    await asking.post("save_wrong", f"{V1}/customers", {**GLOBEX, "timezone": "Europe/Berln", "colour": "red"})
    await asking.customers("customer_unknown", "/globx")
    await asking.customers("customers_wrong", "?status=lost")
    await asking.post("link_ended", f"{V1}/customers/acme/links", {"contact": SAM})
    await asking.post("link_unknown_contact", f"{V1}/customers/globex/links", {"contact": "x@y.example"})
    await asking.post("link_unknown", f"{V1}/customers/globex/links/x@y.example/void", {})
    await asking.get("no_such_address", f"{V1}/nothing")
    await asking.get("wrong_key", f"{V1}/tasks", Authorization="Bearer wrong")


async def _the_map_changes(asking: Asking) -> None:
    """Another version of the map, and Globex, whose risk has begun, moved to it."""
    renamed = FILES["map.yaml"].replace("title: Getting started", "title: Starting")
    await asking.world.publish({**FILES, "map.yaml": renamed})
    moved = {"customer": "globex", "id": "told-moved", "map_changed": "2", "by": LEA}
    await asking.post("fact_map_changed", f"{V1}/facts", moved)
    await asking.customers("globex_moved", "/globex")
    await asking.customers("globex_timeline", "/globex/timeline")


STORY: tuple[Callable[[Asking], Awaitable[None]], ...] = (
    _customers_come,
    _facts_are_told,
    _time_passes,
    _it_pauses_and_ends,
    _it_says_no,
    _the_map_changes,
)
