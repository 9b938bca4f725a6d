"""Says how many rows of which tables were moved or removed."""

from __future__ import annotations

from collections.abc import Mapping

from milepost.text import listing


def moved(rows: Mapping[str, int]) -> str:
    """Returns the numbers of rows by table, in words."""
    return listing([f"{number} of {table.replace('_', ' ')}" for table, number in rows.items() if number]) or "nothing"
