"""Outcomes and what customers said of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.store.tables import AnswerRow, OutcomeRow


@dataclass(frozen=True, slots=True)
class OutcomeLine:
    """One occurrence of an outcome with all its answers, revoked ones too, in the order in which they came."""

    outcome: OutcomeRow
    answers: tuple[AnswerRow, ...]

    @property
    def last(self) -> AnswerRow | None:
        """The last answer (or silence) that still holds."""
        return next((answer for answer in reversed(self.answers) if answer.revoked_at is None), None)


async def of_journey(session: AsyncSession, journey: str) -> list[OutcomeLine]:
    """A journey's outcomes, ordered by outcome and occurrence."""
    answers: dict[tuple[str, int], list[AnswerRow]] = defaultdict(list)
    said = select(AnswerRow).where(AnswerRow.journey_id == journey).order_by(AnswerRow.position)
    for answer in await session.scalars(said):
        answers[answer.outcome, answer.occurrence].append(answer)
    query = select(OutcomeRow).where(OutcomeRow.journey_id == journey)
    rows = await session.scalars(query.order_by(OutcomeRow.outcome, OutcomeRow.occurrence))
    return [OutcomeLine(row, tuple(answers[row.outcome, row.occurrence])) for row in rows]


async def count_by_verdict(session: AsyncSession) -> dict[str, int]:
    """How many answers of each verdict, and silences, hold in all journeys."""
    query = (
        select(AnswerRow.verdict, func.count())
        .where(AnswerRow.revoked_at.is_(None))
        .group_by(AnswerRow.verdict)
        .order_by(AnswerRow.verdict)
    )
    return dict((await session.execute(query)).all())
