"""Tells colleagues in their chats what is new: all that waits for a person in one message.

What a chat doesn't take is tried again for about an hour, then given up; a webhook that is gone is not asked again
until its colleague sets it. A message may go out twice where its worker dies in between: webhooks know no repeats.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

import structlog
from sqlalchemy.orm import Session

from milepost.channels.chat import LINES, Chat, ChatLine, ChatMessage, ChatSender
from milepost.channels.protocol import TemporaryDeliveryError, UndeliverableError
from milepost.channels.sealed_text import Sealer, UnreadableSecretError
from milepost.explain import local_time
from milepost.intake.context import IntakeContext
from milepost.intake.morning_content import news_url
from milepost.store import desk_messages, desk_news
from milepost.store.desk_message_tables import DeskMessagesRow
from milepost.store.desk_news import News, NewsLine
from milepost.text import count_of, listing

log = structlog.get_logger()
ATTEMPTS = 7
"""Attempts before what is new is given up: after 1, 2, 4, 8, 16 and 32 minutes."""
_FIRST_PAUSE = 60  # seconds
_WHAT = {News.TASK: "New task", News.ESCALATED: "Escalated to you", News.DISPUTED: "Disputed"}
_COUNTED = {
    News.TASK: ("new task", "new tasks"),
    News.ESCALATED: ("escalated task", "escalated tasks"),
    News.DISPUTED: ("disputed result", "disputed results"),
}


class ChatNews:
    """Posts what is new to colleagues' chats. Any number of workers may do so at once."""

    def __init__(self, context: IntakeContext, sender: ChatSender, sealer: Sealer, base_url: str) -> None:
        self._context, self._sender, self._sealer, self._base_url = context, sender, sealer, base_url

    async def send_due(self) -> int:
        """Tells what waits; returns how many messages were taken."""
        context, sent = self._context, 0
        while (person := await context.store.write(partial(desk_messages.take_chat, wall=self._wall()))) is not None:
            sent += await self._tell(person)
        return sent

    async def test(self, person: str) -> bool:
        """Posts a message that a colleague asks for; returns whether it was taken, and keeps why it wasn't."""
        async with self._context.store.reading() as session:
            row = await desk_messages.of_person(session, person)
        if row is None or row.chat is None:
            return False
        url = f"{self._base_url}/desk/messages"
        line = ChatLine("Test", "Milepost can reach you here", "", url)
        problem, stops = None, False
        try:
            await self._post(row, ChatMessage("A test from Milepost", [line], 0, url))
        except UndeliverableError as never:
            problem, stops = never.message, True
        except TemporaryDeliveryError as later:
            problem = later.message
        note = partial(desk_messages.note_answer, address=person, problem=problem, wall=self._wall(), stops=stops)
        await self._context.store.write(note)
        return problem is None

    async def _tell(self, person: str) -> bool:
        async with self._context.store.reading() as session:
            row = await desk_messages.of_person(session, person)
            lines = await session.run_sync(desk_news.load, person, "for_chat")
        if row is None:
            return False
        news = [each for each in lines if not each.is_over]
        serials = [each.serial for each in lines]
        try:
            if news:
                await self._post(row, self._message(row, news))
        except UndeliverableError as never:
            await self._context.store.write(partial(self._stop, person=person, why=never.message))
            return False
        except TemporaryDeliveryError as later:
            await self._context.store.write(partial(self._again, person=person, error=later, serials=serials))
            return False
        await self._context.store.write(partial(_told, person=person, serials=serials, is_out=bool(news)))
        return bool(news)

    async def _post(self, row: DeskMessagesRow, message: ChatMessage) -> None:
        try:
            address = self._sealer.read(row.chat_sealed or "")
        except UnreadableSecretError as error:
            raise UndeliverableError(str(error)) from error
        await self._sender.send(Chat(row.chat or ""), address, message)

    def _message(self, row: DeskMessagesRow, news: Sequence[NewsLine]) -> ChatMessage:
        counts = Counter(each.kind for each in news)
        heading = listing([count_of(counts[kind], *_COUNTED[kind]) for kind in News if counts[kind]])
        lines = [_line(each, row, self._base_url) for each in news[:LINES]]
        more = len(news) - len(lines)
        return ChatMessage(heading, lines, more, f"{self._base_url}/desk")

    def _wall(self) -> int:
        return int(self._context.wall())

    def _again(self, session: Session, *, person: str, error: TemporaryDeliveryError, serials: Sequence[int]) -> None:
        """Notes an attempt that failed; after the last one, what was to be told is given up."""
        row = desk_messages.find(session, person)
        if row is None:
            return
        row.chat_problem, row.chat_problem_at, row.chat_leased_until = error.message, self._wall(), None
        row.chat_failures += 1
        pause = error.retry_after or _FIRST_PAUSE << min(row.chat_failures - 1, 6)
        row.chat_again_at = self._wall() + int(pause)
        if row.chat_failures >= ATTEMPTS:
            given_up = f"What was new then was given up after {ATTEMPTS} attempts."
            row.chat_problem, row.chat_failures = f"{error.message} {given_up}", 0
            desk_news.mark_told(session, serials, "for_chat")
            log.warning("a chat takes nothing", chat=row.chat)

    def _stop(self, session: Session, *, person: str, why: str) -> None:
        row = desk_messages.find(session, person)
        if row is None:
            return
        desk_messages.note_answer(session, person, why, self._wall(), stops=True)
        desk_news.drop(session, person, "for_chat")
        log.warning("a chat is not told any more", chat=row.chat)


def _told(session: Session, *, person: str, serials: Sequence[int], is_out: bool) -> None:
    desk_news.mark_told(session, serials, "for_chat")
    row = desk_messages.find(session, person)
    if row is not None:
        row.chat_leased_until = None
        if is_out:
            row.chat_failures, row.chat_again_at, row.chat_problem, row.chat_problem_at = 0, None, None, None


def _line(news: NewsLine, row: DeskMessagesRow, base_url: str) -> ChatLine:
    due = f", due {local_time.due_day_of(news.due_at, row.timezone)}" if news.due_at is not None else ""
    url = news_url(base_url, row.address, news)
    return ChatLine(_WHAT[news.kind], news.title, f"{news.customer_name}{due}", url)
