from __future__ import annotations

from datetime import datetime

import pytest

from milepost.intake.sync.errors import InvalidSyncError
from milepost.intake.sync.schedule import Schedule


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


@pytest.mark.parametrize(
    ("schedule", "now", "following"),
    [
        ("15m", "2026-03-02T10:00:00+00:00", "2026-03-02T10:15:00+00:00"),
        (" 2 h ", "2026-03-02T10:00:00+00:00", "2026-03-02T12:00:00+00:00"),
        ("1d", "2026-03-02T10:00:00+00:00", "2026-03-03T10:00:00+00:00"),
        ("0 6 * * 1-5", "2026-03-06T10:00:00+00:00", "2026-03-09T06:00:00+00:00"),
        ("0 6 * * 1-5 Europe/Berlin", "2026-03-27T12:00:00+01:00", "2026-03-30T06:00:00+02:00"),
        ("30 2 * * * Europe/Berlin", "2026-03-28T12:00:00+01:00", "2026-03-29T03:00:00+02:00"),  # there is no 2:30
    ],
)
def test_the_next_run(schedule: str, now: str, following: str) -> None:
    assert Schedule.parse(schedule).after(at(now)) == at(following)


@pytest.mark.parametrize(
    "text",
    ["", "often", "30s", "0m", "400d", "* * * *", "61 * * * *", "0 6 * * 1-5 Nowhere", "0 0 30 2 *", "9" * 12 + "d"],
)
def test_what_says_no_schedule_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidSyncError, match="Write 15m, 1h or 1d"):
        Schedule.parse(text)


def test_a_run_that_failed_is_repeated_soon_and_no_later_than_the_next() -> None:
    daily = Schedule.parse("1d")
    assert [daily.retry(0, failures) // 60 for failures in (0, 1, 2, 5, 6, 100)] == [1, 2, 4, 32, 60, 60]
    assert Schedule.parse("1m").retry(0, 5) == 60
