"""Sends morning mails: each colleague's once a day, when their hour has come.

A mail is claimed by its colleague and local day before it is written. A channel that is away is tried again for six
hours; whether a mail went out that was being handed over when its worker died isn't known, and it is not sent again.
"""

from __future__ import annotations

from datetime import date
from functools import partial

import structlog
from sqlalchemy.orm import Session

from milepost.channels import morning_mail
from milepost.channels.protocol import Channel, TemporaryDeliveryError, UndeliverableError
from milepost.explain import local_time
from milepost.explain.people_names import colleagues_named
from milepost.intake.context import IntakeContext
from milepost.intake.morning_content import DayContent, is_away, read
from milepost.intake.morning_days import next_morning
from milepost.planner.clock import REAL_TIME
from milepost.planner.instants import Instant
from milepost.store import absences, desk_messages, desk_news, mail_switches, morning_mails, people
from milepost.store.desk_message_tables import DeskMessagesRow
from milepost.store.morning_mails import MorningStatus

log = structlog.get_logger()
TOO_LATE = 6 * 3600
"""Seconds of the wall clock after which a mail of the morning is no longer sent."""
_FIRST_PAUSE, _LONGEST_PAUSE = 60, 1800  # seconds between two attempts


class MorningMails:
    """Writes the mails of mornings and hands them to the channel. Any number of workers may do so at once."""

    def __init__(self, context: IntakeContext, channel: Channel, base_url: str) -> None:
        self._context, self._channel, self._base_url = context, channel, base_url

    async def send_due(self) -> int:
        """Sends what is due now; returns how many mails went out."""
        context = self._context
        await context.store.write(self._begin)
        sent = 0
        while (taken := await context.store.write(partial(morning_mails.take, wall=int(context.wall())))) is not None:
            sent += await self._send(*taken)
        return sent

    def _begin(self, session: Session) -> None:
        """Begins the mails of the mornings that have come, and says when the next one is."""
        now, wall = self._context.now(), int(self._context.wall())
        for address in desk_messages.mornings(session, now):
            row = desk_messages.find(session, address)
            if row is None or row.next_at is None or row.next_at > now:
                continue
            at, row.next_at = _latest(row, row.next_at, now)
            if desk_messages.has_left(session, address):
                desk_messages.end(session, address)
                continue
            day = local_time.local(at, row.timezone).date().isoformat()
            is_late = self._context.clock.current == REAL_TIME and at + TOO_LATE < wall
            begun = morning_mails.begin(
                session, address, day, at=at, wall=wall, status=MorningStatus.LATE if is_late else MorningStatus.WAITING
            )
            if begun:
                morning_mails.remove_old(session, address)

    async def _send(self, address: str, day: str) -> bool:
        """Sends one mail that is ours to send; returns whether it went out."""
        context = self._context
        async with context.store.reading() as session:
            row = await desk_messages.of_person(session, address)
            why_not = await session.run_sync(self._why_not, address, row)
            names = await people.names(session)
            content = None if row is None else await read(session, address, context.now(), row.timezone)
        if row is None or content is None or why_not is not None or content.is_empty:
            await self._record(address, day, status=why_not or MorningStatus.EMPTY)
            return False
        with colleagues_named(names):
            parts = content.parts(address, row.timezone, self._base_url)
            mail = morning_mail.write(address, date.fromisoformat(day), parts, self._base_url, context.brand)
        wall = int(context.wall())
        await context.store.write(
            partial(morning_mails.hand_over, address=address, day=day, wall=wall, lines=content.rows())
        )
        try:
            receipt = await self._channel.deliver(mail)
        except UndeliverableError as never:
            await self._record(address, day, status=MorningStatus.FAILED, why=never.message)
        except TemporaryDeliveryError as later:
            await self._again(address, day, later)
        else:
            await self._record(address, day, content, status=MorningStatus.SENT, channel=receipt.channel)
            log.info("a morning mail went out", channel=receipt.channel)
            return True
        return False

    def _why_not(self, session: Session, address: str, row: DeskMessagesRow | None) -> MorningStatus | None:
        """Returns the status of a mail that isn't to be written now: `away` or `held`."""
        if row is None or is_away(absences.load_in_force(session, self._context.now()), address):
            return MorningStatus.AWAY
        return MorningStatus.HELD if mail_switches.holds_everything(session) else None

    async def _again(self, address: str, day: str, error: TemporaryDeliveryError) -> None:
        wall = int(self._context.wall())

        def record(session: Session) -> None:
            mail = morning_mails.get(session, address, day)
            pause = error.retry_after or min(_FIRST_PAUSE << min(mail.attempts - 1, 10), _LONGEST_PAUSE)
            mail.why, mail.again_at = error.message, wall + int(pause)
            is_over = mail.again_at > mail.began_at + TOO_LATE
            mail.status = MorningStatus.FAILED if is_over else MorningStatus.WAITING

        await self._context.store.write(record)

    async def _record(
        self, address: str, day: str, content: DayContent | None = None, *, status: MorningStatus,
        why: str | None = None, channel: str | None = None,
    ) -> None:  # fmt: skip
        def record(session: Session) -> None:
            mail = morning_mails.get(session, address, day)
            mail.status, mail.why, mail.channel = status, why, channel
            if content is not None:
                mail.late, mail.today, mail.news = len(content.late), len(content.today), len(content.news)
                desk_news.mark_told(session, content.serials, "for_mail")

        await self._context.store.write(record)


def _latest(row: DeskMessagesRow, first: Instant, now: Instant) -> tuple[Instant, Instant | None]:
    """Returns the last of the mornings that have come, from the first one on, and the one after it."""
    days, at = [int(day) for day in row.days], first
    while True:
        following = next_morning(at, timezone=row.timezone, country=row.country, days=days, hour=row.hour)
        if following is None or following > now:
            return at, following
        at = following
