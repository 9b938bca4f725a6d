"""Books that are kept in step with a folder or an address.

Revision: 0010, after 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "syncs",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("recipe", sa.JSON(), nullable=False),
        sa.Column("schedule", sa.Text(), nullable=True),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("lease", sa.Text(), nullable=True),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_syncs"),
    )
    op.create_index("ix_syncs_next_at", "syncs", ["next_at"])
    op.create_table(
        "sync_runs",
        sa.Column("number", _LONG, autoincrement=True, nullable=False),
        sa.Column("sync", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_sync_runs"),
        sa.ForeignKeyConstraint(["sync"], ["syncs.name"], name="fk_sync_runs_sync_syncs", ondelete="CASCADE"),
    )
    op.create_index("ix_sync_runs_sync_number", "sync_runs", ["sync", "number"])
    op.create_table(
        "synced_customers",
        sa.Column("sync", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("vanished_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("sync", "key", name="pk_synced_customers"),
        sa.ForeignKeyConstraint(["sync"], ["syncs.name"], name="fk_synced_customers_sync_syncs", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name="fk_synced_customers_customer_id_customers", ondelete="SET NULL"
        ),
    )
    op.create_index("ix_synced_customers_customer_id", "synced_customers", ["customer_id"])


def downgrade() -> None:
    for table in ("synced_customers", "sync_runs", "syncs"):
        op.drop_table(table)
