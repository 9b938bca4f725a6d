"""The company that customers see: what it is called, the shades of its colour, and its logo."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from milepost.brand.logo import Logo, read_logo
from milepost.brand.shades import DARK, LIGHT, Shades, shades_of


@dataclass(frozen=True, slots=True)
class Brand:
    """A company's name, None where it isn't set; its shades on light and on dark pages; its logo, where there is one.

    `colour` is the colour that was set; None: the shades are Milepost's own.
    """

    name: str | None = None
    light: Shades = LIGHT
    dark: Shades = DARK
    colour: str | None = None
    logo: Logo | None = None


UNBRANDED = Brand()
"""The look of a company that has set nothing."""


def brand_from(name: str | None, colour: str | None, logo: Path | None = None) -> Brand:
    """Returns a company's look; `colour` is written as `#rrggbb`, `logo` is a file of PNG or SVG.

    Raises:
        LogoError: the logo can't be used.
    """
    picture = None if logo is None else read_logo(logo)
    if colour is None:
        return Brand(name, logo=picture)
    light, dark = shades_of(colour)
    return Brand(name, light, dark, colour, picture)
