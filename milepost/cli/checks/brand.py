"""Checks how the company looks to customers: that its logo can be used, and in which shades its colour is shown."""

from __future__ import annotations

from milepost.brand.brand import Brand, brand_from
from milepost.brand.logo import LogoError
from milepost.intake.check import Check, failed, ok
from milepost.settings import Settings

_NAME = "Brand"


def check_brand(settings: Settings) -> list[Check]:
    """Checks the look that was set, if any was."""
    if not (settings.company or settings.colour or settings.logo):
        return []
    try:
        brand = brand_from(settings.company, settings.colour, settings.logo)
    except LogoError as error:
        return [failed(_NAME, error.message, error.hint)]
    return [ok(_NAME, " ".join(filter(None, (_colour(brand), _parts(brand)))))]


def _colour(brand: Brand) -> str | None:
    if brand.colour is None:
        return None
    shades = {"light": brand.light.main, "dark": brand.dark.main}
    other = [f"{shade} on {scheme} pages" for scheme, shade in shades.items() if shade != brand.colour.lower()]
    if not other:
        return f"{brand.colour} can be read on all pages."
    return f"So that it can be read, {brand.colour} is shown as {' and '.join(other)}."


def _parts(brand: Brand) -> str:
    return f"{'A' if brand.name else 'No'} name and {'a' if brand.logo else 'no'} logo are set."
