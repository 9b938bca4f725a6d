"""`milepost audit`."""

from __future__ import annotations

from tests.cli.conftest import Acmes, Milepost, lines


def test_what_was_done_at_the_terminal_is_told(milepost: Milepost, acmes: Acmes) -> None:
    acmes(1)
    milepost("people", "set", "ana@vendor.example", "--role", "admin")
    milepost("keys", "make", "crm", "--scope", "read", "--by", "ana@vendor.example")
    first, second, *_ = lines(milepost("audit", "--json"))
    assert (first["kind"], first["by"], first["about"]) == ("key_made", "ana@vendor.example", "crm")
    assert (second["kind"], second["details"]) == ("person_changed", {"role": [None, "admin"]})
    assert str(second["by"]).startswith("terminal/")
    shown = milepost("audit", "--kind", "person_changed").stdout
    assert "at the terminal" in shown
    assert "role none" in shown
    assert "made the key" not in shown
    assert len(lines(milepost("audit", "--by", "ana@vendor.example", "--json"))) == 1
    assert milepost("audit", "--by", "nobody").stdout == "Nothing of that kind was done.\n"


def test_publishing_a_map_is_on_record(milepost: Milepost, acmes: Acmes) -> None:
    acmes(1)
    published = lines(milepost("audit", "--kind", "map_published", "--json"))
    assert published
    assert {line["details"]["new"] for line in published} == {True}
