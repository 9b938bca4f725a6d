"""Workbooks as Excel writes them, with their texts in a table of their own, which stays on disk."""

from __future__ import annotations

import io
from zipfile import ZipFile

import pytest

from benchmarks.workbook import write_workbook
from milepost.imports.customer_book import read_book
from milepost.imports.shared_strings import SharedStrings
from milepost.imports.workbook import UnreadableFileError, workbook_rows

TABLE = "xl/sharedStrings.xml"


def workbook(*rows: tuple[str, ...]) -> bytes:
    file = io.BytesIO()
    write_workbook(file, rows)
    return file.getvalue()


def with_table(data: bytes, text: str) -> bytes:
    """The workbook with another table of texts."""
    file = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as before, ZipFile(file, "w") as after:
        for name in before.namelist():
            after.writestr(name, text if name == TABLE else before.read(name))
    return file.getvalue()


def strings(*parts: str) -> SharedStrings:
    name = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    text = "".join(f"<si>{part}</si>" for part in parts)
    return SharedStrings(io.BytesIO(f'<sst xmlns="{name}">{text}</sst>'.encode()))


def test_rows_have_the_texts_of_the_table_also_those_that_come_again() -> None:
    rows = [("id", "name"), ("c1", "Müller & Söhne"), ("c2", "Müller & Söhne"), ("c3", "id")]
    found = [cells for _, cells in workbook_rows(io.BytesIO(workbook(*rows)))]
    assert found == [list(row) for row in rows]
    assert [each.name for each in read_book(workbook(*rows)).customers] == ["Müller & Söhne", "Müller & Söhne", "id"]


def test_runs_of_a_text_are_one_text_and_their_reading_is_none_of_it() -> None:
    read = strings(
        "<t>plain</t>",
        "<r><t>bold</t></r><r><t> and not</t></r>",
        '<t>東京</t><rPh sb="0" eb="2"><t>とうきょう</t></rPh>',
        "<t/>",
    )
    assert [read[number] for number in range(4)] == ["plain", "bold and not", "東京", ""]
    with pytest.raises(IndexError):
        read[4]


def test_a_table_that_breaks_off_makes_the_file_unreadable() -> None:
    with pytest.raises(UnreadableFileError, match="isn't a workbook"):
        list(workbook_rows(io.BytesIO(with_table(workbook(("id",), ("c1",)), "<sst><si><t>id"))))
