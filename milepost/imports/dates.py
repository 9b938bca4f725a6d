"""Dates as files write them: by a pattern such as `DD/MM/YYYY`, as ISO 8601, or as a spreadsheet's day number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import permutations

from milepost.language.attribute_values import YEARS, parse_date

ISO = "YYYY-MM-DD"
EXCEL = "excel"
"""The pattern of day numbers: 46387 is 2026-12-31."""
_EXCEL_DAY_0 = date(1899, 12, 30)  # the calendar of Excel begins in 1900 and has a 29 February in that year
_PART = re.compile(r"YYYY|YY|MMM|MM|M|DD|D")
_DIRECTIVES = {"YYYY": "%Y", "YY": "%y", "MMM": "%b", "MM": "%m", "M": "%m", "DD": "%d", "D": "%d"}
_CLOCK = re.compile(r"[T ,]+\d{1,2}[:.]\d\d([:.]\d\d([.,]\d+)?)? ?([AaPp]\.?[Mm]\.?)?( ?(Z|UTC|[+-]\d\d:?\d\d))?$")


def is_pattern(text: str) -> bool:
    """Returns whether a text is a pattern of dates: a day, a month and a year, each once; or `excel`."""
    parts = sorted(part[0] for part in _PART.findall(text))
    return text == EXCEL or (parts == ["D", "M", "Y"] and not re.search(r"[A-Za-z0-9%]", _PART.sub("", text)))


def read_date(text: str, patterns: Sequence[str] = ()) -> date:
    """Reads a date by the first pattern that fits it, else as YYYY-MM-DD; a clock time behind it is left out.

    Raises:
        ValueError: the text isn't such a date, or its year is before 1900 or after 2999.
    """
    plain = _CLOCK.sub("", text.strip())
    for pattern in (*patterns, ISO):
        day = _by_pattern(plain, pattern)
        if day is not None and day.year in YEARS:
            return day
    written = " or ".join(patterns or (ISO,))
    raise ValueError(f"{text!r} isn't a date; write it as {written}, in a year from {YEARS[0]} to {YEARS[-1]}")


def _by_pattern(text: str, pattern: str) -> date | None:
    if pattern == ISO:
        return parse_date(text)
    if pattern == EXCEL:
        number = re.fullmatch(r"(\d{1,6})([.,]\d+)?", text)
        return _EXCEL_DAY_0 + timedelta(days=int(number[1])) if number else None
    if not re.fullmatch(_PART.sub(_digits, re.escape(pattern)), text):
        return None
    try:
        return datetime.strptime(text, _PART.sub(lambda part: _DIRECTIVES[part[0]], pattern)).date()  # noqa: DTZ007 - a date
    except ValueError:
        return None


def _digits(part: re.Match[str]) -> str:
    """The expression for a part of a pattern: `DD` takes two digits, `D` one or two."""
    return _DIGITS.get(part[0], r"\d{1,2}")


_DIGITS = {"YYYY": r"\d{4}", "YY": r"\d\d", "MMM": "[A-Za-z]{3}", "MM": r"\d\d", "DD": r"\d\d"}


def patterns_of(texts: Iterable[str], *, share: float = 1) -> list[str]:
    """Returns the patterns that read the most of these texts, the likeliest first; none that reads less than `share`.

    Several fit where no text shows which number is the day: 01/02/2026.
    """
    plain = {_CLOCK.sub("", text.strip()) for text in texts}
    if not plain:
        return []
    separators = {sign for text in plain for sign in re.sub(r"\w", "", text)}
    orders = [ISO]
    for sign in sorted(separators & set("/.- ")):
        for day, month, year in (("DD", "MM", "YYYY"), ("D", "M", "YYYY"), ("D", "M", "YY"), ("D", "MMM", "YYYY")):
            orders += [sign.join(order) for order in permutations((day, month, year)) if order[1] != year]
    counts = {each: sum(_in_years(_by_pattern(text, each)) for text in plain) for each in orders}
    most = max(*counts.values(), share * len(plain), 1)
    fitting = [each for each, count in counts.items() if count >= most]
    by_order = {each.replace("DD", "D").replace("MM", "M"): each for each in reversed(fitting)}  # the strictest of each
    return [each for each in fitting if each in by_order.values()]


def _in_years(day: date | None) -> bool:
    return day is not None and day.year in YEARS
