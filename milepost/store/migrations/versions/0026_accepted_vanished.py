"""How many missing customers the next run of a book takes in, as somebody said.

Revision: 0026, after 0025.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("syncs", sa.Column("accepted_vanished", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("syncs", "accepted_vanished")
