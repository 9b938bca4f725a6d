"""Outcomes and how customers answered them."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.explain.overview import AnswerRecord, OutcomeRecord
from milepost.store.tables import AnswerRow, OutcomeRow


async def of_journey(session: AsyncSession, journey: str) -> list[OutcomeRecord]:
    """A journey's outcomes, ordered by outcome and occurrence, each with its answers as they came."""
    answers: dict[tuple[str, int], list[AnswerRecord]] = defaultdict(list)
    query = select(AnswerRow).where(AnswerRow.journey_id == journey).order_by(AnswerRow.position)
    for answer in await session.scalars(query):
        answers[answer.outcome, answer.occurrence].append(_answer(answer))
    rows = await session.scalars(
        select(OutcomeRow).where(OutcomeRow.journey_id == journey).order_by(OutcomeRow.outcome, OutcomeRow.occurrence)
    )
    return [
        OutcomeRecord(
            row.outcome,
            row.occurrence,
            row.statement,
            row.status,
            row.metric,
            row.asked_at,
            row.due_at,
            tuple(answers[row.outcome, row.occurrence]),
        )
        for row in rows
    ]


def _answer(row: AnswerRow) -> AnswerRecord:
    return AnswerRecord(
        at=row.at,
        verdict=row.verdict,
        by=row.said_by,
        method=row.method,
        value=row.value,
        comment=row.comment,
        evidence=row.evidence,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
        revoked_why=row.revoked_why,
    )


async def count_by_verdict(session: AsyncSession) -> dict[str, int]:
    """How many answers of each verdict, and silences, hold in all journeys."""
    query = (
        select(AnswerRow.verdict, func.count())
        .where(AnswerRow.revoked_at.is_(None))
        .group_by(AnswerRow.verdict)
        .order_by(AnswerRow.verdict)
    )
    return dict((await session.execute(query)).all())
