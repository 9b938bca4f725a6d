"""Reads the mailbox that replies arrive in. Every worker does; a mail that two of them take in counts once."""

from __future__ import annotations

import asyncio
from collections import Counter

import structlog
from sqlalchemy.exc import SQLAlchemyError

from milepost import limits
from milepost.channels.inbound.mail import UnreadableMailError, read_mail
from milepost.channels.inbound.mailbox import (
    PORTS,
    ImapServer,
    Mailbox,
    MailboxUnreachableError,
    UnreadMail,
    open_mailbox,
)
from milepost.intake.context import IntakeContext
from milepost.intake.replies import take_mail
from milepost.settings import Settings
from milepost.store.errors import StoreUnreachableError

log = structlog.get_logger()
UNREADABLE = "unreadable"


def imap_server(settings: Settings) -> ImapServer | None:
    """Returns the mailbox that the settings name; None if they name none."""
    if settings.imap_host is None:
        return None
    assert settings.imap_user and settings.imap_password  # noqa: PT018 - the settings insist on both
    return ImapServer(
        host=settings.imap_host,
        port=settings.imap_port or PORTS[settings.imap_security],
        user=settings.imap_user,
        password=settings.imap_password.get_secret_value(),
        folder=settings.imap_folder,
        security=settings.imap_security,
    )


class MailboxReader:
    """Takes in what is unread in a mailbox, and marks it as read once it is stored."""

    def __init__(self, context: IntakeContext, server: ImapServer | None, every: float = 60.0) -> None:
        self._context, self._server, self._every = context, server, every

    async def run(self) -> None:
        """Reads until cancelled; a mailbox that is away is tried again."""
        while self._server is not None:
            try:
                taken = await self.read()
                if taken:
                    log.info("mails that came in were read", **taken)
            except MailboxUnreachableError as error:
                log.warning("the mailbox of replies can't be read", why=str(error))
            except (StoreUnreachableError, SQLAlchemyError, OSError) as error:
                log.warning("replies can't be taken in, the database is away", why=type(error).__name__)
            await asyncio.sleep(self._every)

    async def read(self) -> dict[str, int]:
        """Takes in what is unread now, at most 50 mails; returns how many of them became what.

        Raises:
            MailboxUnreachableError: the server is away, or refuses the login.
        """
        if self._server is None:
            return {}
        box = await asyncio.to_thread(open_mailbox, self._server)
        taken: Counter[str] = Counter()
        try:
            for mail in await asyncio.to_thread(box.unread):
                taken[await self._take(box, mail)] += 1
                await asyncio.to_thread(box.mark_read, mail.uid)
        finally:
            await asyncio.to_thread(box.close)
        return dict(taken)

    async def _take(self, box: Mailbox, mail: UnreadMail) -> str:
        too_large = mail.size > limits.INBOUND
        raw = await asyncio.to_thread(box.raw, mail.uid, headers_only=too_large)
        try:
            read = await asyncio.to_thread(read_mail, raw, too_large=too_large)
        except UnreadableMailError:
            return UNREADABLE
        return await take_mail(self._context, read, too_large=too_large)
