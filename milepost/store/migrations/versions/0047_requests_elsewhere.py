"""Requests of customers that were for others, and an index over the tasks that are done.

Revision: 0047, after 0046.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None
_COLUMNS = ["closed_at", "person", "why", "elsewhere"]
_IS_DONE = sa.text("status = 'done'")


def upgrade() -> None:
    op.add_column("tasks", sa.Column("elsewhere", sa.Text(), nullable=True))
    op.create_index("ix_tasks_done", "tasks", _COLUMNS, sqlite_where=_IS_DONE, postgresql_where=_IS_DONE)


def downgrade() -> None:
    op.drop_index("ix_tasks_done", "tasks")
    op.drop_column("tasks", "elsewhere")
