"""Writing the picture of a forecast to a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import typer

from milepost.capacity.picture import picture
from milepost.capacity.report import Report
from milepost.cli.support.errors import CommandError
from milepost.drawing.raster import png_of
from milepost.drawing.svg import svg_of

KINDS = (".svg", ".png")


def check_pictures(files: Iterable[Path]) -> None:
    """See before the work whether pictures can be written after it.

    Raises:
        typer.BadParameter: a file has another ending, or its folder is not there.
    """
    for file in files:
        if file.suffix.lower() not in KINDS:
            raise typer.BadParameter(f"{str(file)!r} ends in neither .svg nor .png", param_hint="--output")
        if not file.parent.is_dir():
            raise typer.BadParameter(f"there is no folder {str(file.parent)!r}", param_hint="--output")


def write_picture(report: Report, file: Path) -> None:
    """Draw a forecast into a file, in the format that its ending says.

    Raises:
        CommandError: it can't be written.
    """
    scene = picture(report)
    drawn = png_of(scene) if file.suffix.lower() == ".png" else svg_of(scene).encode()
    try:
        file.write_bytes(drawn)
    except OSError as error:
        raise CommandError(f"Cannot write {str(file)!r}: {error.strerror}.") from error
