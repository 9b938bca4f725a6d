"""The ledger of results lists answers by their time.

Revision: 0037, after 0031.
"""

from __future__ import annotations

from alembic import op

revision = "0037"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_answers_at_journey_id_answer"), "answers", ["at", "journey_id", "answer"])


def downgrade() -> None:
    op.drop_index(op.f("ix_answers_at_journey_id_answer"), "answers")
