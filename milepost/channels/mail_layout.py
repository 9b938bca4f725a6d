"""Lays out rendered messages as mails: HTML frame, preview line, and a hint about replies."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from milepost.language.templates.renderer import Rendered

_PREVIEW = 140
_ADDRESS = re.compile(r"\s*\(https?://[^\s)]+\)")
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


@dataclass(frozen=True, slots=True)
class LayoutText:
    """The texts of the layout in one language; `{name}` is the colleague's name."""

    reply: str
    plan: str


_TEXTS = {
    "de": LayoutText("Antworten Sie einfach auf diese Mail, um {name} zu erreichen.", "Ihr gemeinsamer Plan"),
    "en": LayoutText("Just reply to this mail to reach {name}.", "Your shared plan"),
    "es": LayoutText("Responda a este correo para hablar con {name}.", "Su plan compartido"),
    "fr": LayoutText("Répondez simplement à ce message pour joindre {name}.", "Votre plan partagé"),
    "it": LayoutText("Risponda a questa e-mail per contattare {name}.", "Il vostro piano condiviso"),
    "nl": LayoutText("Beantwoord deze mail om {name} te bereiken.", "Uw gezamenlijke plan"),
    "pt": LayoutText("Responda a este e-mail para falar com {name}.", "O seu plano partilhado"),
}


def lay_out(rendered: Rendered, *, colleague_name: str, colleague_address: str | None, plan_url: str) -> Rendered:
    """Returns the message with its footer, and its HTML as a whole document; replies go to the colleague."""
    language = rendered.language.split("-")[0]
    texts = _TEXTS.get(language, _TEXTS["en"])
    reply = texts.reply.format(name=colleague_name) if colleague_address else ""
    footer = "\n".join(line for line in (reply, f"{texts.plan}: {plan_url}") if line)
    html = _layout().render(
        subject=rendered.subject,
        body=Markup(rendered.html),  # noqa: S704 - made from Markdown, with every value escaped
        language=rendered.language,
        direction="rtl" if language in _RIGHT_TO_LEFT else "ltr",
        preview=" ".join(_ADDRESS.sub("", rendered.text).split())[:_PREVIEW],
        reply=reply,
        plan=texts.plan,
        plan_url=plan_url,
    )
    return replace(rendered, text=f"{rendered.text.rstrip()}\n\n-- \n{footer}\n", html=html)


@lru_cache(maxsize=1)
def _layout() -> Template:
    loader = PackageLoader("milepost.channels", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True).get_template(
        "mail.html",
    )
