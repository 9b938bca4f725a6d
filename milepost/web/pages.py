"""From a page's context to HTML: the templates, and what stands around every page."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, RedirectResponse, Response

from milepost.explain import local_time
from milepost.explain.sentences import number, spaced
from milepost.web.identity import Person
from milepost.web.services import Services

HERE = Path(__file__).parent
STATIC = HERE / "static"

TOLD = {
    "noted": "Noted. Thank you.",
    "again": "That was noted before; nothing was done twice.",
    "later": "It is written down. The engine can't be reached right now; it takes it in as soon as it is back.",
    "kept": "It is written down. The journey has ended meanwhile, so nothing follows from it.",
    "reviewed": "Noted. The next review counts from now.",
    "closed": "That was closed meanwhile; nothing has changed.",
}
"""What a page says after a form, by the word in its address: no text of a stranger's link is ever shown."""


@dataclass(frozen=True, slots=True)
class Shell:
    """What stands around a colleague's page. `now` is said where journeys run in rehearsal, faster than the clock."""

    title: str
    person: str | None
    place: str
    now: str | None
    told: str | None


def shell(request: Request, served: Services, person: Person | None, title: str, place: str, *, zone: str) -> Shell:
    """What stands around a page; `place` is the entry of the menu that it belongs to."""
    now = served.now()
    said = f"{local_time.time_of(now, zone)}, {local_time.zone_text(zone, now)}" if served.speed != 1.0 else None
    return Shell(title, person.address if person else None, place, said, told(request))


def told(request: Request) -> str | None:
    """What to say after the form that led here."""
    return TOLD.get(request.query_params.get("told", ""))


def render(template: str, page: Any, around: Shell | None = None, status: int = 200) -> HTMLResponse:
    """The page of a template and its context."""
    html = templates().get_template(template).render(page=page, shell=around)
    return HTMLResponse(html, status)


def back_to(path: str, word: str = "noted", anchor: str = "") -> Response:
    """After a form: to a page that can be reloaded without sending the form again."""
    mark = "&" if "?" in path else "?"
    return RedirectResponse(f"{path}{mark}told={word}" + (f"#{anchor}" if anchor else ""), 303)


@cache
def templates() -> Environment:
    made = Environment(
        loader=PackageLoader("milepost.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = static_url
    made.filters.update(
        day=local_time.day_of,
        time=local_time.time_of,
        zone=local_time.zone_text,
        spaced=spaced,
        number=number,
        code=_code,
    )
    return made


def _code(text: str) -> Markup:
    """Text with what stands between backticks as code."""
    parts = [f"<code>{escape(part)}</code>" if at % 2 else str(escape(part)) for at, part in enumerate(text.split("`"))]
    return Markup("".join(parts))  # noqa: S704 - every part is escaped


@cache
def static_url(name: str) -> str:
    """The address of a file in `static/`, with a mark of its content: it may be kept for a year."""
    mark = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={mark}"
