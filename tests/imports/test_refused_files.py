"""The file of refused rows is written as the book is, so that the same spreadsheet opens it."""

from __future__ import annotations

import pytest

from milepost.imports.customer_book import read_book
from milepost.imports.refused_rows import refused_file
from milepost.imports.rows import FileFormat
from tests.imports.files import WORDS, csv_bytes


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_refused_rows_have_the_separator_of_the_book(separator: str) -> None:
    data = csv_bytes([("id", "name", "timezone"), ("a", "Süß", "Mars/Base")], separator=separator, encoding="cp1252")
    problems = read_book(data, WORDS).problems
    written = refused_file(data, FileFormat(encoding="cp1252"), ("id", "name", "timezone"), problems)
    heading, row = written.decode("cp1252").splitlines()
    assert heading == separator.join(("refused because", "id", "name", "timezone"))
    assert row.endswith(separator.join(("a", "Süß", "Mars/Base")))
