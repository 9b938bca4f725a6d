"""When a mail that was released goes, in words and on its reader's clock."""

from __future__ import annotations

import pytest

from milepost.intake.mail_departures import Departure
from milepost.planner.instants import parse

NOW = parse("2026-11-26T08:00:00Z")


@pytest.mark.parametrize(
    ("at", "says"),
    [
        ("2026-11-26T08:00:00Z", "goes now"),
        ("2026-11-26T14:00:00Z", "goes today 15:00 in Vienna"),
        ("2026-11-27T08:00:00Z", "goes Fri 27 Nov 2026 09:00 in Vienna"),
    ],
)
def test_it_goes_today_or_on_a_day(at: str, says: str) -> None:
    assert Departure(parse(at), "Europe/Vienna").sentence(NOW) == says
