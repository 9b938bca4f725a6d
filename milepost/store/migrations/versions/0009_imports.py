"""Imports that people follow on pages: uploaded files, what is to be done with them, and how far that is.

Revision: 0009, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("number", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("contacts_file", sa.Text(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=True),
        sa.Column("mapping", sa.Text(), nullable=True),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("in_flight", sa.JSON(), nullable=True),
        sa.Column("preview", sa.JSON(), nullable=True),
        sa.Column("account", sa.JSON(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("queued_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("keep_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_imports"),
        sa.UniqueConstraint("form", name="uq_imports_form"),
    )
    for column in ("status", "digest"):
        op.create_index(f"ix_imports_{column}", "imports", [column])
    op.create_table(
        "import_files",
        sa.Column("import_number", _SERIAL, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        _of_import("import_files"),
        sa.PrimaryKeyConstraint("import_number", "kind", name="pk_import_files"),
    )
    op.create_table(
        "import_refusals",
        sa.Column("serial", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("import_number", _SERIAL, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("repeated_id", sa.Text(), nullable=True),
        _of_import("import_refusals"),
        sa.PrimaryKeyConstraint("serial", name="pk_import_refusals"),
    )
    op.create_index("ix_import_refusals_import_number", "import_refusals", ["import_number"])


def _of_import(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_import_number_imports"
    return sa.ForeignKeyConstraint(["import_number"], ["imports.number"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    for table in ("import_refusals", "import_files", "imports"):
        op.drop_table(table)
