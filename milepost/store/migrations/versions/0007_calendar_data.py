"""The zones and holidays that journeys are planned with.

Revision: 0007, after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_data",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_data")),
    )
    op.add_column("journeys", sa.Column("planned_with", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("journeys", "planned_with")
    op.drop_table("calendar_data")
