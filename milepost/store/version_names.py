"""Versions of maps as people name them: `MAP@NUMBER`, `MAP`, the start of a hash; within one map a number alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from milepost.explain.sentences import short_hash
from milepost.store.tables import MapVersionRow
from milepost.text import listing

SHORTEST_HASH = 6
MOST_LISTED = 12
"""The number of versions that a hint lists; older ones are counted."""


def find_version(rows: Sequence[MapVersionRow], text: str) -> MapVersionRow | None:
    """Returns the version among `rows` (newest first within a map) that `text` names; None for none or several."""
    name, at, number = text.partition("@")
    versions = [row for row in rows if row.map == name]
    if versions and not at:
        return next((row for row in versions if row.current), versions[0])
    if versions:
        return next((row for row in versions if str(row.number) == number), None)
    if not re.fullmatch(rf"[0-9a-f]{{{SHORTEST_HASH},64}}", text):
        return None
    matches = [row for row in rows if row.hash.startswith(text)]
    return matches[0] if len(matches) == 1 else None


def find_version_of_map(rows: Sequence[MapVersionRow], text: str) -> MapVersionRow | None:
    """Returns the version among those of one map that `text` names; here its number alone is enough."""
    return next((row for row in rows if str(row.number) == text), None) or find_version(rows, text)


def version_hint(rows: Sequence[MapVersionRow]) -> str:
    """Lists the versions of one map and says how to name one: the hint of an error."""
    names = [f"{row.number} ({short_hash(row.hash)})" for row in reversed(rows[:MOST_LISTED])]
    versions = listing(names, count=len(rows))
    return f"There are {versions}; name one by its number, as MAP@NUMBER, or by the beginning of its hash."
