"""Lays out rendered messages as mails: HTML frame, preview line, and a hint about replies."""

from __future__ import annotations

import re
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from milepost.brand.brand import UNBRANDED, Brand
from milepost.language.templates.renderer import Rendered
from milepost.translations.reader import Reader, direction_of, translatable

_PREVIEW = 140
_BUTTON = 'class="button"'
_ADDRESS = re.compile(r"\s*\(https?://[^\s)]+\)")


class Importance(StrEnum):
    """How a message counts for people who want less mail: essential mail and requests still reach them."""

    ORDINARY = "ordinary"
    REQUEST = "request"
    ESSENTIAL = "essential"


_WHY = {
    Importance.REQUEST: translatable(
        "We ask this even if you chose fewer mails: only what you confirm counts as a result."
    ),
    Importance.ESSENTIAL: translatable(
        "This mail comes even if you chose fewer mails: it is about something that you need to know."
    ),
}


def lay_out(
    rendered: Rendered,
    reader: Reader,
    *,
    colleague_name: str,
    colleague_address: str | None,
    plan_url: str,
    preferences_url: str,
    importance: Importance = Importance.ORDINARY,
    stand_in: str = "",
    booking_link: str | None = None,
    brand: Brand = UNBRANDED,
) -> Rendered:
    """Returns the message with its footer for `reader`, and its HTML as a whole document; replies go to the colleague.

    The document has the name and the colour of `brand`, and no picture: see docs/decisions/0057. A letter without a
    button gets one that leads to the plan. The footer leads to the reader's preferences; of what people get who chose
    fewer mails it says why.
    """
    reply = (
        reader.gettext("Just reply to this mail to reach %(name)s.", name=colleague_name) if colleague_address else ""
    )
    reply = " ".join(part for part in (stand_in, reply) if part)
    plan, why = reader.gettext("Your shared plan"), reader.gettext(_WHY[importance]) if importance in _WHY else ""
    preferences = reader.gettext("Which mails you get") if why else reader.gettext("Fewer mails, or none")
    book = reader.gettext("Book a time with %(name)s", name=colleague_name) if booking_link else ""
    lines = (reply, book and f"{book}: {booking_link}", f"{plan}: {plan_url}", why, f"{preferences}: {preferences_url}")
    footer = "\n".join(filter(None, lines))
    html = _layout().render(
        subject=rendered.subject,
        brand=brand,
        body=Markup(rendered.html),  # noqa: S704 - made from Markdown, with every value escaped
        language=rendered.language,
        direction=direction_of(rendered.language),
        preview=" ".join(_ADDRESS.sub("", rendered.text).split())[:_PREVIEW],
        reply=reply,
        book=book,
        booking_link=booking_link,
        has_button=_BUTTON in rendered.html,
        plan=plan,
        plan_url=plan_url,
        why=why,
        preferences=preferences,
        preferences_url=preferences_url,
    )
    return replace(rendered, text=f"{rendered.text.rstrip()}\n\n-- \n{footer}\n", html=html)


@lru_cache(maxsize=1)
def _layout() -> Template:
    loader = PackageLoader("milepost.channels", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True).get_template(
        "mail.html",
    )
