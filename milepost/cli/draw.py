"""`milepost draw`: draws a map for the wall or the screen."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from milepost.cli.support.errors import CommandError, file_errors
from milepost.cli.support.map_folders import sound_map
from milepost.cli.support.output import say
from milepost.explain.local_time import day_of
from milepost.explain.sentences import short_hash
from milepost.language.loader import MAP_FILE, Loaded, content_hash
from milepost.language.model import Map

_KINDS = (".svg", ".png", ".html")
_OUR_MARK = b'id="map-title"'


def draw(
    path: Annotated[Path, typer.Argument(metavar="MAP", help="A map's folder or its map.yaml.")],
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The file to write, ending in .svg, .png or .html; an existing one is overwritten. Default: the map's "
            "id with .svg, in this folder.",
        ),
    ] = None,
) -> None:
    """Draw a map for the wall: stages as columns, what we do and what the customer does as lanes, outcomes as gates.

    The picture is made for A3 in landscape; a map that would not be legible there gets the next larger paper. The
    HTML page has the picture and the same as text. A map with errors is not drawn: they are listed, exit code 1.
    """
    if output is not None and output.suffix.lower() not in _KINDS:
        raise typer.BadParameter(
            f"{str(output)!r} has no ending that says what to draw; end it in .svg, .png or .html",
            param_hint="--output",
        )
    map_, loaded = sound_map(path, "Nothing was drawn; correct the map first.")
    file = output or Path(f"{map_.map}.svg")
    exists = file.exists()
    if exists and output is None and not _drawn_by_us(file):
        message = f"{str(file)!r} exists already, and `milepost draw` did not make it."
        raise CommandError(message, f"Name another file with -o, or write over it: -o {file}.")
    content, paper = _draw(map_, _edition(loaded, map_), file.suffix.lower())
    with file_errors("write", file, "Name a file in a folder that exists and may be written to."):
        file.write_bytes(content)
    say(f"{file}{' (written over)' if exists else ''}: {map_.title}, for {paper} in landscape.")


def _drawn_by_us(file: Path) -> bool:
    """Returns True for a drawing of a map, which may be drawn again."""
    with suppress(OSError):
        return _OUR_MARK in file.read_bytes()
    return False


def _edition(loaded: Loaded, map_: Map) -> str:
    """The version as `milepost publish` names it, and the local day on which its latest file was written.

    Drawings on walls outlive versions: this says which one it is.
    """
    files = loaded.files or {}
    paths = [Path(loaded.file if name == MAP_FILE else loaded.name_of(name)) for name in files]
    written = int(max(path.stat().st_mtime for path in paths))
    day = day_of(written, map_.working_time.timezone).partition(" ")[2]  # without the day of the week
    return f"version {short_hash(content_hash(files))} of {day}"


def _draw(map_: Map, edition: str, kind: str) -> tuple[bytes, str]:
    """The content of the file, and the paper that it is for.

    Raises:
        DrawingNotInstalledError: the packages of the extra `draw` aren't installed.
    """
    from milepost.drawing import map_text, page, raster, sheet, svg  # noqa: PLC0415 - an extra: only drawing needs it

    scene = sheet.draw_map(map_, edition)
    if kind == ".png":
        return raster.png_of(scene), scene.paper
    text = page.page_of(map_text.content_of(map_, edition), scene) if kind == ".html" else svg.svg_of(scene)
    return text.encode(), scene.paper
