"""What Milepost ships as data: its maps, the patterns that new maps begin with, and the book of the demo."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent

MAPS = _PACKAGE / "maps" if (_PACKAGE / "maps").is_dir() else _PACKAGE.parent / "maps"
"""The folder of the shipped maps: inside the installed package; in a checkout, beside it."""

PATTERNS = _PACKAGE / "patterns"
"""The folder of the patterns. They stand apart from the maps: nobody publishes one as it is."""

BOOK = _PACKAGE / "demo" / "book.csv"
"""The book of the demo's customers."""


def shipped_maps() -> dict[str, Path]:
    """The folder of each shipped map, by its name."""
    return _by_name(MAPS)


def patterns() -> dict[str, Path]:
    """The folder of each pattern, by its name."""
    return _by_name(PATTERNS)


def _by_name(folder: Path) -> dict[str, Path]:
    return {file.parent.name: file.parent for file in sorted(folder.glob("*/map.yaml"))}
