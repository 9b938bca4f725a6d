"""The time of day that was agreed on for a task, and where customers book a time with a colleague.

Revision: 0028, after 0027.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tasks", sa.Column("agreed_at", sa.BigInteger(), nullable=True))
    op.add_column("tasks", sa.Column("agreed_minutes", sa.Integer(), nullable=True))
    op.add_column("people", sa.Column("booking_link", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("people", "booking_link")
    op.drop_column("tasks", "agreed_minutes")
    op.drop_column("tasks", "agreed_at")
