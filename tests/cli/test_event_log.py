from __future__ import annotations

from typing import Any

import pytest

from milepost.cli.launch.up_options import seconds_of
from milepost.cli.monitor.log_files import Logs
from milepost.cli.monitor.watcher import choose
from milepost.cli.support.errors import CommandError
from milepost.store.timeline import CustomerEntry
from tests.entries import entry


def happening(serial: int, kind: str, **more: Any) -> CustomerEntry:
    return CustomerEntry(entry(kind, **more), serial, "acme/1", "v1", "a", "A")


def test_in_quiet_times_everything_is_shown() -> None:
    batch = [happening(number, "message_held") for number in range(4)]
    assert choose(batch, 6) == (batch, None)


def test_in_a_rush_the_most_important_is_shown_in_its_order_and_the_rest_counted() -> None:
    batch = [happening(number, "step_opened") for number in range(8)]
    batch += [happening(8, "journey_ended"), happening(9, "play_blocked"), happening(10, "outcome_answered")]
    lines, rest = choose(batch, 3)
    assert [line.entry.kind for line in lines] == ["step_opened", "journey_ended", "outcome_answered"]
    assert rest == "and 7 steps opened, 1 other line"


@pytest.mark.parametrize(
    ("written", "seconds"), [("120s", 120), ("2m", 120), ("90", 90), ("1.5 h", 5400), (None, None)]
)
def test_a_span_of_time_is_read(written: str | None, seconds: float | None) -> None:
    assert seconds_of(written) == seconds


@pytest.mark.parametrize("written", ["", "soon", "-3s", "0s", "5d"])
def test_a_text_that_is_not_a_span_is_refused(written: str) -> None:
    with pytest.raises(CommandError, match="120s"):
        seconds_of(written)


def test_each_program_has_a_log_for_its_user_alone(tmp_path) -> None:
    logs = Logs(tmp_path / "logs")
    logs.write("worker", "works")
    logs.write("web", "serves")
    logs.close()
    assert logs.path("worker").read_text() == "works\n"
    assert logs.path("worker").stat().st_mode & 0o777 == 0o600
