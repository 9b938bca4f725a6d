"""Shades of a company's colour that can be read: darker on light pages, lighter on dark ones, where it has to be.

No colour has enough contrast on both: what can be read on white is too dark for a dark page. So the lightness gives
way, and hue and strength stay as near as a screen can show them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coloraide import Color

CONTRAST = 4.5
"""Between text and what is behind it, by WCAG 2: level AA."""
_STEP = 0.005
_TINT_STRENGTH = 0.03
_BLACK, _WHITE = "#10141a", "#ffffff"


@dataclass(frozen=True, slots=True)
class Shades:
    """The colours of one scheme, as `#rrggbb`: links and buttons, what is written on buttons, and a faint background.

    `main` can be read on the scheme's paper, on its cards, and on `tint`.
    """

    main: str
    on_main: str
    tint: str


@dataclass(frozen=True, slots=True)
class _Scheme:
    paper: str
    card: str
    tint_lightness: float
    step: float


LIGHT = Shades("#0f5c4d", _WHITE, "#e4efeb")
DARK = Shades("#74cdb6", "#0b1e19", "#1d332c")
_LIGHT = _Scheme(paper="#f7f7f4", card=_WHITE, tint_lightness=0.95, step=-_STEP)
_DARK = _Scheme(paper="#151a18", card="#1e2522", tint_lightness=0.295, step=_STEP)


def shades_of(colour: str) -> tuple[Shades, Shades]:
    """Returns the shades of a colour, written as `#rrggbb`, for light and for dark pages."""
    return _shades(colour, _LIGHT), _shades(colour, _DARK)


def contrast(one: str, other: str) -> float:
    """Returns the contrast of two colours by WCAG 2: from 1 to 21."""
    return float(_colour(one).contrast(other, method="wcag21"))


def _shades(colour: str, scheme: _Scheme) -> Shades:
    tint = _tint(colour, scheme)
    surfaces = (scheme.paper, scheme.card, tint)
    shade = _colour(colour).convert("oklch")
    main = _hex(shade)
    while min(contrast(main, each) for each in surfaces) < CONTRAST:
        shade["lightness"] += scheme.step
        main = _hex(shade)
    on_main = max((_WHITE, _BLACK), key=lambda each: contrast(main, each))
    return Shades(main, on_main, tint)


def _tint(colour: str, scheme: _Scheme) -> str:
    shade = _colour(colour).convert("oklch")
    shade["lightness"], shade["chroma"] = scheme.tint_lightness, min(shade["chroma"], _TINT_STRENGTH)
    return _hex(shade)


def _hex(shade: Color) -> str:
    """Returns a colour as a screen shows it."""
    return str(shade.convert("srgb").fit(method="oklch-chroma").to_string(hex=True, fit=False))


def _colour(text: str) -> Color:
    from coloraide import Color  # noqa: PLC0415 - a fifth of a second, which most commands needn't wait for

    return Color(text)
