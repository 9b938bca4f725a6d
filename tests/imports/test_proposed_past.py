"""What has happened at a customer, and who wants which mail: found in a company's own columns."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from milepost.customer import Mail
from milepost.imports.customer_book import read_book
from milepost.imports.mapping_file import read_mapping
from milepost.imports.proposal import propose
from milepost.imports.rows import read_rows
from milepost.imports.vocabulary import Vocabulary
from milepost.planner.entry_point import AnsweredBefore, DoneBefore
from milepost.scenarios.maps import MapCache
from tests.imports.files import csv_bytes, mapping_from

MAPS = Path(__file__).parents[2] / "maps"
COMPILED = MapCache().at(MAPS / "midmarket-make-money" / "map.yaml").compiled_map
assert COMPILED is not None
VOCABULARY = Vocabulary.of([COMPILED])
BOOK = csv_bytes(
    [
        ("id", "stage", "Quotes sent", "Win review date", "More wins verdict", "More wins value",
         "More wins confirmed on", "Owner email", "Owner language", "Owner opted out"),
        ("a", "More orders", "20", "26/05/2026", "verified", "31,5", "29/05/2026", "a@c.example", "de", "Yes"),
        ("b", "First quotes", "7", "", "", "", "", "b@c.example", "pt-BR", "No"),
    ],
    separator=";",
)  # fmt: skip


def proposed(data: bytes) -> str:
    return propose(read_rows(io.BytesIO(data)), VOCABULARY, "book")


def target_of(heading: str, *values: str) -> str | None:
    """The field that is proposed for a column beside the ids, and no attribute; None for nothing."""
    data = csv_bytes([("id", heading), *((str(number), value) for number, value in enumerate(values))])
    column = mapping_from(proposed(data)).columns.get(heading)
    return None if column is None or column.to.kind == "attributes" else str(column.to)


def test_a_proposal_that_nobody_has_to_mend_reads_what_has_happened() -> None:
    text = proposed(BOOK)
    assert not any("doubt" in line for line in text.splitlines() if "enters." in line or "contacts." in line)
    assert read_mapping(text, "m.yaml").problems == ()
    read = read_book(BOOK, VOCABULARY, mapping_from(text))
    assert read.problems == ()
    first, second = (row.entry for row in read.read)
    assert first is not None
    assert second is not None
    assert (first.stage, first.counts) == ("value", {"quote_sent": 20})
    assert first.done == {"win_review": DoneBefore("2026-05-26")}
    assert first.outcomes == {"more_wins": AnsweredBefore("verified", 31.5, "2026-05-29")}
    assert (second.stage, second.counts, second.outcomes) == ("first_quotes", {"quote_sent": 7}, {})
    assert [(each.contacts[0].language, each.contacts[0].mail) for each in read.customers] == [
        ("de", Mail.NONE), ("pt-BR", Mail.ALL),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "values", "target"),
    [
        ("Number of quotes sent", ["20", "7"], "enters.counts.quote_sent"),
        ("Quotes sent", ["many", "few"], None),
        ("Quotes sent in May", ["20", "7"], None),
        ("More wins", ["verified", "partial"], "enters.outcomes.more_wins.verdict"),
        ("More wins value", ["31", "28,5"], "enters.outcomes.more_wins.value"),
        ("More wins verified on", ["2026-05-29", "2026-05-30"], "enters.outcomes.more_wins.at"),
        ("More wins value", ["a lot", "little"], None),
        ("Sales lead language", ["de", "en-GB"], "contacts.sales_lead.language"),
        ("Sales lead language", ["Klingonisch", "?"], None),
        ("Owner unsubscribed from all email", ["TRUE", "FALSE"], "contacts.owner.mail"),
        ("Owner mail preference", ["essential", "none"], "contacts.owner.mail"),
        ("Owner opted out", ["sometimes", "never"], None),
        ("Language", ["de", "en"], "language"),
    ],
)
def test_a_column_is_taken_for_what_heading_and_values_say(heading: str, values: list[str], target: str | None) -> None:
    assert target_of(heading, *values) == target


def test_of_a_list_of_mail_that_names_nobody_nothing_is_taken() -> None:
    data = csv_bytes([("id", "Contact email", "Unsubscribed"), ("a", "a@c.example", "Yes"), ("b", "b@c.example", "No")])
    assert {str(column.to) for column in mapping_from(proposed(data)).columns.values()} >= {"contacts.owner.email"}
    assert "contacts.owner.mail" not in proposed(data)
