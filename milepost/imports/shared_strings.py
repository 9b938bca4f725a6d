"""Opens a workbook whose texts stay on disk: a program like Excel keeps them all in a table of their own.

This module loads the library that reads workbooks; import it where one is read.
"""

from __future__ import annotations

import weakref
from typing import IO, Any

from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from milepost.imports.scratch import temporary_table

_TEXT = f"{{{SHEET_MAIN_NS}}}si"


def open_workbook(file: IO[bytes]) -> Any:
    """Opens a workbook to read values from it, row by row."""
    reader = _Reader(file, read_only=True, data_only=True)
    reader.read()
    return reader.wb


class SharedStrings:
    """The texts of a workbook by their numbers."""

    def __init__(self, source: IO[bytes]) -> None:
        self._connection = temporary_table("CREATE TABLE texts (number INTEGER PRIMARY KEY, text TEXT)")
        weakref.finalize(self, self._connection.close)
        events = iterparse(source, ("start", "end"))
        _, table = next(events)
        number = 0
        for event, node in events:
            if event == "end" and node.tag == _TEXT:
                text = Text.from_tree(node).content.replace("x005F_", "")
                self._connection.execute("INSERT INTO texts VALUES (?, ?)", (number, text))
                number += 1
                table.clear()

    def __getitem__(self, number: int) -> str:
        found = self._connection.execute("SELECT text FROM texts WHERE number = ?", (number,)).fetchone()
        if found is None:
            raise IndexError(number)
        return str(found[0])


class _Reader(ExcelReader):  # type: ignore[misc]  # it comes without types
    def read_strings(self) -> None:
        table = self.package.find(SHARED_STRINGS)
        if table is not None:
            with self.archive.open(table.PartName[1:]) as source:
                self.shared_strings = SharedStrings(source)
