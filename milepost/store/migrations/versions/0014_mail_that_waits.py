"""Mail that waits for a person: the switches that hold it, what waits, and messages that are sent again.

Revision: 0014, after 0013.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_switches()
    op.create_table(
        "released_texts",
        sa.Column("map", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("map", "template", "digest", name=op.f("pk_released_texts")),
    )
    _create_held()
    with op.batch_alter_table("messages") as table:
        table.add_column(sa.Column("cause", sa.Text(), nullable=True))
        table.add_column(sa.Column("retries", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("released", sa.Boolean(), nullable=False, server_default=sa.false()))


def _create_switches() -> None:
    op.create_table(
        "mail_switches",
        sa.Column("map", sa.Text(), nullable=True),
        *_switch(),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_mail_switches")),
    )
    op.create_table(
        "customer_mail_switches",
        sa.Column("customer_id", sa.Text(), nullable=False),
        *_switch(),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
            name=op.f("fk_customer_mail_switches_customer_id_customers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_customer_mail_switches")),
    )
    op.create_index(op.f("ix_customer_mail_switches_customer_id"), "customer_mail_switches", ["customer_id"])


def _switch() -> list[sa.Column[Any]]:
    return [
        sa.Column("serial", _LONG, autoincrement=True, nullable=False),
        sa.Column("mail", sa.Text(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("current", sa.Boolean(), nullable=False),
    ]


def _create_held() -> None:
    """The rows come from the states, which say what waits and why, but not since when: since their last plan."""
    held = op.create_table(
        "held_messages",
        sa.Column("journey_id", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["journey_id"], ["journeys.id"], name=op.f("fk_held_messages_journey_id_journeys"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_held_messages_customer_id_customers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("journey_id", "message", name=op.f("pk_held_messages")),
    )
    journeys = sa.table(
        "journeys",
        sa.column("id"),
        sa.column("customer_id"),
        sa.column("held_messages"),
        sa.column("clock"),
        sa.column("state", sa.JSON()),
    )
    query = sa.select(journeys).where(journeys.c.held_messages > 0)
    rows = [
        {
            "journey_id": journey.id,
            "customer_id": journey.customer_id,
            "since": journey.clock,
            "until": queued.get("until"),
            **{name: queued[name] for name in ("message", "step", "template", "reason", "why")},
        }
        for journey in op.get_bind().execute(query)
        for queued in journey.state.get("queue", ())
        if "why" in queued
    ]
    if rows:
        op.bulk_insert(held, rows)
    line = ["since", "journey_id", "message"]
    op.create_index(op.f("ix_held_messages_why_since_journey_id_message"), "held_messages", ["why", *line])
    op.create_index(op.f("ix_held_messages_since_journey_id_message"), "held_messages", line)
    op.create_index(op.f("ix_held_messages_customer_id_since"), "held_messages", ["customer_id", "since"])


def downgrade() -> None:
    with op.batch_alter_table("messages") as table:
        for name in ("released", "retries", "cause"):
            table.drop_column(name)
    for name in ("held_messages", "released_texts", "customer_mail_switches", "mail_switches"):
        op.drop_table(name)
