"""Messages have the key by which a reply to them is known.

Revision: 0024, after 0023.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None
_WHERE = sa.text("reply_key IS NOT NULL")


def upgrade() -> None:
    op.add_column("messages", sa.Column("reply_key", sa.Text(), nullable=True))
    op.create_index("ix_messages_reply_key", "messages", ["reply_key"], sqlite_where=_WHERE, postgresql_where=_WHERE)


def downgrade() -> None:
    op.drop_index("ix_messages_reply_key", "messages")
    op.drop_column("messages", "reply_key")
