"""The tables of outcomes, and of the customers' answers to them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from milepost.store import list_indexes
from milepost.store.table_types import At, Base, OfCustomer, OfJourney


class OutcomeRow(Base):
    """One occurrence of an outcome: the statement that the customer is asked to confirm, and its status.

    `status` is the step's: open, asked, a verdict, silent, skipped or withdrawn. From `due_at` on the customer is
    silent.
    """

    __tablename__ = "outcomes"

    journey_id: Mapped[OfJourney] = mapped_column(primary_key=True)
    outcome: Mapped[str] = mapped_column(primary_key=True)
    occurrence: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[OfCustomer] = mapped_column(index=True)
    revision: Mapped[int] = mapped_column(doc="the plan that opened it")
    type: Mapped[str]
    statement: Mapped[str]
    metric: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    persona: Mapped[str]
    asked_of: Mapped[str | None] = mapped_column(doc="the address of who was asked last; null: nobody, or before 0017")
    status: Mapped[str] = mapped_column(index=True)
    opened_at: Mapped[At | None]
    asked_at: Mapped[At | None]
    due_at: Mapped[At | None]


class AnswerRow(Base):
    """An answer to an outcome, or its silence; the id is `OUTCOME/OCCURRENCE/N`.

    One to which more was added no longer holds, why `completed`: the fuller one is in its place.
    """

    __tablename__ = "answers"
    __table_args__ = list_indexes.ANSWERS

    journey_id: Mapped[OfJourney] = mapped_column(primary_key=True)
    answer: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[OfCustomer] = mapped_column(index=True)
    outcome: Mapped[str]
    occurrence: Mapped[int]
    position: Mapped[int] = mapped_column(doc="the order in which the journey's answers came")
    revision: Mapped[int]
    at: Mapped[At]
    verdict: Mapped[str]
    asked_of: Mapped[str | None] = mapped_column(doc="the address of who had been asked")
    said_by: Mapped[str | None]
    on_behalf_of: Mapped[str | None] = mapped_column(doc="for whom `said_by` answered; null: for themselves")
    reason: Mapped[str | None] = mapped_column(doc="why somebody answered for somebody else")
    method: Mapped[str | None] = mapped_column(doc="portal, recorded, product, or key/NAME: with that key of the API")
    value: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    comment: Mapped[str | None]
    evidence: Mapped[str | None]
    named: Mapped[bool | None] = mapped_column(doc="whether `said_by` may be named where the result is shown to others")
    revoked_at: Mapped[At | None]
    revoked_by: Mapped[str | None]
    revoked_why: Mapped[str | None]
    revoked_revision: Mapped[int | None]
