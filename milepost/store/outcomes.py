"""Outcomes, and the customers' answers to them."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.explain.overview import AnswerRecord, OutcomeRecord
from milepost.store.rows import record_of
from milepost.store.tables import AnswerRow, OutcomeRow


async def of_journey(session: AsyncSession, journey: str) -> list[OutcomeRecord]:
    """Returns a journey's outcomes, ordered by outcome and occurrence, each with its answers as they came."""
    answers: dict[tuple[str, int], list[AnswerRecord]] = defaultdict(list)
    query = select(AnswerRow).where(AnswerRow.journey_id == journey).order_by(AnswerRow.position)
    for answer in await session.scalars(query):
        answers[answer.outcome, answer.occurrence].append(record_of(AnswerRecord, answer, by=answer.said_by))
    rows = await session.scalars(
        select(OutcomeRow).where(OutcomeRow.journey_id == journey).order_by(OutcomeRow.outcome, OutcomeRow.occurrence)
    )
    return [record_of(OutcomeRecord, row, answers=tuple(answers[row.outcome, row.occurrence])) for row in rows]
