"""Outcomes, and the customers' answers to them."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.explain.overview import AnswerRecord, OutcomeRecord
from milepost.planner.commands import COMPLETED
from milepost.store.outcome_tables import AnswerRow, OutcomeRow
from milepost.store.rows import record_of


async def of_journey(session: AsyncSession, journey: str) -> list[OutcomeRecord]:
    """Returns a journey's outcomes, ordered by outcome and occurrence, each with its answers as they came.

    Of an answer to which more was added there is the fuller one alone.
    """
    answers: dict[tuple[str, int], list[AnswerRecord]] = defaultdict(list)
    query = (
        select(AnswerRow)
        .where(AnswerRow.journey_id == journey, AnswerRow.revoked_why.is_distinct_from(COMPLETED))
        .order_by(AnswerRow.position)
    )
    for answer in await session.scalars(query):
        answers[answer.outcome, answer.occurrence].append(record_of(AnswerRecord, answer, by=answer.said_by))
    rows = await session.scalars(
        select(OutcomeRow).where(OutcomeRow.journey_id == journey).order_by(OutcomeRow.outcome, OutcomeRow.occurrence)
    )
    return [record_of(OutcomeRecord, row, answers=tuple(answers[row.outcome, row.occurrence])) for row in rows]


def last_answer(session: Session, journey: str, outcome: str) -> AnswerRow | None:
    """Returns the last answer to an outcome that still holds."""
    query = select(AnswerRow).where(
        AnswerRow.journey_id == journey, AnswerRow.outcome == outcome, AnswerRow.revoked_at.is_(None)
    )
    return session.scalars(query.order_by(AnswerRow.position.desc()).limit(1)).first()
