"""Two versions of a map: what changed between them, in the map's own words, and what moving a journey would do.

Pure: it compares and previews; publishing and moving are the intake's. Begin with `compare` (two maps) and `preview`
(one journey); `map_copy` makes a new map out of another one.
"""

from __future__ import annotations

from milepost.versions.changes import Change, compare
from milepost.versions.moves import Move, preview

__all__ = ["Change", "Move", "compare", "preview"]
