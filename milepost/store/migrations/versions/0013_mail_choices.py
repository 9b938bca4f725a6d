"""Which mail people chose, by address, and indexes by which a bounce finds its message and its contacts.

Revision: 0013, after 0012.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_HAS_ID = sa.text("channel_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "mail_choices",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mail", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("address", "number", name=op.f("pk_mail_choices")),
        sa.UniqueConstraint("request", name=op.f("uq_mail_choices_request")),
    )
    op.create_index(op.f("ix_mail_choices_at"), "mail_choices", ["at"])
    op.add_column("contacts", sa.Column("address_key", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE contacts SET address_key = lower(trim(email))")
    op.create_index(op.f("ix_contacts_address_key"), "contacts", ["address_key"])
    op.create_index(
        "ix_messages_channel_id", "messages", ["channel_id"], sqlite_where=_HAS_ID, postgresql_where=_HAS_ID
    )
    _keep_what_holds(op.get_bind())


def _keep_what_holds(connection: sa.Connection) -> None:
    """Keeps what contacts have so far as choices, of several the strictest, so that no record takes it back."""
    query = sa.text(
        "SELECT c.address_key, c.mail, customers.updated_at FROM contacts c "
        "JOIN customers ON customers.id = c.customer_id WHERE c.mail <> 'all' ORDER BY customers.updated_at"
    )
    chosen: dict[str, tuple[str, int]] = {}
    for address, mail, at in connection.execute(query):
        if chosen.get(address, ("", 0))[0] != "none":
            chosen[address] = (mail, at)
    rows = [
        {"address": address, "number": 1, "mail": mail, "how": "record", "at": at, "request": f"record/{address}"}
        for address, (mail, at) in chosen.items()
    ]
    if rows:
        names = ("address", "number", "mail", "how", "at", "request")
        op.bulk_insert(sa.table("mail_choices", *(sa.column(name) for name in names)), rows)


def downgrade() -> None:
    op.drop_index("ix_messages_channel_id", "messages")
    op.drop_index(op.f("ix_contacts_address_key"), "contacts")
    op.drop_column("contacts", "address_key")
    op.drop_table("mail_choices")
