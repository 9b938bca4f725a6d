"""A picture as PNG, at a number of dots to the inch of its paper."""

from __future__ import annotations

import struct
import zlib

import resvg_py

from milepost.drawing.scene import Scene, Text, flatten
from milepost.drawing.svg import svg_of
from milepost.fonts import FAMILY, font_file, is_known

DOTS_PER_INCH = 200
_AFTER_HEADER = 33  # the signature and the first chunk of every PNG


def png_of(scene: Scene, dots_per_inch: int = DOTS_PER_INCH) -> bytes:
    """Returns the picture as PNG; letters that our font lacks come from the fonts of this machine."""
    width, height = (round(side / 25.4 * dots_per_inch) for side in scene.millimetres)
    all_known = all(is_known(item.text) for item in flatten(scene.items) if isinstance(item, Text))
    png = resvg_py.svg_to_bytes(
        svg_string=svg_of(scene),
        width=width,
        height=height,
        dpi=96,  # without it, millimetres have no size; width and height decide
        skip_system_fonts=all_known,
        font_files=[str(font_file(bold=bold)) for bold in (False, True)],
        font_family=FAMILY,
        sans_serif_family=FAMILY,
    )
    return _with_resolution(bytes(png), dots_per_inch)


def _with_resolution(png: bytes, dots_per_inch: int) -> bytes:
    """Returns the PNG with its resolution inside, so that it prints at the size of the paper."""
    per_metre = round(dots_per_inch / 0.0254)
    chunk = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    whole = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return png[:_AFTER_HEADER] + whole + png[_AFTER_HEADER:]
