"""Absences and their delegates, and who handed a customer over.

Revision: 0012, after 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "absences",
        sa.Column("number", _LONG, autoincrement=True, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("person", "delegate")),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("some_customers", sa.Boolean(), nullable=False, server_default=sa.false()),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("first_day", "last_day", "timezone")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("starts_at", "ends_at", "told_at")),
        sa.Column("told_by", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_absences"),
    )
    op.create_index("ix_absences_person", "absences", ["person"])
    op.create_index("ix_absences_ends_at", "absences", ["ends_at"])
    op.create_table(
        "absence_customers",
        sa.Column("absence", _LONG, nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["absence"], ["absences.number"], name="fk_absence_customers_absence_absences", ondelete="CASCADE"
        ),
        _of_customer("absence_customers"),
        sa.PrimaryKeyConstraint("absence", "customer_id", name="pk_absence_customers"),
    )
    op.create_index("ix_absence_customers_customer_id", "absence_customers", ["customer_id"])
    op.create_table(
        "former_colleagues",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("customer_id", "role", "address")),
        sa.Column("handed_over_at", sa.BigInteger(), nullable=False),
        _of_customer("former_colleagues"),
        sa.PrimaryKeyConstraint("customer_id", "role", "address", name="pk_former_colleagues"),
    )


def _of_customer(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_customer_id_customers"
    return sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    for table in ("former_colleagues", "absence_customers", "absences"):
        op.drop_table(table)
