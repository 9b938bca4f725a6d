"""What is wrong with rows of a file, kept in a temporary file: a long book may have any number of refused rows."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator

from milepost.imports.row_reader import RowProblem
from milepost.imports.scratch import temporary_table


class RowProblems:
    """Problems of rows; they come back in the order of the rows, whatever order they were added in."""

    def __init__(self, problems: Iterable[RowProblem] = ()) -> None:
        self._connection = temporary_table(
            "CREATE TABLE problems (row INTEGER, place TEXT, message TEXT, repeated_id TEXT)"
        )
        weakref.finalize(self, self._connection.close)
        self._count = 0
        self.has_repeated_ids = False
        for problem in problems:
            self.add(problem)

    def add(self, problem: RowProblem) -> None:
        """Adds a problem."""
        fields = problem.row, problem.column, problem.message, problem.repeated_id
        self._connection.execute("INSERT INTO problems VALUES (?, ?, ?, ?)", fields)
        self._count += 1
        self.has_repeated_ids |= problem.repeated_id is not None

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[RowProblem]:
        rows = self._connection.execute("SELECT row, place, message, repeated_id FROM problems ORDER BY row, rowid")
        return (RowProblem(*row) for row in rows)
