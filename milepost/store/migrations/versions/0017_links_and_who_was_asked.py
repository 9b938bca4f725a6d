"""Links to plans as rows, and who was asked for a result and who answered for whom.

Messages that left have no working links any more; those that wait are written anew.

Revision: 0017, after 0016.
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
_BATCH = 500
_BEFORE = "sent-before"
"""Stands in the place of a link, as the id of one does in messages that are written from now on."""
_LINK = re.compile(r"/(plan|preferences|unsubscribe)/[A-Za-z0-9_.-]{20,}")
_WAITS = "queued"
_WORDS = ("subject", "text", "html")
_LEDGER = (("outcomes", "asked_of"), ("answers", "asked_of"), ("answers", "on_behalf_of"), ("answers", "reason"))


def upgrade() -> None:
    op.create_table(
        "links",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("journey_id", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=True),
        sa.Column("used_on", sa.Text(), nullable=True),
        sa.Column("voided_at", sa.BigInteger(), nullable=True),
        sa.Column("voided_by", sa.Text(), nullable=True),
        sa.Column("voided_why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["journey_id"], ["journeys.id"], name="fk_links_journey_id_journeys", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_links"),
    )
    op.create_index("ix_links_journey_id", "links", ["journey_id"])
    op.create_index("ix_links_expires_at", "links", ["expires_at"])
    op.add_column("messages", sa.Column("link", sa.Text(), nullable=True))
    for table, column in _LEDGER:
        op.add_column(table, sa.Column(column, sa.Text(), nullable=True))
    _take_links_out()


def _take_links_out() -> None:
    keys = ("journey_id", "message")
    messages = sa.table("messages", *(sa.column(name) for name in (*keys, "status", "link", *_WORDS)))
    key = sa.tuple_(messages.c.journey_id, messages.c.message)
    op.execute(messages.update().where(messages.c.status == _WAITS).values(dict.fromkeys(_WORDS)))
    has_link = sa.or_(*(messages.c.text.contains(f"/{page}/") for page in ("plan", "preferences")))
    query = sa.select(messages).where(has_link).order_by(messages.c.journey_id, messages.c.message).limit(_BATCH)
    rows = op.get_bind().execute(query).mappings().all()
    while rows:
        for row in rows:
            words = {name: row[name] and _LINK.sub(rf"/\1/{_BEFORE}", row[name]) for name in _WORDS}
            is_row = key == (row["journey_id"], row["message"])
            op.execute(messages.update().where(is_row).values(**words, link=_BEFORE))
        last = rows[-1]
        rows = op.get_bind().execute(query.where(key > (last["journey_id"], last["message"]))).mappings().all()


def downgrade() -> None:
    for table, column in _LEDGER:
        op.drop_column(table, column)
    op.drop_column("messages", "link")
    op.drop_table("links")
