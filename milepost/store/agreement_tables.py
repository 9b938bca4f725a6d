"""The table of what customers said to the lines of an agreement."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from milepost.store.table_types import At, Base, OfJourney


class AgreementRow(Base):
    """What a contact (`said_by`, an address) said to a line, which `said` so much then.

    `kind` and `step` are those of the line, `fact` the id of the fact that tells of it, `proposed` what is proposed
    instead, part by part (`explain.agreement_words`); null: it is a yes.
    """

    __tablename__ = "agreements"

    journey_id: Mapped[OfJourney] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    fact: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[At]
    said_by: Mapped[str]
    said: Mapped[dict[str, Any]]
    proposed: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
