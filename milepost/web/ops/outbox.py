"""The outbox: every message with its text and its delivery."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from milepost.explain import local_time
from milepost.explain.sentences import spaced
from milepost.store import messages
from milepost.store.messages import MessageLine, MessageStatus
from milepost.web.identity import Looking
from milepost.web.ops.held_messages import Waiting, waiting
from milepost.web.pages import render, shell
from milepost.web.problems import ProblemError
from milepost.web.services import Served
from milepost.web.zones import ours

router = APIRouter(prefix="/ops/outbox", include_in_schema=False)
PER_PAGE = 50
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data: https:; frame-ancestors 'self'"
)
"""A message is shown without scripts, forms or anything but its own pictures and styles; its links open new pages."""
WAITING = "waiting"
_WORDS = {MessageStatus.QUEUED: "On its way", MessageStatus.SENT: "Sent", MessageStatus.FAILED: "Failed"}


@dataclass(frozen=True, slots=True)
class Line:
    """A message in the list."""

    address: str
    time: str
    customer: str
    customer_name: str
    contact: str
    subject: str
    reason: str
    status: str
    said: str
    attempts: int


@dataclass(frozen=True, slots=True)
class OutboxPage:
    """The list; `waiting` is filled if those are asked for, `waits` always counts them."""

    lines: tuple[Line, ...]
    waiting: tuple[Waiting, ...]
    waits: int
    total: int
    status: str
    counts: tuple[tuple[str, str, int], ...]
    earlier: str | None
    later: str | None
    zone: str


@dataclass(frozen=True, slots=True)
class MessagePage:
    """One message."""

    line: Line
    text: str | None
    html: str | None
    error: str | None
    channel: str | None
    sent: str | None
    zone: str


@router.get("")
async def outbox(request: Request, served: Served, viewer: Looking) -> Response:
    """Messages of all customers, the newest first."""
    asked = request.query_params.get("status", "")
    status = MessageStatus(asked) if asked in set(MessageStatus) else None
    number = _page(request.query_params.get("page", "1"))
    async with served.store.reading() as session:
        found = await messages.outbox(session, status=status, offset=(number - 1) * PER_PAGE, limit=PER_PAGE)
        counts = await messages.count_by_status(session)
        waits = await messages.count_waiting(session)
    zone = await ours(served)
    page = OutboxPage(
        lines=() if asked == WAITING else tuple(_line(line, zone) for line in found.lines),
        waiting=await waiting(served, zone) if asked == WAITING else (),
        waits=waits,
        total=found.total,
        status=WAITING if asked == WAITING else status or "",
        counts=tuple((key, said, counts.get(key, 0)) for key, said in _WORDS.items()),
        earlier=_address(status, number - 1) if number > 1 else None,
        later=_address(status, number + 1) if found.offset + len(found.lines) < found.total else None,
        zone=local_time.zone_text(zone, served.now()),
    )
    return render("ops/outbox.html", page, shell(request, served, viewer, "Outbox", "outbox", zone=zone))


@router.get("/{customer}/{number}/{message:path}")
async def message(
    request: Request, served: Served, viewer: Looking, *, customer: str, number: int, message: str
) -> Response:
    """One message; with `/html` at the end its HTML alone, for the frame on the page."""
    alone = message.endswith("/html")
    journey, name = f"{customer}/{number}", message.removesuffix("/html")
    async with served.store.reading() as session:
        row = await messages.get(session, journey, name)
        found = await messages.outbox(session, customer=customer, limit=1)
    customer_name = found.lines[0].customer_name if found.lines else customer
    if alone:
        if row.html is None:
            raise ProblemError(404, "not_found", "This message hasn't been written yet.")
        return _mail(row.html)
    zone = await ours(served)
    line = _line(MessageLine(row, customer_name), zone)
    page = MessagePage(
        line=line,
        text=row.text,
        html=f"{line.address}/html" if row.html else None,
        error=row.last_error,
        channel=row.channel,
        sent=local_time.time_of(row.sent_at, zone) if row.sent_at is not None else None,
        zone=local_time.zone_text(zone, served.now()),
    )
    return render("ops/message.html", page, shell(request, served, viewer, line.subject, "outbox", zone=zone))


def _mail(html: str) -> Response:
    """Returns the HTML of a message for a frame; its links open outside of it."""
    framed = html.replace("<head>", '<head><base target="_blank">', 1)
    return HTMLResponse(framed, headers={"content-security-policy": MAIL_POLICY, "x-frame-options": "SAMEORIGIN"})


def _line(found: MessageLine, zone: str) -> Line:
    row = found.message
    return Line(
        address=f"/ops/outbox/{row.journey_id}/{row.message}",
        time=local_time.time_of(row.at, zone),
        customer=row.customer_id,
        customer_name=found.customer_name,
        contact=row.contact,
        subject=row.subject or f"(not written yet: {row.template})",
        reason=spaced(row.reason),
        status=row.status,
        said=_WORDS[MessageStatus(row.status)],
        attempts=row.attempts,
    )


def _page(given: str) -> int:
    return min(int(given), 1_000_000) if given.isdecimal() and len(given) < 8 and int(given) > 0 else 1  # noqa: PLR2004


def _address(status: MessageStatus | None, page: int) -> str:
    return f"/ops/outbox?page={page}" + (f"&status={status}" if status else "")
