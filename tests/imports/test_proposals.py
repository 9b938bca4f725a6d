from __future__ import annotations

import io
from dataclasses import replace

import pytest

from milepost.imports.customer_book import read_book
from milepost.imports.mapping_file import read_mapping
from milepost.imports.proposal import propose
from milepost.imports.rows import read_rows
from milepost.imports.targets import Target
from tests.imports.files import HUBSPOT_COMPANIES, WORDS, csv_bytes, mapping_from

ROWS = (
    HUBSPOT_COMPANIES,
    ("11", "Müller", "Ana Diaz", "2026-01-05 09:12", "Germany", "Bonn", "", "1.234", "Customer", "31/12/2026"),
    ("12", "Bolt", "Bo Berg", "2026-01-05 09:12", "Germny", "Essen", "", "1.234,50", "Opportunity", "30/06/2027"),
)
DATA = csv_bytes(ROWS, separator=";", encoding="cp1252")


def proposed(data: bytes) -> str:
    return propose(read_rows(io.BytesIO(data)), WORDS, "book")


def test_a_mapping_is_proposed_from_headings_and_values() -> None:
    text = proposed(DATA)
    for line in (
        "encoding: cp1252  # Windows-1252, by the bytes of the file",
        'decimal: ","',
        '  "Record ID": id  # such as "11", "12"',
        '  "Company owner": team.csm  # such as "Ana Diaz", "Bo Berg"',
        '  "Number of Employees": attributes.seats  # such as "1.234", "1.234,50"',
        '  "Renewal Date":  # doubt: is it renews_on?; such as "31/12/2026", "30/06/2027"',
        '    dates: "DD/MM/YYYY"',
        '  # "Create Date": attributes.create_date  # no map uses it; such as "2026-01-05 09:12"',
        '    values: {"Germny": null}',
        '  "Ana Diaz": ""',
    ):
        assert line in text.splitlines()


def test_what_is_proposed_does_not_load_before_the_addresses_are_there() -> None:
    read = read_mapping(proposed(DATA), "m.yaml")
    assert {problem.message.partition("'")[2][:1] for problem in read.problems} == {"'"}
    assert len(read.problems) == 2


def test_a_mended_proposal_reads_the_file_that_it_was_proposed_from() -> None:
    text = proposed(DATA).replace('"Ana Diaz": ""', '"Ana Diaz": ana@vendor.example')
    text = text.replace('"Bo Berg": ""', '"Bo Berg": bo@vendor.example').replace('"Customer": null', '"Customer": live')
    read = read_book(DATA, WORDS, mapping_from(text))
    assert read.problems == ()
    assert [(each.id, dict(each.attributes), dict(each.team)) for each in read.customers] == [
        ("11", {"seats": 1234, "live": "live", "renews_on": "2026-12-31"}, {"csm": "ana@vendor.example"}),
        ("12", {"seats": 1234.5, "renews_on": "2027-06-30"}, {"csm": "bo@vendor.example"}),
    ]


def test_dates_that_can_be_read_in_two_ways_are_a_doubt() -> None:
    text = proposed(csv_bytes([("id", "renews on"), ("a", "01/02/2026"), ("b", "03/04/2026")]))
    assert "doubt: or is it MM/DD/YYYY? No value shows it" in text
    assert mapping_from(text).columns["renews on"].dates == ("DD/MM/YYYY",)


def test_a_wrong_date_among_many_is_a_doubt() -> None:
    rows = [("id", "renews on"), *[(f"c{day}", f"{day}/01/2027") for day in range(13, 28)], ("a", "31/02/2027")]
    text = proposed(csv_bytes(rows))
    assert 'doubt: not dates: "31/02/2027"' in text
    assert mapping_from(text).columns["renews on"].dates == ("DD/MM/YYYY",)


@pytest.mark.parametrize("rows", [[], [("a", "b")], [("", "")], [("name", "x"), ("Acme", "y")]])
def test_a_file_without_an_id_says_so(rows: list[tuple[str, str]]) -> None:
    assert "doubt: no column looks like an id" in proposed(csv_bytes(rows))


def test_two_columns_never_fill_one_field() -> None:
    rows = [("Account ID", "Company ID", "Name", "Company", "Seats", "Number of employees"), *[("1",) * 6] * 2]
    text = proposed(csv_bytes(rows))
    assert 'doubt: some values come more than once: "1"' in text
    targets = [column.to for column in mapping_from(text).columns.values()]
    assert len(targets) == len(set(targets))
    assert targets[0] == Target("id")


PLACES = replace(
    WORDS,
    stages=frozenset({"onboarding", "value"}),
    steps=frozenset({"kickoff", "training"}),
    outcomes=frozenset({"hours_saved"}),
)


def test_columns_of_contacts_and_of_where_customers_stand_are_proposed_with_their_doubts() -> None:
    data = csv_bytes(
        [
            ("ID", "Sponsor", "Sponsor name", "Coordinator mail", "Current stage", "In stage since", "Kickoff date",
             "Training done", "Hours saved", "Sponsor budget"),
            ("1", "sam@a.example", "Sam Poe", "eva@a.example", "Onboarding", "31/12/2025", "2025-12-01", "yes",
             "verified", "12"),
            ("2", "", "", "", "Value", "30/01/2026", "", "no", "disputed", "3"),
        ]
    )  # fmt: skip
    text = propose(read_rows(io.BytesIO(data)), PLACES, "book")
    for line in (
        '  "Sponsor": contacts.sponsor.email  # doubt: is it the sponsor\'s?; such as "sam@a.example"',
        '  "Sponsor name": contacts.sponsor.name  # doubt: is it the sponsor\'s?; such as "Sam Poe"',
        '  "Coordinator mail": contacts.coordinator.email  # doubt: is it the coordinator\'s?; such as "eva@a.example"',
        "    to: enters.stage",
        '    values: {"Onboarding": "onboarding", "Value": "value"}',
        "    to: enters.since",
        '  "Kickoff date": enters.done.kickoff  # doubt: is it when kickoff was done?; such as "2025-12-01"',
        '  "Training done": enters.done.training  # doubt: does it say that training is done?; such as "yes", "no"',
        '  "Hours saved": enters.outcomes.hours_saved.verdict  # doubt: was it confirmed before?',
    ):
        assert any(each.startswith(line) for each in text.splitlines()), text
    assert '  # "Sponsor budget": attributes.sponsor_budget  # no map uses it; such as "12", "3"' in text
    read = read_book(data, PLACES, mapping_from(text))
    assert read.problems == ()
    assert [row.entry.stage for row in read.read if row.entry] == ["onboarding", "value"]
    assert read.customers[0].contacts[0].email == "sam@a.example"


GERMAN = ("Kundennummer", "Firma", "Ort", "Land", "Sprache", "Betreuer", "Ansprechpartner")
FRENCH = ("Numéro client", "Raison sociale", "Ville", "Pays", "Langue", "Responsable", "Contact principal")


@pytest.mark.parametrize(("headings", "country"), [(GERMAN, "Deutschland"), (FRENCH, "Allemagne")])
def test_headings_and_countries_in_german_and_french_are_known(headings: tuple[str, ...], country: str) -> None:
    cells = ("K-1", "Süß & Söhne", "Köln", country, "Deutsch", "Ute Bräuer", "Jürgen <j@a.example>")
    text = proposed(csv_bytes([headings, cells], separator=";", encoding="cp1252"))
    columns = mapping_from(text.replace('"Ute Bräuer": ""', '"Ute Bräuer": ute@vendor.example')).columns
    targets = {heading: str(column.to) for heading, column in columns.items()}
    assert targets == dict(
        zip(headings, ("id", "name", "city", "country", "language", "team.csm", "contacts"), strict=True)
    )
    assert columns[headings[3]].values == {}
    assert columns[headings[4]].values == {"Deutsch": None}
