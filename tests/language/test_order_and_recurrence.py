"""What waits too long, comes round only once, or leads away before it opens."""

from __future__ import annotations

import pytest

from tests.language.broken import EXAMPLE, example_with, problems_of

DATE = "{set: {renews_on: 1 year after customer.renews_on}}"
ASKED_AGAIN = "        ask_again: {after: 30 days, if: [partial, disputed, silent]}\n"


def codes(text: str) -> list[str]:
    return [each.code for each in problems_of(text)]


# W213.


FORM = "        asks: [{field: until, title: Until, type: date, set: renews_on}]\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("before customer.renews_on}", "after customer.started_on}"),
        ("        due: 4 weeks\n", f"        due: 4 weeks\n{FORM}"),
    ],
    ids=["the start never moves", "a form moves it"],
)
def test_a_stage_whose_date_never_moves_or_is_asked_for_has_no_warning(old: str, new: str) -> None:
    text = example_with((f"[{DATE}, {{go_to: value}}]", "{go_to: value}"))
    assert codes(text) == ["W213"]
    assert text.count(old) == 1
    assert codes(text.replace(old, new)) == []


# W217.


@pytest.mark.parametrize(
    ("disputed", "more"),
    [
        ("{go_to: value}", ""),
        ("{go_to: onboarding}", ""),
        ("{end: lost}", ""),
        ("{play: back}", "    then: {go_to: value}\n"),
        (
            "{play: unblock}",
            "    starts_when: {if: outcomes.hours_saved == 'disputed'}\n    then: {go_to: onboarding}\n",
        ),
    ],
)
def test_an_outcome_to_which_something_leads_back_has_no_warning(disputed: str, more: str) -> None:
    text = example_with(
        (ASKED_AGAIN, ASKED_AGAIN.replace("disputed, ", "")), ("disputed: {play: unblock}", f"disputed: {disputed}")
    )
    text += (
        "  - play: back\n    kind: other\n    title: Back\n    touchpoints:\n"
        f"      - {{touchpoint: call, title: Call, role: csm, due: 1 week, effort: 5 minutes}}\n{more}"
    )
    assert codes(text) == []


def test_an_outcome_to_which_nothing_leads_back_is_told_with_its_verdicts() -> None:
    (problem,) = problems_of(example_with((ASKED_AGAIN, "")))
    assert problem.code == "W217"
    assert "'partial', 'disputed' or 'silent'" in problem.message


def test_an_outcome_of_a_stage_that_comes_round_is_asked_again() -> None:
    start, end = EXAMPLE.index("    outcomes:\n"), EXAMPLE.index("  - stage: renewal")
    outcomes = EXAMPLE[start:end].replace(ASKED_AGAIN, "")
    at = EXAMPLE.index("plays:\n")
    other = "    touchpoints:\n      - {touchpoint: t, title: T, role: csm, effort: 5 minutes}\n"
    text = EXAMPLE[:start] + other + EXAMPLE[end:at].rstrip("\n") + "\n" + outcomes + EXAMPLE[at:]
    assert sorted(codes(text)) == ["W202", "W203"]


# M109 by results.


@pytest.mark.parametrize(
    ("after", "is_wrong"),
    [
        ("{renewal_talk: lost}", True),
        ("{renewal_talk: any}", False),
        ("{renewal_talk: [renewed, lost]}", False),
        ("[{renewal_talk: renewed}, {renewal_talk: lost}]", True),
        ("[{renewal_talk: renewed}, {renewal_talk: any}]", False),
    ],
)
def test_a_result_that_leads_away_can_not_be_waited_for(after: str, is_wrong: bool) -> None:  # noqa: FBT001 - a case
    found = codes(example_with(("after: {renewal_talk: renewed}", f"after: {after}")))
    assert ("M109" in found) == is_wrong


def test_a_result_that_goes_to_a_stage_closes_those_of_the_sequence() -> None:
    text = example_with(("    opens: {at: 120 days before customer.renews_on}\n", ""))
    assert codes(text) == ["M109"]
    assert codes(text.replace(", {go_to: value}]", ", {play: expand}]")) == []


# W215.


def test_a_repeating_step_may_come_too_late_as_well() -> None:
    assert codes(example_with(("        due: 4 weeks", "        every: 4 weeks"))) == ["W215"]
    text = example_with(("        due: 4 weeks", "        every: 4 weeks"), ("{renewal_talk: renewed}", "recap"))
    assert codes(text) == []
