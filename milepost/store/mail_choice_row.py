"""The table of what people chose: which mail they get."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from milepost.store.table_types import At, Base


class MailChoiceRow(Base):
    """A change of the mail that the person at an address gets, at whichever customers; the latest number counts.

    `address` is in the form that is compared (`customer.address_key`). `mail` is what they get from then on, `how` a
    `ChoiceWay`, `reason` in somebody's words. `request` is unique, so that a form that is sent twice counts once.
    """

    __tablename__ = "mail_choices"

    address: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mail: Mapped[str] = mapped_column(doc="all, essential or none")
    how: Mapped[str]
    by: Mapped[str | None]
    reason: Mapped[str | None]
    at: Mapped[At] = mapped_column(index=True)
    request: Mapped[str] = mapped_column(unique=True)
