"""`milepost agreement`: what was agreed with a customer."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Milepost, lines

pytestmark = pytest.mark.usefixtures("with_acme")


def test_what_was_agreed_is_shown_and_printed(milepost: Milepost) -> None:
    [shown] = lines(milepost("agreement", "acme", "--json"))
    assert shown["customer"] == "acme"
    assert shown["mailed"] == 0
    assert [each["email"] for each in shown["people"]["contacts"]]
    assert shown["people"]["yes"] is None
    text = milepost("agreement", "acme").stdout
    assert "Who is involved" in text
    assert "nothing yet" in text


def test_a_customer_that_is_not_there_is_said(milepost: Milepost) -> None:
    answer = milepost("agreement", "acne")
    assert answer.exit_code != 0
    assert "acme" in answer.stderr
