"""Writing the picture of a forecast to a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from milepost.capacity.report import Report
from milepost.cli.support.errors import file_errors

KINDS = (".svg", ".png")


def check_pictures(files: Sequence[Path]) -> None:
    """Check before the simulation that pictures can be written after it.

    Raises:
        typer.BadParameter: a file has another ending, or its folder is not there.
        DrawingNotInstalledError: the packages of the extra `draw` aren't installed.
    """
    for file in files:
        if file.suffix.lower() not in KINDS:
            raise typer.BadParameter(f"{str(file)!r} ends in neither .svg nor .png", param_hint="--output")
        if not file.parent.is_dir():
            raise typer.BadParameter(f"there is no folder {str(file.parent)!r}", param_hint="--output")
    if files:
        import milepost.drawing  # noqa: F401, PLC0415 - an extra: only drawing needs it


def write_picture(report: Report, file: Path) -> None:
    """Draw a forecast into a file, in the format that its ending says.

    Raises:
        CommandError: it can't be written.
    """
    from milepost.capacity.picture import draw_forecast  # noqa: PLC0415
    from milepost.drawing import raster, svg  # noqa: PLC0415

    scene = draw_forecast(report)
    drawing = raster.png_of(scene) if file.suffix.lower() == ".png" else svg.svg_of(scene).encode()
    with file_errors("write", file):
        file.write_bytes(drawing)
