"""Rehearsals that people start on pages: who did, how far each is, and how it went.

Revision: 0016, after 0015.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "rehearsals",
        sa.Column("number", _LONG, autoincrement=True, nullable=False),
        sa.Column("import_number", _LONG, nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("played", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("beat_at", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("account", sa.JSON(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_number"], ["imports.number"], name="fk_rehearsals_import_number_imports", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name="pk_rehearsals"),
        sa.UniqueConstraint("form", name="uq_rehearsals_form"),
        sa.UniqueConstraint("slot", name="uq_rehearsals_slot"),
    )
    op.create_index("ix_rehearsals_import_number", "rehearsals", ["import_number"])


def downgrade() -> None:
    op.drop_table("rehearsals")
