"""A hold takes back what was released by name before, as long as it hasn't left.

Holds of earlier programs didn't, and go on not to; of messages that wait it is now on record which were released.

Revision: 0031, after 0036.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0036"
branch_labels = None
depends_on = None

_LINE = ["since", "journey_id", "message"]
_BEFORE, _NOW = "ix_held_messages_since_journey_id_message", "ix_held_messages_released_since_journey_id_message"


def upgrade() -> None:
    for switches in ("mail_switches", "customer_mail_switches"):
        op.add_column(switches, sa.Column("overrules", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("messages", sa.Column("hold", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("held_messages", sa.Column("released", sa.Boolean(), nullable=False, server_default=sa.false()))
    _mark_released()
    op.drop_index(op.f(_BEFORE), "held_messages")
    op.create_index(op.f(_NOW), "held_messages", ["released", *_LINE])


def _mark_released() -> None:
    columns = [sa.column("id"), sa.column("held_messages"), sa.column("state", sa.JSON())]
    journeys = sa.table("journeys", *columns)
    held = sa.table("held_messages", sa.column("journey_id"), sa.column("message"), sa.column("released"))
    for journey in op.get_bind().execute(sa.select(journeys).where(journeys.c.held_messages > 0)):
        released = [each["message"] for each in journey.state.get("queue", ()) if each.get("released")]
        if released:
            is_one = (held.c.journey_id == journey.id, held.c.message.in_(released))
            op.execute(held.update().where(*is_one).values(released=True))


def downgrade() -> None:
    op.drop_index(op.f(_NOW), "held_messages")
    op.create_index(op.f(_BEFORE), "held_messages", _LINE)
    op.drop_column("held_messages", "released")
    op.drop_column("messages", "hold")
    for switches in ("customer_mail_switches", "mail_switches"):
        op.drop_column(switches, "overrules")
