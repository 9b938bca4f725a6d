from __future__ import annotations

from milepost.customer import Contact, Mail
from milepost.imports.scratch import FirstRows, PeopleOfCustomers


def test_the_first_row_of_a_key_is_remembered() -> None:
    rows = FirstRows()
    assert [rows.first(key, number) for number, key in enumerate(("a", "b", "a", "a", "A"), 2)] == [2, 3, 2, 2, 6]
    assert (rows.row_of("b"), rows.row_of("c")) == (3, None)


def test_contacts_are_found_by_their_customer_in_the_order_of_the_file() -> None:
    people = PeopleOfCustomers()
    assert people.of("acme") == ()
    sam, uli = Contact("Sam", "sam@acme.example", ("sponsor",)), Contact("Uli", "uli@acme.example", mail=Mail.NONE)
    for customer, contact in (("Acme", sam), ("bolt", sam), ("ACME", uli)):
        people.add(customer, contact)
    assert people.of("acme") == (sam, uli)
    assert people.of("Bolt") == (sam,)
    assert (people.of("nobody"), people.count) == ((), 3)
