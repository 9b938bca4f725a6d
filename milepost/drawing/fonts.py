"""Fonts inside a picture, cut to its letters: a reader without the font sees what was measured.

All of ASCII is in them, so that a picture whose numbers change keeps its fonts: cutting takes longer than drawing.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from functools import lru_cache
from io import BytesIO

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from milepost.fonts import FAMILY, font_file

_ASCII = frozenset(map(chr, range(0x20, 0x7F)))
_KEPT = 32


def font_faces(texts: Iterable[tuple[str, bool]]) -> str:
    """Returns CSS with a font for each weight; `texts` are the texts and whether they are bold."""
    letters: dict[bool, set[str]] = {}
    for text, bold in texts:
        letters.setdefault(bold, set(_ASCII)).update(text)
    faces = ""
    for bold in sorted(letters):
        data = base64.b64encode(_subset_of("".join(sorted(letters[bold])), bold=bold)).decode()
        faces += (
            f"@font-face{{font-family:'{FAMILY}';font-weight:{600 if bold else 400};"
            f"src:url(data:font/woff;base64,{data}) format('woff')}}"
        )
    return faces


@lru_cache(_KEPT)
def _subset_of(letters: str, *, bold: bool) -> bytes:
    """Returns the font with only these letters, compressed; the same letters give the same bytes."""
    options = Options()
    options.layout_features = []  # measured as written, letter beside letter
    options.hinting = False
    options.notdef_outline = True
    subsetter = Subsetter(options)
    subsetter.populate(text=letters)
    out = BytesIO()
    with TTFont(font_file(bold=bold), recalcTimestamp=False) as font:
        subsetter.subset(font)
        font.flavor = "woff"
        font.save(out)
    return out.getvalue()
