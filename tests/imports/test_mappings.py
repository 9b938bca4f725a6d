from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from milepost.customer import Contact, Customer
from milepost.imports.customer_book import Book, read_book
from milepost.imports.mapping_file import mapping_schema, read_mapping, shipped_mappings
from milepost.language.yaml_text import read_yaml
from milepost.planner.entry_point import AnsweredBefore, DoneBefore, EntryPoint
from tests.imports.files import (
    WORDS,
    csv_bytes,
    mapping_from,
    workbook_bytes,
)

OURS = """
mapping: Our CRM
dates: DD/MM/YYYY
columns:
  Record ID: id
  Company name: name
  Company owner: team.csm
  Country/Region: country
  City: city
  Renewal Date: attributes.renews_on
  Number of Employees: attributes.seats
  Lifecycle Stage:
    to: attributes.live
    values: {Customer: live, Opportunity: trial, Other: null}
  Associated Contact: {to: contacts, persona: coordinator}
  Sponsor: contacts.sponsor.email
  Sponsor name: contacts.sponsor.name
people:
  Ana Diaz: ana@vendor.example
zones:
  Springfield: America/Chicago
defaults:
  language: de
  attributes: {tier: enterprise}
"""
HEADINGS = (
    "Record ID", "Company name", "Company owner", "Country/Region", "City", "Renewal Date", "Number of Employees",
    "Lifecycle Stage", "Associated Contact", "Sponsor", "Sponsor name", "Create Date",
)  # fmt: skip
ACME = (
    "1234567890", "Acme, Inc.", "Ana Diaz", "Germany", "Bonn", "31/12/2026", "1.234,50", "Customer",
    "Dana Whit (dana@acme.example);Uli <uli@acme.example>", "sam@acme.example", "Sam Poe", "2026-01-05 09:12",
)  # fmt: skip


def book(*changes: dict[str, str], mapping: str = OURS) -> Book:
    """A book of Acme's row, changed by column."""
    rows = [[change.get(heading, cell) for heading, cell in zip(HEADINGS, ACME, strict=True)] for change in changes]
    return read_book(csv_bytes([HEADINGS, *rows], separator=";", encoding="cp1252"), WORDS, mapping_from(mapping))


def test_a_row_is_read_by_the_mapping() -> None:
    read = book({})
    assert read.problems == ()
    assert read.customers == (
        Customer(
            "1234567890",
            "Acme, Inc.",
            "Europe/Berlin",
            "DE",
            "de",
            {"tier": "enterprise", "renews_on": "2026-12-31", "seats": 1234.5, "live": "live"},
            (
                Contact("Dana Whit", "dana@acme.example", ("coordinator",)),
                Contact("Uli", "uli@acme.example", ("coordinator",)),
                Contact("Sam Poe", "sam@acme.example", ("sponsor",)),
            ),
            {"csm": "ana@vendor.example"},
        ),
    )
    assert read.places == {
        "id", "name", "team.csm", "country", "city", "attributes.renews_on", "attributes.seats", "attributes.live",
        "contacts", "contacts.sponsor",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "column", "says"),
    [
        ({"Record ID": ""}, "Record ID", "no id"),
        ({"Record ID": "a/b"}, "Record ID", "cannot be an id"),
        ({"Renewal Date": "12/31/2026"}, "Renewal Date", "write it as DD/MM/YYYY"),
        ({"Number of Employees": "many"}, "Number of Employees", "isn't a number"),
        ({"Lifecycle Stage": "Lost"}, "Lifecycle Stage", "it is one of: live, trial"),
        ({"Company owner": "Bo Berg"}, "Company owner", "'Bo Berg' is a name without an address; add it to 'people'"),
        ({"Country/Region": "Germny"}, "Country/Region", "Did you mean 'DE'?"),
        ({"Country/Region": "Ostblock"}, "Country/Region", "in the mapping, values: {Ostblock: DE}"),
        ({"Associated Contact": "Dana"}, "Associated Contact", "'Dana' isn't a contact"),
        ({"Sponsor": ""}, "Sponsor", "The address is missing"),
        ({"Sponsor": "sam@acme"}, "Sponsor", "isn't a mail address"),
        ({"Sponsor": "not-an-address"}, "Sponsor", "'not-an-address' isn't a mail address"),
    ],
)
def test_a_wrong_cell_is_told_by_the_heading_of_the_file(change: dict[str, str], column: str, says: str) -> None:
    (problem,) = book(change, {"Record ID": "2"}).problems
    assert (problem.row, problem.column) == (2, column)
    assert says in problem.message


def test_a_number_with_two_readings_is_told_with_the_setting_that_decides() -> None:
    (problem,) = book({"Number of Employees": "1.234"}).problems
    assert problem.message.endswith('or say in the mapping how all are written, decimal: "," or "."')


def test_what_stands_for_nothing_is_not_known() -> None:
    (customer,) = book({"Lifecycle Stage": "Other", "Sponsor": "", "Sponsor name": ""}).customers
    assert "live" not in customer.attributes
    assert [contact.personas for contact in customer.contacts] == [("coordinator",), ("coordinator",)]


@pytest.mark.parametrize(
    ("country", "city", "zone"),
    [
        ("Germany", "", "Europe/Berlin"),
        ("DEU", "Atlantis", "Europe/Berlin"),
        ("United Kingdom", "", "Europe/London"),
        ("SWE", "", "Europe/Stockholm"),
        ("US", "Springfield", "America/Chicago"),
        ("United States", "New York", "America/New_York"),
        ("", "Tokyo", "Asia/Tokyo"),
    ],
)
def test_a_zone_is_found_by_city_or_country(country: str, city: str, zone: str) -> None:
    (customer,) = book({"Country/Region": country, "City": city}).customers
    assert customer.timezone == zone


def test_customers_whose_zone_nothing_tells_are_counted() -> None:
    read = book({"Country/Region": "US", "City": "Nowhere"}, {"Record ID": "2", "Country/Region": "", "City": ""})
    assert [customer.timezone for customer in read.customers] == ["UTC", "UTC"]
    rest = "new customers get UTC, so mails may leave at night. Name their zones."
    assert [note for note in read.notes if "time zone" in note] == [
        f"1 row has no time zone, and no country: {rest}",
        f"1 row has no time zone, and US has several: {rest}",
    ]


def test_what_the_file_and_the_mapping_have_apart_is_noted() -> None:
    read = book({"Company name": "Müller"}, mapping=OURS.replace("  City: city", "  Town: city"))
    assert "The mapping leaves out 'City' and 'Create Date'." in read.notes
    assert "The mapping names what isn't there: 'Town'." in read.notes
    assert "The file was read as Windows-1252." in read.notes


def test_a_file_without_the_column_of_the_id_is_refused() -> None:
    read = book({}, mapping=OURS.replace("Record ID: id", "Record-ID: id"))
    (problem,) = read.problems
    assert problem.message == "The file has no column 'Record-ID', which the mapping needs; did you mean 'Record ID'?"


def test_a_workbook_is_read_by_a_mapping() -> None:
    data = workbook_bytes({"Notes": [("x",)], "Companies": [HEADINGS, ACME]})
    read = read_book(data, WORDS, mapping_from("sheet: Companies\n" + OURS))
    assert [customer.name for customer in read.customers] == ["Acme, Inc."]


def test_day_numbers_of_a_spreadsheet_are_dates() -> None:
    mapping = OURS.replace(
        "Renewal Date: attributes.renews_on", "Renewal Date: {to: attributes.renews_on, dates: excel}"
    )
    (customer,) = book({"Renewal Date": "46387"}, mapping=mapping).customers
    assert customer.attributes["renews_on"] == "2026-12-31"


# The file of a mapping.


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("", (1, 1), "The file isn't a mapping"),
        ("mapping: X\n", (1, 1), "No column fills 'id'"),
        ("mapping: X\ncolumns: {A: id}\ncolums: {}\n", (3, 1), "Unknown field 'colums'; did you mean 'columns'?"),
        ("mapping: X\ncolumns:\n  A: nmae\n", (3, 6), "'nmae' is no field of a customer; did you mean 'name'?"),
        ("mapping: X\ncolumns:\n  A: seats\n", (3, 6), "did you mean 'attributes.seats'?"),
        ("mapping: X\ncolumns:\n  A: name\n", (2, 1), "No column fills 'id'"),
        ("mapping: X\ncolumns:\n  A: id\n  B: id\n", (4, 3), "The columns 'A' and 'B' both fill 'id'"),
        ("mapping: X\ncolumns:\n  A: {to: id, dates: 31/12/2026}\n", (3, 22), "is no pattern of dates"),
        ("mapping: X\ndecimal: x\ncolumns: {A: id}\n", (2, 10), "'decimal'"),
        ("mapping: X\nencoding: martian\ncolumns: {A: id}\n", (2, 11), "is no encoding"),
        ('mapping: X\ncolumns: {A: id}\npeople: {Ana: ""}\n', (3, 15), "The address is empty; write this colleague's"),
        ("mapping: X\ncolumns: {A: id}\nzones: {Bonn: Europe/Bonn}\n", (3, 15), "Unknown time zone"),
        ("mapping: X\ncolumns: {A: id}\ncontacts: {columns: {B: email}}\n", (3, 12), "No column fills 'customer'"),
        ("mapping: X\ncolumns: {A: id}\ncontacts: {columns: {B: emial}}\n", (3, 25), "did you mean 'email'?"),
    ],
)
def test_a_mistake_in_a_mapping_is_told_with_its_place(text: str, place: tuple[int, int], says: str) -> None:
    read = read_mapping(text, "m.yaml")
    assert read.mapping is None
    problem = next(each for each in read.problems if says in each.message)
    assert (problem.line, problem.column) == place


def test_all_mistakes_are_told_at_once() -> None:
    text = "mapping: X\ndates: D\ncolumns: {A: nmae, B: {to: id, valuse: {}}}\n"
    assert [problem.code for problem in read_mapping(text, "m.yaml").problems] == ["M103", "M103", "M101"]


def test_the_schema_takes_what_is_a_mapping() -> None:
    schema = Draft202012Validator(mapping_schema())
    texts = [OURS, *(path.read_text("utf-8") for path in shipped_mappings().values())]
    assert all(schema.is_valid(read_yaml(text).data) for text in texts)
    assert not schema.is_valid(read_yaml(OURS.replace("city", "citty")).data)


def test_a_default_of_the_team_is_for_whoever_has_nobody_in_that_role() -> None:
    mapping = mapping_from(
        "mapping: Ours\ncolumns: {Id: id, Zone: timezone, Owner: team.csm}\n"
        "defaults: {team: {csm: ana@vendor.example, cs_manager: ruth@vendor.example}}\n"
    )
    read = read_book(
        csv_bytes([("Id", "Zone", "Owner"), ("a", "UTC", "bo@vendor.example"), ("b", "UTC", "")]), WORDS, mapping
    )
    assert [(each.id, dict(each.team)) for each in read.customers] == [
        ("a", {"csm": "bo@vendor.example", "cs_manager": "ruth@vendor.example"}),
        ("b", {"csm": "ana@vendor.example", "cs_manager": "ruth@vendor.example"}),
    ]


# Customers who enter in the middle.

IN_THE_MIDDLE = "id,enters.stage,enters.since,enters.done.kickoff,enters.result.talk,enters.outcomes.saved.verdict"
MORE = ",enters.outcomes.saved.value,enters.outcomes.saved.at,enters.counts.report_published\n"


def entry_of(row: str, mapping: str | None = None) -> EntryPoint | None:
    """Where the customer of a row enters; the row must be correct."""
    read = read_book(f"{IN_THE_MIDDLE}{MORE}{row}\n".encode(), WORDS, mapping_from(mapping) if mapping else None)
    assert read.problems == ()
    return read.read[0].entry


BASED = """
mapping: Our HubSpot
based_on: hubspot
dates: DD/MM/YYYY
left_out: City
columns:
  Customer number: id
  Renewal Date: attributes.renews_on
people: {Ana Diaz: ana@vendor.example}
contacts:
  columns:
    Job Title: {to: personas, values: {CFO: sponsor}}
"""


def test_a_mapping_may_be_based_on_a_shipped_one() -> None:
    mapping = mapping_from(BASED)
    assert {heading: str(column.to) for heading, column in mapping.columns.items()} == {
        "Company name": "name",
        "Country/Region": "country",
        "Company owner": "team.csm",
        "Customer number": "id",
        "Renewal Date": "attributes.renews_on",
    }
    assert (mapping.mapping, mapping.dates) == ("Our HubSpot", ("DD/MM/YYYY",))
    assert mapping.contacts is not None
    assert len(mapping.contacts.columns) == 5


def test_a_mapping_that_is_based_on_another_may_have_nothing_of_its_own() -> None:
    mapping = mapping_from("mapping: Ours\nbased_on: salesforce\n")
    assert mapping.columns == mapping_from(shipped_mappings()["salesforce"].read_text("utf-8")).columns


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        (BASED.replace("hubspot", "hubspt"), (3, 11), "hubspt"),
        (BASED.replace("attributes.renews_on", "renews"), (8, 17), "'renews' is no field of a customer"),
        (BASED.replace("based_on: hubspot\n", ""), (4, 1), "'left_out' is for a mapping with 'based_on'"),
        (BASED + "columns: 3\n", (13, 1), "twice"),
        ("mapping: Ours\nbased_on: hubspot\ncolumns: [id]\n", (3, 10), "columns"),
        ("based_on: hubspot\n", (1, 1), "mapping"),
    ],
)
def test_a_mistake_in_what_a_mapping_adds_to_another_is_told_with_its_place(
    text: str, place: tuple[int, int], says: str
) -> None:
    problem = read_mapping(text, "m.yaml").problems[0]
    assert says in problem.message
    assert (problem.line, problem.column) == place


def test_the_shipped_mappings_may_all_be_based_on() -> None:
    for name in shipped_mappings():
        assert mapping_from(f"mapping: Ours\nbased_on: {name}\n").based_on == name
    Draft202012Validator(mapping_schema()).validate(read_yaml(BASED).data)


def test_columns_say_where_a_customer_stands() -> None:
    assert entry_of("a,value,2026-05-04,2026-03-05,renewed,Verified,12.5,2026-04-01,2") == EntryPoint(
        "value",
        "2026-05-04",
        {"kickoff": DoneBefore("2026-03-05"), "talk": DoneBefore(None, "renewed")},
        {"saved": AnsweredBefore("verified", 12.5, "2026-04-01")},
        {"report_published": 2},
    )
    assert entry_of("a,value,,yes,,,,,") == EntryPoint("value", None, {"kickoff": DoneBefore()})
    assert entry_of("a,value,,no,,,,,") == EntryPoint("value")
    assert entry_of("a,,,,,,,,") is None


def test_a_mapping_names_such_columns_too() -> None:
    mapping = """
    mapping: X
    dates: DD/MM/YYYY
    columns:
      ID: id
      Phase: {to: enters.stage, values: {Live: value, New: null}}
      Since: enters.since
      Kickoff held: enters.done.kickoff
    """
    data = b"ID,Phase,Since,Kickoff held\n1,Live,04/05/2026,yes\n2,New,,\n3,New,05/05/2026,\n"
    read = read_book(data, WORDS, mapping_from(mapping))
    assert [row.entry for row in read.read] == [
        EntryPoint("value", "2026-05-04", {"kickoff": DoneBefore()}), None, EntryPoint("", "2026-05-05"),
    ]  # fmt: skip
    assert not any("No map uses" in note for note in read.notes)


@pytest.mark.parametrize(
    ("row", "column", "says"),
    [
        ("a,,2026-05-04,yes,,,,,", "enters.since", "names no stage"),
        ("a,value,soon,,,,,,", "enters.since", "isn't a date"),
        ("a,value,,perhaps,,,,,", "enters.done.kickoff", "isn't a date"),
        ("a,value,,,,verifed,,,", "enters.outcomes.saved.verdict", "did you mean 'verified'?"),
        ("a,value,,,,,12,,", "enters.outcomes.saved.value", "has no verdict"),
        ("a,value,,,,verified,much,,", "enters.outcomes.saved.value", "isn't a number"),
        ("a,value,,,,,,,-1", "enters.counts.report_published", "isn't a count"),
    ],
)
def test_a_cell_that_says_nothing_sensible_of_an_entry_is_refused(row: str, column: str, says: str) -> None:
    (problem,) = read_book(f"{IN_THE_MIDDLE}{MORE}{row}\n".encode(), WORDS).problems
    assert (problem.row, problem.column) == (2, column)
    assert says in problem.message


def test_a_heading_of_an_entry_that_is_misspelt_refuses_the_file() -> None:
    (problem,) = read_book("id,enters.stag\nx,value\n", WORDS).problems
    assert (problem.column, "is no field of a customer" in problem.message) == ("enters.stag", True)
