"""Versions of maps as people name them: `MAP@NUMBER`, `MAP`, the beginning of a hash; of one map the number alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from milepost.explain.sentences import short_hash
from milepost.store.tables import MapVersionRow

SHORTEST_HASH = 6
LISTED = 12
"""Versions that a list names; the others are counted."""


def meant(rows: Sequence[MapVersionRow], said: str) -> MapVersionRow | None:
    """The version among `rows`, newest first within a map, that somebody means; None: none, or several begin so."""
    name, at, number = said.partition("@")
    mine = [row for row in rows if row.map == name]
    if mine and not at:
        return next((row for row in mine if row.current), mine[0])
    if mine:
        return next((row for row in mine if str(row.number) == number), None)
    if not re.fullmatch(rf"[0-9a-f]{{{SHORTEST_HASH},64}}", said):
        return None
    found = [row for row in rows if row.hash.startswith(said)]
    return found[0] if len(found) == 1 else None


def meant_of_one(rows: Sequence[MapVersionRow], said: str) -> MapVersionRow | None:
    """The same among the versions of one map, whose number alone will do."""
    return next((row for row in rows if str(row.number) == said), None) or meant(rows, said)


def listed(rows: Sequence[MapVersionRow]) -> str:
    """The versions of one map, as they may be written, and how."""
    known = ", ".join(f"{row.number} ({short_hash(row.hash)})" for row in reversed(rows[:LISTED]))
    more = f" and {len(rows) - LISTED} before" if len(rows) > LISTED else ""
    return f"There are {known}{more}; name one by its number, as MAP@NUMBER, or by the beginning of its hash."
