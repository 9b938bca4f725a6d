"""Mail that waits for a person: nothing follows from it before it goes, and what is outdated never does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from milepost.planner.commands import OpenTask, RetryMessage
from milepost.planner.enums import HoldReason, IgnoreReason, SystemTaskReason
from milepost.planner.facts import (
    Agreed,
    Ended,
    Fact,
    MailSwitched,
    MessageCancelled,
    MessageFailed,
    MessageRetried,
    MessageReturned,
    Paused,
    StepDone,
)
from milepost.planner.instants import parse
from milepost.planner.plan import plan
from milepost.planner.state import State
from milepost.planner.timeline import (
    FactIgnored,
    MessageDropped,
    MessageHeld,
    MessageSent,
    OutcomeAsked,
    OutcomeSilent,
    StepSkipped,
)
from milepost.planner.timeline import (
    StepDone as WasDone,
)
from tests.planner.held_journey import (
    ACME,
    COMPILED,
    CONNECT,
    DAY,
    HOUR,
    LEE,
    SAVED,
    START,
    WELCOME,
    begun,
    of,
    released,
    sent,
    told,
)


def test_a_held_mail_says_so_and_nothing_follows_from_it() -> None:
    result = begun(START + 30 * DAY)
    assert [(entry.message, entry.why, entry.until) for entry in of(MessageHeld, result)] == [
        (WELCOME, HoldReason.RELEASE, None)
    ]
    assert not sent(result)
    assert not of(WasDone, result)
    assert result.state.queue[0].since == START


def test_a_released_mail_goes_and_the_step_is_done() -> None:
    result = told(begun(), START + HOUR, released(WELCOME))
    assert sent(result) == [WELCOME]
    assert [entry.step for entry in of(WasDone, result)] == ["welcome"]
    assert [queued.why for queued in result.state.queue] == [HoldReason.RELEASE] * 2, "what follows is held as well"


def test_a_mail_released_at_night_goes_at_the_next_contact_hour() -> None:
    night = parse("2026-03-03T03:00:00Z")
    result = told(begun(), night, released(WELCOME))
    assert not sent(result)
    assert [entry.why for entry in of(MessageHeld, result)] == [HoldReason.WINDOW]
    assert result.wake_at == parse("2026-03-03T09:00:00Z")
    assert sent(plan(COMPILED, result.state, (), result.wake_at)) == [WELCOME]


def test_a_mail_that_is_sent_now_goes_at_night_too() -> None:
    result = told(begun(), parse("2026-03-03T03:00:00Z"), released(WELCOME, now=True))
    assert sent(result) == [WELCOME]


def test_a_mail_that_waits_for_the_hours_can_be_sent_now_without_a_hold() -> None:
    night = parse("2026-03-02T03:00:00Z")
    before = plan(COMPILED, State.begin(ACME, "small", "v1", night), (), night)
    assert [entry.why for entry in of(MessageHeld, before)] == [HoldReason.WINDOW]
    assert sent(told(before, night + 60, released(WELCOME, now=True))) == [WELCOME]


def test_nobody_is_asked_or_silent_while_the_request_is_held() -> None:
    asked = told(begun(), START + HOUR, released(WELCOME))
    later = plan(COMPILED, asked.state, (), START + 20 * DAY)
    assert not of(OutcomeAsked, later)
    assert not of(OutcomeSilent, later)
    at = parse("2026-03-23T10:00:00Z")
    result = told(later, at, released(SAVED))
    [entry] = of(OutcomeAsked, result)
    assert (entry.at, entry.due) == (at, parse("2026-03-26T17:00:00Z"))
    assert of(OutcomeSilent, plan(COMPILED, result.state, (), entry.due))


def test_reminders_do_not_pile_up_while_their_opening_mail_is_held() -> None:
    asked = told(begun(), START + HOUR, released(WELCOME))
    later = plan(COMPILED, asked.state, (), parse("2026-03-05T12:00:00Z"))
    assert [entry.why for entry in of(MessageDropped, later)] == ["superseded"] * 2
    assert [str(queued.message) for queued in later.state.queue] == [CONNECT, SAVED]


def test_an_outdated_mail_is_not_released_until_another_date_is_agreed_on() -> None:
    asked = told(begun(), START + HOUR, released(WELCOME))
    late = parse("2026-03-10T10:00:00Z")
    refused = told(asked, late, released(CONNECT))
    assert [entry.why for entry in of(FactIgnored, refused)] == [IgnoreReason.OUTDATED]
    assert not sent(refused)
    agreed = Agreed(id="a", at=0, steps={"connect": {"due": "2026-03-20"}})
    assert sent(told(refused, late + 60, agreed, released(CONNECT))) == [CONNECT]


def test_outdated_mail_is_dropped_when_all_is_freed_and_the_rest_goes() -> None:
    asked = told(begun(), START + HOUR, released(WELCOME))
    result = told(asked, parse("2026-03-10T10:00:00Z"), MailSwitched(id="f", at=0, to="free"))
    assert [(entry.message, entry.why) for entry in of(MessageDropped, result)][-1] == (CONNECT, "outdated")
    assert sent(result) == [SAVED]


@pytest.mark.parametrize(
    ("fact", "why"),
    [(StepDone(id="d", at=0, step="connect"), "done"), (Ended(id="e", at=0, reason="churned"), "withdrawn")],
)
def test_what_is_no_longer_wanted_is_dropped_not_released(fact: Fact, why: str) -> None:
    asked = told(begun(), START + HOUR, released(WELCOME))
    over = told(asked, START + 2 * HOUR, fact)
    assert (CONNECT, why) in [(entry.message, entry.why) for entry in of(MessageDropped, over)]
    late = told(over, START + 3 * HOUR, released(CONNECT))
    assert len(of(FactIgnored, late)) == 1
    assert not sent(late)


def test_a_cancelled_mail_touchpoint_is_skipped_and_the_journey_goes_on() -> None:
    cancelled = MessageCancelled(id="c", at=0, by="ops@vendor.example", message=WELCOME, reason="They know us")
    result = told(begun(), START + HOUR, cancelled)
    [dropped] = of(MessageDropped, result)
    assert (dropped.why, dropped.by, dropped.note) == ("cancelled", "ops@vendor.example", "They know us")
    assert [(entry.step, entry.why) for entry in of(StepSkipped, result)] == [("welcome", "cancelled")]


def test_a_cancelled_request_gives_the_csm_a_task_that_closes_with_the_answer() -> None:
    asked = told(begun(), START + HOUR, released(WELCOME))
    result = told(asked, START + 2 * HOUR, MessageCancelled(id="c", at=0, message=SAVED))
    assert [task.why for task in result.commands if isinstance(task, OpenTask)] == [SystemTaskReason.CANCELLED]
    assert State.from_json(result.state.to_json()).tasks == result.state.tasks


def test_mail_cancelled_in_a_pause_gives_the_task_at_the_resume() -> None:
    asked = told(begun(), START + HOUR, released(WELCOME))
    paused = told(asked, START + 2 * HOUR, Paused(id="p", at=0), MessageCancelled(id="c", at=0, message=SAVED))
    assert not paused.state.tasks
    assert State.from_json(paused.state.to_json()).deferred == paused.state.deferred


def test_a_message_of_a_free_template_goes_by_itself() -> None:
    assert sent(begun(free=["news.md"])) == [WELCOME]


def test_a_message_that_something_else_keeps_back_is_not_sent_now() -> None:
    paused = told(begun(), START + HOUR, Paused(id="p", at=0))
    result = told(paused, START + 2 * HOUR, released(WELCOME, now=True))
    assert [entry.why for entry in of(FactIgnored, result)] == [IgnoreReason.HELD]


def test_a_retry_goes_to_whoever_gets_the_mail_now_and_closes_the_task() -> None:
    free = plan(COMPILED, State.begin(ACME, "small", "v1", START), (), START)
    failed = told(free, START + HOUR, MessageFailed(id="m", at=0, message=CONNECT))
    assert failed.state.tasks
    corrected = failed.state.customer.having(contacts=(replace(LEE, email="lee@acme.test"),))
    failed.state.customer = corrected
    result = told(failed, START + 2 * HOUR, MessageRetried(id="t", at=0, by="ana@vendor.example", message=CONNECT))
    assert RetryMessage(CONNECT, "lee@acme.test") in result.commands
    assert not result.state.tasks


def test_a_hold_is_the_same_state_after_json() -> None:
    state = told(begun(free=["x.md"]), START + HOUR, released("saved/1/request/1")).state
    assert State.from_json(state.to_json()).to_json() == state.to_json()
    assert state.mail_held
    assert of(MessageSent, begun()) == []


def test_a_request_that_had_not_left_when_mail_was_held_was_not_asked() -> None:
    free = plan(COMPILED, State.begin(ACME, "small", "v1", START), (), START)
    assert of(OutcomeAsked, free)
    switched = MailSwitched(id="s", at=0, to="held")
    returned = [
        MessageReturned(id="a", at=0, message=SAVED, steps=("saved",), templates=("ask.md",)),
        MessageReturned(id="b", at=0, message=WELCOME, steps=("welcome",), templates=("news.md",)),
    ]
    held = told(free, START + HOUR, switched, *returned)
    assert [queued.why for queued in held.state.queue] == [HoldReason.RELEASE] * 2
    later = plan(COMPILED, held.state, (), START + 20 * DAY)
    assert not of(OutcomeSilent, later)
    at = parse("2026-03-23T10:00:00Z")
    again = told(later, at, released(SAVED), released(WELCOME))
    assert sorted(sent(again)) == [SAVED, WELCOME]
    assert [entry.at for entry in of(OutcomeAsked, again)] == [at]
    assert not of(WasDone, again), "the mail touchpoint was done before"


def test_what_was_over_when_a_message_came_back_is_dropped() -> None:
    free = plan(COMPILED, State.begin(ACME, "small", "v1", START), (), START)
    done = told(free, START + HOUR, StepDone(id="d", at=0, step="connect"))
    returned = MessageReturned(id="a", at=0, message=CONNECT, steps=("connect",), templates=("connect.md",))
    back = told(done, START + 2 * HOUR, MailSwitched(id="s", at=0, to="held"), returned)
    assert [(entry.message, entry.why) for entry in of(MessageDropped, back)] == [(CONNECT, "done")]
