"""The colours and type sizes of the pictures; every text has a contrast of at least 4.5 to its ground."""

from __future__ import annotations

from dataclasses import dataclass

from milepost.drawing.text_metrics import Style

PAPER = "#ffffff"
INK = "#17212b"
SOFT = "#435261"
FAINT = "#d5dce3"
ARROW = "#52606d"
ON_DARK = "#ffffff"
SOFT_ON_DARK = "#dbe6f1"


@dataclass(frozen=True, slots=True)
class Tone:
    """The colours of one kind of thing: `strong` for edges and for what white text stands on, `tint` for its ground."""

    strong: str
    tint: str
    band: str = PAPER


WE = Tone("#1d5fa8", "#ffffff", "#e9f1f9")
CUSTOMER = Tone("#a8560b", "#ffffff", "#fbf0e1")
OUTCOME = Tone("#1b7347", "#ffffff", "#e5f3ea")
STAGE = Tone("#1f3a57", "#1f3a57")
OPENS_ITSELF = Tone("#54407d", "#54407d")
RISK = Tone("#9c2a35", "#fbf3f3")
EXPANSION = Tone("#1b7347", "#f1f8f4")
OTHER = Tone("#475563", "#f3f5f7")

HEADLINE = Style(25, bold=True)
LEAD = Style(12)
HEADING = Style(14.5, bold=True)
LABEL = Style(12.5, bold=True)
TITLE = Style(11.5, bold=True)
BODY = Style(10)
BODY_STRONG = Style(10, bold=True)
COUNT = Style(21, bold=True)
LIVE = Style(12.5, bold=True)
SMALLEST = BODY.size
