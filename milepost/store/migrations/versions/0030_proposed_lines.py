"""What customers propose in the place of a line, part by part: each reader reads it in their own language.

Revision: 0030, after 0029.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_KEY = ("journey_id", "kind", "step", "fact")


def upgrade() -> None:
    op.add_column("agreements", sa.Column("proposed", sa.JSON(none_as_null=True), nullable=True))
    rows = _table()
    for row in op.get_bind().execute(sa.select(rows).where(rows.c.words.is_not(None))).mappings().all():
        _set(rows, row, proposed={"note": row["words"]})
    op.drop_column("agreements", "words")


def downgrade() -> None:
    op.add_column("agreements", sa.Column("words", sa.Text(), nullable=True))
    rows = _table()
    for row in op.get_bind().execute(sa.select(rows).where(rows.c.proposed.is_not(None))).mappings().all():
        _set(rows, row, words="; ".join(str(each) for each in row["proposed"].values()))
    op.drop_column("agreements", "proposed")


def _table() -> sa.Table:
    columns = [sa.Column(name, sa.Text()) for name in (*_KEY, "words")]
    return sa.Table("agreements", sa.MetaData(), *columns, sa.Column("proposed", sa.JSON(none_as_null=True)))


def _set(rows: sa.Table, row: sa.RowMapping, **values: object) -> None:
    is_row = [rows.c[name] == row[name] for name in _KEY]
    op.execute(rows.update().where(*is_row).values(**values))
