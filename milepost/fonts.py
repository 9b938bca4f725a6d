"""The font of pictures and of documents, as its wheel ships it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import font_source_sans_pro
from fontTools.ttLib import TTFont

FAMILY = "Source Sans Pro"
_FOLDER = Path(font_source_sans_pro.__file__).parent / "files"


def font_file(*, bold: bool) -> Path:
    """Returns the file of one weight."""
    return _FOLDER / ("SourceSansPro-Semibold.ttf" if bold else "SourceSansPro-Regular.ttf")


@cache
def advances(*, bold: bool) -> dict[int, float]:
    """Returns the advance of each character, by its code point, as a multiple of the font size."""
    with TTFont(font_file(bold=bold), lazy=True) as font:
        widths, per_em = font["hmtx"].metrics, font["head"].unitsPerEm
        return {code: widths[glyph][0] / per_em for code, glyph in font.getBestCmap().items()}


def is_known(text: str) -> bool:
    """Tells whether the font has every letter of the text."""
    return all(ord(letter) in advances(bold=False) for letter in text)
