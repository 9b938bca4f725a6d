"""One value of a file's column of stages that is one stage on one map and another on another map."""

from __future__ import annotations

import io

import pytest

from milepost.imports.audience import Maps
from milepost.imports.customer_book import read_book
from milepost.imports.mapped_stages import stages_of
from milepost.imports.mapping_file import mapping_schema, read_mapping
from milepost.imports.proposal import propose
from milepost.imports.row_reader import BookRow
from milepost.imports.rows import read_rows
from milepost.imports.vocabulary import Vocabulary
from milepost.planner.entry_point import EntryPoint
from tests.imports.files import WORDS, csv_bytes, mapping_from
from tests.imports.test_proposed_people import NOW, SHIPPED

MAPS = [each for each in SHIPPED if each.map.map in ("enterprise-save-time", "small-business-save-money")]
ENTERPRISE, SMALL = "enterprise-save-time", "small-business-save-money"
HEADINGS = ("ID", "Tier", "Goal", "Country", "Journey stage", "In stage since")
MAPPING = """
mapping: Ours
columns:
  ID: id
  Tier: attributes.tier
  Goal: attributes.goal
  Journey stage:
    to: enters.stage
    values: {Won: null, Adoption: value}
    per_map:
      enterprise-save-time: {Adoption: first_reports, Late: null}
      small-business-save-money: {Adoption: first_savings, Won: start}
  In stage since: enters.since
"""


def _rows(*rows: tuple[str, str, str]) -> bytes:
    """Customers by their map, stage and since when."""
    on = {ENTERPRISE: ("enterprise", "save_time"), SMALL: ("small", "save_money")}
    full = [(str(n), *on[each], "DE", stage, since) for n, (each, stage, since) in enumerate(rows)]
    return csv_bytes([HEADINGS, *full])


def _read(data: bytes) -> list[BookRow]:
    read = read_book(data, Vocabulary.of(MAPS), mapping_from(MAPPING))
    assert read.problems == ()
    return list(read.read)


def test_a_value_is_another_stage_on_each_map_and_the_usual_one_elsewhere() -> None:
    [row] = _read(_rows((ENTERPRISE, "Adoption", "2026-01-05")))
    assert row.entry is not None
    stages = {map_id: row.entry.on(map_id).stage for map_id in (ENTERPRISE, SMALL, "other")}
    assert stages == {ENTERPRISE: "first_reports", SMALL: "first_savings", "other": "value"}
    assert row.entry.on(SMALL) == EntryPoint("first_savings", "2026-01-05")


def test_a_value_that_means_a_stage_on_one_map_alone_is_the_beginning_elsewhere() -> None:
    [row] = _read(_rows((SMALL, "Won", "")))
    assert row.entry is not None
    assert (row.entry.on(SMALL).stage, row.entry.on(ENTERPRISE).stage) == ("start", "")


def test_a_value_that_is_the_beginning_on_one_map_is_taken_as_it_is_written_elsewhere() -> None:
    [row] = _read(_rows((ENTERPRISE, "Late", "")))
    assert row.entry is not None
    assert (row.entry.on(ENTERPRISE).stage, row.entry.on(SMALL).stage) == ("", "Late")


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("small-business-save-money", "small-busines-save-money", 12, "There is no map 'small-busines-save-money'"),
        ("first_savings", "first_saving", 12, "small-business-save-money has no stage 'first_saving' that customers"),
        ("Adoption: first_reports", "Adoption: renewal", 11, "has no stage 'renewal' that customers are in; there are"),
        ("Adoption: value", "Adoption: valu", 9, "No map has a stage 'valu' that customers are in; did you mean"),
        ("Late: null", 'Late: ""', 11, "Write which stage 'Late' stands for on enterprise-save-time, or null"),
        ("Goal: attributes.goal", "Goal: {to: attributes.goal, per_map: {a-b: {x: y}}}", 6, "'per_map' is for the col"),
    ],
)
def test_maps_and_stages_that_there_are_not_are_told_with_their_lines(old: str, new: str, line: int, says: str) -> None:
    assert read_mapping(MAPPING, "m.yaml", stages_of(MAPS)).problems == ()
    (problem,) = read_mapping(MAPPING.replace(old, new), "m.yaml", stages_of(MAPS)).problems
    assert problem.line == line, problem
    assert says in problem.message


def test_the_nearest_name_is_suggested() -> None:
    text = MAPPING.replace("first_savings", "first_saving").replace("  enterprise-save", "  enterprize-save")
    problems = read_mapping(text, "m.yaml", stages_of(MAPS)).problems
    assert [each.suggestion for each in problems] == [ENTERPRISE, "first_savings"]


def test_without_maps_stages_are_compared_with_nothing() -> None:
    assert read_mapping(MAPPING.replace("first_savings", "x"), "m.yaml").problems == ()


def test_editors_know_the_field() -> None:
    schema = mapping_schema()["$defs"]["Column"]["properties"]["per_map"]
    (of_map,) = schema["patternProperties"].values()
    assert {"type": "null"} in of_map["additionalProperties"]["anyOf"]
    assert "enters.stage" in schema["description"]


def _proposed(data: bytes, maps: Maps) -> str:
    return propose(read_rows(io.BytesIO(data)), Vocabulary.of(maps.compiled_maps), "book", maps=maps)


def test_values_are_proposed_for_each_map_that_the_customers_are_on() -> None:
    """The title of a stage is one of its names; what both maps have alike is said once."""
    data = _rows(
        (ENTERPRISE, "New", ""),
        (SMALL, "New", ""),
        (ENTERPRISE, "First reports", "2026-01-05"),
        (SMALL, "First savings", "2026-01-05"),
        (ENTERPRISE, "Value", "2026-01-05"),
        (SMALL, "value", "2026-01-05"),
        (ENTERPRISE, "Adoption", "2026-01-05"),
        (SMALL, "Adoption", "2026-01-05"),
        (SMALL, "Start", "2026-01-05"),
    )
    text = _proposed(data, Maps(SHIPPED, NOW))
    assert "doubt: write which stage “Adoption” means on each map, or null for the beginning, welcome included" in text
    assert "“New” is the beginning, welcome included" in text
    assert (
        f'      {ENTERPRISE}: {{"Adoption": ""}}  # its stages: onboarding, first_reports, value, partnership' in text
    )
    assert f'      {SMALL}: {{"Adoption": ""}}  # its stages: start, first_savings, value, steady' in text
    problems = read_mapping(text, "m.yaml", stages_of(SHIPPED)).problems
    assert [each.message.partition(" on ")[2].partition(",")[0] for each in problems] == [ENTERPRISE, SMALL]
    for stage in ("first_reports", "first_savings"):
        text = text.replace('"Adoption": ""', f'"Adoption": {stage}', 1)
    mended = mapping_from(text)
    assert mended.columns["Journey stage"].values == {
        "New": None,
        "First reports": "first_reports",
        "First savings": "first_savings",
        "Value": "value",
        "Start": "start",
    }
    read = read_book(data, Vocabulary.of(SHIPPED), mended)
    assert read.problems == ()
    entries = [(row.entry.on(ENTERPRISE).stage, row.entry.on(SMALL).stage) for row in read.read if row.entry]
    assert entries[4:6] == [("first_reports", "first_savings")] * 2


def test_a_book_on_one_map_needs_no_values_per_map() -> None:
    text = _proposed(_rows((SMALL, "Steady", ""), (SMALL, "Results", ""), (SMALL, "Value", "")), Maps(SHIPPED, NOW))
    assert "per_map" not in text
    assert 'values: {"Steady": "steady", "Results": "", "Value": "value"}' in text
    assert "write which stage “Results” means: start, first_savings, value and steady, or null" in text


def test_languages_are_those_of_the_countries_where_no_column_says_them() -> None:
    rows = [
        ("id", "country", "sponsor"),
        *((str(n), each, f"{n}@a.example") for n, each in enumerate(("DE", "FR", "US"))),
    ]
    text = propose(read_rows(io.BytesIO(csv_bytes(rows))), WORDS, "book")
    assert "  language: by country  # no column says it; by the countries of the first rows de 1, fr 1 and en 1" in text
    assert [each.language for each in read_book(csv_bytes(rows), WORDS, mapping_from(text)).customers] == [
        "de",
        "fr",
        "en",
    ]


def test_a_country_with_several_languages_leaves_something_to_decide() -> None:
    rows = [("id", "country"), ("1", "CH"), ("2", "FR"), ("3", "Ireland")]
    text = propose(read_rows(io.BytesIO(csv_bytes(rows))), WORDS, "book")
    assert "language: by country  # doubt: several languages are read in CH, and the first counts; no column" in text


def test_people_of_another_country_read_its_language_and_who_has_none_that_of_the_default_map() -> None:
    text = """
mapping: Ours
columns:
  id: id
  country: country
  mail: contacts.sponsor.email
  from: contacts.sponsor.country
  language: language
defaults: {language: by country}
"""
    rows = [
        ("id", "country", "mail", "from", "language"),
        ("1", "DE", "a@a.example", "FR", ""),
        ("2", "", "b@b.example", "", ""),
        ("3", "DE", "c@c.example", "", "it"),
    ]
    read = read_book(csv_bytes(rows), WORDS, mapping_from(text))
    assert [(each.language, each.contacts[0].language) for each in read.customers] == [
        ("de", "fr"),
        (None, None),
        ("it", None),
    ]
