from __future__ import annotations

import io
from dataclasses import replace

import pytest

from milepost.imports.customer_book import read_book
from milepost.imports.mapping_file import read_mapping
from milepost.imports.proposal import propose
from milepost.imports.rows import read_rows
from milepost.imports.targets import Target
from milepost.language.field_types import AttributeType
from milepost.language.model import Attribute
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
        '  "Renewal Date":  # by its heading; such as "31/12/2026", "30/06/2027"',
        '    dates: "DD/MM/YYYY"',
        '  # "Create Date": attributes.create_date  # no map uses it; such as "2026-01-05 09:12"',
        '    values: {"Germny": null}',
        '  "Ana Diaz": ""',
    ):
        assert line in text.splitlines()


def test_what_is_proposed_does_not_load_before_the_addresses_are_there() -> None:
    read = read_mapping(proposed(DATA), "m.yaml")
    said = ["people.Ana Diaz", "people.Bo Berg"]
    assert [problem.message.partition("(")[2].rstrip(")") for problem in read.problems] == said
    assert all(problem.message.startswith("The address is empty; write this colleague's") for problem in read.problems)


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
    stage_names={"ours": {"onboarding": "onboarding", "value": "value"}},
    steps=frozenset({"kickoff", "training"}),
    outcomes=frozenset({"hours_saved"}),
)


def test_columns_of_contacts_and_of_where_customers_stand_are_proposed() -> None:
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
        '  "Sponsor": contacts.sponsor.email  # such as "sam@a.example"',
        '  "Sponsor name": contacts.sponsor.name  # such as "Sam Poe"',
        '  "Coordinator mail": contacts.coordinator.email  # such as "eva@a.example"',
        "    to: enters.stage",
        '    values: {"Onboarding": "onboarding", "Value": "value"}',
        "    to: enters.since",
        '  "Kickoff date": enters.done.kickoff  # such as "2025-12-01"',
        '  "Training done": enters.done.training  # such as "yes", "no"',
        '  "Hours saved": enters.outcomes.hours_saved.verdict  # such',
    ):
        assert any(each.startswith(line) for each in text.splitlines()), text
    assert (
        '  "Sponsor budget": attributes.seats  # doubt: is it seats? Only its values say so; such as "12", "3"' in text
    )
    read = read_book(data, PLACES, mapping_from(text))
    assert read.problems == ()
    assert [row.entry.stage for row in read.read if row.entry] == ["onboarding", "value"]
    assert read.customers[0].contacts[0].email == "sam@a.example"


TIERS = replace(
    WORDS.knowing("industry", AttributeType.TEXT),
    attributes={
        **WORDS.attributes,
        "industry": (Attribute(type=AttributeType.TEXT),),
        "tier": (Attribute(type=AttributeType.TEXT, one_of=["enterprise", "mid_market"]),),
    },
    personas=frozenset({"admin", "sponsor", "user"}),
)


def _of(*rows: tuple[str, ...]) -> str:
    return propose(read_rows(io.BytesIO(csv_bytes(rows, separator=";", encoding="cp1252"))), TIERS, "book")


def test_german_headings_of_attributes_and_contacts_are_known_and_doubted() -> None:
    text = _of(
        ("Kunden-Nr.", "Vertragsende", "Größe", "Branche", "Kundenbetreuer", "Ansprechpartner",
         "E-Mail Ansprechpartner", "Technischer Ansprechpartner E-Mail"),
        ("1", "31.12.2026", "Enterprise", "Maschinenbau", "ute@v.example", "Jürgen Groß", "j@a.example", "t@a.example"),
        ("2", "30.06.2027", "Großkunde", "Chemie", "ute@v.example", "Eva Öl", "e@b.example", ""),
    )  # fmt: skip
    columns = mapping_from(text).columns
    assert {heading: str(column.to) for heading, column in columns.items()} == {
        "Kunden-Nr.": "id",
        "Vertragsende": "attributes.renews_on",
        "Größe": "attributes.tier",
        "Branche": "attributes.industry",
        "Kundenbetreuer": "team.csm",
        "Ansprechpartner": "contacts.sponsor.name",
        "E-Mail Ansprechpartner": "contacts.sponsor.email",
        "Technischer Ansprechpartner E-Mail": "contacts.admin.email",
    }
    assert columns["Größe"].values == {"Enterprise": "enterprise", "Großkunde": None}
    assert (
        "doubt: write which of enterprise and mid_market 'Großkunde' is; null: nothing is known; by its heading" in text
    )
    assert "it is the admin, by the heading" in text.casefold()


def test_a_column_is_known_by_its_values_where_its_heading_says_nothing() -> None:
    text = _of(
        ("ID", "Kat.", "Phase"), ("1", "Mid-Market", "Kunde"), ("2", "ENTERPRISE", "Interessent"), ("3", "x", "")
    )
    columns = mapping_from(text).columns
    assert str(columns["Kat."].to) == "attributes.tier"
    assert columns["Kat."].values == {"Mid-Market": "mid_market", "ENTERPRISE": "enterprise", "x": None}
    assert "doubt: write which of enterprise and mid_market 'x' is; null: nothing is known; by its values" in text
    assert columns["Phase"].values["Kunde"] == "live"


@pytest.mark.parametrize(
    ("heading", "personas", "persona", "why"),
    [
        ("Ansprechpartner", {"admin", "sponsor"}, "sponsor", "It is the sponsor, as the heading doesn't say"),
        ("Kontakt", {"admin", "champion"}, "champion", "It is the champion, as the heading doesn't say"),
        ("Contacts", {"user", "owner"}, "owner", "It is the owner, the first by alphabet, as the heading doesn't say"),
    ],
)
def test_the_persona_of_a_lone_contact_is_chosen_by_a_rule_that_is_said(
    heading: str, personas: set[str], persona: str, why: str
) -> None:
    data = csv_bytes([("id", heading), ("1", "Jo <jo@a.example>")])
    text = propose(read_rows(io.BytesIO(data)), replace(TIERS, personas=frozenset(personas)), "book")
    assert mapping_from(text).columns[heading].persona == persona
    assert f"doubt: which persona? {why}; there are " in text


def test_a_mapping_without_columns_says_what_is_to_be_written() -> None:
    for text in ("mapping: Ours\ncolumns:\n  # nothing yet\n", proposed(csv_bytes([("x9", "y9"), ("1", "2")]))):
        (problem,) = read_mapping(text, "m.yaml").problems
        assert "No column fills 'id'" in problem.message
        assert "such as `Record ID: id`" in problem.message


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


def test_rows_that_are_refused_are_not_counted_among_those_without_a_zone() -> None:
    rows = [("id", "Land"), ("1", "Atlantis"), ("2", "")]
    read = read_book(csv_bytes(rows), WORDS, mapping_from("mapping: m\ncolumns: {id: id, Land: country}\n"))
    assert read.refused == 1
    assert [note.partition(",")[0] for note in read.notes if "time zone" in note] == ["1 row has no time zone"]


HUBSPOT_GERMAN = {
    "Datensatz-ID": "id",
    "Unternehmensname": "name",
    "Land/Region": "country",
    "Inhaber des Unternehmens": "team.csm",
    "Verlängerungsdatum": "attributes.renews_on",
    "Lifecycle-Phase": "enters.stage",
    "Vorname": "contacts.sponsor.first_name",
    "Nachname": "contacts.sponsor.last_name",
    "E-Mail": "contacts.sponsor.email",
}
CELLS = (
    "1",
    "Müller GmbH",
    "Deutschland",
    "ana@vendor.example",
    "31.12.2026",
    "Onboarding",
    "Jo",
    "Groß",
    "j@a.example",
)


def targets_of(text: str) -> dict[str, str]:
    return {heading: str(column.to) for heading, column in mapping_from(text).columns.items()}


@pytest.mark.parametrize(
    ("heading", "instead", "target"),
    [
        ("Datensatz-ID", "Datensatz-ID", "id"),
        ("Unternehmensname", "Name des Unternehmens", "name"),
        ("Inhaber des Unternehmens", "Unternehmensinhaber", "team.csm"),
        ("Inhaber des Unternehmens", "Zuständiger Mitarbeiter", "team.csm"),
        ("Inhaber des Unternehmens", "Zustaendiger Mitarbeiter", "team.csm"),
        ("Verlängerungsdatum", "Vertragsverlängerung", "attributes.renews_on"),
        ("Lifecycle-Phase", "Stage", "enters.stage"),
        ("Lifecycle-Phase", "Phase", "enters.stage"),
        ("Lifecycle-Phase", "Lebenszyklusphase", "enters.stage"),
        ("Unternehmensname", "Zugeordnetes Unternehmen", "name"),
    ],
)
def test_german_headings_of_a_crm_are_known(heading: str, instead: str, target: str) -> None:
    expected = {instead if each == heading else each: what for each, what in HUBSPOT_GERMAN.items()}
    text = propose(read_rows(io.BytesIO(csv_bytes([tuple(expected), CELLS], separator=";"))), PLACES, "book")
    assert targets_of(text) == expected
    assert expected[instead] == target


def test_a_heading_of_a_stage_counts_though_no_value_is_one_of_the_maps() -> None:
    rows = [("ID", "Lifecycle-Phase"), ("1", "Kunde"), ("2", "Lead"), ("3", "Abo")]
    text = propose(read_rows(io.BytesIO(csv_bytes(rows))), replace(PLACES, attributes={}), "book")
    assert mapping_from(text).columns["Lifecycle-Phase"].values == {"Kunde": None, "Lead": None, "Abo": None}
    assert "The maps have onboarding and value; null is the beginning" in text


@pytest.mark.parametrize("values", [("Results", "Value", "Onboarding", "Value "), ("Results", "Value", "Renewal")])
def test_a_value_that_is_no_stage_beside_those_that_are_has_to_be_said(values: tuple[str, ...]) -> None:
    """As a customer of two years' standing would be welcomed, were it the beginning."""
    rows = [("ID", "Journey stage"), *((str(number), value) for number, value in enumerate(values))]
    text = propose(read_rows(io.BytesIO(csv_bytes(rows))), replace(PLACES, attributes={}), "book")
    assert "doubt: write which stage “Results”" in text
    assert "a stage that opens by a date opens beside it" in text
    problems = read_mapping(text, "mapping.yaml").problems
    assert ["Write which stage 'Results'" in str(problem) for problem in problems] == [True]
    mended = text.replace('"Results": ""', '"Results": value').replace('"Renewal": ""', '"Renewal": null')
    assert mapping_from(mended).columns["Journey stage"].values["Results"] == "value"


def test_what_a_column_holds_is_guessed_from_its_values_where_its_heading_says_nothing() -> None:
    rows = [
        ("A", "B", "C", "D", "E", "F", "G"),
        ("K-1", "Müller GmbH", "jo@mueller.example", "Deutschland", "Ana Diaz", "31.12.2026", "12"),
        ("K-2", "Bolt", "eva@bolt.example", "Frankreich", "Ana Diaz", "30.06.2027", "14"),
        ("K-3", "Nord AG", "li@nord.example", "Italien", "Bo Berg", "15.01.2027", "15"),
        ("K-4", "Süd KG", "al@sued.example", "Italien", "Bo Berg", "16.01.2027", "200"),
    ]
    text = proposed(csv_bytes(rows, separator=";")).replace(': ""', ": ana@vendor.example")
    assert targets_of(text) == {
        "A": "id",
        "B": "name",
        "C": "contacts.sponsor.email",
        "D": "country",
        "E": "team.csm",
        "F": "attributes.renews_on",
        "G": "attributes.seats",
    }
    assert text.count("# doubt: ") >= 7


def test_values_that_may_be_one_of_several_attributes_are_a_doubt_and_no_column() -> None:
    words = WORDS.knowing("ends_on", AttributeType.DATE)
    rows = [("id", "X"), ("1", "31.12.2026"), ("2", "30.06.2027")]
    text = propose(read_rows(io.BytesIO(csv_bytes(rows))), words, "book")
    assert '  # "X": attributes.x  # doubt: is it ends_on or renews_on? Only its values say so; such as' in text


def test_values_are_known_by_their_words_and_a_doubt_names_each_allowed_one_once() -> None:
    sizes = Attribute(type=AttributeType.TEXT, one_of=["enterprise", "mid_market", "small"])
    vocabulary = replace(TIERS, attributes={"tier": (sizes, sizes, sizes)})
    rows = [
        ("ID", "Tier"),
        ("1", "Small Business"),
        ("2", "Enterprises"),
        ("3", "mid-market companies"),
        ("4", "Other"),
    ]
    text = propose(read_rows(io.BytesIO(csv_bytes(rows))), vocabulary, "book")
    values = {
        "Small Business": "small",
        "Enterprises": "enterprise",
        "mid-market companies": "mid_market",
        "Other": None,
    }
    assert mapping_from(text).columns["Tier"].values == values
    assert "doubt: write which of enterprise, mid_market and small 'Other' is; null: nothing is known; " in text
    for value, meant in (
        ("Small Business", "small"),
        ("Enterprises", "enterprise"),
        ("mid-market companies", "mid_market"),
    ):
        assert f"{value!r} is taken for {meant}" in text


def test_what_defaults_give_is_not_missed() -> None:
    vocabulary = replace(WORDS, segment_attributes={"tier": ("pilot",), "seats": ("pilot",)})
    mapping = "mapping: m\ncolumns: {id: id}\ndefaults: {attributes: {tier: enterprise}, team: {csm: a@v.example}}\n"
    read = read_book(csv_bytes([("id",), ("1",)]), vocabulary, mapping_from(mapping))
    assert read.missing == ("The book has no column 'seats', which pilot asks for.",)


def test_what_goes_on_in_a_journey_is_proposed_by_its_heading() -> None:
    vocabulary = replace(PLACES, plays=frozenset({"rescue"}))
    rows = [
        ("ID", "Stage", "Rescue since", "Kickoff open since", "Kickoff due", "Training agreed date",
         "Training agreed with", "Paused since", "Training skipped", "enters.counts.exported", "enters.plays.other"),
        ("1", "Value", "2026-01-02", "2026-01-02", "2026-04-02", "2026-05-01", "jo@a.example", "2026-02-02", "yes", "3",
         "yes"),
    ]  # fmt: skip
    text = propose(read_rows(io.BytesIO(csv_bytes(rows))), vocabulary, "book")
    assert targets_of(text) == {
        "ID": "id",
        "Stage": "enters.stage",
        "Rescue since": "enters.plays.rescue",
        "Kickoff open since": "enters.open.kickoff",
        "Kickoff due": "enters.due.kickoff",
        "Training agreed date": "enters.agreed.training.due",
        "Training agreed with": "enters.agreed.training.person",
        "Paused since": "enters.paused",
        "Training skipped": "enters.skipped.training",
        "enters.counts.exported": "enters.counts.exported",
        "enters.plays.other": "enters.plays.other",
    }
