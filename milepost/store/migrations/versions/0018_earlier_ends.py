"""Customers whose journey had ended before they were imported.

Revision: 0018, after 0017.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "earlier_ends",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name="fk_earlier_ends_customer_id_customers", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", name="pk_earlier_ends"),
    )


def downgrade() -> None:
    op.drop_table("earlier_ends")
