"""Links in messages as they are stored, which open nothing: how colleagues read them."""

from __future__ import annotations

import re

_BASE = r"https?://[^\s\"'<>()]*?"
_WORDS = {"plan": "the customer's link", "preferences": "the customer's link to preferences"}


def in_words(text: str, link: str | None) -> str:
    """Returns the plain text of a message with words in place of links; `link` is the id that it was written with."""
    if link is None:
        return text
    address = rf"{_BASE}/(plan|preferences)/{re.escape(link)}(?:/outcomes/[^\s()]+)?"
    return re.sub(address, lambda found: _WORDS[found[1]], text)


def as_previews(html: str, link: str | None, *, plan: str, people: str) -> str:
    """Returns the HTML of a message whose links lead to a look at the `plan`, and to the `people` of the customer."""
    if link is None:
        return html
    html = re.sub(rf"{_BASE}/plan/{re.escape(link)}", lambda _: plan, html)
    return re.sub(rf"{_BASE}/preferences/{re.escape(link)}", lambda _: people, html)
