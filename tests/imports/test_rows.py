from __future__ import annotations

import io
from datetime import date, datetime

import pytest

from milepost.imports.customer_book import read_book
from milepost.imports.encodings import encoding_of
from milepost.imports.rows import FileFormat, read_rows
from milepost.imports.workbook import UnreadableFileError
from tests.imports.files import csv_bytes, workbook_bytes

NAMES = [("id", "name"), ("a", "Müller & Söhne"), ("b", "Café Paris"), ("c", "Zürich")]


def cells(data: bytes, form: FileFormat | None = None) -> list[list[str]]:
    return [list(row.cells) for row in read_rows(io.BytesIO(data), form or FileFormat())]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators_are_told_apart(encoding: str, separator: str) -> None:
    assert cells(csv_bytes(NAMES, separator=separator, encoding=encoding)) == [list(row) for row in NAMES]


def test_latin_1_is_read_like_windows_1252() -> None:
    rows = [("id", "name"), ("a", "Müller")]
    assert cells(csv_bytes(rows, encoding="latin-1")) == [list(row) for row in rows]
    assert encoding_of(io.BytesIO(b"id,name\na,M\xfcller\x81\n")) == "latin-1"


def test_a_letter_that_lies_across_two_blocks_is_no_broken_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("milepost.imports.encodings._BLOCK", 1)
    assert encoding_of(io.BytesIO("id,name\na,Müller\n".encode())) == "utf-8-sig"
    assert encoding_of(io.BytesIO("id,name\na,Müller\n".encode("cp1252"))) == "cp1252"


def test_a_mapping_can_say_the_form_of_a_file() -> None:
    data = "Accounts of the south\n\nid|name\na|Žofie\n".encode("cp1250")
    assert cells(data, FileFormat("cp1250", "|", None, 3)) == [["id", "name"], ["a", "Žofie"]]


def test_what_stands_below_the_table_is_left_out() -> None:
    data = csv_bytes([("Account ID", "Account Name"), ("1", "Acme"), ("2", "Bolt")])
    rows = read_rows(io.BytesIO(data + b"\r\n\r\nGrand Totals (2 records)\r\nCopyright (c) 2026 salesforce.com\r\n"))
    assert [list(row.cells) for row in rows][-1] == ["2", "Bolt"]
    assert rows.footer == [6, 7]


def test_a_row_with_one_cell_that_is_followed_by_others_is_a_row() -> None:
    data = b"id,name\r\n1,Acme\r\n\r\nonly an id\r\n2,Bolt\r\n"
    assert [row[0] for row in cells(data)] == ["id", "1", "only an id", "2"]


def test_the_last_customer_without_more_than_an_id_is_a_customer() -> None:
    read = read_book(b"id,name\n1,Acme\n2,\n")
    assert [each.id for each in read.customers] == ["1", "2"]


def test_a_workbook_is_read_like_a_file_of_texts() -> None:
    rows = [
        ("id", "name", "renews_on", "at", "seats", "rate", "live"),
        (1234567890, "Acme", datetime(2026, 12, 31), datetime(2026, 1, 5, 9, 12), 1200, 1.234, True),
        (None,) * 7,
        ("b", None, date(2027, 1, 1), None, 12.0, 0.5, False),
    ]
    data = workbook_bytes({"Companies": rows})
    assert cells(data) == [
        list(rows[0]),
        ["1234567890", "Acme", "2026-12-31", "2026-01-05T09:12:00", "1200", "1.2340", "yes"],
        ["b", "", "2027-01-01", "", "12", "0.5", "no"],
    ]
    assert read_rows(io.BytesIO(data)).decimal == "."


def test_a_sheet_is_chosen_by_name() -> None:
    data = workbook_bytes({"Notes": [("read me",)], "Companies": [("id",), ("a",)]})
    assert cells(data, FileFormat(sheet="Companies")) == [["id"], ["a"]]
    with pytest.raises(UnreadableFileError, match="no sheet 'Company'; did you mean 'Companies'"):
        cells(data, FileFormat(sheet="Company"))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"PK\x03\x04 and no more", "isn't a workbook"),
        (b"PK\x05\x06" + bytes(18), "isn't a workbook"),  # an archive without a file
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old workbook"),
    ],
)
def test_a_workbook_that_cannot_be_read_says_what_to_do(data: bytes, says: str) -> None:
    with pytest.raises(UnreadableFileError, match=says) as raised:
        cells(data)
    assert "CSV UTF-8" in (raised.value.hint or "")
