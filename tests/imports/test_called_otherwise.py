"""One contact in the book, whom one map calls the sponsor and another the owner."""

from __future__ import annotations

import io

import pytest

from milepost.imports.audience import Maps
from milepost.imports.customer_book import open_book, read_book
from milepost.imports.mapping_file import read_mapping
from milepost.imports.proposal import propose
from milepost.imports.row_reader import BookRow
from milepost.imports.rows import read_rows
from milepost.imports.vocabulary import Vocabulary
from milepost.intake.book import merged
from tests.imports.files import csv_bytes, mapping_from
from tests.imports.test_proposed_people import NOW, SHIPPED

ON = {"enterprise-save-time": ("enterprise", "save_time"), "small-business-save-money": ("small", "save_money")}


def _book(*headings: str, cells: tuple[str, ...], maps: tuple[str, ...] = tuple(ON)) -> bytes:
    return csv_bytes([("ID", "Tier", "Goal", *headings), *((str(n), *ON[each], *cells) for n, each in enumerate(maps))])


def _proposed(data: bytes) -> str:
    return propose(read_rows(io.BytesIO(data)), Vocabulary.of(SHIPPED), "book", maps=Maps(SHIPPED, NOW))


@pytest.mark.parametrize(
    ("headings", "cells", "heading"),
    [
        (("Owner name", "Owner email"), ("Sam Poe", "sam@a.example"), "Owner email"),
        (("Contact name", "Contact email"), ("Sam Poe", "sam@a.example"), "Contact email"),
        (("Primary contact",), ("Sam Poe <sam@a.example>",), "Primary contact"),
    ],
)
def test_the_only_contact_gets_the_mails_of_each_map_that_the_book_is_on(
    headings: tuple[str, ...], cells: tuple[str, ...], heading: str
) -> None:
    data = _book(*headings, cells=cells)
    mapping = mapping_from(text := _proposed(data))
    assert set(mapping.columns[heading].personas) == {"owner", "sponsor"}
    assert any(f'"{heading}":  # doubt: ' in line and ", too? There is no " in line for line in text.splitlines())
    read = read_book(data, Vocabulary.of(SHIPPED), mapping)
    assert read.problems == ()
    for customer in read.customers:
        [contact] = customer.contacts
        assert (contact.email, set(contact.personas)) == ("sam@a.example", {"owner", "sponsor"})


def test_a_book_on_one_map_and_one_with_several_contacts_need_nothing_more() -> None:
    one = _book("Owner email", cells=("sam@a.example",), maps=("small-business-save-money",) * 2)
    assert "also" not in _proposed(one)
    several = _book("Owner email", "Sponsor email", cells=("sam@a.example", "eva@a.example"))
    assert "also" not in _proposed(several)


def test_a_contact_who_is_replaced_loses_all_personas_of_the_column() -> None:
    mapping = mapping_from("mapping: X\ncolumns: {ID: id, Owner: {to: contacts.owner.email, also: sponsor}}\n")
    rows = []
    for address in ("sam@a.example", "eva@a.example"):
        book = open_book(io.BytesIO(csv_bytes([("ID", "Owner"), ("1", address)])), mapping=mapping)
        rows += [row for row in book.rows if isinstance(row, BookRow)]
    assert {"contacts.owner", "contacts.sponsor"} <= book.layout.places
    after = merged(rows[0].customer, rows[1], book.layout.places)
    assert [(each.email, each.personas) for each in after.contacts if each.personas] == [
        ("eva@a.example", ("owner", "sponsor"))
    ]


@pytest.mark.parametrize(
    "column", ["{to: name, also: owner}", "{to: contacts.a.name, also: b}", "{to: contacts, also: b}"]
)
def test_further_personas_are_for_addresses(column: str) -> None:
    (problem,) = read_mapping(f"mapping: X\ncolumns:\n  A: id\n  B: {column}\n", "m.yaml").problems
    assert (problem.line, "'also' is for a column of addresses" in problem.message) == (4, True)
