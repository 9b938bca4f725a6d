"""Tables at 80 columns: words wrap, and no address and no id is broken; where that can't be, rows become lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.cli.support.column_widths import column_widths
from milepost.cli.support.output import table

OWNER = "cs-operations@a-rather-long-company.example"
TASK = "Half-year review with the whole team (half_year_review/13)"
HEADINGS = ["Due", "Customer id", "Task", "Who"]


@pytest.fixture(autouse=True)
def _window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def printed(capsys: pytest.CaptureFixture[str], *row: str) -> str:
    table("Next", HEADINGS, [row])
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    return out


def test_cells_wrap_between_words(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, "2032-11-29", "prater", TASK, "ana@vendor.example")

    assert "(half_year_review/13)" in out
    assert "ana@vendor.example" in out
    assert len([line for line in out.splitlines() if line.strip()]) > 4  # the task took more than a line


def test_what_does_not_fit_beside_each_other_is_a_list_in_which_everything_is_whole(
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = printed(capsys, "2032-11-29", "prater-beleuchtung", TASK, OWNER)

    assert f"Who          {OWNER}" in out
    assert "Customer id  prater-beleuchtung" in out
    assert TASK in out


@given(
    st.lists(st.lists(st.text("ab @-", max_size=30), min_size=1, max_size=4), min_size=1, max_size=5),
    st.integers(0, 90),
)
def test_columns_hold_their_longest_word_and_no_more_than_the_room(columns: list[list[str]], room: int) -> None:
    widths = column_widths(columns, [0], room)

    words = [max((len(word) for cell in cells for word in cell.split()), default=0) for cells in columns]
    words[0] = max((len(line) for cell in columns[0] for line in cell.splitlines()), default=0)
    if widths is None:
        assert sum(words) > room
    else:
        assert sum(widths) <= room
        assert all(width >= word for width, word in zip(widths, words, strict=True))
