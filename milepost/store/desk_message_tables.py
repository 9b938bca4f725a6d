"""The tables of what colleagues are told outside the pages: what each chose, their morning mails, and what is new."""

from __future__ import annotations

from sqlalchemy import Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from milepost.store.table_types import At, Base, OfJourney, Serial


class DeskMessagesRow(Base):
    """What one colleague chose: a morning mail, messages to a chat, or both; `address` is in lower case.

    Who has no row gets nothing. Of the chat's address only the host and the last letters are readable (`chat_shown`).
    """

    __tablename__ = "desk_messages"

    address: Mapped[str] = mapped_column(primary_key=True)
    timezone: Mapped[str] = mapped_column(doc="an IANA name, by which the hour, the days and today are")
    country: Mapped[str | None] = mapped_column(doc="whose public holidays bring no mail; null: all days count")
    days: Mapped[str] = mapped_column(doc="of the week, Monday as 0, such as 01234")
    hour: Mapped[int]
    next_at: Mapped[At | None] = mapped_column(index=True, doc="the next morning, in journey time; null: no mail")
    chat: Mapped[str | None] = mapped_column(doc="slack or teams; null: none")
    chat_sealed: Mapped[str | None] = mapped_column(doc="the address that messages are posted to, encrypted")
    chat_shown: Mapped[str | None]
    chat_about: Mapped[list[str]] = mapped_column(doc="kinds of news, see `desk_news.News`")
    chat_failures: Mapped[int] = mapped_column(server_default="0", doc="attempts in a row that failed")
    chat_again_at: Mapped[At | None] = mapped_column(doc="no attempt before then (wall clock)")
    chat_problem: Mapped[str | None] = mapped_column(doc="why the last attempt failed; null: it didn't")
    chat_problem_at: Mapped[At | None]
    chat_stopped: Mapped[bool] = mapped_column(server_default=false(), doc="nothing is posted until it is set again")
    chat_leased_until: Mapped[At | None] = mapped_column(doc="until when one worker has it (wall clock)")


class MorningMailRow(Base):
    """The mail of one morning; there is one at the most for each colleague and local day.

    `status`: waiting, sending, sent, empty (nothing to tell), away, held, late or failed. `at` is journey time, the
    other instants are those of the wall clock. `late`, `today` and `news` count what it had.
    """

    __tablename__ = "morning_mails"
    __table_args__ = (
        Index(
            "ix_morning_mails_open",
            "again_at",
            sqlite_where=text("status IN ('waiting', 'sending')"),
            postgresql_where=text("status IN ('waiting', 'sending')"),
        ),
    )

    address: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[str] = mapped_column(primary_key=True, doc="YYYY-MM-DD")
    at: Mapped[At]
    began_at: Mapped[At]
    again_at: Mapped[At] = mapped_column(doc="the next attempt; while one is made, when it counts as lost")
    attempts: Mapped[int]
    status: Mapped[str]
    late: Mapped[int] = mapped_column(server_default="0")
    today: Mapped[int] = mapped_column(server_default="0")
    news: Mapped[int] = mapped_column(server_default="0")
    why: Mapped[str | None] = mapped_column(doc="what went wrong")
    channel: Mapped[str | None]


class MorningLineRow(Base):
    """One line of a morning mail as it was written: which task it named, or which outcome (`step`), and where."""

    __tablename__ = "morning_mail_lines"
    __table_args__ = (Index(None, "journey_id"),)

    address: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(doc="late, today, escalated or disputed")
    journey_id: Mapped[OfJourney]
    task: Mapped[str | None]
    step: Mapped[str | None]


class DeskNewsRow(Base):
    """Something that a colleague wants to be told of: a task that is theirs now, one that was escalated, a no.

    It is written with the plan that brought it about, and goes once it was told, or needn't be told any more.
    """

    __tablename__ = "desk_news"
    __table_args__ = (Index(None, "address", "serial"), Index(None, "journey_id"))

    serial: Mapped[Serial]
    address: Mapped[str]
    kind: Mapped[str] = mapped_column(doc="task, escalated or disputed")
    journey_id: Mapped[OfJourney]
    task: Mapped[str | None]
    step: Mapped[str | None]
    at: Mapped[At]
    for_mail: Mapped[bool]
    for_chat: Mapped[bool]
