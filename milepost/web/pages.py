"""Renders pages: the templates, and the frame around every page of a colleague."""

from __future__ import annotations

import asyncio
import hashlib
from functools import cache, partial
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, RedirectResponse, Response

from milepost.explain import local_time
from milepost.explain.people_names import colleague_name, initials_of, person_or_terminal
from milepost.explain.sentences import short_hash, spaced
from milepost.planner.instants import Instant
from milepost.roles import Role
from milepost.text import number
from milepost.translations.reader import ENGLISH, Reader, translatable
from milepost.translations.templates import translate_by_reader
from milepost.web.brand_urls import logo_url, stylesheet_url
from milepost.web.demo_bar import demo_bar
from milepost.web.doors import needed_for
from milepost.web.identity import Person
from milepost.web.services import Services

STATIC = Path(__file__).parent / "static"

Values = dict[str, Any]

NOTICES = {
    "noted": translatable("Noted. Thank you."),
    "again": translatable("That was noted before; nothing was done twice."),
    "later": "It is written down. The engine can't be reached right now; this takes effect as soon as it is back.",
    "kept": "It is written down. The journey has ended in the meantime, so nothing else happens.",
    "mail": "Done. What was released goes in the contact's hours.",
    "released": "Released. It leaves in the contact's hours, and until it has left you can take it back.",
    "release_undone": "Undone. What was released waits again.",
    "switched": "Done. Journeys hear of it within seconds.",
    "reviewed": "Noted. The next review counts from now.",
    "asked": translatable("Thank you. You will find our answer here; until then we won't remind you of this."),
    "saved": translatable("Saved. What you typed is here when you come back; nothing is sent yet."),
    "chosen": translatable("Saved. Your choice counts from now on."),
    "view_saved": "Saved. You find it among your views.",
    "view_forgotten": "The view is gone. The customers in it stay as they are.",
    "views_full": "Nothing was saved: you keep as many views as there is room for. Delete one first.",
    "as_it_was": "That is how it was already; nothing has changed.",
    "as_before_theirs": "That is what they get already; nothing has changed.",
    "as_before": translatable("That is what you get already; nothing has changed."),
    "merged": "The two records are one now. What is still told under the other id comes here.",
    "renamed": "The customer has its new id. What is still told under the old one comes here.",
    "away": "Noted. The tasks go to the delegate and come back by themselves.",
    "named": "Saved. It counts from now on.",
    "left": "Noted. They are signed out and can't sign in again.",
    "key_ended": "The key has ended. Whoever has it gets no answer any more.",
    "returned": "Noted. They are a colleague again.",
    "back": "Noted. The absence is over, and the tasks are back.",
    "handed_on": "Handed over. It is on their desk now.",
    "handed_to_stranger": "Handed over, to an address under which nobody works here. Undo it if that was a slip.",
    "nothing_saved": "You were signed out in the meantime, so nothing was saved. Sign in, then send it again.",
    "note_kept": "That was closed in the meantime. Your note is kept on the customer's timeline.",
    "handed_over": "Handed over. Everything that moved is on this desk now.",
    "nothing_to_hand_over": "There was nothing left to hand over.",
    "agreement_mailed": "The mail is on its way to everybody who is part of it.",
    "nothing_typed": "Nothing was changed, so nothing was saved.",
    "agreed": translatable("Thank you. Your yes is noted."),
    "proposed": translatable("Thank you. Your proposal is with us; you will hear from us."),
    "agreement_changed": translatable("Something changed in the meantime, so nothing was sent. Please look again."),
    "taken": "Taken. They are on your desk now.",
    "nobody_chosen": "Nobody was chosen. Choose at least one colleague.",
    "shared_out": "Shared out. Each has theirs on the desk now.",
    "shared_in_part": "Shared out, but for what somebody has taken or closed meanwhile, or nobody has hours left for.",
    "not_shared": "Nothing was shared out: nobody who was chosen has hours left, or others have taken it all.",
    "taken_in_part": "Taken, but for what somebody else has taken or closed in the meantime.",
    "taken_before": "Somebody else has taken or closed these in the meantime; nothing has changed.",
    "undone": translatable("Undone, as if it had not been done."),
    "undone_before": "It has been taken back already; nothing was done twice. The history says by whom.",
    "undone_in_part": "Undone where that was still possible; the others have moved on.",
    "too_late": "The time for undoing is over; nothing has changed.",
    "undo_over": translatable("That can no longer be taken back. Please write to the person who looks after you."),
    "shared": translatable("Here is your link. Whoever has it sees these results and nothing else."),
    "feed_made": "Here is your address. If you had one before, that opens nothing any more.",
    "feed_ended": "The address opens nothing any more; the calendar in your program stays empty.",
    "published": "Published. New customers begin on it from now on.",
    "published_not_moved": "Published, and nobody is moved: another rollout of this map isn't over yet.",
    "thrown_away": "Thrown away. Nothing was published.",
    "rollout_moved_on": "It had moved on in the meantime, so nothing was changed. This is how it stands now.",
    "not_mine": "Done. The customer is told where to turn, and the task is closed.",
    "morning_chosen": "Saved. The first mail comes on the next of these mornings, if there is something to tell.",
    "morning_ended": "Saved. No morning mail comes any more.",
    "chat_chosen": "Saved. Send a test to see that it works.",
    "chat_works": "Your chat answered that it has the message. Look there.",
    "chat_ended": "Saved. Nothing is posted to a chat any more, and its address is deleted.",
    "wall_shared": "Here is the link. Whoever has it sees this picture with its numbers, and nothing else.",
    "share_ended": translatable("The link opens nothing any more."),
    "file_deleted": "Its content is deleted; its name, size and hash are kept.",
    "message_failed": "Noted. The message counts as failed, and a colleague has a task to reach the person otherwise.",
    "voided": "The link is void: it opens nothing any more.",
    "void_before": "That link was void before; nothing has changed.",
    "stopped": "Stopped. What was imported by then stays; nothing else begins.",
    "closed": translatable("That was closed in the meantime; nothing has changed."),
}
"""Notices after a form, by the key in the page's address: no text of somebody else's link is ever shown."""
_NOTICES_FOR_CUSTOMERS = {
    "later": translatable("It is written down, and takes effect within a few minutes."),
    "kept": translatable("It is written down. The plan has ended in the meantime, so nothing else happens."),
}
"""What customers are told instead, who know nothing of engines and journeys."""


def shell(
    request: Request,
    served: Services,
    person: Person | None,
    title: str,
    place: str,
    *,
    zone: str,
    live_every: int | None = None,
) -> Values:
    """Returns the frame around a colleague's page, which comes anew every so many seconds where it is live.

    `place` is its entry in the menu; `zone` is the IANA name of the zone that its times are in. The journeys' time is
    shown where they run faster than the clock.
    """
    now = served.now()
    zone_text = local_time.zone_text(zone, now)
    return {
        "title": title,
        "person": person.address if person else None,
        "may": partial(_may, person.role if person else Role.ADMIN),
        "place": place,
        "zone": zone,
        "zone_text": zone_text,
        "now": f"{local_time.time_of(now, zone)}, {zone_text}" if served.is_hurried else None,
        "demo": demo_bar(request, served, zone),
        "notice": notice(request),
        "live_every": live_every,
        "undo": (),
    }


def _may(role: Role, method: str, path: str) -> bool:
    """Returns whether a role may do what is at an address, as `doors.DOORS` writes it."""
    return role.includes(needed_for(method, path))


def notice(request: Request) -> str | None:
    """Returns the notice about the form that led here."""
    return NOTICES.get(_told(request))


def notice_for(reader: Reader, request: Request) -> str | None:
    """Returns the notice about the form that led a customer here, in their language."""
    text = _NOTICES_FOR_CUSTOMERS.get(_told(request)) or NOTICES.get(_told(request))
    return None if text is None else reader.gettext(text)


def _told(request: Request) -> str:
    return request.query_params.get("told", "")


def render(template: str, page: Any, around: Values | None = None, status: int = 200) -> HTMLResponse:
    """Renders a template of colleagues with its page."""
    html = templates().get_template(template).render(page=page, shell=around, reader=ENGLISH)
    return HTMLResponse(html, status)


def render_for(served: Services, reader: Reader, template: str, page: Any, status: int = 200) -> HTMLResponse:
    """Renders a template of customers in the reader's language, with the name, colour and logo of the company.

    Its words are those of `{% trans %}` and `_()`, its dates and numbers those of `reader`; macros with words need
    `{% from ... import ... with context %}`.
    """
    values = {"page": page, "reader": reader, "brand": served.brand, "is_demo": served.demo is not None}
    html = templates().get_template(template).render(values)
    return HTMLResponse(html, status)


async def render_aside(template: str, page: Any, around: Values | None = None, status: int = 200) -> HTMLResponse:
    """Renders a template whose page takes a while in a thread, so that others are answered meanwhile."""
    return await asyncio.to_thread(render, template, page, around, status)


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
        extensions=["jinja2.ext.i18n"],
    )
    translate_by_reader(environment)
    environment.globals["static"] = static_url
    environment.globals["stylesheet_url"] = stylesheet_url
    environment.globals["logo_url"] = logo_url
    environment.filters.update(
        time=_time,
        due_time=_due_time,
        due_day=_due_day,
        agreed_time=_agreed_time,
        short_hash=short_hash,
        spaced=spaced,
        number=number,
        grouped="{:,}".format,
        code=_code,
        colleague=colleague_name,
        who_at=person_or_terminal,
        initials=initials_of,
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


@pass_context
def _due_day(context: Context, due: Instant | None) -> str:
    """Returns the local day of a due date, such as `6 Mar`; nothing for none."""
    if due is None:
        return ""
    day = local_time.due_date(due, context["shell"]["zone"])
    return f"{day.day} {day:%b}"


@pass_context
def _agreed_time(context: Context, at: Instant, minutes: int | None) -> str:
    """Returns the local date and time that people agreed on, with its zone and how long it takes."""
    return local_time.agreed_time_of(at, minutes, context["shell"]["zone"])


def _code(text: str) -> Markup:
    """Shows the text between backticks as code."""
    parts = [f"<code>{escape(part)}</code>" if at % 2 else str(escape(part)) for at, part in enumerate(text.split("`"))]
    return Markup("".join(parts))  # noqa: S704 - every part is escaped


@cache
def static_url(name: str) -> str:
    """Returns the address of a file in `static/` with a hash of its content, so that it can be cached for a year."""
    mark = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={mark}"
