"""The web application on a real SQLite store, with journeys that advance in this process."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import create_engine, select, text

from milepost.channels.links import LinkSigner
from milepost.customer import Customer
from milepost.files.kept_files import kept_files
from milepost.intake.intake import Intake
from milepost.planner.clock import REAL_TIME, JourneyClock
from milepost.planner.instants import Instant
from milepost.planner.written_facts import WrittenFact
from milepost.settings import Settings
from milepost.store import clock, facts, journeys, maps, timeline
from milepost.store.clock import KeptClock
from milepost.store.database import Store, database_url, open_store
from milepost.store.followed_clock import FollowedClock
from milepost.store.links import WORKS_DAYS
from milepost.store.outcome_tables import AnswerRow
from milepost.store.tables import FactRow, JourneyRow, TaskRow, TimelineRow
from milepost.web.app import create_app
from tests.oidc.identity_provider import IdentityProvider, identity_provider
from tests.web.example import ANA, DAY, FILES, KIM, SAM, START, customer
from tests.web.nearby import NearbyJourneyClient

KEY = "0123456789abcdef0123456789abcdef"
BASE = "http://127.0.0.1:8080"
PASSWORD = "correct horse"
SignIn = Callable[[str], Awaitable[httpx.AsyncClient]]
HIDDEN = re.compile(r'<input type="hidden" name="form" value="([^"]+)">')


class World:
    """One installation: its store, intake and web application, and a wall clock that a test moves.

    Its people are played, at the speed of the clock, so that a test can choose who it is; `is_real`: they aren't.
    """

    def __init__(self, store: Store, settings: Settings, *, is_real: bool = False) -> None:
        self.at: float = START
        self.store = store
        self.settings = settings
        self.links = LinkSigner(settings.signing_key(), settings.links_begin_with)
        runs = REAL_TIME if is_real else JourneyClock(1.0, 1)
        self.intake = Intake(store, None, runs, wall=lambda: self.at, files=kept_files(settings))
        compiled_maps = self.intake.context.compiled_maps
        self.journey_client = NearbyJourneyClient(store, compiled_maps, self.links, self.intake.now)
        self.intake.context = replace(self.intake.context, journey_client=self.journey_client)
        self.temporal_answers = True
        self.app: FastAPI = create_app(settings, store, self.intake, temporal=self._temporal)

    def hurry(self, speed: float) -> None:
        """Let journey time run so fast from now on, in seconds a second."""
        hurried = JourneyClock(self.at, int(self.at), speed)
        self.intake.context = replace(self.intake.context, clock=hurried)

    async def as_demo(self) -> None:
        """Make an installation a demo, whose clock visitors steer; it shows what the wall does until they do."""
        kept = KeptClock(JourneyClock(1.0, 1), None, 3.0 * DAY)
        await self.store.write(lambda session: clock.keep(session, kept))
        self.intake.context = replace(self.intake.context, clock=FollowedClock(self.store, kept))

    async def _temporal(self) -> bool:
        return self.temporal_answers

    async def publish(self, files: dict[str, str] = FILES) -> None:
        async with self.store.transaction() as session:
            await maps.publish(session, "pilot", "Pilot customers", files, START, by="ops@vendor.example", why="first")

    async def add(self, one: Customer | None = None) -> None:
        """Bring a customer in; its journey begins if the map is for it."""
        await self.intake.upsert_customer(one or customer())

    async def tell(self, **fact: Any) -> None:
        await self.intake.record_fact("acme", WrittenFact(**fact), by=ANA)

    async def move_to(self, at: Instant) -> None:
        """Let the clock run to an instant, and all journeys with it."""
        self.at = at
        await self._advance_all(at)

    async def let_pass(self, seconds: float) -> None:
        """Let the clock on the wall run on, and all journeys as far as theirs does."""
        self.at += seconds
        await self._advance_all(self.intake.now())

    async def _advance_all(self, now: Instant) -> None:
        async with self.store.reading() as session:
            ids = [row.id for row in await journeys.running(session)]
        for journey in ids:
            await self.journey_client.advance(journey, now)

    def client(self, **more: Any) -> httpx.AsyncClient:
        """A browser without cookies, on this machine."""
        transport = httpx.ASGITransport(
            self.app, raise_app_exceptions=False, client=more.pop("from_", ("127.0.0.1", 5000))
        )
        return httpx.AsyncClient(transport=transport, base_url=more.pop("base_url", BASE), **more)

    def api(self) -> httpx.AsyncClient:
        """A program with a key."""
        return self.client(headers={"Authorization": f"Bearer {KEY}"})

    def plan(self, contact: str = KIM, journey: str = "acme/1") -> str:
        """The path of a customer's plan, as a contact gets it: by a link that a mail of today carried."""
        return f"/plan/{self.links.token(self.link(contact, journey))}"

    def link(self, contact: str = KIM, journey: str = "acme/1") -> str:
        """The id of a contact's link that was made today."""
        link = sha256(f"{journey} {contact} {int(self.at) // DAY}".encode()).hexdigest()[:14]
        expires_at = (int(self.at) // DAY + WORKS_DAYS + 1) * DAY
        columns = ("id", "journey_id", "contact", "purpose", "created_at", "expires_at")
        values = dict(zip(columns, (link, journey, contact, "plan", int(self.at), expires_at), strict=True))
        names, places = ", ".join(columns), ", ".join(f":{each}" for each in columns)
        url = database_url(self.settings.database)
        engine = create_engine(url.set(drivername=url.drivername.removesuffix("+aiosqlite")))
        with engine.begin() as connection:
            connection.execute(text(f"INSERT INTO links ({names}) VALUES ({places}) ON CONFLICT DO NOTHING"), values)
        engine.dispose()
        return link

    def question(self, outcome: str = "faster") -> str:
        return f"{self.plan(SAM)}/outcomes/{outcome}"

    async def facts(self, name: str = "acme") -> list[FactRow]:
        async with self.store.reading() as session:
            return await facts.of_customer(session, name)

    async def timeline(self, journey: str = "acme/1") -> list[TimelineRow]:
        async with self.store.reading() as session:
            return await timeline.of_journey(session, journey)

    async def task(self, task: str, journey: str = "acme/1") -> TaskRow:
        async with self.store.reading() as session:
            match = await session.get(TaskRow, (journey, task))
        assert match is not None
        return match

    async def answers(self) -> list[AnswerRow]:
        async with self.store.reading() as session:
            return list(await session.scalars(select(AnswerRow).order_by(AnswerRow.position)))

    async def journey(self, journey: str = "acme/1") -> JourneyRow:
        async with self.store.reading() as session:
            return await journeys.get(session, journey)

    async def everything(self) -> tuple[int, ...]:
        """How much there is of everything that a request could add to, and how far journeys have come."""
        async with self.store.reading() as session:
            fact_count = len(list(await session.scalars(select(FactRow))))
            entry_count = len(list(await session.scalars(select(TimelineRow))))
            revisions = sum([row.revision for row in await session.scalars(select(JourneyRow))])
        return fact_count, entry_count, revisions


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    return Settings(data=tmp_path, database_url=sqlite_url, secret_key="s" * 32, api_keys=(KEY,))


@pytest.fixture
async def empty_world(settings: Settings) -> AsyncIterator[World]:
    """An installation without maps and customers."""
    store = open_store(settings.database)
    yield World(store, settings)
    await store.close()


@pytest.fixture
async def world(empty_world: World) -> World:
    """An installation with the pilot map and Acme, whose journey has just begun."""
    await empty_world.publish()
    await empty_world.add()
    return empty_world


@pytest.fixture
async def browser(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Ana's browser: she has said who she is."""
    async with world.client() as client:
        await sign_in(client, ANA)
        yield client


@pytest.fixture
async def visitor(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of somebody who has a link, or nothing."""
    async with world.client() as client:
        yield client


@pytest.fixture
async def api(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with world.api() as client:
        yield client


@pytest.fixture
def provider(real_server: None) -> IdentityProvider:
    """A real provider of identities, with nobody in it."""
    found = identity_provider()
    found.clear()
    return found


@pytest.fixture
def with_provider(world: World, provider: IdentityProvider) -> Installation:
    """Makes an installation whose colleagues sign in with the provider; its clock is that of the provider."""
    registered = provider.register(world.settings.links_begin_with)

    def made(**settings: Any) -> World:
        installation = World(world.store, world.settings.model_copy(update=registered | settings))
        installation.at = time.time()
        return installation

    return made


@pytest.fixture
async def elsewhere() -> AsyncIterator[httpx.AsyncClient]:
    """The same browser, at the provider's pages."""
    async with httpx.AsyncClient() as client:
        yield client


async def sign_in(client: httpx.AsyncClient, address: str, **more: str) -> httpx.Response:
    return await client.post("/sign-in", data={"address": address, **more})


def text_of(response: httpx.Response) -> str:
    """Returns the text that a reader reads: without tags, spaces made one."""
    bare = re.sub(r"<(?:script|style)\b.*?</(?:script|style)>", " ", response.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", bare.replace("<wbr>", ""))).split())


def form_in(response: httpx.Response, action: str, near: str = "") -> dict[str, str]:
    """The hidden fields of the first form of that action, after the text `near`."""
    page = response.text[response.text.index(near) :] if near else response.text
    match = re.search(rf'<form method="post" action="[^"]*{re.escape(action)}".*?</form>', page, re.DOTALL)
    assert match, f"there is no form {action!r}"
    return {
        name: unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', match.group(0))
    }


Opener = Callable[[str], Any]
Installation = Callable[..., World]


@pytest.fixture
async def as_(locked: World) -> AsyncIterator[SignIn]:
    """Signs somebody in with the password, where a test file has an installation `locked`; returns their browser."""
    async with AsyncExitStack() as open_clients:

        async def browser(address: str) -> httpx.AsyncClient:
            client = await open_clients.enter_async_context(locked.client())
            await sign_in(client, address, password=PASSWORD)
            return client

        yield browser
