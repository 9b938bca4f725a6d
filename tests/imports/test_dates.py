from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.imports.dates import is_pattern, patterns_of, read_date


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("31/12/2026", "DD/MM/YYYY"),
        ("12/31/2026", "MM/DD/YYYY"),
        ("31.12.2026", "DD.MM.YYYY"),
        ("31.12.26", "D.M.YY"),
        ("2026-12-31", "YYYY-MM-DD"),
        ("2026/12/31", "YYYY/MM/DD"),
        ("31 Dec 2026", "D MMM YYYY"),
        ("46387", "excel"),
        ("46387.5", "excel"),
        ("2026-12-31 09:12", "YYYY-MM-DD"),
        ("2026-12-31T09:12:00Z", "YYYY-MM-DD"),
        ("12/31/2026 9:12 AM", "MM/DD/YYYY"),
    ],
)
def test_a_date_is_read_by_its_pattern(text: str, pattern: str) -> None:
    assert is_pattern(pattern)
    assert read_date(text, [pattern]) == date(2026, 12, 31)


@pytest.mark.parametrize("text", ["12/31/2026", "31/12/26", "1/1/2026", "31/02/2026", "31/12/9999", "soon", ""])
def test_what_does_not_fit_the_pattern_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match="write it as DD/MM/YYYY"):
        read_date(text, ["DD/MM/YYYY"])


@pytest.mark.parametrize("pattern", ["DD/MM", "YYYY", "DD/MM/YYYY HH", "DD/DD/YYYY", "%d/%m/%Y", "day", ""])
def test_a_pattern_has_a_day_a_month_and_a_year(pattern: str) -> None:
    assert not is_pattern(pattern)


def test_values_show_how_dates_are_written() -> None:
    assert patterns_of(["31/12/2026", "01/02/2026"]) == ["DD/MM/YYYY"]
    assert patterns_of(["01/02/2026", "03/04/2026"]) == ["DD/MM/YYYY", "MM/DD/YYYY"]
    assert patterns_of(["1.2.2026", "31.12.2026"]) == ["D.M.YYYY"]
    assert patterns_of(["2026-12-31", "2026-01-05 09:12"]) == ["YYYY-MM-DD"]
    assert patterns_of(["31/12/2026", "soon"]) == []
    assert patterns_of([]) == []


@given(
    st.dates(date(1970, 1, 1), date(2060, 12, 31)),
    st.sampled_from(["DD/MM/YYYY", "MM/DD/YYYY", "DD.MM.YYYY", "YYYY-MM-DD", "YYYY/MM/DD"]),
)
def test_what_was_written_by_a_pattern_is_read_by_it(day: date, pattern: str) -> None:
    written = pattern.replace("YYYY", "%Y").replace("MM", "%m").replace("DD", "%d")
    text = day.strftime(written)
    assert read_date(text, [pattern]) == day
    assert pattern in patterns_of([text])
