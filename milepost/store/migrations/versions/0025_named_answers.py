"""Whether whoever answered may be named where the result is shown to others.

Revision: 0025, after 0024.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("answers", sa.Column("named", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("answers", "named")
