"""Runs migrations on the connection that `milepost.store.schema_upgrade` passes on."""

from __future__ import annotations

from alembic import context

from milepost.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
