"""Maps as pictures for the wall: a map's words, their layout on paper, then SVG, PNG or HTML. Pure.

It draws and decides nothing about journeys. Begin with `sheet.draw_map(map)`, the layout; `svg.svg_of`, `raster.png_of`
and `page.page_of` write it. The packages that it needs are the extra `milepost[draw]`: only commands that draw may
import this package, and only when they draw.
"""

from __future__ import annotations

import importlib.util
from typing import ClassVar

from milepost.errors import MilepostError


class DrawingNotInstalledError(MilepostError):
    """Something is to be drawn, and the packages of the extra `draw` aren't installed."""

    code: ClassVar[str] = "drawing_not_installed"

    def __init__(self, package: str) -> None:
        self.package = package
        super().__init__(
            f"Drawing needs the package {package!r}, which isn't installed.",
            "Install what it takes with: pip install 'milepost[draw]'",
        )


if importlib.util.find_spec("resvg_py") is None:
    raise DrawingNotInstalledError("resvg_py")
