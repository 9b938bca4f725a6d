"""A hold takes back what was released before it and hasn't left: of a hold and a release the later counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from milepost.planner.commands import RetryMessage, SendMessage
from milepost.planner.enums import HoldReason, IgnoreReason
from milepost.planner.facts import MailSwitched, MessageFailed, MessageReleased, MessageRetried, to_json
from milepost.planner.instants import parse
from milepost.planner.plan import Plan, plan
from milepost.planner.state import State
from milepost.planner.timeline import FactIgnored, MessageHeld
from milepost.planner.timeline import MailSwitched as WasSwitched
from tests.planner.held_journey import ACME, COMPILED, CONNECT, HOUR, START, WELCOME, begun, of, released, sent, told

NIGHT = parse("2026-03-03T03:00:00Z")
MORNING = parse("2026-03-03T09:00:00Z")


def hold(number: int, to: str = "held", free: tuple[str, ...] | None = None) -> MailSwitched:
    return MailSwitched(id=f"h{number} {to}", at=0, to=to, free=free, hold=number)


def released_at_night(number: int | None = 1, *, now: bool | None = None) -> Plan:
    """The welcome mail was released at night, after so many holds, and waits for the morning."""
    known = told(begun(), NIGHT - HOUR, hold(1))
    return told(known, NIGHT, replace(released(WELCOME, now=now), hold=number))


def test_what_was_released_waits_again_after_a_later_hold() -> None:
    result = told(released_at_night(), NIGHT + HOUR, hold(2))
    assert [(entry.message, entry.why) for entry in of(MessageHeld, result)] == [(WELCOME, HoldReason.RELEASE)]
    assert [entry.to for entry in of(WasSwitched, result)] == ["held"], "the timeline says why it waits again"
    morning = plan(COMPILED, result.state, (), MORNING + HOUR)
    assert not sent(morning)
    assert sent(told(morning, MORNING + 2 * HOUR, replace(released(WELCOME), hold=2))) == [WELCOME]


def test_a_release_after_the_hold_counts() -> None:
    result = told(released_at_night(), NIGHT + HOUR, hold(2), replace(released(WELCOME), id="again", hold=2))
    assert sent(plan(COMPILED, result.state, (), MORNING)) == [WELCOME]


def test_a_release_that_comes_late_but_was_said_before_the_hold_changes_nothing() -> None:
    waiting = told(begun(), NIGHT - HOUR, hold(1))
    result = told(waiting, NIGHT, hold(2), replace(released(WELCOME), hold=1))
    assert [entry.why for entry in of(FactIgnored, result)] == [IgnoreReason.HELD_SINCE]
    assert not sent(plan(COMPILED, result.state, (), MORNING + HOUR))


def test_a_release_that_is_taken_in_before_the_hold_it_knows_of_is_not_taken_back_by_it() -> None:
    early = released_at_night(2)
    result = told(early, NIGHT + HOUR, hold(2))
    assert sent(plan(COMPILED, result.state, (), MORNING)) == [WELCOME]


def test_a_release_from_before_holds_were_counted_overrules_those_that_its_journey_knows_of() -> None:
    result = released_at_night(None)
    assert sent(plan(COMPILED, result.state, (), MORNING)) == [WELCOME]
    assert not sent(plan(COMPILED, told(result, NIGHT + HOUR, hold(2)).state, (), MORNING))


def test_a_switch_from_before_holds_were_counted_takes_nothing_back() -> None:
    before = told(begun(), NIGHT, released(WELCOME))
    stored = before.state.to_json()
    assert stored["queue"][0]["released"] is True
    assert not {"mail_hold"} & stored.keys(), "as it was written before"
    assert not {"hold"} & stored["queue"][0].keys()
    again = told(replace(before, state=State.from_json(stored)), NIGHT + HOUR, MailSwitched(id="h", at=0, to="held"))
    assert not of(WasSwitched, again)
    assert sent(plan(COMPILED, again.state, (), MORNING)) == [WELCOME]


def test_what_was_to_go_at_once_no_longer_hurries_after_a_hold() -> None:
    paused_by_hours = plan(COMPILED, State.begin(ACME, "small", "v1", NIGHT), (), NIGHT)
    queued = paused_by_hours.state.queue[0]
    queued.released = queued.hurried = True
    held = told(paused_by_hours, NIGHT + 60, hold(1))
    result = told(held, NIGHT + 120, replace(released(WELCOME), hold=1))
    assert not sent(result)
    assert [entry.why for entry in of(MessageHeld, result)] == [HoldReason.WINDOW]


def test_a_text_that_is_free_goes_though_its_release_was_taken_back() -> None:
    result = told(released_at_night(), NIGHT + HOUR, hold(2, free=("news.md",)))
    assert sent(plan(COMPILED, result.state, (), MORNING)) == [WELCOME]


def test_mail_that_is_held_and_freed_again_goes_by_itself() -> None:
    result = told(released_at_night(), NIGHT + HOUR, hold(2, to="free"))
    assert sent(plan(COMPILED, result.state, (), MORNING))[0] == WELCOME


def test_a_message_that_leaves_says_which_holds_it_overrules() -> None:
    asked = told(begun(), START + HOUR, hold(3), replace(released(WELCOME), hold=3))
    [order] = [each for each in asked.commands if isinstance(each, SendMessage)]
    assert (order.released, order.hold) == (True, 3)


@pytest.mark.parametrize(("number", "ignored"), [(1, [IgnoreReason.HELD_SINCE]), (2, []), (None, [])])
def test_a_retry_from_before_the_last_hold_sends_nothing(number: int | None, ignored: list[IgnoreReason]) -> None:
    free = plan(COMPILED, State.begin(ACME, "small", "v1", START), (), START)
    failed = told(free, START + HOUR, MessageFailed(id="m", at=0, message=CONNECT), hold(2))
    result = told(failed, START + 2 * HOUR, MessageRetried(id="t", at=0, message=CONNECT, hold=number))
    assert [entry.why for entry in of(FactIgnored, result)] == ignored
    retried = [each.hold for each in result.commands if isinstance(each, RetryMessage)]
    assert retried == ([] if ignored else [2])


def test_the_first_hold_of_all_is_told_apart_from_none_in_what_is_stored() -> None:
    fact = MessageReleased(id="r", at=0, message=WELCOME, hold=0)
    assert to_json(fact)["hold"] == 0, "released before any hold: the first one takes it back"
