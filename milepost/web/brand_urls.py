"""Where pages find the company's colours and its logo: addresses with a mark of the content, to be kept for a year."""

from __future__ import annotations

import hashlib

from milepost.brand.brand import Brand
from milepost.brand.shades import Shades

STYLESHEET, LOGO = "/brand.css", "/brand/logo"


def stylesheet(brand: Brand) -> str | None:
    """Returns the style sheet with the company's shades; None where they are Milepost's own."""
    if brand.colour is None:
        return None
    light, dark = _root(brand.light), _root(brand.dark)
    return f"{light}\n@media (prefers-color-scheme: dark) {{ {dark} }}\n"


def stylesheet_url(brand: Brand) -> str | None:
    """Returns the address of the style sheet; None where there is none."""
    text = stylesheet(brand)
    return None if text is None else f"{STYLESHEET}?v={hashlib.sha256(text.encode()).hexdigest()[:12]}"


def logo_url(brand: Brand) -> str | None:
    """Returns the address of the logo; None where there is none."""
    return None if brand.logo is None else f"{LOGO}?v={brand.logo.mark}"


def _root(shades: Shades) -> str:
    return f":root {{ --main: {shades.main}; --on-main: {shades.on_main}; --tint: {shades.tint}; }}"
