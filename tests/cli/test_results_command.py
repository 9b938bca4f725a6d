"""`milepost results`."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.cli.conftest import ACME, HEADER, MAPS, Acmes, Milepost, advance, lines


def test_nothing_was_answered_yet(milepost: Milepost, acmes: Acmes, tmp_path: Path) -> None:
    acmes(1)
    assert milepost("results").stdout == "No answers yet.\n"
    assert milepost("results", "--verdict", "silent").stdout == "No answers of that kind yet.\n"
    file = tmp_path / "results.csv"
    assert "0 answers." in milepost("results", "-o", str(file)).stdout
    assert next(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))[:2] == ["answered_at", "customer"]


def test_an_answer_is_listed_and_written(milepost: Milepost, tmp_path: Path) -> None:
    book, saved = tmp_path / "book.csv", "enters.outcomes.hours_saved"
    columns = f",enters.stage,{saved}.verdict,{saved}.value,{saved}.at\n"
    book.write_text(HEADER.rstrip() + columns + ACME.rstrip() + ",partnership,verified,12,2026-01-12\n")
    milepost("publish", str(MAPS / "enterprise-save-time"))
    imported = milepost("import", str(book))
    assert imported.exit_code == 0, imported.stderr
    advance(tmp_path / "data")
    [line] = lines(milepost("results", "--json"))
    assert (line["customer"], line["outcome"], line["verdict"], line["value"]) == (
        "acme",
        "hours_saved",
        "verified",
        12,
    )
    assert "confirmed 12" in milepost("results", "--customer", "acme").stdout
    assert milepost("results", "--type", "make_money").stdout == "No answers of that kind yet.\n"
    file = tmp_path / "results.csv"
    assert "1 answer." in milepost("results", "-o", str(file)).stdout
    [row] = csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines())
    assert (row["customer_name"], row["type"], row["is_by_another"]) == ("Acme", "save_time", "no")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--verdict", "good"), "is none of verified, partial"),
        (("-o", "no/x.csv"), "Name a file in a folder that exists."),
    ],
)
def test_what_cannot_be_is_said(milepost: Milepost, acmes: Acmes, words: tuple[str, ...], says: str) -> None:
    acmes(1)
    result = milepost("results", *words)
    assert result.exit_code != 0
    assert says in result.stderr
