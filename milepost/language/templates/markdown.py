"""Markdown to HTML and to readable plain text, with the customer's values put in after it is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.common.normalize_url import normalizeLink
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from milepost.language.templates.context import Link
from milepost.language.templates.plain_text import plain_text
from milepost.language.templates.sandbox import CLOSE, MARK, OPEN

_ADDRESS = re.compile(r"(?:https?://|mailto:|tel:)[^\s\x00-\x1f]+", re.IGNORECASE)
_WEB = re.compile(r"https?://[^\s\x00-\x1f]+", re.IGNORECASE)
_IN_ANGLES = re.compile(f"<({OPEN}\\d+{CLOSE})>")


def _any_address(url: str) -> bool:  # noqa: ARG001 - markdown-it calls it with the address
    return True


def _reader() -> MarkdownIt:
    """CommonMark with tables, without raw HTML; addresses are judged later, when their values are in them."""
    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    reader.validateLink = _any_address  # type: ignore[method-assign]
    reader.normalizeLink = lambda url: url  # type: ignore[method-assign]
    reader.normalizeLinkText = lambda link: link  # type: ignore[method-assign]
    return reader


_MARKDOWN = _reader()


@dataclass(frozen=True, slots=True)
class Fragment:
    """The same text twice: as a piece of HTML without styles, and as plain text."""

    html: str
    text: str


def fragment(source: str, values: Sequence[str]) -> Fragment:
    """Reads Markdown and puts each value in the place of its mark.

    A link that stands alone in a paragraph gets the class `button`. A link to anything but the web, mail or a
    telephone becomes its text.
    """
    tokens = _MARKDOWN.parse(_IN_ANGLES.sub(lambda mark: _bare(mark, values), source))
    for token in tokens:
        token.content = fill(token.content, values)
        token.info = ""  # the language of a code block would only become a class
        if token.children is not None:
            token.children = _inline(token.children, values)
            _make_button(token.children)
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return Fragment(html, plain_text(SyntaxTreeNode(tokens)))


def fill(text: str, values: Sequence[str]) -> str:
    """Puts the values in the place of their marks, each on one line."""

    def put(mark: re.Match[str]) -> str:
        return " ".join(_value(mark, values).split())

    return MARK.sub(put, text).replace(OPEN, "").replace(CLOSE, "")


def web_address(template: str, values: Sequence[str]) -> str | None:
    """Returns an address with its values, or None if it doesn't lead to the web."""
    return _address(template, values, _WEB)


def _value(mark: re.Match[str], values: Sequence[str]) -> str:
    index = int(mark[1])
    return values[index] if index < len(values) else ""


def _bare(mark: re.Match[str], values: Sequence[str]) -> str:
    inner = MARK.fullmatch(mark[1])
    assert inner is not None
    return mark[1] if isinstance(_value(inner, values), Link) else mark[0]


def _inline(children: list[Token], values: Sequence[str]) -> list[Token]:
    out: list[Token] = []
    in_link = refused = False
    for token in children:
        match token.type:
            case "link_open":
                address = _address(str(token.attrGet("href") or ""), values, _ADDRESS)
                in_link, refused = True, address is None
                if address is not None:
                    token.attrs = {"href": address}
                    out.append(token)
            case "link_close":
                out.extend([] if refused else [token])
                in_link = False
            case "image":
                out.append(_picture(token, values))
            case "text" if not in_link:
                out.extend(_text(token, values))
            case _:
                token.content = fill(token.content, values)
                out.append(token)
    return out


def _text(token: Token, values: Sequence[str]) -> list[Token]:
    """The text with its values; an address of ours becomes a link."""
    out, end = [], 0
    for mark in MARK.finditer(token.content):
        value = _value(mark, values)
        address = _address(mark[0], values, _ADDRESS) if isinstance(value, Link) else None
        if address is not None:
            out += [_plain(fill(token.content[end : mark.start()], values)), *_link(address, value)]
            end = mark.end()
    return [*out, _plain(fill(token.content[end:], values))]


def _plain(text: str) -> Token:
    return Token("text", "", 0, content=text)


def _link(address: str, text: str) -> list[Token]:
    opening = Token("link_open", "a", 1, attrs={"href": address})
    return [opening, _plain(text), Token("link_close", "a", -1)]


def _picture(token: Token, values: Sequence[str]) -> Token:
    address = _address(str(token.attrGet("src") or ""), values, _WEB)
    caption = fill(token.content, values)
    if address is None:
        return _plain(caption)
    token.attrs = {"src": address, "alt": ""}
    token.content, token.children = caption, [_plain(caption)]
    return token


def _address(template: str, values: Sequence[str], allowed: re.Pattern[str]) -> str | None:
    """The address with its values, or None where a link may not lead there.

    A value inside an address is quoted, so that it stays one part of it.
    """

    def put(mark: re.Match[str]) -> str:
        value = _value(mark, values)
        return value if isinstance(value, Link) or mark.start() == 0 else quote(value, safe="")

    address = MARK.sub(put, template).replace(OPEN, "").replace(CLOSE, "").strip()
    if allowed.fullmatch(address) is None:
        return None
    try:
        return normalizeLink(address)
    except ValueError:
        return None


def _make_button(children: list[Token]) -> None:
    filled = [token for token in children if token.content or token.type in ("link_open", "link_close", "image")]
    links = [token for token in filled if token.type == "link_open"]
    alone = len(links) == 1 and filled[0] is links[0] and filled[-1].type == "link_close"
    if alone and all(token.content != links[0].attrs["href"] for token in filled):
        links[0].attrSet("class", "button")
