"""Sends what colleagues chose to be told: morning mails, and news in chats. Every worker has one."""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from milepost.channels.chat import ChatSender
from milepost.channels.protocol import Channel
from milepost.channels.sealed_text import Sealer
from milepost.intake.chat_news import ChatNews
from milepost.intake.context import IntakeContext
from milepost.intake.desk_choices import allowed_by
from milepost.intake.morning_mail import MorningMails
from milepost.settings import Settings
from milepost.store.errors import StoreUnreachableError

log = structlog.get_logger()
INTERVAL = 5.0  # seconds between two looks


def chat_news_of(context: IntakeContext, settings: Settings) -> ChatNews:
    """Returns what posts news to chats, as the settings allow it."""
    sender = ChatSender(allowed_by(settings, context))
    return ChatNews(context, sender, Sealer(settings.signing_key()), settings.links_begin_with)


class DeskMessenger:
    """Looks for mails and news that are due, and sends them; a slow chat keeps no mail waiting."""

    def __init__(self, context: IntakeContext, channel: Channel, settings: Settings) -> None:
        self._mails = MorningMails(context, channel, settings.links_begin_with)
        self._chats = chat_news_of(context, settings)

    async def run(self, every: float = INTERVAL) -> None:
        """Sends until cancelled."""
        async with asyncio.TaskGroup() as group:
            for work in (self._mails, self._chats):
                group.create_task(self._repeat(work, every))

    @staticmethod
    async def _repeat(work: MorningMails | ChatNews, every: float) -> None:
        while True:
            try:
                await work.send_due()
            except (StoreUnreachableError, SQLAlchemyError, OSError) as error:
                log.warning("colleagues can't be told, the database is away", why=type(error).__name__)
            await asyncio.sleep(every)
