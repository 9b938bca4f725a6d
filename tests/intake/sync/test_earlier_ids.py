"""A book with ids that customers had before they were merged or renamed: one row counts, and nothing flips."""

from __future__ import annotations

import pytest

from milepost.intake.merges import MergeOrder, merge
from milepost.intake.renames import rename
from tests.intake.sync.conftest import Export

OTHERS = ("b2,Bolt,", "c3,Cog,", "d4,Dot,")
BOTH = ("old,Acme of old,", "a1,Acme,other")


async def _merged(export: Export) -> None:
    """Acme is in the book, and in Milepost, under two ids; then the records are merged."""
    export.write(*BOTH, *OTHERS)
    await export.keep()
    assert (await export.run()).counts["new"] == 5
    await merge(export.intake.context, MergeOrder("old", "a1"), dry_run=False)


@pytest.mark.parametrize("rows", [BOTH, BOTH[::-1]], ids=["earlier id first", "present id first"])
async def test_of_two_rows_of_a_merged_customer_that_with_its_present_id_counts(
    export: Export, rows: tuple[str, ...]
) -> None:
    await _merged(export)
    for number in range(3):  # it would flip with each run
        export.write(*rows, *OTHERS, *(f"e{each},Ems {each}," for each in range(number + 1)))
        run = await export.run()
        assert (await export.names())["a1"] == "Acme"
        assert (run.counts["changed"], run.counts["vanished"], run.counts["refused"]) == (0, 0, 0)
        ((file, problem),) = run.left_out
        assert (file, problem.row) == ("book.csv", rows.index(BOTH[0]) + 2)
        where = f"row {rows.index(BOTH[1]) + 2} of 'book.csv'"
        assert problem.message == f"'old' is an earlier id of 'a1', which {where} has as 'a1'; that row counts"
    status = await export.status()
    assert status["runs"][0]["problems"] == [
        {"file": "book.csv", "row": rows.index(BOTH[0]) + 2, "column": "id", "kind": "double"}
    ]
    assert status["customers"] == 4 + 3


async def test_the_first_of_two_earlier_ids_counts_where_none_is_the_present_one(export: Export) -> None:
    await _merged(export)
    await rename(export.intake.context, "a1", "a9", by=None)
    for name in ("Acme Inc", "Acme SE"):
        export.write(f"old,{name},", f"a1,Not {name},other", *OTHERS)
        run = await export.run()
        assert [each.message.partition(",")[0] for _, each in run.left_out] == ["'a1' is an earlier id of 'a9'"]
        assert (await export.names())["a9"] == name


async def test_a_book_that_goes_on_with_the_earlier_id_changes_the_customer(export: Export) -> None:
    export.write("a1,Acme,other", *OTHERS)
    await export.keep()
    await export.run()
    await rename(export.intake.context, "a1", "a9", by=None)
    export.write("a1,Acme Inc,other", *OTHERS)
    run = await export.run()
    assert (run.counts["changed"], run.counts["vanished"], run.left_out) == (1, 0, [])
    assert (await export.names())["a9"] == "Acme Inc"


async def test_who_is_in_the_book_by_its_new_id_has_not_vanished(export: Export) -> None:
    export.write("a1,Acme,other", "b2,Bolt,")
    await export.keep()
    await export.run()
    await rename(export.intake.context, "a1", "a9", by=None)
    export.write("a9,Acme,other", "b2,Bolt,")
    assert (await export.run()).counts["vanished"] == 0  # half of the book
    assert (await export.status())["customers"] == 2


async def test_a_row_under_the_earlier_id_counts_when_the_other_is_gone(export: Export) -> None:
    await _merged(export)
    export.write(*BOTH, *OTHERS, "e5,Ems,")
    await export.run()
    export.write(BOTH[0], *OTHERS, "e5,Ems,")
    run = await export.run()
    assert (run.counts["vanished"], run.left_out) == (0, [])
    assert (await export.names())["a1"] == "Acme of old"
