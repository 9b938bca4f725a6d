"""A picture as one HTML page: the SVG, and the same as tables, to be read or heard."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from milepost.drawing.content import TRACK_TITLES, Content
from milepost.drawing.scene import Scene
from milepost.drawing.svg import clean, svg_of


def page_of(content: Content, scene: Scene) -> str:
    """Returns the whole page; it prints the picture on the first sheet of its paper and the tables after it."""
    return _template().render(
        content=content,
        paper=" ".join(f"{side}mm" for side in scene.millimetres),
        svg=Markup(svg_of(scene)),  # noqa: S704 - written by us, with every text escaped
        titles={card.id: card.title for card in content.cards},
        tracks=TRACK_TITLES,
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("milepost.drawing", "templates"),
        autoescape=True,
        finalize=_clean,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.html")


def _clean(value: Any) -> Any:
    return value if isinstance(value, Markup) else clean(str(value))
