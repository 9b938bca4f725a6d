"""People who are made up for a rehearsal, where the book has nobody."""

from __future__ import annotations

from dataclasses import replace

from milepost.demo.rehearsed_book import with_people
from milepost.imports.row_reader import BookRow
from tests.web.example import KIM, customer


def test_a_persona_without_anybody_gets_so_many_people_and_the_others_keep_theirs() -> None:
    acme = customer()
    row = BookRow(2, replace(acme, contacts=acme.contacts[1:]))

    people = with_people(row, ["sponsor", "coordinator", "sponsor"], 2).customer.contacts

    assert [(each.name, each.personas) for each in people[1:]] == [
        ("Made-up sponsor 1", ("sponsor",)),
        ("Made-up sponsor 2", ("sponsor",)),
    ]
    assert people[0].email == KIM
    assert all(each.email.endswith(".example") for each in people[1:])


def test_nobody_is_made_up_unless_somebody_asks_for_it() -> None:
    row = BookRow(2, replace(customer(), contacts=()))

    assert with_people(row, ["sponsor"], 0) is row
    assert with_people(BookRow(2, customer()), ["sponsor"], 3).customer == customer()
