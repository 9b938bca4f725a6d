"""What customers said to the lines of an agreement: a row for each yes and each proposal, and never a changed one.

A row counts as long as the fact that told of it isn't undone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.store.agreement_tables import AgreementRow
from milepost.store.inbox import InboxStatus
from milepost.store.tables import FactRow
from milepost.store.upsert import insert_new

KEY = ("journey_id", "kind", "step", "fact")


def keep(session: Session, rows: Iterable[dict[str, Any]]) -> None:
    """Keeps what somebody said; what one fact tells is kept once, however often it comes."""
    values = list(rows)
    if values:
        insert_new(session, AgreementRow, values, list(KEY), AgreementRow.fact)


async def of_journey(session: AsyncSession, journey: str) -> list[AgreementRow]:
    """Returns what was said and not taken back, the latest last."""
    is_fact = (FactRow.journey_id == AgreementRow.journey_id) & (FactRow.id == AgreementRow.fact)
    query = select(AgreementRow).outerjoin(FactRow, is_fact).where(AgreementRow.journey_id == journey)
    query = query.where(FactRow.status.is_distinct_from(InboxStatus.UNDONE))
    return list(
        await session.scalars(query.order_by(AgreementRow.at, FactRow.serial, AgreementRow.kind, AgreementRow.step))
    )
