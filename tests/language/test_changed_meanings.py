"""`milepost lint --changes`: what in a map means something else since version 2 of the language."""

from __future__ import annotations

from milepost.language.lint.changed_meanings import changed_meanings
from milepost.language.loader import from_files
from tests.language.broken import EXAMPLE, SIDE_FILES, address_of, example_with


def notes(text: str, word: str) -> list[tuple[int, int]]:
    found = changed_meanings(from_files({**SIDE_FILES, "map.yaml": text}))
    return [(note.line, note.column) for note in found if word in note.message]


DAYS = '{days: [mon, tue, wed, thu], from: "08:00", to: "16:00"}'


def test_a_window_without_days_follows_the_country_now() -> None:
    text = example_with((DAYS, '{from: "08:00"}'))
    assert notes(text, "working days usual") == [address_of(text, "window: {")]
    without = example_with(("  window: " + DAYS + "\n", ""))
    assert notes(without, "working days usual") == [address_of(without, "contact_policy:")]


def test_a_window_with_days_means_what_it_meant() -> None:
    assert notes(EXAMPLE, "working days usual") == []


def test_a_pause_moves_other_dates_unless_it_leaves_them_alone() -> None:
    assert notes(EXAMPLE, "pause") != []
    text = example_with(("stages:\n", "on_resume: run\nstages:\n"))
    assert notes(text, "pause") == []


def test_a_map_that_can_not_be_read_has_no_notes() -> None:
    assert changed_meanings(from_files({"map.yaml": "map: ["})) == ()


def test_a_start_that_only_a_condition_asked_for_may_be_dropped_now() -> None:
    assert notes(EXAMPLE, "start of play") == [address_of(EXAMPLE, "starts_when")]
    assert notes(example_with(("{if: customer.health < 40}, ", "")), "start of play") == []


def test_an_action_is_the_affair_of_its_persona_now() -> None:
    first, *_ = notes(EXAMPLE, "only contacts with its persona")
    line, column = first
    assert EXAMPLE.splitlines()[line - 1][: column - 1].endswith("persona: ")
    anyone = EXAMPLE.replace("      - action: ", "      - anyone: true\n        action: ")
    assert notes(anyone, "only contacts with its persona") == []
