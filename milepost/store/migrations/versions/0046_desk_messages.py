"""What colleagues are told by mail in the morning and by messages to a chat.

Revision: 0046, after 0045.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None
_OPEN = sa.text("status IN ('waiting', 'sending')")


def upgrade() -> None:
    op.create_table(
        "desk_messages",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("chat", sa.Text(), nullable=True),
        sa.Column("chat_sealed", sa.Text(), nullable=True),
        sa.Column("chat_shown", sa.Text(), nullable=True),
        sa.Column("chat_about", sa.JSON(), nullable=False),
        sa.Column("chat_failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("chat_again_at", sa.BigInteger(), nullable=True),
        sa.Column("chat_problem", sa.Text(), nullable=True),
        sa.Column("chat_problem_at", sa.BigInteger(), nullable=True),
        sa.Column("chat_stopped", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("chat_leased_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_desk_messages")),
    )
    op.create_index(op.f("ix_desk_messages_next_at"), "desk_messages", ["next_at"])
    _create_mails()
    _create_news()


def _create_mails() -> None:
    op.create_table(
        "morning_mails",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("again_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("late", sa.Integer(), server_default="0", nullable=False),
        sa.Column("today", sa.Integer(), server_default="0", nullable=False),
        sa.Column("news", sa.Integer(), server_default="0", nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("address", "day", name=op.f("pk_morning_mails")),
    )
    op.create_index("ix_morning_mails_open", "morning_mails", ["again_at"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_table(
        "morning_mail_lines",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("journey_id", sa.Text(), nullable=False),
        sa.Column("task", sa.Text(), nullable=True),
        sa.Column("step", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["journey_id"], ["journeys.id"], name=op.f("fk_morning_mail_lines_journey_id_journeys"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("address", "day", "position", name=op.f("pk_morning_mail_lines")),
    )
    op.create_index(op.f("ix_morning_mail_lines_journey_id"), "morning_mail_lines", ["journey_id"])


def _create_news() -> None:
    op.create_table(
        "desk_news",
        sa.Column("serial", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("journey_id", sa.Text(), nullable=False),
        sa.Column("task", sa.Text(), nullable=True),
        sa.Column("step", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("for_mail", sa.Boolean(), nullable=False),
        sa.Column("for_chat", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["journey_id"], ["journeys.id"], name=op.f("fk_desk_news_journey_id_journeys"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_desk_news")),
    )
    op.create_index(op.f("ix_desk_news_address_serial"), "desk_news", ["address", "serial"])
    op.create_index(op.f("ix_desk_news_journey_id"), "desk_news", ["journey_id"])


def downgrade() -> None:
    for table in ("desk_news", "morning_mail_lines", "morning_mails", "desk_messages"):
        op.drop_table(table)
