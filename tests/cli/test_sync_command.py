from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Milepost, lines


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "Export of CRM"
    folder.mkdir()
    (folder / "book.csv").write_text("Key;Name\na1;Acme\nb2;Bolt\nc3;Cog\n")
    (tmp_path / "m.yaml").write_text("mapping: CRM\ncolumns: {Key: id, Name: name}\n")
    return folder


def test_a_book_is_read_once_and_then_by_workers(milepost: Milepost, folder: Path, tmp_path: Path) -> None:
    options = ("--mapping", tmp_path / "m.yaml")
    ahead = milepost("sync", folder, *options, "--dry-run")
    assert ahead.exit_code == 0
    assert "Nothing was written." in ahead.stdout
    assert lines(milepost("customers", "--json")) == []
    assert milepost("sync", folder, *options).exit_code == 0
    assert len(lines(milepost("customers", "--json"))) == 3
    assert "Nothing changed in the book export-of-crm." in milepost("sync", "run", "export-of-crm").stdout

    planned = milepost("sync", folder, *options, "--every", "0 6 * * 1-5 Europe/Berlin")
    assert planned.exit_code == 0
    assert "0 6 * * 1-5 Europe/Berlin" in planned.stdout
    (status,) = lines(milepost("sync", "status", "--json"))
    assert (status["name"], status["every"], status["customers"]) == ("export-of-crm", "0 6 * * 1-5 Europe/Berlin", 3)
    assert "when you say so" in milepost("sync", "stop", "export-of-crm").stdout
    assert "No book is kept in step" in milepost("sync", "remove", "export-of-crm").stdout


def test_who_vanished_is_listed_and_a_refused_book_exits_with_1(milepost: Milepost, folder: Path) -> None:
    book = folder / "book.csv"
    book.write_text("id,name\na1,Acme\nb2,Bolt\nc3,Cog\n")
    milepost("sync", folder, "--name", "crm")
    book.write_text("id,name\na1,Acme\nb2,Bolt\n")
    gone = milepost("sync", "run", "crm")
    assert gone.exit_code == 0
    assert "No longer in the book: c3." in gone.stdout
    assert "c3" in milepost("sync").stdout
    book.write_text("id,name\na1,Acme\n")
    refused = milepost("sync", "run", "crm", "--json")
    assert refused.exit_code == 1
    assert lines(refused)[-1]["status"] == "refused"
    assert "run it once with --accept-vanished" in milepost("sync", "run", "crm").stderr
    assert "refused, 2 times in a row" in milepost("sync", "status", "crm").stdout.replace("\n", " ")
    assert milepost("sync", "run", "crm", "--accept-vanished").exit_code == 0


def test_refused_rows_are_told_with_their_reasons(milepost: Milepost, folder: Path) -> None:
    (folder / "book.csv").write_text("id,name,timezone\na1,Acme,Nowhere\nb2,Bolt,\n")
    result = milepost("sync", folder, "--name", "crm")
    assert result.exit_code == 1
    assert "Refused: book.csv, row 2, column timezone: " in result.stderr
    assert "milepost sync run crm --dry-run" in milepost("sync", "status").stdout.replace("\n", " ")
    again = lines(milepost("sync", "run", "crm", "--dry-run", "--json"))
    assert [each["row"] for each in again if each["kind"] == "problem"] == [2]


def test_new_customers_who_may_be_there_already_are_named_before_and_after(milepost: Milepost, folder: Path) -> None:
    (folder / "book.csv").write_text("id,name\na1,Acme\nb2,Bolt\nb3,BOLT\n")
    looked = milepost("sync", folder, "--dry-run")
    assert "'b3' (BOLT) may be the same as 'b2' (Bolt): they have one name." in " ".join(looked.stdout.split())
    ran = milepost("sync", folder)
    assert "'b3' (BOLT) may be the same as 'b2' (Bolt): they have one name." in " ".join(ran.stdout.split())
    assert "milepost merge ID STORED_ID" in ran.stdout

    (folder / "book.csv").write_text("id,name\na1,Acme\nb2,Bolt\nb3,BOLT\nb4,Bolt\n")
    [summary] = lines(milepost("sync", folder, "--json"))
    assert summary["customers"]["alike"] == 1
    assert [(each["customer"], each["other"]) for each in summary["doubles"]["first"]] == [("b4", "b2"), ("b4", "b3")]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("run",), "Which book is to run?"),
        (("run", "crn"), "No book 'crn' is kept in step; did you mean 'crm'?"),
        (("status", "x"), "No book 'x' is kept in step"),
        (("book.csv", "x"), "'book.csv' is no action."),
        (("book.csv", "--mapping", "hubspt"), "did you mean 'hubspot'?"),
        (("book.csv", "--every", "often"), "'often' doesn't say how often."),
        (("elsewhere/crm",), "There is a book 'crm' already"),
        (("book.csv", "--name", "Our Book"), "'Our Book' can't be the name of a book."),
    ],
)
def test_what_cannot_be_done_is_told(milepost: Milepost, folder: Path, words: tuple[str, ...], says: str) -> None:
    (folder / "book.csv").write_text("id,name\na1,Acme\n")
    milepost("sync", folder, "--name", "crm")
    result = milepost("sync", *words)
    assert result.exit_code == 1
    assert says in result.stderr
