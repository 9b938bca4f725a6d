"""The outcomes of one journey and what was said of them, made equal to a plan."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.language.model import Outcome
from milepost.planner.commands import RecordAnswer, RevokeAnswer
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import parse
from milepost.planner.plan import Plan
from milepost.planner.state import State, StepState
from milepost.planner.timeline import Entry, Kind
from milepost.store.tables import AnswerRow, JourneyRow, OutcomeRow

_Rows = dict[tuple[str, int], OutcomeRow]
_STATUS = {
    Kind.STEP_OPENED: "open",
    Kind.STEP_SKIPPED: "skipped",
    Kind.STEP_WITHDRAWN: "withdrawn",
    Kind.OUTCOME_ASKED: "asked",
    Kind.OUTCOME_SILENT: "silent",
    Kind.OUTCOME_REVOKED: "open",
}


async def write_outcomes(
    session: AsyncSession, journey: JourneyRow, before: State, plan: Plan, compiled_map: CompiledMap
) -> None:
    """Write each occurrence of each outcome: as it stood before, by what the timeline says, as it stands now."""
    rows = await _load(session, journey.id)
    _as_before(rows, before)
    touched: set[tuple[str, int]] = set()
    outcomes = {step: known.step for step, known in compiled_map.steps.items() if isinstance(known.step, Outcome)}
    for entry in plan.timeline:
        key = (entry.more.get("step", ""), entry.more.get("occurrence", 0))
        if key[0] in outcomes and (entry.kind in _STATUS or entry.kind is Kind.OUTCOME_ANSWERED):
            row = rows.get(key) or _add(session, rows, journey, plan, outcome=outcomes[key[0]], occurrence=key[1])
            _follow(row, entry)
            touched.add(key)
        elif key in rows and entry.kind is Kind.STEP_WITHDRAWN:  # of a step that the new map no longer has
            rows[key].status = "withdrawn"
    for step, outcome in outcomes.items():
        record = plan.state.step(step)
        if record.status != "waiting":
            key = (step, record.occurrence or 1)
            _equal(rows.get(key) or _add(session, rows, journey, plan, outcome=outcome, occurrence=key[1]), record)
            touched.add(key)
    for key, row in rows.items():
        if row.revision >= plan.state.revision and key not in touched:
            await session.delete(row)
    await _write_answers(session, journey, plan)


def _as_before(rows: _Rows, before: State) -> None:
    """Take back what an earlier attempt at this plan did to the occurrences that were there already."""
    for step, record in before.steps.items():
        row = rows.get((step, record.occurrence or 1))
        if row is not None and record.status != "waiting":
            _equal(row, record)


async def _load(session: AsyncSession, journey: str) -> _Rows:
    query = select(OutcomeRow).where(OutcomeRow.journey_id == journey)
    rows = await session.scalars(query.execution_options(populate_existing=True))
    return {(row.outcome, row.occurrence): row for row in rows}


def _add(
    session: AsyncSession, rows: _Rows, journey: JourneyRow, plan: Plan, *, outcome: Outcome, occurrence: int
) -> OutcomeRow:
    row = OutcomeRow(
        journey_id=journey.id,
        outcome=outcome.id,
        occurrence=occurrence,
        customer_id=journey.customer_id,
        revision=plan.state.revision,
        type=outcome.type.value,
        statement=outcome.statement,
        metric=outcome.metric.model_dump(mode="json") if outcome.metric else None,
        persona=outcome.persona,
        status="open",
    )
    rows[outcome.id, occurrence] = row
    session.add(row)
    return row


def _follow(row: OutcomeRow, entry: Entry) -> None:
    row.status = entry.more["verdict"] if entry.kind is Kind.OUTCOME_ANSWERED else _STATUS[entry.kind]
    if entry.kind is Kind.STEP_OPENED:
        row.opened_at = entry.at
    elif entry.kind is Kind.OUTCOME_ASKED:
        row.asked_at = entry.at
        row.due_at = parse(entry.more["due"])


def _equal(row: OutcomeRow, record: StepState) -> None:
    row.status = record.status
    row.opened_at = record.opened_at
    row.asked_at = record.asked_at
    row.due_at = record.due_at


async def _write_answers(session: AsyncSession, journey: JourneyRow, plan: Plan) -> None:
    revision = plan.state.revision
    mine = AnswerRow.journey_id == journey.id
    await session.execute(delete(AnswerRow).where(mine, AnswerRow.revision >= revision))
    unrevoked: dict[str, Any] = dict.fromkeys(("revoked_at", "revoked_by", "revoked_why", "revoked_revision"))
    await session.execute(update(AnswerRow).where(mine, AnswerRow.revoked_revision >= revision).values(unrevoked))
    said = [command for command in plan.commands if isinstance(command, RecordAnswer | RevokeAnswer)]
    if not said:
        return
    query = select(AnswerRow).where(mine).order_by(AnswerRow.position).execution_options(populate_existing=True)
    answers = list(await session.scalars(query))
    for command in said:
        if isinstance(command, RecordAnswer):
            answers.append(_answer(journey, command, len(answers), revision))
            session.add(answers[-1])
        else:
            _revoke(answers, command, revision)


def _answer(journey: JourneyRow, command: RecordAnswer, position: int, revision: int) -> AnswerRow:
    return AnswerRow(
        journey_id=journey.id,
        answer=command.answer,
        customer_id=journey.customer_id,
        outcome=command.outcome,
        occurrence=command.occurrence,
        position=position,
        revision=revision,
        at=command.at,
        verdict=command.verdict,
        said_by=command.by,
        method=command.method,
        value=command.value,
        comment=command.comment,
        evidence=command.evidence,
    )


def _revoke(answers: list[AnswerRow], command: RevokeAnswer, revision: int) -> None:
    about = (command.outcome, command.occurrence)
    for answer in reversed(answers):
        if (answer.outcome, answer.occurrence) == about and answer.revoked_at is None:
            answer.revoked_at, answer.revoked_by = command.at, command.by
            answer.revoked_why, answer.revoked_revision = command.reason, revision
            return
