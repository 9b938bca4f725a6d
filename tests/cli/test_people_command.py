"""`milepost people`, and the names that an import brings."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import MAPS, Acmes, Milepost, lines

ANA = "ana@vendor.example"
_MAPPING = """\
mapping: Ours
columns: {Id: id, Zone: timezone, Owner: team.csm}
people:
  Jürgen Weiß: jw@vendor.example
  J. Weiß: jw@vendor.example
"""
_BOOK = "Id,Zone,Owner\nacme,UTC,Jürgen Weiß\n"


def test_a_colleague_is_named_and_listed(milepost: Milepost, acmes: Acmes) -> None:
    acmes(1)
    assert "Nothing was told of any colleague" in milepost("people").stdout
    said = milepost("people", "set", "ANA@vendor.example", "--name", "Ana Díaz")
    assert said.stdout == "ana@vendor.example is Ana Díaz from now on.\n"
    assert "Ana Díaz" in milepost("people").stdout
    [line] = lines(milepost("people", "--json"))
    assert (line["address"], line["name"]) == (ANA, "Ana Díaz")
    assert (
        "Ana Díaz has nothing"
        in (milepost("hand-over", ANA, "bo@vendor.example") and milepost("hand-over", ANA, "bo@vendor.example")).stdout
    )
    away = milepost("hand-over", "bo@vendor.example", ANA, "--until", "2031-01-03")
    assert "Ana Díaz stands in for Bo" in away.stdout


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("set",), 2, "needs an address and what is to be set"),
        (("set", ANA), 2, "needs an address and what is to be set"),
        (("leave",), 2, "needs an address and nothing else"),
        (("leave", ANA, "--name", "Ana"), 2, "needs an address and nothing else"),
        (("set", ANA, "--role", "boss"), 1, "The roles are colleague, manager, operations and admin"),
        (("set", ANA, "--hours", "200"), 1, "200 hours aren't hours of a week"),
        (("list", ANA), 2, "names nobody"),
        (("set", "ana", "--name", "Ana"), 1, "isn't a mail address"),
        (("set", ANA, "--name", " "), 1, "The name is missing"),
    ],
)
def test_what_cannot_be_is_said(milepost: Milepost, acmes: Acmes, words: tuple[str, ...], code: int, says: str) -> None:
    acmes(1)
    result = milepost("people", *words)
    assert result.exit_code == code
    assert says in result.stderr


def test_a_colleague_has_a_role_a_team_and_hours_and_they_are_taken_away_again(
    milepost: Milepost, acmes: Acmes
) -> None:
    acmes(1)
    said = milepost("people", "set", ANA, "--role", "manager", "--team", "North", "--hours", "32.5")
    assert said.stdout == f"{ANA} is Ana, manager, in the team North from now on.\n"
    [line] = lines(milepost("people", "--json"))
    assert (line["name"], line["role"], line["team"], line["hours_per_week"]) == ("", "manager", "North", 32.5)
    milepost("people", "set", ANA, "--role", "", "--team", "")
    [line] = lines(milepost("people", "--json"))
    assert (line["role"], line["team"], line["hours_per_week"]) == (None, None, 32.5)
    assert "(as the address" in milepost("people").stdout


def test_who_leaves_gets_no_link_to_sign_in_with_until_they_return(milepost: Milepost, acmes: Acmes) -> None:
    acmes(1)
    assert "milepost people set eve@vendor.example" in milepost("sign-in", "eve@vendor.example").stderr
    milepost("people", "set", ANA, "--name", "Ana Díaz")
    printed = milepost("sign-in", ANA).stdout
    assert "http://127.0.0.1:8080/sign-in/link/" in printed
    assert "Next: `milepost hand-over ana@vendor.example TO`." in milepost("people", "leave", ANA).stdout
    assert milepost("sign-in", ANA).exit_code == 1
    assert "Ana Díaz is a colleague again." in milepost("people", "return", ANA).stdout
    [line] = lines(milepost("sign-in", ANA, "--json"))
    assert (line["address"], line["works_for_seconds"]) == (ANA, 900)


def test_the_only_admin_stays_one(milepost: Milepost, acmes: Acmes) -> None:
    acmes(1)
    milepost("people", "set", ANA, "--role", "admin")
    refused = milepost("people", "leave", ANA)
    assert refused.exit_code == 1
    assert f"{ANA} is the only admin; nothing was changed." in refused.stderr
    milepost("people", "set", "bo@vendor.example", "--role", "admin")
    assert milepost("people", "leave", ANA).exit_code == 0


def test_an_import_names_the_colleagues_of_its_mapping_and_leaves_what_was_told(
    milepost: Milepost, tmp_path: Path
) -> None:
    book, mapping = tmp_path / "book.csv", tmp_path / "ours.yaml"
    book.write_text(_BOOK)
    mapping.write_text(_MAPPING)
    milepost("publish", MAPS / "enterprise-save-time")
    milepost("import", book, "--mapping", mapping, "--dry-run")
    assert lines(milepost("people", "--json")) == []
    assert milepost("import", book, "--mapping", mapping).exit_code == 0
    [line] = lines(milepost("people", "--json"))
    assert (line["address"], line["name"]) == ("jw@vendor.example", "Jürgen Weiß")
    milepost("people", "set", "jw@vendor.example", "--name", "Jürgen Weiß-Roth")
    milepost("import", book, "--mapping", mapping)
    assert lines(milepost("people", "--json"))[0]["name"] == "Jürgen Weiß-Roth"
