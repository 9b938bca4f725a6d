"""Files with a title, a date or merged cells above their headings."""

from __future__ import annotations

import io

import pytest

from milepost.imports.customer_book import read_book
from milepost.imports.heading_row import rows_from_headings
from milepost.imports.people_file import read_people
from milepost.imports.proposal import propose
from milepost.imports.vocabulary import Vocabulary
from tests.imports.files import WORDS, csv_bytes, mapping_from, workbook_bytes

TABLE = [
    ("Record ID", "Company name", "Country/Region", "Renewal Date"),
    ("1", "Müller & Söhne", "Germany", "31/12/2026"),
    ("2", "Bolt", "France", "30/06/2027"),
]
TITLE = ("Customers, exported on 1 March", "", "", "")
GROUPS = ("Company", "", "Where", "Contract")
CONTACTS = [("Email", "First Name", "Record ID"), ("jo@a.example", "Jo", "1"), ("eva@b.example", "Eva", "2")]


def _proposed(data: bytes, contacts: bytes | None = None, vocabulary: Vocabulary = WORDS) -> str:
    people = None if contacts is None else rows_from_headings(io.BytesIO(contacts))
    return propose(rows_from_headings(io.BytesIO(data), vocabulary=vocabulary), vocabulary, "book", contacts=people)


@pytest.mark.parametrize(
    ("above", "row"),
    [
        ([], None),
        ([TITLE], 2),
        ([TITLE, ("",) * 4, GROUPS], 4),
        ([(f"note {number}", "", "", "") for number in range(19)], 20),
        ([(f"note {number}", "", "", "") for number in range(20)], None),
    ],
)
@pytest.mark.parametrize("kind", ["text", "workbook"])
def test_the_row_with_the_most_known_headings_has_them(
    above: list[tuple[str, ...]], row: int | None, kind: str
) -> None:
    rows = [*above, *TABLE]
    data = csv_bytes(rows, separator=";", encoding="cp1252") if kind == "text" else workbook_bytes({"Sheet": rows})
    found = rows_from_headings(io.BytesIO(data))
    assert found.header_row == row
    text = _proposed(data)
    assert (f"header_row: {row}  # " in text) is (row is not None)
    if row is not None:
        read = read_book(data, WORDS, mapping_from(text))
        assert read.problems == ()
        assert [(each.id, each.name, each.country) for each in read.customers] == [
            ("1", "Müller & Söhne", "DE"),
            ("2", "Bolt", "FR"),
        ]


def test_a_title_that_is_one_cell_of_a_line_hides_no_separators() -> None:
    data = b"Customers of ours, as of today\r\n\r\n" + csv_bytes(TABLE, separator=";", encoding="cp1252")
    assert read_book(data, WORDS, mapping_from(_proposed(data))).customers[0].name == "Müller & Söhne"


def test_a_row_of_values_that_are_like_headings_is_no_row_of_headings() -> None:
    data = csv_bytes([("Record ID", "Name", "x"), ("Country", "City", "y"), ("1", "2", "3")])
    assert rows_from_headings(io.BytesIO(data)).header_row is None
    data = csv_bytes([("Number", "Called", "Where"), ("Name", "Country", ""), ("1", "2", "3")])
    assert rows_from_headings(io.BytesIO(data)).header_row is None


def test_attributes_of_the_maps_are_known_headings_too() -> None:
    data = csv_bytes([("Ours", "", ""), ("Key", "Tier", "Seats"), ("1", "enterprise", "12")])
    assert rows_from_headings(io.BytesIO(data)).header_row is None
    assert rows_from_headings(io.BytesIO(data), vocabulary=WORDS).header_row == 2


def test_a_file_of_contacts_may_have_a_title_as_well() -> None:
    contacts = csv_bytes([("Contacts", "", ""), *CONTACTS])
    text = _proposed(csv_bytes(TABLE), contacts)
    section = text.partition("contacts:")[2]
    assert "  header_row: 2  # " in section
    mapping = mapping_from(text)
    assert mapping.contacts is not None
    read = read_people(io.BytesIO(contacts), mapping.contacts, mapping.defaults)
    assert not read.problems
    assert [each.email for each in read.contacts.of("2")] == ["eva@b.example"]


def test_a_file_without_rows_has_no_headings() -> None:
    assert rows_from_headings(io.BytesIO(b"\r\n\r\n")).header_row is None
