"""People: names, salutation, which mail a contact wants, and addresses that a mail server refused.

Revision: 0008, after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None

_NAMES = ("first_name", "last_name", "salutation")


def upgrade() -> None:
    with op.batch_alter_table("contacts") as table:
        for name in _NAMES:
            table.add_column(sa.Column(name, sa.Text(), nullable=True))
        table.add_column(sa.Column("mail", sa.Text(), nullable=False, server_default="all"))
        table.add_column(sa.Column("refused", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("contacts") as table:
        for name in ("refused", "mail", *reversed(_NAMES)):
            table.drop_column(name)
