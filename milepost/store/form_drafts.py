"""Drafts of forms: what somebody has typed on their plan and not sent. Nothing but their page ever reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, Session, mapped_column

from milepost.customer import address_key
from milepost.planner.instants import Instant
from milepost.store.table_types import At, Base, OfJourney, table_of
from milepost.store.upsert import upsert

KEPT = 90 * 86_400
"""For so many seconds a draft that nobody touches is kept."""


class FormDraftRow(Base):
    """What a contact has typed into the form of a step, by the names of its inputs; `address` is in lower case."""

    __tablename__ = "form_drafts"

    journey_id: Mapped[OfJourney] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    occurrence: Mapped[int]
    typed: Mapped[dict[str, Any]] = mapped_column(doc="lists of texts")
    saved_at: Mapped[At] = mapped_column(index=True)


_drafts = table_of(FormDraftRow)


def save(
    session: Session,
    journey: str,
    step: str,
    address: str,
    *,
    occurrence: int,
    typed: Mapping[str, Sequence[str]],
    now: Instant,
) -> None:
    """Keeps what somebody has typed, in place of what they had before; nothing typed is no draft."""
    if not any(text for texts in typed.values() for text in texts):
        forget(session, journey, step, address)
        return
    key = {"journey_id": journey, "step": step, "address": address_key(address)}
    texts = {name: list(values) for name, values in typed.items()}
    upsert(session, FormDraftRow, [{**key, "occurrence": occurrence, "typed": texts, "saved_at": now}])


def forget(session: Session, journey: str, step: str, address: str) -> None:
    """Forgets a draft: its form was sent."""
    is_row = (_drafts.c.journey_id == journey, _drafts.c.step == step, _drafts.c.address == address_key(address))
    session.connection().execute(delete(_drafts).where(*is_row))


async def of_reader(session: AsyncSession, journey: str, address: str) -> dict[str, FormDraftRow]:
    """Returns a contact's drafts by step."""
    query = select(FormDraftRow).where(FormDraftRow.journey_id == journey, FormDraftRow.address == address_key(address))
    return {row.step: row for row in await session.scalars(query)}


def remove_old(session: Session, now: Instant) -> int:
    """Removes the drafts that nobody has touched for long; returns how many."""
    return session.connection().execute(delete(_drafts).where(_drafts.c.saved_at < now - KEPT)).rowcount
