"""The outbox: every message with its text and its delivery."""

from __future__ import annotations

from contextlib import suppress

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from milepost.explain.held_messages import Held, held_messages
from milepost.explain.sentences import Wording
from milepost.planner.situation import Situation
from milepost.planner.state import State
from milepost.store import customers, messages
from milepost.store.errors import UnreadableVersionError
from milepost.store.messages import MessageStatus
from milepost.store.tables import JourneyRow
from milepost.web.identity import Looking
from milepost.web.pages import render, shell
from milepost.web.problems import ProblemError
from milepost.web.services import Served, Services

router = APIRouter(prefix="/ops/outbox", include_in_schema=False)
PER_PAGE = 50
MOST_HELD = 50  # journeys whose messages are shown
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data: https:; frame-ancestors 'self'"
)
"""A message is shown without scripts, forms or anything but its own pictures and styles; its links open new pages."""
WAITING = "waiting"
_WORDS = {MessageStatus.QUEUED: "On its way", MessageStatus.SENT: "Sent", MessageStatus.FAILED: "Failed"}


@router.get("")
async def outbox(request: Request, served: Served, viewer: Looking) -> Response:
    """Messages of all customers, the newest first."""
    wanted_status = request.query_params.get("status", "")
    status = MessageStatus(wanted_status) if wanted_status in set(MessageStatus) else None
    number = _page(request.query_params.get("page", "1"))
    async with served.store.reading() as session:
        outbox_page = await messages.outbox(session, status=status, offset=(number - 1) * PER_PAGE, limit=PER_PAGE)
        counts = await messages.count_by_status(session)
        waits = await messages.count_waiting(session)
    zone = await served.zone()
    page = {
        "lines": () if wanted_status == WAITING else outbox_page.lines,
        "held": await _held(served, zone) if wanted_status == WAITING else (),
        "waits": waits,
        "status": WAITING if wanted_status == WAITING else status or "",
        "words": _WORDS,
        "counts": counts,
        "earlier": _address(status, number - 1) if number > 1 else None,
        "later": _address(status, number + 1) if outbox_page.has_more else None,
    }
    return render("ops/outbox.html", page, shell(request, served, viewer, "Outbox", "outbox", zone=zone))


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


def _page(text: str) -> int:
    return min(int(text), 1_000_000) if text.isdecimal() and len(text) < 8 and int(text) > 0 else 1  # noqa: PLR2004


def _address(status: MessageStatus | None, page: int) -> str:
    return f"/ops/outbox?page={page}" + (f"&status={status}" if status else "")


async def _held(served: Services, zone: str) -> list[tuple[JourneyRow, str, Held]]:
    """Returns the messages that are held back in the journeys that move next, with the customers' names."""
    async with served.store.reading() as session:
        rows = await messages.waiting_journeys(session, limit=MOST_HELD)
    lines = []
    for row, name in rows:
        with suppress(UnreadableVersionError):
            compiled_map = await served.compiled_maps.of(row.version)
            situation = Situation.of(compiled_map, State.from_json(row.state), served.now())
            lines += [(row, name, each) for each in held_messages(situation, Wording(compiled_map, zone))]
    return lines
