"""Renders pages: the templates, and the frame around every page of a colleague."""

from __future__ import annotations

import asyncio
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, RedirectResponse, Response

from milepost.explain import local_time
from milepost.explain.sentences import number, short_hash, spaced
from milepost.planner.instants import Instant
from milepost.web.identity import Person
from milepost.web.services import Services

STATIC = Path(__file__).parent / "static"

Values = dict[str, Any]

NOTICES = {
    "noted": "Noted. Thank you.",
    "again": "That was noted before; nothing was done twice.",
    "later": "It is written down. The engine can't be reached right now; this takes effect as soon as it is back.",
    "kept": "It is written down. The journey has ended in the meantime, so nothing else happens.",
    "mail": "Done. What was released goes in the contact's hours.",
    "switched": "Done. Journeys hear of it within seconds.",
    "reviewed": "Noted. The next review counts from now.",
    "chosen": "Saved. Your choice counts from now on.",
    "as_before_theirs": "That is what they get already; nothing has changed.",
    "as_before": "That is what you get already; nothing has changed.",
    "merged": "The two records are one now. What is still told under the other id comes here.",
    "renamed": "The customer has its new id. What is still told under the old one comes here.",
    "away": "Noted. The tasks go to the delegate and come back by themselves.",
    "back": "Noted. The absence is over, and the tasks are back.",
    "handed_over": "Handed over. Everything that moved is on this desk now.",
    "nothing_to_hand_over": "There was nothing left to hand over.",
    "undone": "Undone, as if it had not been done.",
    "undo_over": "That can no longer be taken back. Please write to the person who looks after you.",
    "stopped": "Stopped. What was imported by then stays; nothing else begins.",
    "closed": "That was closed in the meantime; nothing has changed.",
}
"""Notices after a form, by the key in the page's address: no text of somebody else's link is ever shown."""


def shell(request: Request, served: Services, person: Person | None, title: str, place: str, *, zone: str) -> Values:
    """Returns the frame around a colleague's page.

    `place` is its entry in the menu; `zone` is the IANA name of the zone that its times are in. The journeys' time is
    shown where they run faster than the clock.
    """
    now = served.now()
    zone_text = local_time.zone_text(zone, now)
    return {
        "title": title,
        "person": person.address if person else None,
        "place": place,
        "zone": zone,
        "zone_text": zone_text,
        "now": f"{local_time.time_of(now, zone)}, {zone_text}" if served.speed != 1.0 else None,
        "notice": notice(request),
        "undo": (),
    }


def notice(request: Request) -> str | None:
    """Returns the notice about the form that led here."""
    return NOTICES.get(request.query_params.get("told", ""))


def render(template: str, page: Any, around: Values | None = None, status: int = 200) -> HTMLResponse:
    """Renders a template with its page."""
    html = templates().get_template(template).render(page=page, shell=around)
    return HTMLResponse(html, status)


async def render_aside(template: str, page: Any, around: Values | None = None) -> HTMLResponse:
    """Renders a template whose page takes a while in a thread, so that others are answered meanwhile."""
    return await asyncio.to_thread(render, template, page, around)


def back_to(path: str, notice_key: str = "noted", anchor: str = "") -> Response:
    """Redirects after a form to a page that can be reloaded without sending the form again."""
    mark = "&" if "?" in path else "?"
    return RedirectResponse(f"{path}{mark}told={notice_key}" + (f"#{anchor}" if anchor else ""), 303)


def up_to(count: int, most: int) -> str:
    """Returns a count that went no further than `most`: `873`, or `1,000+`."""
    return f"{count:,}" if count < most else f"{most:,}+"


@cache
def templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("milepost.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["static"] = static_url
    environment.filters.update(
        time=_time, due_time=_due_time, short_hash=short_hash, spaced=spaced, number=number, code=_code
    )
    return environment


@pass_context
def _time(context: Context, at: Instant | None) -> str:
    """Returns the local date and time of an instant in the zone of the page; nothing for none."""
    return "" if at is None else local_time.time_of(at, context["shell"]["zone"])


@pass_context
def _due_time(context: Context, due: Instant | None) -> str:
    """Returns the local date and time of a due date, midnight as the end of its day; nothing for none."""
    return "" if due is None else local_time.due_time_of(due, context["shell"]["zone"])


def _code(text: str) -> Markup:
    """Shows the text between backticks as code."""
    parts = [f"<code>{escape(part)}</code>" if at % 2 else str(escape(part)) for at, part in enumerate(text.split("`"))]
    return Markup("".join(parts))  # noqa: S704 - every part is escaped


@cache
def static_url(name: str) -> str:
    """Returns the address of a file in `static/` with a hash of its content, so that it can be cached for a year."""
    mark = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={mark}"
