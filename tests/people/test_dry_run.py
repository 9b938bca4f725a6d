"""W205: a map that exceeds its own contact limit is found by running it with made-up customers."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from milepost.language.loader import from_files, load
from milepost.language.problems import Problem
from milepost.people.map_check import check_map
from milepost.shipped import patterns, shipped_maps
from tests.language.broken import EXAMPLE, SIDE_FILES, address_of, example_with

MAPS = (*shipped_maps().values(), *patterns().values())
LIMIT = "  limit: 3 per 7 days"
MORE = """      - action: {name}
        title: More
        persona: coordinator
        after: {after}
        message: connect.md
        due: 5 business days
"""
CIRCLE = """  - stage: round
    title: Round
    touchpoints:
      - {touchpoint: again, title: Again, role: csm, skip_when: stages.round == "open"}
    then: {go_to: round}
plays:
"""
LAST = "        overdue: {after: 5 business days, do: {play: unblock}}\n"


def problems_in(text: str) -> list[Problem]:
    return list(check_map(from_files({"map.yaml": text, **SIDE_FILES})))


def chained(*names: str, wait: str = "") -> str:
    """The example with further actions, each after the one before."""
    added, after = "", "connect"
    for name in names:
        added += MORE.format(name=name, after=after) + (f"        wait: {wait}\n" if wait else "")
        after = name
    return EXAMPLE.replace(LAST, LAST + added, 1)


def test_a_map_within_its_limit_has_no_problems() -> None:
    assert problems_in(EXAMPLE) == []


@pytest.mark.parametrize("folder", MAPS, ids=lambda path: path.name)
def test_the_shipped_maps_keep_their_own_limits(folder: Path) -> None:
    assert [each for each in check_map(load(folder)) if each.code == "W205"] == []


def test_mails_in_one_week_to_a_prompt_customer_are_told_at_the_limit() -> None:
    text = chained("second", "third")
    (problem,) = problems_in(text)
    assert (problem.line, problem.column) == address_of(text, "3 per 7 days")
    assert problem.code == "W205"
    assert "'coordinator'" in problem.message
    assert "that of 'third' (in 'onboarding', week 1) after 'recap', 'connect' and 'second'" in problem.message
    assert "everybody does everything at once" in problem.message


def test_waits_between_the_mails_put_it_right() -> None:
    assert problems_in(chained("second", "third", wait="1 week")) == []


def test_without_a_limit_nothing_is_too_much() -> None:
    assert problems_in(chained("second", "third").replace(LIMIT, "")) == []


def test_reminders_to_a_silent_customer_count() -> None:
    days = ", ".join(f"{n} business days before" for n in (5, 4, 3, 2))
    text = example_with(("remind: [3 business days before, on the day]", f"remind: [{days}]"))
    (problem,) = problems_in(text)
    assert "the customer does nothing" in problem.message


def test_a_map_with_errors_is_not_run() -> None:
    broken = chained("second", "third").replace("role: csm\n        invite", "role: cms\n        invite")
    assert {each.code for each in problems_in(broken)} == {"M105"}


def test_a_map_that_goes_round_for_ever_is_looked_at_for_a_while_only() -> None:
    looping = example_with(
        ("    target: 30 days\n", "    then: {go_to: onboarding}\n"), ("        wait: 1 business day\n", "")
    )
    begun = time.monotonic()
    assert {each.code for each in problems_in(looping)} <= {"W203", "W205", "M109"}
    assert time.monotonic() - begun < 20  # two seconds where nothing else runs


def test_a_circle_that_no_field_shows_is_an_error_at_what_goes_round() -> None:
    text = EXAMPLE.replace("plays:\n", CIRCLE, 1)
    (problem,) = [each for each in problems_in(text) if each.code == "M111"]
    assert (problem.line, problem.severity) == (address_of(text, "stage: round")[0], "error")
    assert "(stage_closed round, stage_opened round, step_skipped again, and again)" in problem.message
