"""Two versions of a map compared: what changed, in the map's own words, and what moving a journey would do."""

from __future__ import annotations

from journeys.comparing.changes import Change, compare
from journeys.comparing.moves import Move, preview

__all__ = ["Change", "Move", "compare", "preview"]
