"""How messages greet people: by names that a library takes apart, and never by a title, a comma or an address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.customer import Contact
from milepost.language.templates.context import contact_context
from milepost.language.templates.person_names import parts_of


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Sam Poe", "Sam", "Poe"),
        ("Poe, Sam", "Sam", "Poe"),
        ("Sam (Finance) Poe", "Sam", "Poe"),
        ("Dr. Sam Poe", "Sam", "Poe"),
        ("Poe, Dr. Sam", "Sam", "Poe"),
        ("Sam Poe, CFO", "Sam", "Poe"),
        ("Sam Poe, PhD", "Sam", "Poe"),
        ("Herr Dr. Max Muster", "Max", "Muster"),
        ("Jan van der Berg", "Jan", "van der Berg"),
        ("van der Berg, Jan", "Jan", "van der Berg"),
        ("Garcia Marquez, Gabriel", "Gabriel", "Garcia Marquez"),
        ("Anna Maria Poe", "Anna", "Poe"),
        ('"Poe, Sam"', "Sam", "Poe"),
        ('"Poe, Sam" <sam@acme.example>', "Sam", "Poe"),
        ("Sam Poe sam@acme.example", "Sam", "Poe"),
    ],
)
def test_titles_particles_and_a_last_name_in_front_are_known(name: str, first: str, last: str) -> None:
    parts = parts_of(name)
    assert (parts.first, parts.last) == (first, last)


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("Sam", "Sam"),
        ("王小明", "王小明"),
        ("S. Poe", "S. Poe"),
        ("Poe, S.", "S. Poe"),
        ("Dr. Poe", "Poe"),
        ("Ms Poe", "Poe"),
        ("Sam and Bo Poe", "Sam and Bo Poe"),
        ("Sam Poe / Finance", "Sam Poe / Finance"),
        ("Team Finance", "Team Finance"),
        ("Sam, Acme Inc", "Acme Inc Sam"),
    ],
)
def test_where_it_is_not_sure_the_whole_name_stands_for_both_parts(name: str, whole: str) -> None:
    parts = parts_of(name)
    assert (parts.first, parts.last) == (whole, whole)


def test_the_parts_that_are_given_count_and_the_name_stays_as_written() -> None:
    contact = Contact("Poe, Samantha", "sam@acme.example", first_name="Sam", salutation="Dear Dr. Poe")
    context = contact_context(contact)
    assert (context.name, context.first_name, context.last_name) == ("Poe, Samantha", "Sam", "Poe")
    assert context.salutation == "Dear Dr. Poe"


@pytest.mark.parametrize("name", ["", "sam.poe@acme.example", "SAM.POE@acme.example", " - ", "s.poe@old.example"])
def test_a_person_without_a_name_is_greeted_by_the_name_in_the_address(name: str) -> None:
    context = contact_context(Contact(name, "sam.poe@acme.example"))
    assert (context.first_name, context.last_name) == ("Sam", "Poe")


@given(st.text(min_size=1, max_size=40))
def test_no_greeting_has_a_comma_or_an_address_and_none_is_empty(name: str) -> None:
    context = contact_context(Contact(name, "sam@acme.example"))
    assert context.first_name.strip()
    assert "," not in context.first_name
    assert "@" not in context.first_name
    assert "," not in context.last_name
