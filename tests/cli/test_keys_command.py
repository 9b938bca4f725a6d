"""`milepost keys`."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Acmes, Milepost, lines


def test_a_key_is_made_listed_and_ended(milepost: Milepost, acmes: Acmes) -> None:
    acmes(1)
    assert "Nobody made a key." in milepost("keys").stdout
    said = milepost("keys", "make", "crm", "--scope", "tell", "--scope", "read", "--by", "ana@vendor.example").stdout
    first, key = said.splitlines()
    assert first == "The key crm, for read and tell; it is shown this once:"
    assert key.startswith("milepost_")
    [line] = lines(milepost("keys", "--json"))
    assert (line["name"], line["scopes"], line["made_by"], line["used_at"], line["ended_at"]) == (
        "crm",
        ["read", "tell"],
        "ana@vendor.example",
        None,
        None,
    )
    assert key not in milepost("keys", "--json").stdout
    assert "read, tell" in milepost("keys").stdout
    assert milepost("keys", "end", "crm").stdout == "The key crm has ended.\n"
    [line] = lines(milepost("keys", "--json"))
    assert line["ended_at"] is not None


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("make",), 2, "needs a name, such as"),
        (("end",), 2, "needs a name, such as"),
        (("list", "crm"), 2, "takes no more than that"),
        (("end", "crm", "--scope", "read"), 2, "takes no more than that"),
        (("make", "crm"), 1, "It isn't said what the key may do."),
        (("make", "CRM", "--scope", "read"), 1, "'CRM' can't be the name of a key."),
        (("make", "crm", "--scope", "write"), 1, "There is no scope write."),
        (("end", "crm"), 1, "Nobody made a key 'crm'."),
    ],
)
def test_what_cannot_be_is_said(milepost: Milepost, acmes: Acmes, words: tuple[str, ...], code: int, says: str) -> None:
    acmes(1)
    result = milepost("keys", *words)
    assert result.exit_code == code
    assert says in result.stderr
