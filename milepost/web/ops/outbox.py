"""The outbox: every message with its text and its delivery."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from milepost.explain.held_messages import Held, held_messages
from milepost.explain.sentences import Wording
from milepost.planner.situation import Situation
from milepost.planner.state import State
from milepost.store import customers, messages
from milepost.store.errors import UnreadableVersionError
from milepost.store.keyset import Cursor
from milepost.store.messages import HoldingPage, MessageStatus, Outbox
from milepost.store.tables import JourneyRow
from milepost.web.identity import Looking
from milepost.web.pages import render, render_aside, shell, up_to
from milepost.web.problems import ProblemError
from milepost.web.services import Served, Services

router = APIRouter(prefix="/ops/outbox", include_in_schema=False)
PER_PAGE = 50
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data: https:; frame-ancestors 'self'"
)
"""A message is shown without scripts, forms or anything but its own pictures and styles; its links open new pages."""
WAITING = "waiting"
_WORDS = {MessageStatus.QUEUED: "On its way", MessageStatus.SENT: "Sent", MessageStatus.FAILED: "Failed"}


@router.get("")
async def outbox(
    request: Request, served: Served, viewer: Looking, status: str = "", cursor: str | None = None
) -> Response:
    """Messages of all customers, the newest first."""
    is_waiting, place = status == WAITING, Cursor.read(cursor) if cursor else None
    wanted = MessageStatus(status) if status in set(MessageStatus) else None
    zone = await served.zone()
    async with served.store.reading() as session:
        counts = await messages.count_by_status(session)
        waits = await messages.count_held(session)
        lines: Outbox | HoldingPage
        if is_waiting:
            lines = await messages.holding_journeys(session, cursor=place, limit=PER_PAGE)
        else:
            lines = await messages.outbox(session, status=wanted, cursor=place, limit=PER_PAGE)
    page = {
        "lines": lines.lines if isinstance(lines, Outbox) else (),
        "held": await _held(served, lines, zone) if isinstance(lines, HoldingPage) else (),
        "waits": waits,
        "status": WAITING if is_waiting else wanted or "",
        "words": _WORDS,
        "counts": {key: up_to(count, messages.MOST_COUNTED) for key, count in counts.items()},
        "earlier": _address(status, lines.previous),
        "later": _address(status, lines.next),
    }
    return await render_aside("ops/outbox.html", page, shell(request, served, viewer, "Outbox", "outbox", zone=zone))


@router.get("/{customer}/{number}/{message:path}")
async def message(
    request: Request, served: Served, viewer: Looking, *, customer: str, number: int, message: str
) -> Response:
    """One message; with `/html` at the end its HTML alone, for the frame on the page."""
    async with served.store.reading() as session:
        row = await messages.get(session, f"{customer}/{number}", message.removesuffix("/html"))
        name = (await customers.get_row(session, customer)).name
    if message.endswith("/html"):
        if row.html is None:
            raise ProblemError(404, "not_found", "This message hasn't been written yet.")
        return _mail(row.html)
    zone = await served.zone()
    title = row.subject or f"(not written yet: {row.template})"
    page = {"message": row, "customer_name": name, "words": _WORDS}
    return render("ops/message.html", page, shell(request, served, viewer, title, "outbox", zone=zone))


def _mail(html: str) -> Response:
    """Returns the HTML of a message for a frame; its links open outside of it."""
    framed = html.replace("<head>", '<head><base target="_blank">', 1)
    return HTMLResponse(framed, headers={"content-security-policy": MAIL_POLICY, "x-frame-options": "SAMEORIGIN"})


def _address(status: str, cursor: Cursor | None) -> str | None:
    """Returns the address of another page of the same list; None where there is none."""
    return None if cursor is None else "/ops/outbox?" + urlencode({"status": status, "cursor": str(cursor)})


async def _held(served: Services, page: HoldingPage, zone: str) -> list[tuple[JourneyRow, str, Held]]:
    """Returns the messages that these journeys hold back, with the customers' names."""
    lines = []
    for row, name in page.journeys:
        with suppress(UnreadableVersionError):
            compiled_map = await served.compiled_maps.of(row.version)
            situation = Situation.of(compiled_map, State.from_json(row.state), served.now())
            lines += [(row, name, each) for each in held_messages(situation, Wording(compiled_map, zone))]
    return lines
