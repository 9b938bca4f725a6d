"""One look: colours, sizes of type and distances of all pages are tokens, so that one place changes them everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "milepost/web"
TOKENS = WEB / "static/tokens.css"
SHEETS = [file for file in sorted((WEB / "static").glob("*.css")) if file != TOKENS]
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
OF_TOKENS = re.compile(
    r"font(-size|-weight|-family)?|line-height|(margin|padding)(-[a-z-]+)?|(row-|column-)?gap|border(-[a-z]+)*-radius"
)
"""The properties whose values are tokens."""
NO_TOKEN = {
    ("font", "inherit"), ("font", "100%/var(--line-body) var(--font)"),  # the reader's own size of letters
    ("margin", "15mm"),  # of paper, where no style sheet has variables
}  # fmt: skip
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch|color-mix)\(")


def declarations(css: str) -> Iterator[tuple[str, str]]:
    """Each property with its value, in the order of the sheet."""
    plain = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    for block in re.findall(r"\{([^{}]*)\}", plain):
        for part in block.split(";"):
            name, colon, value = part.partition(":")
            if colon:
                yield name.strip(), value.replace("!important", "").strip()


def raw(css: str) -> list[str]:
    """The values that ought to be tokens and aren't; distances that are none are fine."""
    found = []
    for name, value in declarations(css):
        rest = re.sub(r"var\(--[\w-]+\)|calc\(-1 \* |\b0\b|auto|[-+()]|calc", " ", value)
        is_raw = OF_TOKENS.fullmatch(name) and rest.strip() and (name, value) not in NO_TOKEN
        if is_raw or COLOUR.search(value):
            found.append(f"{name}: {value}")
    return found


def styles(template: Path) -> str:
    """What a template says of its look itself."""
    text = template.read_text(encoding="utf-8")
    attributes = "".join(f"{{{each}}}" for each in re.findall(r'\bstyle="([^"]*)"', text))
    return "".join(re.findall(r"<style>(.*?)</style>", text, re.DOTALL)) + attributes


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda file: file.name)
def test_a_sheet_takes_colours_type_and_distances_from_the_tokens(sheet: Path) -> None:
    assert raw(sheet.read_text(encoding="utf-8")) == []


def test_templates_take_them_from_the_tokens_too() -> None:
    assert {file.name: raw(styles(file)) for file in TEMPLATES if raw(styles(file))} == {}


@pytest.mark.parametrize(
    "wrong",
    ["font-size: .9rem", "margin: 0 1rem", "padding-inline: 3px", "gap: .5em", "color: #abc", "font-weight: 500"],
)
def test_a_value_of_ones_own_is_found(wrong: str) -> None:
    assert raw(f"p {{ margin: 0; {wrong} }} @media print {{ p {{ {wrong}; }} }}") == [wrong, wrong]


def test_every_token_is_used_and_every_one_that_is_used_is_there() -> None:
    tokens = set(re.findall(r"(--[\w-]+):", TOKENS.read_text(encoding="utf-8")))
    users = [*SHEETS, TOKENS, *TEMPLATES]
    used = {name for file in users for name in re.findall(r"var\((--[\w-]+)\)", file.read_text(encoding="utf-8"))}
    assert tokens == used
    assert not [file.name for file in SHEETS if re.search(r"--[\w-]+:", file.read_text(encoding="utf-8"))]


def test_every_page_has_the_tokens_before_the_sheet() -> None:
    heads = [file for file in TEMPLATES if "<head>" in file.read_text(encoding="utf-8")]
    assert heads
    for head in heads:
        text = head.read_text(encoding="utf-8")
        assert "milepost.css" not in text or -1 < text.find("tokens.css") < text.find("milepost.css"), head.name
