"""Lays out rendered messages as mails: HTML frame, preview line, and a hint about replies."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from milepost.language.templates.renderer import Rendered

_PREVIEW = 140
_ADDRESS = re.compile(r"\s*\(https?://[^\s)]+\)")
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


_TEXTS = {
    "de": ("Antworten Sie einfach auf diese Mail, um {name} zu erreichen.", "Ihr gemeinsamer Plan"),
    "en": ("Just reply to this mail to reach {name}.", "Your shared plan"),
    "es": ("Responda a este correo para hablar con {name}.", "Su plan compartido"),
    "fr": ("Répondez simplement à ce message pour joindre {name}.", "Votre plan partagé"),
    "it": ("Risponda a questa e-mail per contattare {name}.", "Il vostro piano condiviso"),
    "nl": ("Beantwoord deze mail om {name} te bereiken.", "Uw gezamenlijke plan"),
    "pt": ("Responda a este e-mail para falar com {name}.", "O seu plano partilhado"),
}
"""The hint about replies, where `{name}` is the colleague's name, and the title of the plan's link, by language."""


def lay_out(rendered: Rendered, *, colleague_name: str, colleague_address: str | None, plan_url: str) -> Rendered:
    """Returns the message with its footer, and its HTML as a whole document; replies go to the colleague."""
    language = rendered.language.split("-")[0]
    reply_hint, plan_title = _TEXTS.get(language, _TEXTS["en"])
    reply = reply_hint.format(name=colleague_name) if colleague_address else ""
    footer = "\n".join(line for line in (reply, f"{plan_title}: {plan_url}") if line)
    html = _layout().render(
        subject=rendered.subject,
        body=Markup(rendered.html),  # noqa: S704 - made from Markdown, with every value escaped
        language=rendered.language,
        direction="rtl" if language in _RIGHT_TO_LEFT else "ltr",
        preview=" ".join(_ADDRESS.sub("", rendered.text).split())[:_PREVIEW],
        reply=reply,
        plan=plan_title,
        plan_url=plan_url,
    )
    return replace(rendered, text=f"{rendered.text.rstrip()}\n\n-- \n{footer}\n", html=html)


@lru_cache(maxsize=1)
def _layout() -> Template:
    loader = PackageLoader("milepost.channels", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True).get_template(
        "mail.html",
    )
