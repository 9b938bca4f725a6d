"""What undoing needs: states from before, the advance that took a fact in, and messages that wait for the grace.

Revision: 0011, after 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "undo_points",
        sa.Column("journey_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["journey_id"], ["journeys.id"], name=op.f("fk_undo_points_journey_id_journeys"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("journey_id", "revision", name=op.f("pk_undo_points")),
    )
    op.create_index(op.f("ix_undo_points_until"), "undo_points", ["until"])
    op.add_column("facts", sa.Column("revision", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_facts_journey_id_revision"), "facts", ["journey_id", "revision"])
    op.add_column("messages", sa.Column("not_before", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("messages", "not_before")
    op.drop_index(op.f("ix_facts_journey_id_revision"), "facts")
    op.drop_column("facts", "revision")
    op.drop_table("undo_points")
