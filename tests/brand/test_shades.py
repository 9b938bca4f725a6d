"""Any colour that a company may have can be read on every page, light and dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import milepost.web
from milepost.brand.shades import CONTRAST, DARK, LIGHT, contrast, shades_of

CSS = (Path(milepost.web.__file__).parent / "static/tokens.css").read_text(encoding="utf-8")
SCHEMES = [
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", part)) for part in re.split(r"@media [^{]*dark\)", CSS, maxsplit=1)
]


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@given(st.integers(0, 0xFFFFFF).map("#{:06x}".format))
def test_every_colour_can_be_read_on_whatever_is_behind_it(colour: str) -> None:
    for shades, scheme in zip(shades_of(colour), SCHEMES, strict=True):
        for behind in (scheme["paper"], scheme["card"], shades.tint, shades.on_main):
            assert contrast(shades.main, behind) >= CONTRAST
        for words in (scheme["ink"], scheme["soft"]):
            assert contrast(words, shades.tint) >= CONTRAST


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    light, dark = shades_of("#1f5fbf")[0], shades_of("#FFCC00")[1]
    assert (light.main, light.on_main) == ("#1f5fbf", "#ffffff")
    assert (dark.main, dark.on_main) == ("#ffcc00", "#10141a")


def test_the_shades_of_nobody_are_those_of_the_style_sheet() -> None:
    for shades, scheme in zip((LIGHT, DARK), SCHEMES, strict=True):
        white = {"#fff": "#ffffff"}.get(scheme["on-main"], scheme["on-main"])
        assert (shades.main, shades.on_main, shades.tint) == (scheme["main"], white, scheme["tint"])
