"""Messages that are invitations have what they put into their reader's calendar.

Revision: 0021, after 0020.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("calendar", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("messages", "calendar")
