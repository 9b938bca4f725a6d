"""Outcomes: asked, answered, silent, asked again, revoked. Silence is never verification."""

from __future__ import annotations

from milepost.language.steps import Outcome
from milepost.planner import spoken_entries, timeline
from milepost.planner.branches import carry_out
from milepost.planner.closings import settle_step
from milepost.planner.commands import CompleteAnswer, RecordAnswer, RevokeAnswer
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.deadlines import agreed_due, remind
from milepost.planner.enums import MessageReason, StepStatus
from milepost.planner.facts import AnswerCompleted, Answered, Revoked
from milepost.planner.ids import AnswerId
from milepost.planner.instants import Instant
from milepost.planner.messages import drop_of_step, enqueue
from milepost.planner.turn import Turn

COMPLETED_FOR = 30 * 86_400
"""Seconds after the end of a journey for which more can be added to its answers: one of them may have ended it."""


def may_complete(ended_at: Instant | None, at: Instant) -> bool:
    """Returns whether more can be added to an answer: while its journey goes on, and for thirty days after its end."""
    return ended_at is None or at < ended_at + COMPLETED_FOR


def outcome_of(step: CompiledStep) -> Outcome:
    assert isinstance(step.step, Outcome)
    return step.step


def asked(turn: Turn, step: CompiledStep) -> None:
    """The request is sent."""
    due = await_answer(turn, step)
    turn.report(timeline.OutcomeAsked(turn.at, turn.place(step), due=due))


def await_answer(turn: Turn, step: CompiledStep) -> Instant:
    """Give the customer `within` to answer from now on, with reminders in between; returns when that is over."""
    outcome = outcome_of(step)
    calendar = turn.now.calendar_of(step)
    record = turn.edit_step(step.id)
    agreed = turn.state.agreed.pop(step.id, {})
    agreed_at = agreed_due(turn.now, step, agreed) if "due" in agreed else turn.at
    is_ahead = agreed_at > turn.at  # one that passed before the asking counts no more: nobody is silent at once
    due = agreed_at if is_ahead else calendar.deadline(turn.at, outcome.within)
    record.status, record.asked_at, record.due_at = StepStatus.ASKED, turn.at, due
    contact = turn.now.contact_of(step)
    record.asked_of = contact.email if contact else None
    record.due_agreed, record.rule, record.reminded = is_ahead, str(outcome.within), []
    record.agreed_at, record.agreed_minutes = agreed.get("at"), agreed.get("minutes")
    record.timers["silent"] = due
    remind(turn, record, {str(wait): calendar.opening(turn.at, wait) for wait in outcome.remind})
    return due


def answer(turn: Turn, step: CompiledStep, fact: Answered) -> None:
    """Take an answer in, early, in time or late, and carry out where it leads."""
    method = fact.method or ("recorded" if fact.evidence else "portal")
    _conclude(turn, step, StepStatus(fact.verdict), fact.value, fact, by=fact.by, method=method)


def verified_by_product(turn: Turn, step: CompiledStep) -> None:
    """`verified_when` is fulfilled: the product itself shows the outcome."""
    source = outcome_of(step).value_from
    value = turn.state.customer.attributes.get(source.removeprefix("customer.")) if source else None
    _conclude(turn, step, StepStatus.VERIFIED, value, method="product")


def silent(turn: Turn, step: CompiledStep) -> None:
    """The time to answer is over."""
    _conclude(turn, step, StepStatus.SILENT)


def _conclude(
    turn: Turn,
    step: CompiledStep,
    verdict: StepStatus,
    value: float | str | None = None,
    fact: Answered | None = None,
    *,
    by: str | None = None,
    method: str | None = None,
) -> None:
    """Record an answer or a silence, close the outcome or plan to ask again, and carry out where it leads."""
    _close_or_ask_again(turn, step, verdict)
    record, place = turn.edit_step(step.id), turn.place(step)
    record.answers += 1
    answer_id = str(AnswerId(step.id, record.occurrence, record.answers))
    told = {name: getattr(fact, name) for name in ("comment", "evidence", "on_behalf_of", "reason")} if fact else {}
    at = (answer_id, step.id, record.occurrence, turn.at)
    turn.order(RecordAnswer(*at, verdict, by, method, value, asked_of=record.asked_of, **told))
    if verdict is StepStatus.SILENT:
        turn.report(timeline.OutcomeSilent(turn.at, place))
    else:
        record.value = value
        instead = {"on_behalf_of": told.get("on_behalf_of"), "why": told.get("reason")}
        turn.report(
            timeline.OutcomeAnswered(turn.at, place, verdict=verdict, value=value, by=by, method=method, **instead)
        )
    drop_of_step(turn, step.id, "silent" if verdict is StepStatus.SILENT else "answered")
    carry_out(turn, getattr(outcome_of(step).then, verdict.value), place)


def _close_or_ask_again(turn: Turn, step: CompiledStep, verdict: StepStatus) -> None:
    again = outcome_of(step).ask_again
    record = turn.state.step(step.id)
    waiting = not record.closed and turn.now.is_container_open(step)
    if waiting and again is not None and verdict in again.if_ and record.asks <= again.at_most:
        record = turn.edit_step(step.id)
        if not record.is_open:  # an early answer: it counts as the first asking
            record.kind = step.kind
            record.begin_occurrence()
            record.opened_at = turn.at
        record.status, record.asks_again = StepStatus.OPEN, True
        record.asks = max(record.asks, 1)
        record.timers, record.reminders = {}, {}
        record.due_at = record.rule = None
        if not turn.state.paused:
            plan_asking_again(turn, step)
    else:
        record = settle_step(turn, step, verdict)
    record.verdict, record.verdict_of = verdict, None


def plan_asking_again(turn: Turn, step: CompiledStep) -> None:
    """Set when the customer is asked once more, counted from now."""
    again = outcome_of(step).ask_again
    assert again is not None
    record = turn.edit_step(step.id)
    record.timers["ask"] = turn.now.calendar_of(step).opening(turn.at, again.after)
    record.rule = str(again.after)


def ask(turn: Turn, step: CompiledStep) -> None:
    """Put the request in line to be sent."""
    record = turn.edit_step(step.id)
    record.asks += 1
    record.asks_again = False
    record.timers.pop("ask", None)
    enqueue(turn, step, MessageReason.REQUEST, outcome_of(step).message)


def complete(turn: Turn, step: CompiledStep, fact: AnswerCompleted) -> None:
    """Add to the last answer: the ledger gets one more line with the same verdict, and nothing is carried out again."""
    record = turn.edit_step(step.id)
    occurrence = record.verdict_of or record.occurrence
    record.answers += 1
    answer_id = str(AnswerId(step.id, occurrence, record.answers))
    added = {name: getattr(fact, name) for name in ("value", "comment", "evidence", "named")}
    emptied = tuple(fact.emptied or ())
    turn.order(CompleteAnswer(answer_id, step.id, occurrence, turn.at, fact.by, **added, emptied=emptied))
    if fact.value is not None or "value" in emptied:
        record.value = fact.value
    place = turn.place(step)._replace(occurrence=occurrence)
    entry = spoken_entries.AnswerCompleted(
        turn.at, place, value=fact.value, comment=fact.comment, emptied=emptied or None, by=fact.by
    )
    turn.report(entry)


def revoke(turn: Turn, step: CompiledStep, fact: Revoked) -> None:
    """Revoke the last answer: in an open stage the customer is asked again, else the outcome is withdrawn.

    A later occurrence, which waits in a new visit or has begun already, stays as it is: the answer was to an earlier
    one.
    """
    record = turn.edit_step(step.id)
    occurrence = record.verdict_of or record.occurrence
    is_earlier = record.is_waiting or record.verdict_of is not None
    turn.order(RevokeAnswer(step.id, occurrence, turn.at, fact.by, fact.reason))
    place = turn.place(step)._replace(occurrence=occurrence)
    turn.report(timeline.OutcomeRevoked(turn.at, place, why=fact.reason, by=fact.by))
    record.verdict = record.value = record.verdict_of = None
    if is_earlier:
        return
    drop_of_step(turn, step.id, "revoked")
    record = turn.edit_step(step.id)
    record.timers, record.reminders, record.counts = {}, {}, {}
    record.due_at = record.asked_at = record.asked_of = None
    record.asks_again = False
    if not turn.now.is_container_open(step):
        record.status = StepStatus.WITHDRAWN
        return
    record.status, record.closed_at = StepStatus.OPEN, None
    record.opened_at = record.opened_at or turn.at
    record.must_turn = True
    record.asks = max(record.asks, 1) - 1  # in place of the last asking: `at_most` counts the other
    ask(turn, step)
