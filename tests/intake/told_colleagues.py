"""A book whose colleagues are told of their day: real stores, journeys that advance here, a clock that tests move."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from milepost.channels.chat import ChatSender
from milepost.channels.chat_address import Allowed
from milepost.channels.links import LinkSigner
from milepost.channels.recorder import RecordingChannel
from milepost.channels.sealed_text import Sealer
from milepost.intake.chat_news import ChatNews
from milepost.intake.desk_choices import Morning, choose_chat, choose_morning
from milepost.intake.intake import Intake
from milepost.intake.morning_mail import MorningMails
from milepost.planner.clock import REAL_TIME
from milepost.planner.instants import Instant
from milepost.planner.written_facts import WrittenFact
from milepost.store import journeys, maps, morning_mails
from milepost.store.database import Store
from milepost.store.desk_message_tables import DeskMessagesRow, MorningMailRow
from milepost.store.desk_news import News
from tests.web.example import ANA, FILES, START, customer
from tests.web.nearby import NearbyJourneyClient

BASE = "https://milepost.vendor.example"
SECRET = "0123456789abcdef0123456789abcdef"
NEW_YORK = "America/New_York"


class Colleagues:
    """One installation, with the customer Acme on the map of the pages' tests; `mails` are those that went out."""

    def __init__(self, store: Store) -> None:
        self.store, self.at = store, float(START)
        self.intake = Intake(store, None, REAL_TIME, wall=lambda: self.at)
        self.maps = self.intake.context.compiled_maps
        self.client = NearbyJourneyClient(store, self.maps, LinkSigner(SECRET, BASE), lambda: int(self.at))
        self.context = self.intake.context = replace(self.intake.context, journey_client=self.client)
        self.channel = RecordingChannel()
        self.sealer = Sealer(SECRET)
        self.mornings = MorningMails(self.context, self.channel, BASE)
        self.chats = self.another_chat()

    @staticmethod
    async def at_work(store: Store) -> Colleagues:
        colleagues = Colleagues(store)
        async with store.transaction() as session:
            await maps.publish(session, "pilot", "Pilot customers", FILES, START)
        return colleagues

    @property
    def mails(self) -> list[Any]:
        return self.channel.delivered

    def another_chat(self) -> ChatNews:
        """What another worker would post with."""
        return ChatNews(self.context, ChatSender(Allowed(loopback=True), timeout=5), self.sealer, BASE)

    def another_morning(self) -> MorningMails:
        """What another worker would send with."""
        return MorningMails(self.context, self.channel, BASE)

    async def add(self, name: str = "acme", title: str = "Acme Ltd", **more: Any) -> None:
        await self.intake.upsert_customer(customer(name, title, **more))

    async def tell(self, name: str = "acme", by: str = ANA, **fact: Any) -> None:
        await self.intake.record_fact(name, WrittenFact(**fact), by=by)

    async def move_to(self, at: Instant) -> None:
        """Lets the clock run to an instant, and all journeys with it."""
        self.at = at
        async with self.store.reading() as session:
            ids = [row.id for row in await journeys.running(session)]
        for journey in ids:
            await self.client.advance(journey, at)

    async def wants_mail(self, person: str = ANA, **more: Any) -> None:
        await choose_morning(self.context, person, Morning(wanted=True, timezone=NEW_YORK, **more))

    async def wants_chat(
        self, url: str, person: str = ANA, chat: str = "slack", about: tuple[str, ...] = tuple(News)
    ) -> None:
        allowed = Allowed(loopback=True)
        await choose_chat(
            self.context, self.sealer, allowed, person=person, chat=chat, about=about, address=url, timezone=NEW_YORK
        )

    async def chosen(self, person: str = ANA) -> DeskMessagesRow:
        async with self.store.reading() as session:
            return await session.get_one(DeskMessagesRow, person, populate_existing=True)

    async def sent(self, person: str = ANA) -> list[MorningMailRow]:
        """The accounts of somebody's mails, the newest first."""
        async with self.store.reading() as session:
            return await session.run_sync(morning_mails.load, person)
