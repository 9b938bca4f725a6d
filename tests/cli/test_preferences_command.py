"""`milepost preferences`, `milepost tell CUSTOMER mail_chosen` and `milepost export --opt-outs`."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Milepost, lines

pytestmark = pytest.mark.usefixtures("with_acme")
SAM = "sam@acme.example"


def test_it_is_shown_set_and_set_back_with_a_reason(milepost: Milepost) -> None:
    assert "gets all mail." in milepost("preferences", SAM).stdout
    less = milepost("preferences", SAM.upper(), "none", "--by", "ana@vendor.example")
    assert less.exit_code == 0
    assert "gets no mail." in less.stdout
    assert "a colleague set it so, by Ana." in less.stdout
    refused = milepost("preferences", SAM, "all")
    assert refused.exit_code == 1
    assert "takes a reason" in refused.stderr
    [back] = lines(milepost("preferences", SAM, "all", "--reason", "Asked for it", "--json"))
    assert (back["mail"], back["how"], back["reason"], back["changed"]) == ("all", "colleague", "Asked for it", True)
    again = milepost("preferences", SAM, "all", "--reason", "Asked for it")
    assert "That is so already; nothing changed." in again.stdout


def test_an_address_that_no_customer_has_is_kept(milepost: Milepost) -> None:
    assert (
        "No customer has this address; it counts when one does."
        in milepost("preferences", "new@acme.example", "none").stdout
    )


def test_what_it_says_is_no_mail_address_or_setting_is_refused(milepost: Milepost) -> None:
    assert milepost("preferences", "nobody", "none").exit_code == 1
    assert milepost("preferences", SAM, "some").exit_code == 2


def test_telling_one_customer_counts_for_all(milepost: Milepost) -> None:
    told = milepost("tell", "acme", "mail_chosen", SAM, "mail=essential", "--by", "ana@vendor.example")
    assert told.exit_code == 0
    assert "only essential mail" in milepost("preferences", SAM).stdout
    unknown = milepost("tell", "acme", "mail_chosen", "eve@acme.example", "mail=none")
    assert unknown.exit_code == 1
    assert "Its contacts are" in unknown.stderr


def test_the_export_says_who_opted_out_when_and_how(milepost: Milepost, tmp_path: Path) -> None:
    milepost("preferences", SAM, "none", "--by", "ana@vendor.example")
    milepost("preferences", "new@acme.example", "essential", "--reason", 'Said "less", on the phone')
    rows = list(csv.DictReader(io.StringIO(milepost("export", "--opt-outs").stdout)))
    by_address = {row["address"]: row for row in rows}
    assert (by_address[SAM]["mail"], by_address[SAM]["customers"], by_address[SAM]["now"]) == ("none", "acme", "none")
    assert by_address["new@acme.example"]["reason"] == 'Said "less", on the phone'
    objects = [json.loads(line) for line in milepost("export", "--opt-outs", "--json").stdout.splitlines()]
    assert {each["address"]: each["how"] for each in objects} == dict.fromkeys(by_address, "colleague")
    file = tmp_path / "opt-outs.csv"
    assert "2 changes" in milepost("export", "--opt-outs", "-o", file).stderr
    assert list(csv.DictReader(io.StringIO(file.read_text()))) == rows


def test_a_reason_is_no_formula_in_the_export(milepost: Milepost) -> None:
    milepost("preferences", SAM, "none", "--reason", "=1+1")
    [row] = csv.DictReader(io.StringIO(milepost("export", "--opt-outs").stdout))
    assert row["reason"] == "'=1+1"


def test_options_that_do_not_go_together_are_refused(milepost: Milepost) -> None:
    assert milepost("export", "--opt-outs", "--contact", SAM).exit_code == 1
    assert milepost("export", "--json").exit_code == 1
