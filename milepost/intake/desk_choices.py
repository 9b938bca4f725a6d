"""What a colleague chooses to be told outside the pages: when their morning mail comes, and what a chat is told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from milepost import places
from milepost.channels.chat import Chat
from milepost.channels.chat_address import Allowed, read_address, shown
from milepost.channels.sealed_text import Sealer
from milepost.errors import MilepostError
from milepost.intake.context import IntakeContext
from milepost.intake.morning_days import next_morning
from milepost.planner.clock import REAL_TIME
from milepost.settings import Settings
from milepost.store import desk_messages, morning_mails
from milepost.store.desk_news import News

_HOURS = range(24)
_WEEK = range(7)


class InvalidChoiceError(MilepostError):
    """What was chosen doesn't work; `field` names what to correct."""

    code = "invalid_choice"

    def __init__(self, field: str, message: str, hint: str | None = None) -> None:
        self.field = field
        super().__init__(message, hint)


@dataclass(frozen=True, slots=True)
class Morning:
    """A morning mail at a full local hour, on these days of the week (Monday as 0); no mail where not `wanted`.

    On the public holidays of `country`, a code such as `DE` or `DE-BY`, none comes.
    """

    wanted: bool
    timezone: str
    hour: int = 8
    days: Collection[int] = (0, 1, 2, 3, 4)
    country: str | None = None


def allowed_by(settings: Settings, context: IntakeContext) -> Allowed:
    """Returns what chats may be posted to: in a demo also this machine."""
    return Allowed(private=settings.chat_private_addresses, loopback=context.clock.current != REAL_TIME)


async def choose_morning(context: IntakeContext, address: str, morning: Morning) -> None:
    """Stores when a colleague gets a mail in the morning; the first one is that of the next morning.

    Raises:
        InvalidChoiceError: there is no such zone, country, hour or day. Nothing is stored.
    """
    checked = _checked(morning)
    await context.store.write(partial(_choose, address=address, morning=checked, now=context.now()))


def _choose(session: Session, *, address: str, morning: Morning, now: int) -> None:
    timezone, country, hour = morning.timezone, morning.country, morning.hour
    next_at = None
    if morning.wanted:
        had = {each.day for each in morning_mails.load(session, address)}
        next_at = next_morning(now, timezone=timezone, country=country, days=morning.days, hour=hour, not_on=had)
    days = "".join(str(day) for day in sorted(morning.days))
    desk_messages.put_morning(
        session, address, timezone=timezone, country=country, days=days, hour=hour, next_at=next_at
    )


def _checked(morning: Morning) -> Morning:
    try:
        timezone = places.timezone(morning.timezone)
    except places.UnknownPlaceError as error:
        raise InvalidChoiceError("timezone", str(error)) from None
    try:
        country = places.country(morning.country) if morning.country else None
    except places.UnknownPlaceError as error:
        raise InvalidChoiceError("country", str(error)) from None
    if morning.hour not in _HOURS:
        raise InvalidChoiceError("hour", "This isn't an hour of the day.", "Choose one from 00:00 to 23:00.")
    days = tuple(day for day in _WEEK if day in morning.days)
    if morning.wanted and not days:
        raise InvalidChoiceError("days", "On no day at all there would be no mail.", "Choose your working days.")
    return Morning(morning.wanted, timezone, morning.hour, days, country)


async def choose_chat(
    context: IntakeContext,
    sealer: Sealer,
    allowed: Allowed,
    *,
    person: str,
    chat: str,
    about: Collection[str],
    address: str,
    timezone: str,
) -> None:
    """Stores the chat that a colleague is told in; without an `address` the one that there is stays.

    Dates are told by the clock of the morning mail; who has chosen none yet has `timezone`.

    Raises:
        ChatAddressError: nothing is posted to this address. Nothing is stored.
        InvalidChoiceError: there is no such chat, no address, or nothing that is told. Nothing is stored.
    """
    kinds = [kind for kind in News if kind in about]
    if chat not in list(Chat):
        raise InvalidChoiceError("chat", "It isn't said which chat it is.", "Choose Slack or Teams.")
    if not kinds:
        raise InvalidChoiceError("about", "Nothing is chosen to be told.", "Choose one, or end the messages.")
    async with context.store.reading() as session:
        row = await desk_messages.of_person(session, person)
    if address.strip():
        url = read_address(address, allowed)
        sealed, readable = sealer.seal(str(url)), shown(url)
    elif row is not None and row.chat_sealed and row.chat == chat:
        sealed, readable = row.chat_sealed, row.chat_shown or ""
    else:
        raise InvalidChoiceError("address", f"The address that {Chat(chat).label} gave you is missing.", "Paste it.")
    put = partial(desk_messages.put_chat, address=person, chat=chat, about=kinds, sealed=sealed, shown=readable)
    await context.store.write(partial(put, timezone=timezone))


async def end_chat(context: IntakeContext, person: str) -> None:
    """Ends the messages to a colleague's chat, and deletes its address."""
    await context.store.write(partial(desk_messages.put_chat, address=person, chat=None))
