"""The words that somebody wrote in a reply: without the mail below that they answer, and without their signature."""

from __future__ import annotations

import re
from collections.abc import Mapping

import quotequail
from lxml import etree

LONGEST = 100_000
"""Characters of a mail that are looked at, and kept."""
_READ = 5_000
"""Characters in which the mail below is looked for."""
_SIGNATURE = re.compile(r"^--\s*$", re.MULTILINE)
"""The line that RFC 3676 puts before a signature."""
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+\n")
_RULE = re.compile(r"\s*^[_-]{5,}\s*\Z", re.MULTILINE)
_UNSEEN = ("script", "style", "title", "template", "noscript")
_BLOCKS = ("p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "table", "ul", "ol", "blockquote", "hr")


class _TextOfHtml:
    """Collects the text of HTML in one pass, however deep it is nested."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._unseen = self._quoted = 0

    def start(self, tag: str, _attributes: Mapping[str, str]) -> None:
        """Takes in the begin of an element."""
        self._unseen += tag in _UNSEEN
        if tag in _BLOCKS:
            self._break()
        self._quoted += tag == "blockquote"

    def end(self, tag: str) -> None:
        """Takes in the end of an element."""
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        self._quoted = max(0, self._quoted - (tag == "blockquote"))
        if tag in _BLOCKS:
            self._break()

    def data(self, data: str) -> None:
        """Takes in text."""
        if not self._unseen:
            words = " ".join(data.split())
            spaced = f"{' ' if data[:1].isspace() else ''}{words}{' ' if data[-1:].isspace() else ''}"
            self._parts.append(f"> {spaced.lstrip()}" if self._quoted and words and self._is_at_start() else spaced)

    def _is_at_start(self) -> bool:
        return not self._parts or self._parts[-1] == "\n"

    def _break(self) -> None:
        self._parts.append("\n")

    def close(self) -> str:
        """Returns the text."""
        lines = (" ".join(line.split()) for line in "".join(self._parts).split("\n"))
        return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def text_of_html(html: str) -> str:
    """Returns the text of an HTML mail, with what it quotes marked by `>` as in plain mails."""
    parser = etree.HTMLParser(target=_TextOfHtml(), recover=True)
    try:
        parser.feed(f"<html>{html[: 2 * LONGEST]}")
        return str(parser.close())[:LONGEST]
    except etree.LxmlError:  # nothing in it, or nothing that a parser bears
        return ""


def own_words(text: str) -> str:
    """Returns what the sender of a reply wrote; all of it where no other mail is found in it."""
    text = _BLANK_LINES.sub("\n\n", text.replace("\r\n", "\n")).strip()[:LONGEST]
    unwrapped = quotequail.unwrap(text[:_READ])
    if unwrapped is not None and unwrapped.get("text_top"):  # what looks like nothing but a quote stays
        text = str(unwrapped["text_top"])
    text = _without_quoted_end(text)
    text = text[: found.start()] if (found := _SIGNATURE.search(text)) else text
    return _RULE.sub("", text).strip()


def _without_quoted_end(text: str) -> str:
    """Leaves out quoted lines at the end, with the line that says who wrote them; quotes between answers stay."""
    lines = text.split("\n")
    quoted = len(lines)
    while quoted and (not lines[quoted - 1].strip() or lines[quoted - 1].lstrip().startswith(">")):
        quoted -= 1
    if not any(line.lstrip().startswith(">") for line in lines[quoted:]):
        return text
    if quoted and lines[quoted - 1].rstrip().endswith((":", "：")):  # noqa: RUF001 - as Japanese has it
        quoted -= 1
    return "\n".join(lines[:quoted])
