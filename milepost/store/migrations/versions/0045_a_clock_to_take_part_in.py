"""A clock that visitors of the demo steer and that waits for its journeys, and whom they play themselves.

Revision: 0045, after 0043.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0043"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("stops_at", sa.BigInteger()),
    ("horizon", sa.BigInteger()),
    ("usual_speed", sa.Float()),
    ("taken_colleagues", sa.JSON()),
    ("taken_customers", sa.JSON()),
)


def upgrade() -> None:
    for name, kind in _COLUMNS:
        op.add_column("clock", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name, _ in reversed(_COLUMNS):
        op.drop_column("clock", name)
