"""`milepost merge` and `milepost rename`: what they say, as words and as JSON, and that a dry run changes nothing."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Milepost, lines

pytestmark = pytest.mark.usefixtures("with_acme")


def test_a_dry_run_shows_what_differs_and_merging_does_it(milepost: Milepost) -> None:
    planned = milepost("merge", "lonely", "acme", "--dry-run")
    assert planned.exit_code == 0
    assert "What differs" in planned.stdout
    assert "would go on" in planned.stdout
    assert "Nothing was changed" in planned.stdout

    [data] = lines(milepost("merge", "lonely", "acme", "--by", "ana@vendor.example", "--json"))

    assert (data["from"], data["into"], data["dry_run"]) == ("lonely", "acme", False)
    assert data["goes_on"]["journey"] == "acme/1"
    assert [each["customer"] for each in lines(milepost("customers", "--json"))] == ["acme"]
    [shown] = lines(milepost("show", "lonely", "--json"))
    assert shown["customer"]["id"] == "acme"


def test_a_customer_is_renamed_and_found_by_both_ids(milepost: Milepost) -> None:
    assert "Nothing was changed" in milepost("rename", "acme", "crm-7", "--dry-run").stdout
    renamed = milepost("rename", "acme", "crm-7")
    assert "acme is crm-7 now" in renamed.stdout

    for name in ("acme", "crm-7"):
        [shown] = lines(milepost("show", name, "--json"))
        assert shown["customer"]["id"] == "crm-7"
    refused = milepost("rename", "lonely", "acme")
    assert refused.exit_code == 1
    assert "earlier id of customer 'crm-7'" in refused.stderr
    assert "milepost merge lonely crm-7 --dry-run" in refused.stderr


def test_forgetting_a_merged_customer_forgets_both(milepost: Milepost) -> None:
    milepost("merge", "lonely", "acme")

    [data] = lines(milepost("forget", "lonely", "--yes", "--json"))

    assert (data["customer"], data["earlier_ids"]) == ("acme", ["lonely"])
    assert data["rows"]["customer_aliases"] == 1
    assert lines(milepost("customers", "--json")) == []
