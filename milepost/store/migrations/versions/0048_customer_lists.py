"""What lists of customers are narrowed and ordered by, and the views of them that people keep.

Revision: 0048, after 0047.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_CHUNK = 500
_RENEWAL = ("renews_on", "renewal_date", "renewal_on", "contract_renews_on", "contract_ends_on", "contract_end")
_VALUE = ("contract_value", "annual_contract_value", "acv", "arr", "annual_value", "monthly_value", "mrr")
_CUSTOMERS = sa.table(
    "customers",
    sa.column("id"),
    sa.column("attributes", sa.JSON()),
    sa.column("renews_on"),
    sa.column("contract_value"),
)
_JOURNEYS = sa.table("journeys", sa.column("id"), sa.column("state", sa.JSON()), sa.column("silent_from"))


def upgrade() -> None:
    op.add_column("customers", sa.Column("renews_on", sa.Text(), nullable=True))
    op.add_column("customers", sa.Column("contract_value", sa.Float(), nullable=True))
    op.add_column("journeys", sa.Column("silent_from", sa.BigInteger(), nullable=True))
    op.create_table(
        "saved_views",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person", "name", name=op.f("pk_saved_views")),
    )
    _fill(_CUSTOMERS, None, lambda row: {"renews_on": _day(row.attributes), "contract_value": _value(row.attributes)})
    _fill(_JOURNEYS, sa.text("status = 'open'"), lambda row: {"silent_from": _silent_from(row.state)})
    for columns in (["renews_on", "sort_key", "id"], ["contract_value", "sort_key", "id"]):
        op.create_index(op.f(f"ix_customers_{'_'.join(columns)}"), "customers", columns)
    is_awaited = sa.text("silent_from IS NOT NULL")
    op.create_index(
        "ix_journeys_silent", "journeys", ["silent_from", "id"], sqlite_where=is_awaited, postgresql_where=is_awaited
    )


def downgrade() -> None:
    op.drop_index("ix_journeys_silent", "journeys")
    op.drop_index(op.f("ix_customers_contract_value_sort_key_id"), "customers")
    op.drop_index(op.f("ix_customers_renews_on_sort_key_id"), "customers")
    op.drop_table("saved_views")
    op.drop_column("journeys", "silent_from")
    op.drop_column("customers", "contract_value")
    op.drop_column("customers", "renews_on")


def _fill(table: sa.TableClause, condition: Any, values_of: Any) -> None:
    """Writes the new columns of all rows, some at a time, those alone that have a value."""
    connection = op.get_bind()
    last = ""
    query = sa.select(table).order_by(table.c.id).limit(_CHUNK)
    query = query if condition is None else query.where(condition)
    while rows := connection.execute(query.where(table.c.id > last)).all():
        for row in rows:
            values = {name: value for name, value in values_of(row).items() if value is not None}
            if values:
                connection.execute(sa.update(table).where(table.c.id == row.id).values(values))
        last = rows[-1].id


def _day(attributes: Mapping[str, Any]) -> str | None:
    return next((day for name in _RENEWAL if (day := _date(attributes.get(name)))), None)


def _date(value: Any) -> str | None:
    try:
        return date.fromisoformat(value).isoformat() if isinstance(value, str) else None
    except ValueError:
        return None


def _value(attributes: Mapping[str, Any]) -> float | None:
    values = [attributes[name] for name in _VALUE if attributes.get(name) is not None]
    first = values[0] if values else None
    return float(first) if isinstance(first, int | float) and not isinstance(first, bool) else None


def _silent_from(state: Mapping[str, Any]) -> int | None:
    return min(_lateness(state), default=None)


def _lateness(state: Mapping[str, Any]) -> Iterator[int]:
    for record in state.get("steps", {}).values():
        status, due_at = record.get("status"), record.get("due_at")
        is_theirs = record.get("kind") in ("action", "outcome") and status in ("open", "asked")
        if due_at is not None and (is_theirs or status == "silent"):
            yield max(due_at, record.get("snoozed_end") or 0, record.get("quiet_end") or 0)
