"""Reviews of maps; what keeps a journey from being planned.

Revision: 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "map_reviews",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("map", sa.Text(), nullable=False),
        sa.Column("reviewed_at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_map_reviews"),
    )
    op.create_index("ix_map_reviews_map", "map_reviews", ["map"])
    op.add_column("journeys", sa.Column("blocked_since", sa.BigInteger(), nullable=True))
    op.add_column("journeys", sa.Column("blocked_why", sa.Text(), nullable=True))
    op.create_index("ix_journeys_blocked_since", "journeys", ["blocked_since"])


def downgrade() -> None:
    op.drop_index("ix_journeys_blocked_since", "journeys")
    op.drop_column("journeys", "blocked_why")
    op.drop_column("journeys", "blocked_since")
    op.drop_index("ix_map_reviews_map", "map_reviews")
    op.drop_table("map_reviews")
