"""Rows of files for spreadsheets: no cell is a formula, whatever people have written."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_row(values: Iterable[Any]) -> str:
    """Returns one row with its end; None is an empty cell."""
    out = StringIO()
    csv.writer(out).writerow(map(safe_cell, values))
    return out.getvalue()


def safe_cell(value: Any) -> Any:
    """Returns a value as a cell that no spreadsheet takes for a formula."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
