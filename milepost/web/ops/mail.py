"""Mail: what waits and why, what left and what failed, each with its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from milepost.explain import local_time
from milepost.explain.vocabulary import HELD
from milepost.intake.mail_list import (
    CAUSES,
    MailFilter,
    MailLine,
    MailPage,
    MailStatus,
    held_line,
    left_line,
    mail_page,
)
from milepost.intake.mail_text import NOT_MADE, draft
from milepost.intake.released_together import released_together
from milepost.intake.stored_links import as_previews, in_words
from milepost.planner.enums import HoldReason
from milepost.store import customers, held_mail, journeys, mail_switches, maps, messages
from milepost.store.errors import UnknownMessageError
from milepost.store.held_mail import HeldLine
from milepost.store.keyset import Cursor
from milepost.store.mail_switches import Scope
from milepost.store.messages import FailureCause, MessageLine
from milepost.text import count_of
from milepost.web import forms
from milepost.web.identity import Looking, Person
from milepost.web.ops.plan_preview import preview_path
from milepost.web.pages import render, render_aside, shell, up_to
from milepost.web.problems import ProblemError
from milepost.web.services import Served, Services

router = APIRouter(include_in_schema=False)
PER_PAGE = 50
UNDO_FORM = "undo-release"
"""The kind of the forms that undo what was released in one order."""
_MOST_TURNS = 20
ADDRESS = "/ops/mail"
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data: https:; frame-ancestors 'self'"
)
"""A message is shown without scripts, forms or anything but its own pictures and styles; its links open new pages."""
WORDS = {
    MailStatus.HELD: "Held",
    MailStatus.RELEASED: "Released",
    MailStatus.FAILED: "Failed",
    MailStatus.QUEUED: "On its way",
    MailStatus.SENT: "Sent",
    MailStatus.RETURNED: "Taken back",
}
_Words = tuple[str | None, str | None, str | None]
"""The subject of a message, its text and its HTML."""
WAITING = (MailStatus.HELD, MailStatus.RELEASED)
_TABS = (*WAITING, MailStatus.FAILED, MailStatus.QUEUED, MailStatus.SENT, MailStatus.RETURNED)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The filters of a list, as its address has them."""

    status: MailStatus = MailStatus.HELD
    customer: str = ""
    map: str = ""
    message: str = ""
    why: str = ""

    @property
    def filter(self) -> MailFilter:
        return MailFilter(
            self.status,
            self.customer or None,
            self.map or None,
            self.message or None,
            HoldReason(self.why) if self.why in set(HoldReason) else None,
            FailureCause(self.why) if self.why in set(FailureCause) else None,
        )

    @property
    def is_narrow(self) -> bool:
        return bool(self.customer or self.map or self.message or self.why)

    def address(self, **others: str) -> str:
        """Returns the address of the list with these filters."""
        values = {"status": str(self.status), "customer": self.customer, "map": self.map, "message": self.message}
        query = {name: value for name, value in {**values, "why": self.why, **others}.items() if value}
        return f"{ADDRESS}?{urlencode(query)}"


@router.get("/ops/outbox")
@router.get("/ops/outbox/{rest:path}")
async def outbox(request: Request, rest: str = "") -> Response:
    """The address that this page had before."""
    query = f"?{request.url.query.replace('status=waiting', 'status=held')}" if request.url.query else ""
    return RedirectResponse(f"{ADDRESS}{f'/{rest}' if rest else ''}{query}", 301)


@router.get(ADDRESS)
async def mail(
    request: Request,
    served: Served,
    viewer: Looking,
    *,
    status: str = "",
    customer: str = "",
    map: str = "",  # noqa: A002 - the field's word
    message: str = "",
    why: str = "",
    cursor: str | None = None,
) -> Response:
    """Messages of all customers: those that wait, the longest first, or others, the latest first."""
    tab = MailStatus(status) if status in set(MailStatus) else MailStatus.HELD
    wanted = Narrowed(tab, customer.strip(), map, message.strip(), why)
    zone = await served.zone()
    context, place = served.intake.context, Cursor.read(cursor) if cursor else None
    lines = await mail_page(context, wanted.filter, zone, cursor=place, limit=PER_PAGE)
    page = {
        "wanted": wanted,
        "lines": lines.lines,
        "form": forms.token(served, viewer.session, "mail") if viewer else None,
        "words": WORDS,
        "tabs": _TABS,
        "reasons": CAUSES if tab is MailStatus.FAILED else HELD,
        **await _counts(served, wanted),
        "together": await _released_together(served, viewer, zone),
        "waiting": WAITING,
        "now": served.now(),
        **await _switches(served),
        **_neighbours(wanted, lines),
    }
    return await render_aside("ops/mail.html", page, shell(request, served, viewer, "Mail", "mail", zone=zone))


async def _counts(served: Services, wanted: Narrowed) -> dict[str, Any]:
    async with served.store.reading() as session:
        counts: dict[str, int] = {status: await held_mail.count(session, MailFilter(status).held) for status in WAITING}
        counts |= await messages.count_by_status(session)
        matching = await held_mail.count(session, wanted.filter.held) if wanted.status in WAITING else 0
        texts = await held_mail.count_by_text(session) if wanted.status is MailStatus.HELD else []
        causes = await messages.count_by_cause(session) if wanted.status is MailStatus.FAILED else {}
    shown = {key: up_to(count, messages.MOST_COUNTED) for key, count in counts.items()}
    return {"counts": shown, "matching": matching, "texts": texts, "causes": causes}


async def _switches(served: Services) -> dict[str, Any]:
    """Returns whose mail is held: that of all, of each map, of single customers."""
    async with served.store.reading() as session:
        titles = await maps.titles(session)
        turns = {each.scope: each for each in await mail_switches.current(session)}
        history = await mail_switches.history(session, _MOST_TURNS)
    return {
        "most_first": mail_switches.MOST_FIRST,
        "history": history,
        "titles": titles,
        "all_mail": turns.get(Scope()),
        "maps": [(map_id, title, turns.get(Scope(map=map_id))) for map_id, title in titles.items()],
        "holds_any": any(each.switch.is_held for each in turns.values()),
        "customers": [each for scope, each in turns.items() if scope.customer is not None],
    }


@dataclass(frozen=True, slots=True)
class _ReleasedTogether:
    """What somebody just released in one order, as a line with the form that undoes it; `until` is a clock time."""

    what: str
    by: str | None
    until: str | None
    form: str


async def _released_together(served: Services, viewer: Person | None, zone: str) -> list[_ReleasedTogether]:
    if viewer is None:
        return []
    found = await released_together(served.intake.context)
    return [
        _ReleasedTogether(
            count_of(len(each.releases), "message"),
            each.by,
            None if each.until is None else f"{local_time.local(each.until, zone):%H:%M}",
            forms.token(served, viewer.session, UNDO_FORM, each.order),
        )
        for each in found
    ]


def _neighbours(wanted: Narrowed, page: MailPage) -> dict[str, str | None]:
    return {
        "earlier": wanted.address(cursor=str(page.previous)) if page.previous else None,
        "later": wanted.address(cursor=str(page.next)) if page.next else None,
    }


@router.get(ADDRESS + "/{customer}/{number}/{message:path}")
async def message(
    request: Request, served: Served, viewer: Looking, *, customer: str, number: int, message: str
) -> Response:
    """One message; with `/html` at the end its HTML alone, for the frame on the page."""
    journey, message_id = f"{customer}/{number}", message.removesuffix("/html")
    zone = await served.zone()
    line, written = await _found(served, customer, journey, message_id, zone)
    if message.endswith("/html"):
        if written["html"] is None:
            raise ProblemError(404, "not_found", "This message hasn't been written yet.")
        return _mail(written["html"])
    async with served.store.reading() as session:
        running = await journeys.open_of(session, customer)
    title = written["subject"] or f"(not written yet: {line.template})"
    page = {
        "line": line,
        "words": WORDS,
        "now": served.now(),
        "form": forms.token(served, viewer.session, "mail") if viewer else None,
        "may_fail": running is not None and running.id == journey,
        **written,
    }
    return render("ops/message.html", page, shell(request, served, viewer, title, "mail", zone=zone))


async def _found(
    served: Services, customer: str, journey: str, message_id: str, zone: str
) -> tuple[MailLine, dict[str, Any]]:
    """Returns a message with its text: as it waits, or as it left.

    Raises:
        UnknownMessageError: there is none.
    """
    async with served.store.reading() as session:
        name = (await customers.get_row(session, customer)).name
        found = (await held_mail.find(session, [(customer, message_id)])).get((customer, message_id))
        if found is None or found[1].id != journey:
            row = await messages.get(session, journey, message_id)
            stored = (row.subject, row.text, row.html)
            readable = _readable(stored, row.link, preview_path(served, customer, journey, row.contact))
            return left_line(MessageLine(row, name)), {**readable, "problem": None, "row": row}
    line = await held_line(served.intake.context, HeldLine(*found, name), zone)
    if line is None:
        raise UnknownMessageError(journey, message_id)
    made = await draft(served.intake.context, *found, served.settings.links_begin_with)
    words: _Words = (None, None, None)
    contact = ""
    if made.written is not None:
        words, contact = (made.written.subject, made.written.text, made.written.html), made.written.to_address
    readable = _readable(words, NOT_MADE, preview_path(served, customer, journey, contact))
    return line, {**readable, "problem": made.problem, "row": None}


def _readable(words: _Words, link: str | None, plan: str) -> dict[str, str | None]:
    """Returns a message's subject, text and HTML as colleagues read them: its links lead to a look at the plan."""
    subject, text, html = words
    people = f"{plan.rpartition('/plan/')[0]}?tab=people#people"
    return {
        "subject": None if subject is None else in_words(subject, link),
        "text": None if text is None else in_words(text, link),
        "html": None if html is None else as_previews(html, link, plan=plan, people=people),
    }


def _mail(html: str) -> Response:
    """Returns the HTML of a message for a frame; its links open outside of it."""
    framed = html.replace("<head>", '<head><base target="_blank">', 1)
    return HTMLResponse(framed, headers={"content-security-policy": MAIL_POLICY, "x-frame-options": "SAMEORIGIN"})
