"""Two versions of a map compared: what changed, in the map's own words, and what moving a journey would do."""

from __future__ import annotations

from milepost.versions.changes import Change, compare
from milepost.versions.moves import Move, preview

__all__ = ["Change", "Move", "compare", "preview"]
