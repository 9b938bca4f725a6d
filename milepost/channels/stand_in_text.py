"""The sentence in a mail that says who stands in for whom, in the language of the mail."""

from __future__ import annotations

from datetime import date

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

_SENTENCES = {
    "de": "{delegate} vertritt {owner} bis {day}.",
    "en": "{delegate} stands in for {owner} until {day}.",
    "es": "{delegate} sustituye a {owner} hasta el {day}.",
    "fr": "{delegate} remplace {owner} jusqu'au {day}.",
    "it": "{delegate} sostituisce {owner} fino al {day}.",
    "nl": "{delegate} vervangt {owner} tot en met {day}.",
    "pt": "{delegate} substitui {owner} até {day}.",
}
"""By language; the day is the last one on which the owner is away."""


def stand_in_text(language: str, *, delegate: str, owner: str, until: date) -> str:
    """Returns the sentence; `delegate` and `owner` are names, in a language that has none it is English."""
    known = language if language.split("-", maxsplit=1)[0] in _SENTENCES else "en"
    try:
        locale = Locale.parse(known.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse(known.split("-")[0])
    day = format_date(until, "long", locale)
    return _SENTENCES[known.split("-")[0]].format(delegate=delegate, owner=owner, day=day)
