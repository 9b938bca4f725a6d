"""The second file gets a proposal as the first does: whose contact each person is, where to write, and their parts."""

from __future__ import annotations

import io

import pytest

from milepost.imports.customer_book import open_rows
from milepost.imports.mapping_file import read_mapping
from milepost.imports.people_file import read_people
from milepost.imports.proposal import propose
from milepost.imports.row_reader import BookRow
from milepost.imports.rows import read_rows
from tests.imports.files import HUBSPOT_CONTACTS, WORDS, csv_bytes, mapping_from

BOOK = csv_bytes([("Record ID", "Company name"), ("11", "Acme"), ("12", "Bolt")])
HUBSPOT = csv_bytes(
    [
        (*HUBSPOT_CONTACTS, "Buying Role"),
        ("901", "Sam", "Poe", "sam@acme.example", "CEO", "Acme", "11", "Decision Maker"),
        ("902", "Kim", "Lo", "kim@bolt.example", "", "Bolt", "12", "Influencer"),
    ]
)
GERMAN = csv_bytes(
    [("Firma", "Ansprechpartner", "E-Mail-Adresse", "Sprache"), ("ACME", "Jörg Öl", "joerg@acme.example", "de")],
    separator=";",
    encoding="cp1252",
)


def proposed(contacts: bytes, book: bytes = BOOK, **colleagues: str) -> str:
    rows, people = read_rows(io.BytesIO(book)), read_rows(io.BytesIO(contacts))
    return propose(rows, WORDS, "book", contacts=people, colleagues=colleagues)


def contacts_by(text: str, contacts: bytes) -> dict[str, list[tuple[str, str, tuple[str, ...]]]]:
    """The contacts of each customer, as a proposal reads the two files."""
    mapping = mapping_from(text)
    assert mapping.contacts is not None
    people = read_people(io.BytesIO(contacts), mapping.contacts, mapping.defaults)
    assert list(people.problems) == []
    book = open_rows(read_rows(io.BytesIO(BOOK)), WORDS, mapping, people.contacts)
    customers = [row.customer for row in book.rows if isinstance(row, BookRow)]
    return {each.id: [(one.name, one.email, one.personas) for one in each.contacts] for each in customers}


def test_people_are_given_to_customers_by_ids_and_their_roles_are_read() -> None:
    assert contacts_by(proposed(HUBSPOT), HUBSPOT) == {
        "11": [("Sam Poe", "sam@acme.example", ("sponsor",))],
        "12": [("Kim Lo", "kim@bolt.example", ("sponsor",))],  # the default's, who is doubtful
    }
    text = proposed(HUBSPOT)
    assert 'values: {"Decision Maker": "sponsor", "Influencer": null}' in text
    assert "persona: sponsor  # doubt: is it the others' persona?" in text
    assert '# "Record ID": record_id  # left out' in text


def test_people_are_given_to_customers_by_names_where_no_column_has_ids() -> None:
    assert contacts_by(proposed(GERMAN), GERMAN) == {"11": [("Jörg Öl", "joerg@acme.example", ("sponsor",))], "12": []}
    assert "  match: name  #" in proposed(GERMAN)
    assert "  encoding: cp1252  # Windows-1252" in proposed(GERMAN)
    assert '"Sprache": language' in proposed(GERMAN)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([("Firma", "E-Mail"), ("Cog", "a@c.example")], "is it the customer's name? None of its values is in the book"),
        ([("Company ID", "X"), *((str(n), f"{n}@c.example") for n in range(9, 14))], "Only 40% of its values are in"),
        ([("Company ID", "X"), ("11", "a@c.example")], "is it where to write to?"),
        ([("Phone", "Mail"), ("1", "a@c.example")], "says whose contact each is; add one, `HEADING: customer`"),
        ([("Firma", "Phone"), ("Acme", "1")], "no column says where to write to; add one, `HEADING: email`"),
        ([("Phone",)], "no column says whose contact each is"),
    ],
)  # fmt: skip
def test_what_is_doubtful_is_said(rows: list[tuple[str, ...]], says: str) -> None:
    assert says in proposed(csv_bytes(rows))


def test_a_proposal_that_does_not_say_whose_contacts_they_are_does_not_load() -> None:
    text = proposed(csv_bytes([("Phone", "Mail"), ("1", "a@c.example")]))
    assert any("customer" in each.message for each in read_mapping(text, "m.yaml").problems)


def test_colleagues_whose_addresses_are_known_are_filled_in() -> None:
    book = csv_bytes([("Record ID", "Company owner"), ("11", "Ana  Diaz"), ("12", "Bo Berg")])
    text = proposed(HUBSPOT, book, **{"ana diaz": "ana@vendor.example"})
    assert '  "Ana  Diaz": "ana@vendor.example"  # known from before' in text
    assert '  "Bo Berg": ""' in text
    everybody = proposed(HUBSPOT, book, **{"ana diaz": "ana@vendor.example", "bo berg": "bo@vendor.example"})
    assert "the file has no addresses of these colleagues" not in everybody
    assert mapping_from(everybody).people["Bo Berg"] == "bo@vendor.example"
