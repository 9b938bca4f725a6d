"""Hand-overs that go on behind their page.

Revision: 0039, after 0037.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0037"
branch_labels = None
depends_on = None

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "hand_over_orders",
        sa.Column("number", _LONG, autoincrement=True, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("form", "former", "successor")),
        sa.Column("roles", sa.JSON(), nullable=True),
        sa.Column("introduce", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("ordered_at", sa.BigInteger(), nullable=False),
        sa.Column("ordered_by", sa.Text(), nullable=True),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("ended_at", "keep_until")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_hand_over_orders")),
        sa.UniqueConstraint("form", name=op.f("uq_hand_over_orders_form")),
    )
    op.create_index(op.f("ix_hand_over_orders_ended_at"), "hand_over_orders", ["ended_at"])
    op.create_table(
        "hand_over_customers",
        sa.Column("hand_over", _LONG, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("customer_id", "status")),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["hand_over"],
            ["hand_over_orders.number"],
            name=op.f("fk_hand_over_customers_hand_over_hand_over_orders"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
            name=op.f("fk_hand_over_customers_customer_id_customers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("hand_over", "customer_id", name=op.f("pk_hand_over_customers")),
    )
    op.create_index(op.f("ix_hand_over_customers_customer_id"), "hand_over_customers", ["customer_id"])


def downgrade() -> None:
    for table in ("hand_over_customers", "hand_over_orders"):
        op.drop_table(table)
