"""Mail as people see it: what waits, and what has left the journey, one line a message."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from milepost.explain.held_messages import Held, held_message
from milepost.explain.sentences import Wording, quoted
from milepost.intake.context import IntakeContext
from milepost.intake.mail_departures import Departure, departure_of
from milepost.planner.enums import HoldReason
from milepost.planner.ids import step_of
from milepost.planner.instants import Instant, optional_text, text
from milepost.planner.messages import go_together
from milepost.planner.situation import Situation
from milepost.planner.state import Queued, State
from milepost.store import held_mail, messages
from milepost.store.errors import UnreadableVersionError
from milepost.store.held_mail import HeldFilter, HeldLine
from milepost.store.keyset import Cursor
from milepost.store.messages import FailureCause, MessageLine, MessageStatus
from milepost.text import listing


class MailStatus(StrEnum):
    """The status of a message, from when it is due; one that is `released` still waits, for its reader's hours, say."""

    HELD = "held"
    RELEASED = "released"
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    RETURNED = "returned"


_PAGE = 500  # messages that are read at a time
_WAIT = (MailStatus.HELD, MailStatus.RELEASED)
CAUSES = {
    FailureCause.ADDRESS: "the mail server refused the address for good",
    FailureCause.REFUSED: "the mail server refused the message",
    FailureCause.LATE: "no attempt succeeded within five days",
    FailureCause.TEXT: "its text can't be made",
    FailureCause.UNWANTED: "its recipient opted out meanwhile",
    FailureCause.FORGOTTEN: "its recipient was forgotten",
}
"""The kinds of failure in words."""


@dataclass(frozen=True, slots=True)
class Together:
    """Another message that goes as one mail with a message."""

    message: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLine:
    """A message; `at` is when it was first held or due out, `because` what keeps it back or made it fail, in words.

    `together` are the other messages that wait and will be one mail with it. `goes_at` is the earliest at which one
    that waits goes, if it is released now; `timezone` that of its reader.
    """

    customer: str
    customer_name: str
    journey: str
    message: str
    about: str
    reason: str
    template: str
    status: MailStatus
    at: Instant
    to: str | None = None
    to_name: str | None = None
    timezone: str | None = None
    until: Instant | None = None
    goes_at: Instant | None = None
    why: str | None = None
    because: str | None = None
    outdated: bool = False
    subject: str | None = None
    attempts: int = 0
    sent_at: Instant | None = None
    together: tuple[Together, ...] = ()

    @property
    def waits(self) -> bool:
        """Tells whether it waits with its journey, held or released."""
        return self.status in _WAIT

    def goes(self, now: Instant) -> str | None:
        """Says when it goes, on its reader's clock: `goes today 15:00 in Vienna`; None: it went, or nobody knows."""
        if self.goes_at is None or self.timezone is None:
            return None
        if self.why != HoldReason.RELEASE:
            return Departure(self.goes_at, self.timezone).sentence(now)
        if self.goes_at <= now:
            return "goes at once if it is released"
        return f"{Departure(self.goes_at, self.timezone).sentence(now)} if it is released now"

    @property
    def goes_with(self) -> str | None:
        """Says what goes in the same mail, in words; None: nothing."""
        if not self.together:
            return None
        condition = ", if all are released" if self.why == HoldReason.RELEASE else ""
        return f"one mail with {listing([quoted(each.about) for each in self.together])}{condition}"

    def to_json(self) -> dict[str, Any]:
        instants = {"until": self.until, "goes_at": self.goes_at, "sent_at": self.sent_at}
        texts = {name: optional_text(at) for name, at in instants.items()}
        return {**asdict(self), "at": text(self.at), **texts}


@dataclass(frozen=True, slots=True)
class MailPage:
    """A page of messages, with the places where its neighbours begin."""

    lines: tuple[MailLine, ...]
    previous: Cursor | None
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class MailFilter:
    """Which messages; None: any. Without a status, those that wait."""

    status: MailStatus = MailStatus.HELD
    customer: str | None = None
    map: str | None = None
    template: str | None = None
    why: HoldReason | None = None
    cause: FailureCause | None = None

    @property
    def held(self) -> HeldFilter:
        is_released = self.status is MailStatus.RELEASED
        return HeldFilter(self.customer, self.map, self.template, self.why, is_released)


async def mail_page(
    context: IntakeContext, wanted: MailFilter, zone: str, *, cursor: Cursor | None = None, limit: int = 50
) -> MailPage:
    """Returns a page of messages: of those that wait the longest first, of others the latest.

    Raises:
        InvalidCursorError: the cursor is none of this list.
    """
    async with context.store.reading() as session:
        if wanted.status in _WAIT:
            held = await held_mail.page(session, wanted.held, cursor=cursor, limit=limit)
        else:
            left = await messages.outbox(
                session,
                customer=wanted.customer,
                status=MessageStatus(wanted.status),
                map_id=wanted.map,
                template=wanted.template,
                cause=wanted.cause,
                cursor=cursor,
                limit=limit,
            )
            return MailPage(tuple(left_line(each) for each in left.lines), left.previous, left.next)
    lines = [line for each in held.lines if (line := await held_line(context, each, zone))]
    return MailPage(tuple(lines), held.previous, held.next)


async def mail_lines(context: IntakeContext, wanted: MailFilter, zone: str, most: int) -> list[MailLine]:
    """Returns the messages of all pages in their order, up to `most`."""
    lines: list[MailLine] = []
    cursor = None
    while len(lines) < most:
        page = await mail_page(context, wanted, zone, cursor=cursor, limit=_PAGE)
        lines += page.lines
        cursor = page.next
        if cursor is None:
            break
    return lines[:most]


async def held_line(context: IntakeContext, line: HeldLine, zone: str) -> MailLine | None:
    """Returns a message that waits; None if its map can't be read, or the message is gone."""
    found: Held | None = None
    outdated = False
    together: tuple[Together, ...] = ()
    recipient: dict[str, Any] = {}
    with suppress(UnreadableVersionError):
        compiled_map = await context.compiled_maps.of(line.journey.version)
        situation = Situation.of(compiled_map, State.from_json(line.journey.state), context.now())
        queued = next((each for each in situation.state.queue if str(each.message) == line.row.message), None)
        if queued is not None:
            say = Wording(compiled_map, zone)
            found, outdated = held_message(situation, queued, say), situation.is_outdated(queued)
            recipient = _recipient(situation, queued)
            others = [each for each in go_together(situation, queued) if each is not queued]
            together = tuple(Together(str(each.message), say.step(each.step)) for each in others)
    if found is None:
        return None
    return MailLine(
        customer=line.row.customer_id,
        customer_name=line.customer_name,
        journey=line.row.journey_id,
        message=line.row.message,
        about=found.title,
        reason=line.row.reason,
        template=line.row.template,
        status=MailStatus.RELEASED if line.row.released else MailStatus.HELD,
        at=line.row.since,
        to=found.to,
        until=found.until,
        why="outdated" if outdated else line.row.why,
        because=found.because,
        outdated=outdated,
        together=together,
        **recipient,
    )


def _recipient(situation: Situation, queued: Queued) -> dict[str, Any]:
    """Returns who gets a message that waits, and when."""
    contact, departure = situation.recipient_of(queued), departure_of(situation, queued)
    return {
        "to_name": contact.name if contact else None,
        "timezone": departure.timezone if departure else None,
        "goes_at": departure.at if departure else None,
    }


def left_line(line: MessageLine) -> MailLine:
    """Returns a message that has left the journey."""
    row = line.message
    cause = FailureCause(row.cause) if row.cause else None
    is_failed = row.status == MessageStatus.FAILED
    because = row.last_error or (CAUSES[cause] if cause else None)
    return MailLine(
        customer=row.customer_id,
        customer_name=line.customer_name,
        journey=row.journey_id,
        message=row.message,
        about=step_of(row.message),
        reason=row.reason,
        template=row.template,
        status=MailStatus(row.status),
        at=row.at,
        to=row.contact,
        why=str(cause) if cause and is_failed else None,
        because=because,
        subject=row.subject,
        attempts=row.attempts,
        sent_at=row.sent_at,
    )
