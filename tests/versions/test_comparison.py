"""Two versions of a map compared, and what moving a journey from one to the other would do."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from milepost.language.loader import load
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import AttributesSet, Ended, Fact, MapChanged, Paused, StepDone
from milepost.planner.instants import Instant, parse, text
from milepost.planner.state import State
from milepost.versions import compare, preview
from tests.simulation import simulate
from tests.workflows.example import CONNECT, CUSTOMER, FILES, MAP, START, compiled_map_of

SHIPPED = sorted((Path(__file__).parents[2] / "maps").glob("*/map.yaml"))
DAY = 86_400
OLD = compiled_map_of(FILES)
HELD = StepDone(id="held", at=START + 60, step="kickoff", result="held")


def changed(*changes: tuple[str, str], **files: str) -> tuple[CompiledMap, dict[str, str]]:
    text_ = MAP
    for old, new in changes:
        assert text_.count(old) == 1, f"{old!r} stands {text_.count(old)} times in the map"
        text_ = text_.replace(old, new)
    files_of_it = {**FILES, **{f"messages/{name}.md": each for name, each in files.items()}, "map.yaml": text_}
    return compiled_map_of(files_of_it), files_of_it


def texts_of(*changes: tuple[str, str], **files: str) -> list[str]:
    compiled_map, files_of_it = changed(*changes, **files)
    return [str(change) for change in compare(OLD.map, compiled_map.map, FILES, files_of_it)]


def test_a_map_does_not_differ_from_itself() -> None:
    assert texts_of() == []


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.parent.name)
def test_a_shipped_map_does_not_differ_from_itself(file: Path) -> None:
    one, two = load(file), load(file)
    assert one.map is not None
    assert two.map is not None
    assert compare(one.map, two.map, one.files, two.files) == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title: Pilot customers", "title: Pilots", "map pilot: title Pilot customers → Pilots"),
        ("priority: 1", "priority: 2", "map pilot: segment.priority 1 → 2"),
        ("country: US", "country: DE", "map pilot: working_time.country US → DE"),
        ("after 10 days", "always", "map pilot: reenter after 10 days → always"),
        ("health: {type: number}", "health: {type: number}\n  seats: {type: number}", "attribute seats: added"),
        ("{title: Sponsor}", "{title: Boss}", "persona sponsor: title Sponsor → Boss"),
        ("    target: 30 days\n", "", "stage start “Start”: target 30 days → nothing"),
        (
            "deadline: 20 business days",
            "deadline: 10 business days",
            "play rescue “Win back”: deadline 20 business days → 10 business days",
        ),
        (
            "due: 2 business days",
            "due: 3 business days",
            "touchpoint kickoff “Kickoff call” in stage start: due 2 business days → 3 business days",
        ),
        (
            "done_when: {event: connected}",
            "done_when: {event: connected, count: 3}",
            (
                "action connect “Connect the first system” in stage start: "
                "done_when {event: connected} → {event: connected, count: 3}"
            ),
        ),
        (
            "{if: customer.health < 40}",
            "[{if: customer.health < 50}, {event: left}]",
            (
                "play rescue “Win back”: starts_when {if: customer.health < 40} → "
                "[{if: customer.health < 50}, {event: left}]"
            ),
        ),
        (
            "disputed: {play: rescue}",
            "disputed: {end: lost}",
            (
                "outcome faster “Reports are made in half the time.” in stage start: "
                "then.disputed {play: rescue} → {end: lost}"
            ),
        ),
        (
            "statement: Reports are made in half the time.",
            "statement: Reports are made in a third of the time.",
            (
                "outcome faster in stage start: "
                "statement Reports are made in half the time. → Reports are made in a third of the time."
            ),
        ),
        (
            "title: Call the sponsor",
            "title: Visit the sponsor",
            "touchpoint rescue_call in play rescue: title Call the sponsor → Visit the sponsor",
        ),
        (
            "touchpoint: rescue_call",
            "touchpoint: save_call",
            (
                "touchpoint save_call “Call the sponsor” in play rescue: perhaps 'rescue_call' renamed; "
                "journeys take it for another one"
            ),
        ),
        (
            "touchpoint: rescue_call",
            "touchpoint: save_call, was: rescue_call",
            "touchpoint save_call “Call the sponsor” in play rescue: renamed from 'rescue_call'",
        ),
        ("- play: rescue", "- play: save", None),
    ],
)
def test_a_change_is_described_in_the_words_of_the_map(old: str, new: str, said: str | None) -> None:
    if said is None:
        compiled_map, _ = changed((old, new), ("partial: {play: rescue}", "partial: {play: save}"),
                           ("disputed: {play: rescue}", "disputed: {play: save}"),
                           ("silent: {play: rescue}", "silent: {play: save}"))  # fmt: skip
        whats = [(each.what, each.of, each.id) for each in compare(OLD.map, compiled_map.map)]
        assert ("renamed", "play", "save") in whats
        assert not [each for each in whats if each[0] in ("added", "removed", "moved")]
    else:
        assert texts_of((old, new)) == [said]


MORE = "      - {touchpoint: review, title: Look back, role: csm, effort: 30 minutes}\n"


def test_steps_are_added_removed_moved_and_put_in_another_order() -> None:
    rescue = next(line for line in MAP.splitlines(keepends=True) if "touchpoint: rescue_call" in line)
    assert texts_of((rescue, rescue + MORE)) == ["touchpoint review “Look back” in play rescue: added"]
    with_review, _ = changed((rescue, rescue + MORE))
    first, _ = changed((rescue, MORE + rescue))
    assert [str(each) for each in compare(with_review.map, OLD.map)] == [
        "touchpoint review “Look back” in play rescue: removed"
    ]
    assert [str(each) for each in compare(with_review.map, first.map)] == [
        "play rescue: order of steps rescue_call, review → review, rescue_call"
    ]
    elsewhere, _ = changed(("    actions:\n", MORE + "    actions:\n"))
    (moved,) = compare(with_review.map, elsewhere.map)
    assert str(moved) == "touchpoint review “Look back”: moved from play rescue to stage start"


def test_the_text_of_a_message_is_compared_line_by_line() -> None:
    compiled_map, files_of_it = changed(connect=CONNECT.replace("please", "kindly"))
    (change,) = compare(OLD.map, compiled_map.map, FILES, files_of_it)
    assert str(change) == "message connect.md of step connect: 2 lines changed"
    assert [line[0] for line in change.lines] == ["-", "+"]
    assert change.to_json()["lines"] == list(change.lines)


# Moving.


def state(facts: Iterable[Fact], until: Instant) -> State:
    return simulate(OLD, CUSTOMER, START, list(facts), until).state


def test_a_move_to_the_same_content_changes_nothing() -> None:
    compiled_map, _ = changed(("title: Pilot customers", "title: Pilots"))
    assert preview(OLD, compiled_map, state([HELD], START + DAY), START + DAY).changes_nothing


def test_an_open_step_is_kept_with_another_due_date() -> None:
    compiled_map, _ = changed(("due: 2 business days", "due: 4 business days"))
    before = state([], START)
    json_before = before.to_json()
    move = preview(OLD, compiled_map, before, START)
    (redated,) = move.redated
    assert (redated.id, redated.field) == ("kickoff", "due")
    assert text(redated.before or 0) == "2026-03-04T22:00:00Z"
    assert text(redated.after or 0) == "2026-03-06T22:00:00Z"
    assert (move.withdrawn, move.opened, move.stands_on) == ((), (), ())
    assert before.to_json() == json_before


def test_a_step_that_waits_is_kept_with_another_opening() -> None:
    compiled_map, _ = changed(("wait: 1 week", "wait: 3 weeks"))
    fact = StepDone(id="c", at=START + 120, step="connect")
    move = preview(OLD, compiled_map, state([HELD, fact], START + DAY), START + DAY)
    assert [(each.id, each.field) for each in move.redated] == [("faster", "opens")]


def test_who_stands_on_a_step_that_is_gone_is_named() -> None:
    compiled_map, _ = changed(
        ("touchpoint: kickoff", "touchpoint: first_call"), ("after: kickoff", "after: first_call")
    )
    move = preview(OLD, compiled_map, state([], START), START)
    assert move.stands_on == ("step kickoff",)
    assert (move.withdrawn, move.opened) == (("kickoff",), ("first_call",))


def test_who_stands_in_a_stage_or_play_that_is_gone_is_named() -> None:
    compiled_map, _ = changed(("stage: start", "stage: begin"))
    assert "stage start" in preview(OLD, compiled_map, state([], START), START).stands_on
    low = AttributesSet(id="low", at=START + 60, attributes={"health": 20})
    gone, _ = changed(
        ("- play: rescue", "- play: save"),
        ("partial: {play: rescue}", "partial: {play: save}"),
        ("disputed: {play: rescue}", "disputed: {play: save}"),
        ("silent: {play: rescue}", "silent: {play: save}"),
    )
    assert "play rescue" in preview(OLD, gone, state([low], START + 60), START + 60).stands_on


def test_what_fell_due_before_happens_on_the_old_version_first() -> None:
    compiled_map, _ = changed(("due: 2 business days", "due: 4 business days"))
    late = parse("2026-03-05T15:00:00Z")
    move = preview(OLD, compiled_map, state([], START), late)  # the mirror is three days old
    assert "step_overdue" not in [entry.kind for entry in move.entries]


def test_a_paused_journey_can_be_previewed_and_an_ended_one_stays_as_it_is() -> None:
    compiled_map, _ = changed(("due: 2 business days", "due: 4 business days"))
    paused = preview(OLD, compiled_map, state([Paused(id="p", at=START)], START), START)
    assert paused.problem is None
    ended = preview(OLD, compiled_map, state([Ended(id="e", at=START, reason="lost")], START), START)
    assert ended.changes_nothing


def test_a_preview_says_what_the_move_really_does() -> None:
    compiled_map, _ = changed(
        ("touchpoint: kickoff", "touchpoint: first_call"), ("after: kickoff", "after: first_call")
    )
    real = simulate(
        OLD, CUSTOMER, START, [MapChanged(id="m", at=START + DAY, version=compiled_map.version)], START + DAY,
        versions={compiled_map.version: compiled_map},
    )  # fmt: skip
    move = preview(OLD, compiled_map, state([], START + DAY), START + DAY)
    assert move.entries == real.timeline[-len(move.entries) :]
