"""What a command or page counted, in words."""

from __future__ import annotations

from milepost.explain.row_counts import NAMES, rows_text
from milepost.store.tables import METADATA


def test_counts_are_english() -> None:
    assert rows_text({"journeys": 1, "tasks": 3, "facts": 0, "timeline": 12}) == (
        "1 journey, 3 tasks and 12 entries on the timeline"
    )
    assert rows_text({"journeys": 2, "timeline": 1}) == "2 journeys and 1 entry on the timeline"
    assert rows_text({"journeys": 0}) == "nothing"


def test_every_table_has_words() -> None:
    assert {table.name for table in METADATA.sorted_tables} - set(NAMES) == set()
