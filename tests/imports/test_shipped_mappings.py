"""The mappings that come along read what HubSpot and Salesforce export."""

from __future__ import annotations

import io

from milepost.imports.customer_book import read_book
from milepost.imports.mapping_file import shipped_mappings
from milepost.imports.people_file import read_people
from tests.imports.files import HUBSPOT_COMPANIES, HUBSPOT_CONTACTS, SALESFORCE_ACCOUNTS, WORDS, csv_bytes, mapping_from


def shipped(name: str) -> str:
    return shipped_mappings()[name].read_text("utf-8")


def test_an_export_of_hubspot_is_read_by_the_shipped_mapping() -> None:
    mapping = mapping_from(shipped("hubspot") + "people: {Ana Diaz: ana@vendor.example}\n")
    companies = csv_bytes(
        [
            HUBSPOT_COMPANIES,
            ("11", "Acme", "Ana Diaz", "2026-01-05 09:12", "Germany", "Bonn", "", "12", "Customer", "2026-12-31"),
            ("12", "Bolt", "", "2026-01-05 09:12", "United States", "Chicago", "", "", "", ""),
        ]
    )
    contacts = csv_bytes(
        [
            HUBSPOT_CONTACTS,
            ("901", "Sam", "Poe", "sam@acme.example", "CFO", "Acme", "11"),
            ("902", "Dana", "Whit", "dana@acme.example", "", "Acme", "11"),
            ("903", "Nobody", "", "", "", "Acme", "11"),
            ("904", "Free", "Lancer", "free@lance.example", "", "", ""),
        ]
    )
    assert mapping.contacts is not None
    people = read_people(io.BytesIO(contacts), mapping.contacts, mapping.defaults)
    assert not people.problems
    assert [each.name for each in people.contacts.of("11")] == ["Sam Poe", "Dana Whit"]
    assert people.contacts.count == 2
    read = read_book(companies, WORDS, mapping)
    assert read.problems == ()
    assert [(each.id, each.timezone, dict(each.team)) for each in read.customers] == [
        ("11", "Europe/Berlin", {"csm": "ana@vendor.example"}),
        ("12", "America/Chicago", {}),
    ]


def test_an_export_of_salesforce_is_read_by_the_shipped_mapping() -> None:
    mapping = mapping_from(shipped("salesforce") + "people: {Ana Diaz: ana@vendor.example}\n")
    accounts = (
        csv_bytes([SALESFORCE_ACCOUNTS, ("001aX", "Acme", "Ana Diaz", "United Kingdom", "London", "Customer")])
        + b'\r\n\r\n"Key Accounts"\r\n"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."\r\n'
    )
    read = read_book(accounts, WORDS, mapping)
    assert read.problems == ()
    assert [(each.id, each.name, each.country, each.timezone) for each in read.customers] == [
        ("001aX", "Acme", "GB", "Europe/London")
    ]
    assert any("below the table" in note for note in read.notes)


def test_contacts_of_salesforce_find_their_accounts_and_the_footer_is_nobody() -> None:
    mapping = mapping_from(shipped("salesforce"))
    contacts = csv_bytes(
        [
            ("Account ID", "Account Name", "First Name", "Last Name", "Title", "Email"),
            ("001aX", "Acme", "Sam", "Poe", "CFO", "sam@acme.example"),
            ("001aX", "Acme", "Dana", "Whit", "", "dana@acme.example"),
            ("001bY", "Bolt", "No", "Address", "", ""),
        ]
    )
    footer = b'\r\n\r\n"Contacts"\r\n"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."\r\n'
    assert mapping.contacts is not None
    people = read_people(io.BytesIO(contacts + footer), mapping.contacts, mapping.defaults)
    assert not people.problems
    assert [(each.name, each.email) for each in people.contacts.of("001aX")] == [
        ("Sam Poe", "sam@acme.example"),
        ("Dana Whit", "dana@acme.example"),
    ]
    assert people.contacts.count == 2
