"""The rows of outcomes and their answers that a plan leaves behind: pure, without the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from milepost.language.steps import Outcome
from milepost.planner import timeline
from milepost.planner.commands import COMPLETED, CompleteAnswer, RecordAnswer, RenameStep, RevokeAnswer
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.entry_bases import StepEntry
from milepost.planner.plan import Plan
from milepost.planner.state import State
from milepost.planner.timeline import Entry

CONSTANT = ("customer_id", "revision", "type", "statement", "metric", "persona")
"""Columns of an outcome that stay as they were when it opened, whatever a later version of the map says."""
UNREVOKED: dict[str, Any] = dict.fromkeys(("revoked_at", "revoked_by", "revoked_why", "revoked_revision"))
Progress = dict[tuple[str, int], dict[str, Any]]
"""Columns of outcomes, by step and occurrence."""


def desired_outcomes(before: State, plan: Plan, compiled_map: CompiledMap) -> Iterator[dict[str, Any]]:
    """The rows of every occurrence of an outcome that a plan opened, changed or closed.

    An outcome that the map no longer has is changed where it has a row, and else left alone. A move to another version
    may change every row.
    """
    outcomes = {step: compiled.step for step, compiled in compiled_map.steps.items()}
    moved = before.version != plan.state.version
    earlier = _records(before)
    progress = dict(earlier)
    for entry in plan.timeline:
        if isinstance(entry, StepEntry) and (changes := _changes(entry, isinstance(outcomes.get(entry.step), Outcome))):
            key = (entry.step, entry.occurrence)
            progress[key] = {**progress.get(key, {}), **changes}
    progress |= {key: now for key, now in _records(plan.state).items() if isinstance(outcomes.get(key[0]), Outcome)}
    for (step, occurrence), columns in progress.items():
        outcome, changed = outcomes.get(step), columns != earlier.get((step, occurrence))
        if isinstance(outcome, Outcome) and (changed or moved):
            yield {"outcome": step, "occurrence": occurrence, **_constant(outcome, plan.state), **columns}
        elif not isinstance(outcome, Outcome) and changed and moved:
            yield {"outcome": step, "occurrence": occurrence, **columns}


def rows_of_latest(
    state: State, compiled_map: CompiledMap, stored: Iterable[tuple[str, int]]
) -> Iterator[dict[str, Any]]:
    """The rows of those `stored` occurrences of outcomes that are the latest ones, as far as the state says."""
    records = _records(state)
    for outcome, occurrence in stored:
        columns, compiled = records.get((outcome, occurrence)), compiled_map.steps.get(outcome)
        if columns is None:
            continue
        row = {"outcome": outcome, "occurrence": occurrence, **columns}
        if compiled and isinstance(compiled.step, Outcome) and state.step(outcome).is_open:
            row["metric"] = _metric(compiled.step, state)
        yield row


def _records(state: State) -> Progress:
    return {
        (step, record.occurrence or 1): {
            "status": record.status,
            "opened_at": record.opened_at,
            "asked_at": record.asked_at,
            "asked_of": record.asked_of,
            "due_at": record.due_at,
        }
        for step, record in state.steps.items()
        if not record.is_waiting
    }


def _changes(entry: Entry, is_outcome: bool) -> dict[str, Any]:  # noqa: FBT001 - the other half of the question
    """The columns of an outcome's row that an entry changes; a step that isn't an outcome can only be withdrawn."""
    match entry:
        case timeline.StepWithdrawn():
            return {"status": "withdrawn"}
        case _ if not is_outcome:
            return {}
        case timeline.StepOpened():
            return {"status": "open", "opened_at": entry.at}
        case timeline.OutcomeAsked():
            return {"status": "asked", "asked_at": entry.at, "due_at": entry.due}
        case timeline.OutcomeAnswered():
            return {"status": entry.verdict}
        case timeline.OutcomeSilent():
            return {"status": "silent"}
        case timeline.OutcomeRevoked():  # unless it is asked anew, which the state says
            return {"status": "withdrawn"}
        case timeline.StepSkipped():
            return {"status": "skipped"}
        case _:
            return {}


def _constant(outcome: Outcome, state: State) -> dict[str, Any]:
    return {
        **dict.fromkeys(("opened_at", "asked_at", "asked_of", "due_at")),
        "customer_id": state.customer.id,
        "revision": state.revision,
        "type": outcome.type.value,
        "statement": outcome.statement,
        "metric": _metric(outcome, state),
        "persona": outcome.persona,
    }


def _metric(outcome: Outcome, state: State) -> dict[str, Any] | None:
    return asdict(outcome.metric.for_customer(state.customer.attributes)) if outcome.metric else None


def agreed_figures(before: State, plan: Plan, compiled_map: CompiledMap) -> Iterator[dict[str, Any]]:
    """The measures of outcomes that are open, where the customer's own figures changed; closed ones keep theirs."""
    after = plan.state
    if before.customer.attributes == after.customer.attributes:
        return
    for step, record in after.steps.items():
        compiled = compiled_map.steps.get(step)
        outcome = compiled.step if compiled else None
        if record.is_open and isinstance(outcome, Outcome) and _metric(outcome, before) != _metric(outcome, after):
            yield {"outcome": step, "occurrence": record.occurrence or 1, "metric": _metric(outcome, after)}


def desired_answers(stored: Iterable[Mapping[str, Any]], plan: Plan) -> list[dict[str, Any]]:
    """The rows of all answers of a journey, in order: those `stored`, then the plan's.

    A revocation is of the last answer to its occurrence that still holds.
    """
    answers = [dict(answer) for answer in sorted(stored, key=lambda answer: answer["position"])]
    for command in plan.commands:
        if isinstance(command, RecordAnswer):
            answers.append(_answer(command, len(answers), plan.state))
        elif isinstance(command, CompleteAnswer):
            answers += _completed(answers, command, plan.state.revision)
        elif isinstance(command, RevokeAnswer):
            _revoke(answers, command, plan.state.revision)
        elif isinstance(command, RenameStep):  # of an answer in this plan; the stored ones are renamed already
            for answer in answers:
                if answer["outcome"] == command.step:
                    answer["outcome"] = command.to
    return answers


def _answer(command: RecordAnswer, position: int, state: State) -> dict[str, Any]:
    return {
        "answer": command.answer,
        "customer_id": state.customer.id,
        "outcome": command.outcome,
        "occurrence": command.occurrence,
        "position": position,
        "revision": state.revision,
        "at": command.at,
        "verdict": command.verdict,
        "asked_of": command.asked_of,
        "said_by": command.by,
        "on_behalf_of": command.on_behalf_of,
        "reason": command.reason,
        "method": command.method,
        "value": command.value,
        "comment": command.comment,
        "evidence": command.evidence,
        "named": None,
        **UNREVOKED,
    }


def _completed(answers: list[dict[str, Any]], command: CompleteAnswer, revision: int) -> Iterator[dict[str, Any]]:
    """Yields the last answer that holds once more with what was added to it, and lets it take the other's place."""
    last = _that_holds(answers, command)
    if last is not None:
        added = {name: getattr(command, name) for name in ("value", "comment", "evidence", "named")}
        changed = {name: value for name, value in added.items() if value is not None or name in command.emptied}
        fuller = {**last, **changed, "answer": command.answer, "position": len(answers), "revision": revision}
        _end(last, command, COMPLETED, revision)
        yield fuller


def _revoke(answers: list[dict[str, Any]], command: RevokeAnswer, revision: int) -> None:
    last = _that_holds(answers, command)
    if last is not None:
        _end(last, command, command.reason, revision)


def _that_holds(answers: list[dict[str, Any]], command: CompleteAnswer | RevokeAnswer) -> dict[str, Any] | None:
    """Returns the last answer to an occurrence of an outcome that still holds."""
    of = (command.outcome, command.occurrence)
    of_it = (each for each in reversed(answers) if (each["outcome"], each["occurrence"]) == of)
    return next((each for each in of_it if each["revoked_at"] is None), None)


def _end(answer: dict[str, Any], command: CompleteAnswer | RevokeAnswer, why: str | None, revision: int) -> None:
    answer.update(revoked_at=command.at, revoked_by=command.by, revoked_why=why, revoked_revision=revision)
