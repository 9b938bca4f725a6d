"""Drafts of forms on the customers' plans.

Revision: 0019, after 0018.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form_drafts",
        sa.Column("journey_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("typed", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["journey_id"], ["journeys.id"], name=op.f("fk_form_drafts_journey_id_journeys"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("journey_id", "step", "address", name=op.f("pk_form_drafts")),
    )
    op.create_index(op.f("ix_form_drafts_saved_at"), "form_drafts", ["saved_at"])


def downgrade() -> None:
    op.drop_table("form_drafts")
