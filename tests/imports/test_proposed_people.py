"""Whose a customer's only contact is, by the maps that the rows of a file are on; and which colleagues it names."""

from __future__ import annotations

import io

import pytest

from milepost.imports.audience import Maps, absent_people
from milepost.imports.mapping_file import read_mapping
from milepost.imports.proposal import propose
from milepost.imports.rows import read_rows
from milepost.imports.vocabulary import Vocabulary
from milepost.language.loader import load
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import parse
from milepost.shipped import shipped_maps
from tests.imports.files import WORDS, csv_bytes, mapping_from
from tests.workflows.example import CUSTOMER

NOW = parse("2026-03-02T15:00:00Z")
SHIPPED = [CompiledMap.of(loaded.map, name) for name, path in shipped_maps().items() if (loaded := load(path)).map]
BOOKS = {
    "mid_market": (("1", "Mid-Market", "make_money"), "owner"),
    "small": (("1", "small", "save_money"), "owner"),
    "enterprise": (("1", "enterprise", "save_time"), "sponsor"),
}


def proposed(*rows: tuple[str, ...], maps: Maps) -> str:
    return propose(read_rows(io.BytesIO(csv_bytes(rows))), Vocabulary.of(maps.compiled_maps), "book", maps=maps)


@pytest.mark.parametrize(("cells", "persona"), BOOKS.values(), ids=BOOKS)
def test_a_lone_contact_has_a_persona_of_the_map_that_its_customer_is_on(cells: tuple[str, ...], persona: str) -> None:
    rows = [("ID", "Tier", "Goal", "Contact"), (*cells, "Jo <jo@a.example>")]
    text = proposed(*rows, maps=Maps(SHIPPED, NOW))
    assert mapping_from(text).columns["Contact"].persona == persona
    assert f"doubt: which persona? It is the {persona}, who gets " in text


def test_whoever_gets_the_most_is_proposed_and_what_is_left_is_told() -> None:
    (small,) = [each for each in SHIPPED if each.map.map.startswith("small")]
    text = proposed(("ID", "Kontakt"), ("1", "Jo <jo@a.example>"), maps=Maps([small], NOW))
    assert mapping_from(text).columns["Kontakt"].persona == "owner"
    assert "there are bookkeeper and owner" in text
    customer = CUSTOMER.having(contacts=(), team={})
    assert [each.name for each in absent_people(small, customer) if each.part == "persona"] == ["owner", "bookkeeper"]
    owner = CUSTOMER.having(contacts=[CUSTOMER.contacts[0].having_personas(("owner",))])
    assert [each.name for each in absent_people(small, owner) if each.part == "persona"] == []


def test_what_the_file_does_not_say_leaves_the_maps_that_the_rest_allows() -> None:
    rows = [("ID", "Tier", "Contact"), *((str(n), "Mid-Market", "Jo <jo@a.example>") for n in range(3))]
    text = proposed(*rows, maps=Maps(SHIPPED, NOW))
    (midmarket,) = [each for each in SHIPPED if each.map.map.startswith("midmarket")]
    assert f"of {midmarket.map.title}; there are owner, sales_lead and seller" in text


def test_rows_that_are_on_no_map_leave_it_to_all_that_are_published() -> None:
    text = proposed(("ID", "Tier", "Contact"), ("1", "other", "jo@a.example"), maps=Maps(SHIPPED, NOW))
    assert mapping_from(text).columns["Contact"].persona in {"owner", "sponsor"}


def test_a_colleague_of_a_row_far_below_gets_a_field_for_the_address() -> None:
    rows = [("id", "owner"), *((str(number), "Ana Diaz") for number in range(2500)), ("x", "Zoe Last")]
    text = propose(read_rows(io.BytesIO(csv_bytes(rows))), WORDS, "book")
    assert [problem.message.partition("people.")[2] for problem in read_mapping(text, "m").problems] == [
        "Ana Diaz)",
        "Zoe Last)",
    ]
