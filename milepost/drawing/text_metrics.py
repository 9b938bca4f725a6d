"""Measures text in the font of the pictures, and breaks it into lines so that nothing is cut."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from milepost.fonts import advances

FALLBACKS = "'Source Sans 3', 'Segoe UI', Helvetica, Arial, sans-serif"
ASCENT, DESCENT = 0.78, 0.24
"""How far letters reach above and below the base line, as multiples of the font size."""
LEADING = 1.2
_UNKNOWN = 1.3  # times the font size: as wide as an emoji of another font gets
_IDEOGRAPH = 1.02


@dataclass(frozen=True, slots=True)
class Style:
    """A size and a weight; sizes are in units of the drawing."""

    size: float
    bold: bool = False

    @property
    def leading(self) -> float:
        """From one base line to the next."""
        return self.size * LEADING

    def base_line(self, top: float) -> float:
        """Returns the base line of a line of text whose leading begins at `top`."""
        return top + (self.leading - self.size) / 2 + ASCENT * self.size

    @property
    def weight(self) -> int:
        return 600 if self.bold else 400


@lru_cache(maxsize=50_000)
def width_of(text: str, style: Style) -> float:
    """Returns the width of one line; kerning is left out, so that nothing is ever wider."""
    widths = advances(bold=style.bold)
    return style.size * sum(widths.get(ord(letter)) or _elsewhere(letter) for letter in text)


def _elsewhere(letter: str) -> float:
    """Returns the most that a letter takes in any font that a reader has for it; marks stand over other letters."""
    kind = unicodedata.category(letter)
    if kind in ("Mn", "Me", "Cf"):
        return 0.0
    return _IDEOGRAPH if kind == "Lo" else _UNKNOWN


@lru_cache(maxsize=50_000)
def wrap(text: str, style: Style, width: float) -> tuple[str, ...]:
    """Returns the text in at least one line, none wider than `width`; a wider word is broken between letters."""
    lines: list[str] = []
    line = ""
    for word in _words(text, style, width):
        longer = f"{line} {word}" if line else word
        if line and width_of(longer, style) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return (*lines, line)


@lru_cache(maxsize=50_000)
def wrap_evenly(text: str, style: Style, width: float) -> tuple[str, ...]:
    """Returns the text in as few lines as `wrap` needs, all about as long: no single word is left for the last."""
    lines = wrap(text, style, width)
    longest = max((width_of(word, style) for word in _words(text, style, width)), default=0.0)
    narrow, wide = max(longest, width / 2), width
    while len(lines) > 1 and wide - narrow > style.size / 2:
        middle = (narrow + wide) / 2
        narrower = wrap(text, style, middle)
        if len(narrower) > len(lines):
            narrow = middle
        else:
            lines, wide = narrower, middle
    return lines


def _words(text: str, style: Style, width: float) -> list[str]:
    """Returns the words; no-break spaces hold theirs together as long as a line can."""
    words: list[str] = []
    for word in re.split(r"[ \t\r\n]+", text.strip()):
        if width_of(word, style) <= width:
            words.append(word)
        elif "\u00a0" in word:
            words += _words(word.replace("\u00a0", " "), style, width)
        else:
            words += _pieces(word, style, width)
    return words


def _pieces(word: str, style: Style, width: float) -> list[str]:
    pieces, piece = [], ""
    for letter in word:
        if piece and width_of(piece + letter, style) > width:
            pieces.append(piece)
            piece = ""
        piece += letter
    return [*pieces, piece]
