"""Reads a company's logo: a picture that browsers show and that does nothing."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from milepost.errors import MilepostError

MOST = 200_000
"""The most bytes that a logo may have: it comes with the first page that a customer opens on a phone."""
_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = "http://www.w3.org/2000/svg"
_ACTIVE = frozenset(
    {"script", "foreignObject", "iframe", "object", "embed", "handler", "listener", "set", "a", "audio", "video"}
)
_ADDRESSES = frozenset({"href", "src"})
_LOADS = re.compile(r"url\(\s*['\"]?(?!#)|@import", re.IGNORECASE)
_USE = "Name a PNG, or an SVG without scripts, of 200 kB at most; or leave MILEPOST_LOGO out."


class LogoError(MilepostError):
    """A logo that can't be used."""

    code = "logo"

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"The logo {str(path)!r} can't be used: {why}.", _USE)


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture, its type as browsers are told, and a mark of its content."""

    data: bytes
    mime: str

    @property
    def mark(self) -> str:
        return hashlib.sha256(self.data).hexdigest()[:12]


def read_logo(path: Path) -> Logo:
    """Reads a logo.

    Raises:
        LogoError: it can't be read, is too large, is neither PNG nor SVG, or could do something.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST + 1)
    except OSError as error:
        raise LogoError(path, (error.strerror or "it can't be read").lower()) from None
    if len(data) > MOST:
        raise LogoError(path, "it has more than 200 kB")
    if data.startswith(_PNG):
        return Logo(data, "image/png")
    why = _what_is_wrong(data)
    if why is not None:
        raise LogoError(path, why)
    return Logo(data, "image/svg+xml")


def _what_is_wrong(data: bytes) -> str | None:
    """Returns why a file is no SVG that only shows something; None if it is one."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return "it is neither a PNG nor an SVG"
    if etree.QName(root).namespace != _SVG or etree.QName(root).localname != "svg":
        return "it is neither a PNG nor an SVG"
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(True for _ in dtd.iterentities()):
        return "it declares entities"
    return next((why for each in root.iter() if (why := _what_it_does(each)) is not None), None)


def _what_it_does(node: etree._Element) -> str | None:
    """Returns what a part of a picture could do, or load; None if it only shows something."""
    if not isinstance(node.tag, str):
        return "it has instructions to programs" if node.tag is etree.ProcessingInstruction else None
    name = etree.QName(node).localname
    if name in _ACTIVE:
        return f"it has <{name}>"
    if _LOADS.search(node.text or "") and name == "style":
        return "its styles load other files"
    for attribute, value in node.attrib.items():
        plain = etree.QName(attribute).localname
        if plain.lower().startswith("on"):
            return f"it has the attribute {plain}"
        if plain in _ADDRESSES and not value.startswith(("#", "data:image/png;", "data:image/jpeg;")):
            return f"it has the address {value[:40]!r}"
        if _LOADS.search(value):
            return f"its attribute {plain} loads another file"
    return None
