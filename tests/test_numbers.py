from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.numbers import AmbiguousNumberError, NotANumberError, decimal_of, read_number, shown_decimal


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234", 1234),
        (" 007 ", 7),
        ("-5", -5),
        ("\u22125", -5),
        ("+3", 3),
        ("1234.5", 1234.5),
        ("1234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1.234,567", 1234.567),
        ("1 234,5", 1234.5),
        ("1\u202f234", 1234),
        ("1'234.50", 1234.5),
        ("1\u2019234", 1234),
        ("1,234,567", 1234567),
        ("1.234.567", 1234567),
        ("0,123", 0.123),
        ("0.875", 0.875),
        ("1,2345", 1.2345),
        ("1234.567", 1234.567),
        ("12.5", 12.5),
        (",5", 0.5),
        ("-.5", -0.5),
        ("1e3", 1000.0),
    ],
)
def test_a_number_with_one_reading_is_read(text, number):
    assert read_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "12 h",
        "1_000",
        "nan",
        "inf",
        "1,23,4",
        "1.2.3",
        "12 34",
        "--5",
        "5.",
        "ten",
        "1,234.567,8",
        "1e999",
        "%",
    ],
)
def test_a_text_that_is_not_a_number_is_refused(text):
    with pytest.raises(NotANumberError, match="isn't a number"):
        read_number(text)


@pytest.mark.parametrize(
    ("text", "thousands", "fraction"), [("1,234", 1234, 1.234), ("1.234", 1234, 1.234), ("-12.500", -12500, -12.5)]
)
def test_a_text_with_two_readings_is_refused_with_both(text, thousands, fraction):
    with pytest.raises(AmbiguousNumberError) as refused:
        read_number(text)
    assert refused.value.readings == (thousands, fraction)
    assert f"as {thousands} or as {fraction:.3f}" in refused.value.message
    for suggestion in (str(thousands), f"{fraction:.4f}"):
        assert suggestion in str(refused.value.hint)
        assert read_number(suggestion) in refused.value.readings


@pytest.mark.parametrize(
    ("locale", "text", "number"),
    [
        ("de", "1.234", 1234),
        ("de", "1,234", 1.234),
        ("de", "12.5", 12.5),
        ("de_CH", "1.234", 1.234),
        ("en", "1,234", 1234),
        ("en_DE", "1.234", 1234),
        ("pt-BR", "1.234", 1234),
    ],
)
def test_a_locale_decides_between_two_readings(locale, text, number):
    assert read_number(text, locale) == number


@pytest.mark.parametrize("locale", [None, "", "xx", "not a locale", "en_XX"])
def test_a_locale_that_does_not_exist_decides_nothing(locale):
    assert decimal_of(locale) is None
    with pytest.raises(AmbiguousNumberError):
        read_number("1.234", locale)


@pytest.mark.parametrize(
    ("text", "sign"), [("12,5", ","), ("12.5", "."), ("1.234.567", ","), ("1,234", None), ("1234", None), ("x", None)]
)
def test_a_number_shows_which_decimal_sign_it_is_written_with(text, sign):
    assert shown_decimal(text) == sign


@given(st.integers(-(10**12), 10**12), st.integers(0, 99))
def test_numbers_grouped_in_either_way_are_read_back(whole, cents):
    english = f"{whole:,}.{cents:02}"
    german = english.translate(str.maketrans(",.", ".,"))
    number = float(f"{whole}.{cents:02}")
    assert read_number(english) == read_number(german) == number


@given(st.text(max_size=20))
def test_no_text_makes_the_reader_fail(text):
    with suppress(NotANumberError):
        assert abs(read_number(text, "de")) < float("inf")
