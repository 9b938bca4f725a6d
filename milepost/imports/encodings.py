"""The encoding of a text file, told by its bytes.

UTF-16 shows by its mark, or by every other byte being zero. What isn't UTF-8 anywhere is Windows-1252, as spreadsheets
of western Europe write it, or ISO 8859-1 where it has bytes that Windows-1252 doesn't know. A file of UTF-8 with some
broken bytes stays UTF-8.
"""

from __future__ import annotations

import codecs
import re
from functools import partial
from typing import IO

_BLOCK = 1 << 20
_BEGINNING = 256
_ESCAPED = re.compile("[\udc80-\udcff]+")
_NOT_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
NAMES = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
    "latin-1": "ISO 8859-1",
}
"""What people call the encodings."""


def encoding_of(file: IO[bytes]) -> str:
    """Returns Python's name of the encoding; reads the whole file, block by block."""
    file.seek(0)
    beginning = file.read(_BEGINNING)
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = beginning[::2].count(0), beginning[1::2].count(0)
    if max(even, odd) * 4 > len(beginning):
        return "utf-16-le" if odd > even else "utf-16-be"
    if beginning.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    return _without_mark(file)


def _without_mark(file: IO[bytes]) -> str:
    """Returns the encoding of a file that no mark tells: UTF-8 if any letter beyond ASCII is written in it, or none."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    in_utf8 = broken = False
    in_cp1252 = True
    for block in iter(partial(file.read, _BLOCK), b""):
        text = decoder.decode(block)
        letters = _ESCAPED.sub("", text)
        broken |= len(letters) < len(text)
        in_utf8 |= not letters.isascii()
        in_cp1252 &= not _NOT_IN_CP1252.search(block)
    broken |= bool(decoder.decode(b"", final=True))
    if in_utf8 or not broken:
        return "utf-8-sig"
    return "cp1252" if in_cp1252 else "latin-1"
