"""What Milepost ships as data: its maps, and the book of customers of the demo."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent

MAPS = _PACKAGE / "maps" if (_PACKAGE / "maps").is_dir() else _PACKAGE.parent / "maps"
"""The folder of the shipped maps: inside the installed package; in a checkout, beside it."""

BOOK = _PACKAGE / "demo" / "book.csv"
"""The book of the demo's customers."""


def shipped_maps() -> dict[str, Path]:
    """The folder of each shipped map, by its name."""
    return {file.parent.name: file.parent for file in sorted(MAPS.glob("*/map.yaml"))}
