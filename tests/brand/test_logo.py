"""Which pictures are taken as a logo, and why others aren't."""

from __future__ import annotations

from pathlib import Path

import pytest

from milepost.brand.logo import MOST, LogoError, read_logo

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">{}</svg>'
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def written(folder: Path, content: bytes | str) -> Path:
    path = folder / "logo"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (PNG, "image/png"),
        (
            SVG.format('<style>.a{fill:url(#b)}</style><use xlink:href="#b"/><path d="M0 0" style="fill:red"/>'),
            "image/svg+xml",
        ),
        ('<?xml version="1.0"?><!DOCTYPE svg>\n<!-- drawn -->' + SVG.format("<title>A</title>"), "image/svg+xml"),
    ],
)
def test_a_picture_that_only_shows_something_is_taken(tmp_path: Path, content: bytes | str, mime: str) -> None:
    logo = read_logo(written(tmp_path, content))

    assert logo.mime == mime
    assert len(logo.mark) == 12


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (SVG.format("<script>alert(1)</script>"), "it has <script>"),
        (SVG.format('<g onload="alert(1)"/>'), "it has the attribute onload"),
        (SVG.format('<g ONCLICK="alert(1)"/>'), "it has the attribute ONCLICK"),
        (SVG.format('<a href="javascript:alert(1)"/>'), "it has <a>"),
        (SVG.format('<image xlink:href="https://x.example/a.png"/>'), "it has the address 'https://x.example/a.png'"),
        (
            SVG.format('<use href="data:image/svg+xml;base64,AAAA"/>'),
            "it has the address 'data:image/svg+xml;base64,AAAA'",
        ),
        (SVG.format("<style>@import 'x.css'</style>"), "its styles load other files"),
        (SVG.format('<g style="fill:url(https://x.example)"/>'), "its attribute style loads another file"),
        (SVG.format("<foreignObject/>"), "it has <foreignObject>"),
        ('<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("&a;"), "it declares entities"),
        ('<?xml-stylesheet href="x.css"?>' + SVG.format("<?run it?>"), "it has instructions to programs"),
        ("<html xmlns='http://www.w3.org/1999/xhtml'/>", "it is neither a PNG nor an SVG"),
        ("GIF89a", "it is neither a PNG nor an SVG"),
        ("", "it is neither a PNG nor an SVG"),
        (PNG + bytes(MOST), "it has more than 200 kB"),
    ],
)
def test_another_is_refused_with_the_reason(tmp_path: Path, content: bytes | str, why: str) -> None:
    with pytest.raises(LogoError) as refused:
        read_logo(written(tmp_path, content))

    assert f"can't be used: {why}." in refused.value.message
    assert "MILEPOST_LOGO" in str(refused.value.hint)


def test_a_logo_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogoError, match="no such file"):
        read_logo(tmp_path / "missing.png")
    with pytest.raises(LogoError, match="is a directory"):
        read_logo(tmp_path)
