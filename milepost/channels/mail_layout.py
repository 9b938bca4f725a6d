"""Lays out rendered messages as mails: HTML frame, preview line, and a hint about replies."""

from __future__ import annotations

import re
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from milepost.language.templates.renderer import Rendered

_PREVIEW = 140
_ADDRESS = re.compile(r"\s*\(https?://[^\s)]+\)")
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


class Importance(StrEnum):
    """How a message counts for people who want less mail: essential mail and requests still reach them."""

    ORDINARY = "ordinary"
    REQUEST = "request"
    ESSENTIAL = "essential"


class _Frame(NamedTuple):
    """The words around a message: `reply` has a `{name}`, the colleague's; the rest are titles of links and reasons."""

    reply: str
    plan: str
    fewer: str
    choices: str
    request: str
    essential: str


_FRAMES = {
    "de": _Frame(
        "Antworten Sie einfach auf diese Mail, um {name} zu erreichen.",
        "Ihr gemeinsamer Plan",
        "Weniger Mails oder keine",
        "Welche Mails Sie bekommen",
        "Solche Fragen stellen wir auch, wenn Sie weniger Mails möchten: Als Ergebnis zählt nur, was Sie bestätigen.",
        "Diese Mail kommt auch, wenn Sie weniger Mails möchten: Sie betrifft etwas, das Sie wissen müssen.",
    ),
    "en": _Frame(
        "Just reply to this mail to reach {name}.",
        "Your shared plan",
        "Fewer mails, or none",
        "Which mails you get",
        "We ask this even if you chose fewer mails: only what you confirm counts as a result.",
        "This mail comes even if you chose fewer mails: it is about something that you need to know.",
    ),
    "es": _Frame(
        "Responda a este correo para hablar con {name}.",
        "Su plan compartido",
        "Menos correos, o ninguno",
        "Qué correos recibe",
        "Se lo preguntamos aunque haya elegido menos correos: solo cuenta como resultado lo que usted confirma.",
        "Este correo llega aunque haya elegido menos correos: trata de algo que necesita saber.",
    ),
    "fr": _Frame(
        "Répondez simplement à ce message pour joindre {name}.",
        "Votre plan partagé",
        "Moins de messages, ou aucun",
        "Les messages que vous recevez",
        "Nous posons cette question même si vous avez choisi moins de messages : seul compte ce que vous confirmez.",
        "Ce message arrive même si vous avez choisi moins de messages : il porte sur ce que vous devez savoir.",
    ),
    "it": _Frame(
        "Risponda a questa e-mail per contattare {name}.",
        "Il vostro piano condiviso",
        "Meno e-mail, o nessuna",
        "Quali e-mail riceve",
        "Lo chiediamo anche se ha scelto meno e-mail: come risultato conta solo ciò che lei conferma.",
        "Questa e-mail arriva anche se ha scelto meno e-mail: riguarda qualcosa che deve sapere.",
    ),
    "nl": _Frame(
        "Beantwoord deze mail om {name} te bereiken.",
        "Uw gezamenlijke plan",
        "Minder mails, of geen",
        "Welke mails u krijgt",
        "Dit vragen we ook als u minder mails wilt: alleen wat u bevestigt telt als resultaat.",
        "Deze mail komt ook als u minder mails wilt: hij gaat over iets dat u moet weten.",
    ),
    "pt": _Frame(
        "Responda a este e-mail para falar com {name}.",
        "O seu plano partilhado",
        "Menos e-mails, ou nenhum",
        "Que e-mails recebe",
        "Perguntamos mesmo que tenha escolhido menos e-mails: só conta como resultado o que confirmar.",
        "Este e-mail chega mesmo que tenha escolhido menos e-mails: trata de algo que precisa de saber.",
    ),
}


def lay_out(
    rendered: Rendered,
    *,
    colleague_name: str,
    colleague_address: str | None,
    plan_url: str,
    preferences_url: str,
    importance: Importance = Importance.ORDINARY,
    stand_in: str = "",
) -> Rendered:
    """Returns the message with its footer, and its HTML as a whole document; replies go to the colleague.

    The footer leads to the reader's preferences; of what people get who chose fewer mails it says why.
    """
    language = rendered.language.split("-")[0]
    frame = _FRAMES.get(language, _FRAMES["en"])
    reply = frame.reply.format(name=colleague_name) if colleague_address else ""
    reply = " ".join(part for part in (stand_in, reply) if part)
    why = {Importance.REQUEST: frame.request, Importance.ESSENTIAL: frame.essential}.get(importance, "")
    preferences = frame.choices if why else frame.fewer
    lines = (reply, f"{frame.plan}: {plan_url}", why, f"{preferences}: {preferences_url}")
    footer = "\n".join(filter(None, lines))
    html = _layout().render(
        subject=rendered.subject,
        body=Markup(rendered.html),  # noqa: S704 - made from Markdown, with every value escaped
        language=rendered.language,
        direction="rtl" if language in _RIGHT_TO_LEFT else "ltr",
        preview=" ".join(_ADDRESS.sub("", rendered.text).split())[:_PREVIEW],
        reply=reply,
        plan=frame.plan,
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
