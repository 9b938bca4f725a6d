"""Reasons of customers, counted: so many are told apart as people read, however long a book is."""

from __future__ import annotations

from collections import Counter

_MOST = 200
OTHER = "other reasons"


def count_reason(counts: Counter[str], why: str) -> str:
    """Counts a reason; returns what it is counted as, since reasons quote values and may all differ."""
    reason = why if why in counts or len(counts) < _MOST else OTHER
    counts[reason] += 1
    return reason
