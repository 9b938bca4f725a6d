"""The inbox of a journey: the facts that wait for it, in their order; open plays by kind and journey.

Facts that no journey has taken in yet were marked as pending from the first version on; they are the inbox.

Revision: 0003, after 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_pending = sa.text("status = 'pending'")
    op.create_index(
        "ix_facts_journey_id_pending",
        "facts",
        ["journey_id", "serial"],
        sqlite_where=is_pending,
        postgresql_where=is_pending,
    )
    op.drop_index("ix_open_plays_kind", "open_plays")
    op.create_index("ix_open_plays_kind_journey_id", "open_plays", ["kind", "journey_id"])


def downgrade() -> None:
    op.drop_index("ix_open_plays_kind_journey_id", "open_plays")
    op.create_index("ix_open_plays_kind", "open_plays", ["kind"])
    op.drop_index("ix_facts_journey_id_pending", "facts")
