from __future__ import annotations

import pytest

from milepost.text import count_of, did_you_mean, listing, nearest, parse_flag, shortened, storable, yes_or_no


@pytest.mark.parametrize(
    ("words", "options", "shown"),
    [
        ([], {}, ""),
        (["a"], {}, "a"),
        (["a", "b"], {}, "a and b"),
        (["a", "b", "c"], {}, "a, b and c"),
        (["a", "b", "c"], {"last": "or"}, "a, b or c"),
        (["a", "b", "c"], {"most": 3}, "a, b and c"),
        (["a", "b", "c", "d"], {"most": 2}, "a, b and 2 more"),
        (["a", "b"], {"count": 5}, "a, b and 3 more"),
    ],
)
def test_lists_of_words_are_joined_as_people_write_them(words: list[str], options: dict, shown: str) -> None:
    assert listing(words, **options) == shown


def test_counts_have_the_right_plural() -> None:
    assert [count_of(n, "customer") for n in (0, 1, 2)] == ["0 customers", "1 customer", "2 customers"]
    assert count_of(2, "company", "companies") == "2 companies"


def test_flags_are_read_in_any_case_and_other_texts_are_not_flags() -> None:
    assert [parse_flag(text) for text in ("Yes", " TRUE ", "0", "no", "maybe", "", "Ja", "FALSCH")] == [
        True,
        True,
        False,
        False,
        None,
        None,
        True,
        False,
    ]
    assert [yes_or_no(flag) for flag in (True, False)] == ["yes", "no"]


def test_the_nearest_name_ignores_case_and_is_none_when_nothing_is_near() -> None:
    assert nearest("KICKOF", ["kickoff", "handoff"]) == "kickoff"
    assert nearest("xyz", ["kickoff", "handoff"]) is None
    assert did_you_mean("kickoff") == "; did you mean 'kickoff'?"
    assert did_you_mean(None) == ""


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("plain", "plain"),
        ("a\0b", "ab"),
        ("grüß \U0001f642", "grüß \U0001f642"),
        ("cut \ud83d", "cut \ufffd"),
        ("\udc00\0x", "\ufffdx"),
    ],
)
def test_a_text_becomes_one_that_every_database_holds(text: str, stored: str) -> None:
    assert storable(text) == stored


@pytest.mark.parametrize(("text", "short"), [("abc", "abc"), ("abcd", "abcd"), ("abcde", "abc…"), ("", "")])
def test_a_long_text_is_shortened(text: str, short: str) -> None:
    assert shortened(text, 4) == short
