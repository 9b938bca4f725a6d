"""Lists by key: what lists are ordered by lies in columns with indexes, and what they count is counted by an index.

Revision: 0006, after 0005.
"""

from __future__ import annotations

from unicodedata import combining, normalize

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_IS_OPEN = "status = 'open'"
_URGENCY = ["urgency", "journey_id", "task"]
_ESCALATED = f"{_IS_OPEN} AND escalated_person IS NOT NULL"
_QUEUE = f"{_IS_OPEN} AND person IS NULL"
_ESCALATED_QUEUE = f"{_IS_OPEN} AND escalated_to IS NOT NULL AND escalated_person IS NULL"
_PARTIAL = {
    "ix_journeys_version_not_ended": ("journeys", ["version"], "ended_at IS NULL"),
    "ix_journeys_wake_at_not_ended": ("journeys", ["wake_at"], "ended_at IS NULL"),
    "ix_journeys_blocked": ("journeys", ["blocked_since", "id"], "blocked_since IS NOT NULL"),
    "ix_journeys_holding": ("journeys", ["wake_at", "id", "held_messages"], "held_messages > 0"),
    "ix_tasks_open": ("tasks", [*_URGENCY, "role", "escalated_to"], _IS_OPEN),
    "ix_tasks_open_person": ("tasks", ["person", *_URGENCY], _IS_OPEN),
    "ix_tasks_open_escalated_person": ("tasks", ["escalated_person", *_URGENCY], _ESCALATED),
    "ix_tasks_queue": ("tasks", ["role", *_URGENCY], _QUEUE),
    "ix_tasks_escalated_queue": ("tasks", ["escalated_to", *_URGENCY], _ESCALATED_QUEUE),
    "ix_answers_verdict": ("answers", ["verdict"], "revoked_at IS NULL"),
}
_WHOLE = {
    "ix_customers_sort_key_id_latest_journey": ("customers", ["sort_key", "id", "latest_journey"]),
    "ix_customers_latest_journey_sort_key_id": ("customers", ["latest_journey", "sort_key", "id"]),
    "ix_customers_health_sort_key_id": ("customers", ["health", "sort_key", "id"]),
    "ix_journeys_status_id": ("journeys", ["status", "id"]),
    "ix_journeys_updated_at_id": ("journeys", ["updated_at", "id"]),
    "ix_messages_at_journey_id_message": ("messages", ["at", "journey_id", "message"]),
    "ix_messages_status_at_journey_id_message": ("messages", ["status", "at", "journey_id", "message"]),
    "ix_open_stages_title_position": ("open_stages", ["title", "position"]),
}
_DROPPED = {
    "ix_customers_health": ("customers", ["health"]),
    "ix_journeys_status": ("journeys", ["status"]),
    "ix_journeys_blocked_since": ("journeys", ["blocked_since"]),
    "ix_messages_at": ("messages", ["at"]),
    "ix_messages_status_at": ("messages", ["status", "at"]),
    "ix_tasks_status_person": ("tasks", ["status", "person"]),
    "ix_tasks_status_escalated_person": ("tasks", ["status", "escalated_person"]),
}


def upgrade() -> None:
    sort_key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.add_column("customers", sa.Column("sort_key", sort_key, nullable=False, server_default=""))
    op.add_column("customers", sa.Column("latest_journey", sa.Text(), nullable=True))
    op.add_column("journeys", sa.Column("held_messages", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("tasks", sa.Column("urgency", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "team_members",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name="fk_team_members_customer_id_customers", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", "role", name="pk_team_members"),
    )
    for name, (table, _) in _DROPPED.items():
        op.drop_index(name, table)
    _fill(op.get_bind())
    op.create_index("ix_team_members_address", "team_members", ["address"])
    for name, (table, columns) in _WHOLE.items():
        op.create_index(name, table, columns)
    for name, (table, columns, where) in _PARTIAL.items():
        op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.create_index(
        "ix_open_stages_stuck",
        "open_stages",
        ["journey_id"],
        sqlite_where=sa.text("stuck IS 1"),
        postgresql_where=sa.text("stuck IS true"),
    )


def _fill(connection: sa.Connection) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    queue = "json_array_length(state, '$.queue')" if is_sqlite else "json_array_length(state -> 'queue')"
    connection.execute(sa.text(f"UPDATE journeys SET held_messages = coalesce({queue}, 0) WHERE ended_at IS NULL"))  # noqa: S608
    connection.execute(
        sa.text(
            "UPDATE customers SET latest_journey = (SELECT journeys.id FROM journeys "
            "WHERE journeys.customer_id = customers.id ORDER BY number DESC LIMIT 1)"
        )
    )
    connection.execute(
        sa.text(
            "UPDATE tasks SET urgency = coalesce(due_at, opened_at + 1099511627776) + CASE (SELECT journeys.status "
            "FROM journeys WHERE journeys.id = tasks.journey_id) WHEN 'paused' THEN 2199023255552 ELSE 0 END "
            "WHERE status = 'open'"
        )
    )
    each = "json_each(team)" if is_sqlite else "json_each_text(team)"
    connection.execute(
        sa.text(
            "INSERT INTO team_members (customer_id, role, address) "  # noqa: S608 - no input
            f"SELECT customers.id, member.key, lower(trim(member.value)) FROM customers, {each} AS member "
            "WHERE trim(member.value) <> ''"
        )
    )
    names = connection.execute(sa.text("SELECT id, name FROM customers")).all()
    keys = [{"key": f"{_folded(name)} {_folded(customer)}"[:400], "customer": customer} for customer, name in names]
    if keys:
        connection.execute(sa.text("UPDATE customers SET sort_key = :key WHERE id = :customer"), keys)


def _folded(words: str) -> str:
    return "".join(each for each in normalize("NFKD", words.casefold()) if not combining(each))


def downgrade() -> None:
    op.drop_index("ix_open_stages_stuck", "open_stages")
    for name, (table, _columns, _where) in _PARTIAL.items():
        op.drop_index(name, table)
    for name, (table, _) in _WHOLE.items():
        op.drop_index(name, table)
    for name, (table, columns) in _DROPPED.items():
        op.create_index(name, table, columns)
    op.drop_table("team_members")
    op.drop_column("tasks", "urgency")
    op.drop_column("journeys", "held_messages")
    op.drop_column("customers", "latest_journey")
    op.drop_column("customers", "sort_key")
