"""What colleagues chose to be told outside the pages, and whose turn it is."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.customer import address_key
from milepost.planner.instants import Instant
from milepost.store import desk_news, people
from milepost.store.desk_message_tables import DeskMessagesRow, DeskNewsRow, MorningLineRow, MorningMailRow
from milepost.store.table_types import table_of

LEASE = 120  # seconds after which another worker goes on where one stands still
WORKING_DAYS = "01234"
_messages, _news = table_of(DeskMessagesRow), table_of(DeskNewsRow)


def find(session: Session, address: str) -> DeskMessagesRow | None:
    """Returns what a colleague chose; None where nothing was."""
    return session.get(DeskMessagesRow, address_key(address), populate_existing=True)


async def of_person(session: AsyncSession, address: str) -> DeskMessagesRow | None:
    """Returns what a colleague chose; None where nothing was."""
    return await session.run_sync(find, address)


def put_morning(
    session: Session, address: str, *, timezone: str, country: str | None, days: str, hour: int, next_at: Instant | None
) -> None:
    """Stores when a colleague gets a morning mail; `next_at` None: they get none."""
    row = _of(session, address, timezone)
    row.timezone, row.country, row.days, row.hour, row.next_at = timezone, country, days, hour, next_at
    if next_at is None:
        desk_news.drop(session, row.address, "for_mail")


def put_chat(
    session: Session,
    address: str,
    *,
    chat: str | None,
    about: Collection[str] = (),
    sealed: str | None = None,
    shown: str | None = None,
    timezone: str = "UTC",
) -> None:
    """Stores the chat that a colleague is told in, None for none; the account of earlier attempts begins anew.

    Who has chosen no time zone yet has this one.
    """
    row = _of(session, address, timezone)
    row.chat, row.chat_about, row.chat_sealed, row.chat_shown = chat, sorted(about), sealed, shown
    _begin_anew(row)
    if chat is None or not about:
        desk_news.drop(session, row.address, "for_chat")


def note_answer(session: Session, address: str, problem: str | None, wall: Instant, *, stops: bool = False) -> None:
    """Stores what became of a message to a colleague's chat that they asked for."""
    row = find(session, address)
    if row is not None:
        _begin_anew(row)
        row.chat_problem, row.chat_problem_at = problem, None if problem is None else wall
        row.chat_stopped = stops


def end(session: Session, address: str) -> None:
    """Removes all that a colleague chose and was sent."""
    for kind in (DeskMessagesRow, DeskNewsRow, MorningLineRow, MorningMailRow):
        table = table_of(kind)
        session.execute(delete(table).where(table.c.address == address_key(address)))


def mornings(session: Session, now: Instant) -> list[str]:
    """Returns the colleagues whose next morning has come, in journey time."""
    return list(session.scalars(select(_messages.c.address).where(_messages.c.next_at <= now)))


def take_chat(session: Session, wall: int) -> str | None:
    """Takes a colleague to be told something in a chat, for whoever sends it; None: nobody is to be told now."""
    waits = select(_news.c.address).where(_news.c.for_chat.is_(True))
    is_due = (
        _messages.c.chat.is_not(None),
        _messages.c.chat_stopped.is_(False),
        or_(_messages.c.chat_again_at.is_(None), _messages.c.chat_again_at <= wall),
        or_(_messages.c.chat_leased_until.is_(None), _messages.c.chat_leased_until < wall),
    )
    query = select(_messages.c.address).where(*is_due, _messages.c.address.in_(waits)).order_by(_messages.c.address)
    for address in session.scalars(query):
        mine = update(_messages).where(_messages.c.address == address, *is_due).values(chat_leased_until=wall + LEASE)
        if session.connection().execute(mine).rowcount:
            return str(address)
    return None


def has_left(session: Session, address: str) -> bool:
    """Tells whether they are no colleague any more."""
    person = people.find(session, address)
    return person is not None and person.left_at is not None


def _of(session: Session, address: str, timezone: str) -> DeskMessagesRow:
    row = find(session, address)
    if row is None:
        chosen = {"timezone": timezone, "days": WORKING_DAYS, "hour": 8, "chat_about": []}
        row = DeskMessagesRow(address=address_key(address), chat_failures=0, chat_stopped=False, **chosen)
        session.add(row)
    return row


def _begin_anew(row: DeskMessagesRow) -> None:
    row.chat_failures, row.chat_stopped = 0, False
    row.chat_again_at = row.chat_problem = row.chat_problem_at = row.chat_leased_until = None
