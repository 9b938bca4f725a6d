"""Problems of rows lie in a file, come back in the order of the rows, and are summed up without one kind for each."""

from __future__ import annotations

from milepost.imports.refused_rows import ByColumn
from milepost.imports.row_problems import RowProblems
from milepost.imports.row_reader import RowProblem


def test_problems_come_back_in_the_order_of_the_rows() -> None:
    late, early = RowProblem(9, None, "late"), RowProblem(2, "name", "early", repeated_id="acme")
    also_early = RowProblem(2, "country", "early, too")
    problems = RowProblems([late, early, also_early])
    assert list(problems) == list(problems) == [early, also_early, late]
    assert len(problems) == 3


def test_whether_any_row_repeats_an_id_is_known() -> None:
    assert not RowProblems([RowProblem(2, None, "wrong")]).has_repeated_ids
    assert RowProblems([RowProblem(2, None, "wrong", repeated_id="acme")]).has_repeated_ids


def test_messages_that_quote_other_cells_and_rows_are_one_kind() -> None:
    messages = (f"The id 'c{number}' is already in row {number}" for number in range(9))
    counted = ByColumn.of(RowProblem(20, "id", message) for message in messages)
    assert counted.rows() == [("id", 9, "The id 'c0' is already in row 0")]


def test_no_book_makes_more_kinds_of_problems_than_somebody_reads() -> None:
    counted = ByColumn.of(RowProblem(2, "id", "x" * number) for number in range(2000))
    rows = counted.rows()
    assert len(rows) < 600
    assert sum(count for _, count, _ in rows) == 2000
