"""Rollouts: open journeys that move to another version of their map, batch by batch.

Revision: 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "rollouts",
        sa.Column("number", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("map", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("started_by", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("back_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["version"], ["map_versions.hash"], name="fk_rollouts_version_map_versions"),
        sa.ForeignKeyConstraint(["back_of"], ["rollouts.number"], name="fk_rollouts_back_of_rollouts"),
        sa.PrimaryKeyConstraint("number", name="pk_rollouts"),
    )
    op.create_table(
        "rollout_moves",
        sa.Column("rollout", _SERIAL, nullable=False),
        sa.Column("journey_id", sa.Text(), nullable=False),
        sa.Column("from_version", sa.Text(), nullable=False),
        sa.Column("to_version", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["rollout"], ["rollouts.number"], name="fk_rollout_moves_rollout_rollouts"),
        sa.ForeignKeyConstraint(
            ["journey_id"], ["journeys.id"], name="fk_rollout_moves_journey_id_journeys", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("rollout", "journey_id", name="pk_rollout_moves"),
    )
    op.create_index("ix_rollout_moves_journey_id", "rollout_moves", ["journey_id"])
    op.create_index("ix_rollout_moves_rollout_status", "rollout_moves", ["rollout", "status"])


def downgrade() -> None:
    op.drop_table("rollout_moves")
    op.drop_table("rollouts")
