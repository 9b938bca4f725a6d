from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from milepost.planner.enums import StepStatus
from milepost.planner.state import State
from tests.cli.conftest import MAPS, Acmes, Milepost, advance, lines
from tests.cli.test_import_command import CRM


def test_a_row_that_repeats_an_id_stays_refused_when_it_is_imported_alone(milepost: Milepost, tmp_path: Path) -> None:
    path = tmp_path / "book.csv"
    path.write_text("id,name\nx1,First\nx1,Second\nx 2,Third\n")
    assert milepost("import", path).exit_code == 1
    refused = tmp_path / "book.refused.csv"
    assert refused.read_text("utf-8-sig").splitlines()[0] == "refused because,id of another row,id,name"

    again = milepost("import", refused)  # as it is, mended in part, and with the file that this leaves
    assert again.exit_code == 1
    assert "The id 'x1' is already in another row of the book" in again.stderr
    assert "was there before; it now holds the rows that were refused this time" in " ".join(again.stderr.split())
    assert sorted(each.name for each in tmp_path.glob("book*")) == ["book.csv", "book.refused.csv"]
    left = refused
    assert left.read_text("utf-8-sig").splitlines()[0] == "refused because,id of another row,id,name"
    left.write_text(left.read_text("utf-8-sig").replace("x 2", "x2"))
    assert milepost("import", left).exit_code == 1
    names = {each["customer"]: each["name"] for each in lines(milepost("customers", "--json"))}
    assert names == {"x1": "First", "x2": "Third"}

    left.write_text(left.read_text("utf-8-sig").replace(",x1,Second", ",x3,Second"))
    assert milepost("import", left).exit_code == 0
    assert len(lines(milepost("customers", "--json"))) == 3


@pytest.mark.parametrize("said_by", ["option", "mapping"])
def test_a_book_may_have_the_whole_team_and_all_contacts(milepost: Milepost, tmp_path: Path, said_by: str) -> None:
    path = tmp_path / "own.csv"
    path.write_text("id,contacts,team\n1,Uli <uli@acme.example>,csm=eve@v.example;lead=lea@v.example\n")
    milepost("import", path)
    if said_by == "mapping":
        (tmp_path / "crm.yaml").write_text(CRM + "whole: [team, contacts]\n")
        path.write_text("Record ID,Company owner\n1,Ana Diaz\n")
        milepost("import", path, "--mapping", tmp_path / "crm.yaml")
    else:
        path.write_text("id,team\n1,csm=ana@vendor.example\n")
        milepost("import", path, "--whole", "team", "--whole", "contacts")
    shown = milepost("show", "1", "--json").stdout
    assert "ana@vendor.example" in shown
    assert not any(gone in shown for gone in ("lea@v.example", "uli@acme.example", "eve@v.example"))


def test_a_file_of_contacts_changes_only_customers_that_it_names(milepost: Milepost, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("id,contacts\n1,Uli <uli@acme.example>\n2,Dana <dana@bolt.example>\n")
    milepost("import", path)
    path.write_text("Record ID,Company name\n1,Acme\n2,Bolt\n")
    (tmp_path / "contacts.csv").write_text("Company ID,Name,Mail,Part\n1,Sam Poe,sam@acme.example,sponsor\n")
    (tmp_path / "crm.yaml").write_text(CRM)
    milepost("import", path, "--mapping", tmp_path / "crm.yaml", "--contacts", tmp_path / "contacts.csv")
    assert "uli@acme.example" not in milepost("show", "1", "--json").stdout
    assert "dana@bolt.example" in milepost("show", "2", "--json").stdout
    (tmp_path / "crm.yaml").write_text(CRM + "whole: contacts\n")
    milepost("import", path, "--mapping", tmp_path / "crm.yaml", "--contacts", tmp_path / "contacts.csv")
    assert "dana@bolt.example" not in milepost("show", "2", "--json").stdout


def _stands(data: Path, customer: str) -> tuple[set[str], set[str]]:
    """The stages of a customer's journey that are open, and the steps that are done."""
    with closing(sqlite3.connect(data / "milepost.db")) as database:
        (text,) = database.execute("SELECT state FROM journeys WHERE customer_id = ?", (customer,)).fetchone()
    state = State.from_json(json.loads(text))
    done = {step for step, record in state.steps.items() if record.status is StepStatus.DONE}
    return {stage for stage, record in state.stages.items() if record.is_open}, done


def test_an_exported_book_goes_on_in_another_installation(
    milepost: Milepost, acmes: Acmes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acmes(2)
    milepost("tell", "acme0", "step_done", "handoff")
    milepost("tell", "acme1", "ended", "churned")
    advance(tmp_path / "data")
    book = tmp_path / "book.csv"
    assert milepost("export", "-o", book).exit_code == 0
    assert "enters.done.handoff" in book.read_text().splitlines()[0]
    assert "churned" in book.read_text()
    before = _stands(tmp_path / "data", "acme0")
    assert "handoff" in before[1]

    monkeypatch.setenv("MILEPOST_DATA", str(tmp_path / "other"))
    milepost("publish", MAPS / "enterprise-save-time")
    ahead = lines(milepost("import", book, "--dry-run", "--json"))
    assert ahead[-1]["customers"]["journeys"] == 1
    assert milepost("import", book).exit_code == 0
    advance(tmp_path / "other")
    assert _stands(tmp_path / "other", "acme0") == before
    assert lines(milepost("customers", "--json", "--search", "acme1"))[0]["status"] == "none"
    assert milepost("import", book, "--json").stdout.count('"became": "unchanged"') == 2

    bare = tmp_path / "bare.csv"
    milepost("export", "--without-journeys", "-o", bare)
    assert "enters." not in bare.read_text()
