from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from milepost.customer import Contact, Customer, Mail
from milepost.imports.book_writer import BookWriter
from milepost.imports.customer_book import read_book
from milepost.imports.vocabulary import Vocabulary
from milepost.language.field_types import AttributeType
from milepost.language.model import Attribute

TYPES = {
    "health": AttributeType.NUMBER,
    "renews_on": AttributeType.DATE,
    "vip": AttributeType.FLAG,
    "tier": AttributeType.TEXT,
}
WORDS = Vocabulary({name: (Attribute(type=kind),) for name, kind in TYPES.items()})
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="\ufffd"), min_size=1)
TEXTS = st.lists(NAMES, min_size=1, max_size=3).map(" ".join).filter(lambda text: "=" not in text)
CONTACTS = st.builds(
    Contact,
    TEXTS.filter(lambda text: text.strip('"').strip() == text),
    st.integers(0, 99).map("sam{}@acme.example".format),
    st.lists(st.sampled_from(["sponsor", "coordinator"]), unique=True).map(tuple),
    timezone=st.sampled_from([None, "Europe/Berlin"]),
    country=st.sampled_from([None, "DE-BY"]),
    language=st.sampled_from([None, "pt-BR"]),
    salutation=TEXTS.filter(lambda text: not set(text) & set('";<>')) | st.none(),
    mail=st.sampled_from(Mail),
)
CUSTOMERS = st.builds(
    Customer,
    st.integers(0, 10**6).map("c{}".format),
    TEXTS,
    st.just("Europe/Berlin"),
    st.sampled_from([None, "DE", "GB-ENG"]),
    st.sampled_from([None, "de"]),
    st.fixed_dictionaries(
        {},
        optional={
            "health": st.integers(-(10**9), 10**9) | st.floats(-1e6, 1e6).map(lambda number: round(number, 3)),
            "renews_on": st.dates().filter(lambda day: day.year >= 1900).map(str).filter(lambda day: day < "3000"),
            "vip": st.booleans(),
            "tier": TEXTS,
        },
    ),
    st.lists(CONTACTS, unique_by=lambda contact: contact.email, max_size=3).map(tuple),
    st.sampled_from([{}, {"csm": "ana@vendor.example", "lead": "bo@vendor.example"}]),
)


@given(st.lists(CUSTOMERS, unique_by=lambda customer: customer.id, max_size=4))
def test_what_is_written_is_read_back(customers: list[Customer]) -> None:
    file = io.StringIO(newline="")
    book = BookWriter(file, sorted(TYPES))
    for customer in customers:
        book.write(customer)
    read = read_book(file.getvalue().encode(), WORDS)
    assert read.problems == ()
    assert list(read.customers) == customers
