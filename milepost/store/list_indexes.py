"""The indexes that lists are read by and figures are counted by, table by table, for `milepost.store.tables`.

A query uses one with a condition only if it names that condition in the same words: a status as a literal, not as a
parameter.
"""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint, text


def _some(name: str, *columns: str, where: str, sqlite_where: str | None = None) -> Index:
    """Returns an index over the rows that meet a condition."""
    return Index(name, *columns, sqlite_where=text(sqlite_where or where), postgresql_where=text(where))


_IS_OPEN = "status = 'open'"
_URGENCY = ("urgency", "journey_id", "task")

CUSTOMERS = (
    Index(None, "sort_key", "id", "latest_journey"),
    Index(None, "latest_journey", "sort_key", "id"),
    Index(None, "health", "sort_key", "id"),
    Index(None, "renews_on", "sort_key", "id"),
    Index(None, "contract_value", "sort_key", "id"),
)
JOURNEYS = (
    Index(None, "status", "id"),
    Index(None, "updated_at", "id"),
    _some("ix_journeys_version_not_ended", "version", where="ended_at IS NULL"),
    _some("ix_journeys_wake_at_not_ended", "wake_at", where="ended_at IS NULL"),
    _some("ix_journeys_silent", "silent_from", "id", where="silent_from IS NOT NULL"),
    _some("ix_journeys_blocked", "blocked_since", "id", where="blocked_since IS NOT NULL"),
    _some("ix_journeys_holding", "wake_at", "id", "held_messages", where="held_messages > 0"),
)
OPEN_STAGES = (
    Index(None, "title", "position"),
    _some("ix_open_stages_stuck", "journey_id", where="stuck IS true", sqlite_where="stuck IS 1"),
)
TASKS = (
    _some("ix_tasks_open", *_URGENCY, "role", "escalated_to", where=_IS_OPEN),
    _some("ix_tasks_open_person", "person", *_URGENCY, where=_IS_OPEN),
    _some(
        "ix_tasks_open_escalated_person",
        "escalated_person",
        *_URGENCY,
        where=f"{_IS_OPEN} AND escalated_person IS NOT NULL",
    ),
    _some("ix_tasks_done", "closed_at", "person", "why", "elsewhere", where="status = 'done'"),
    _some("ix_tasks_queue", "role", *_URGENCY, where=f"{_IS_OPEN} AND person IS NULL"),
    _some(
        "ix_tasks_escalated_queue",
        "escalated_to",
        *_URGENCY,
        where=f"{_IS_OPEN} AND escalated_to IS NOT NULL AND escalated_person IS NULL",
    ),
)
MESSAGES = (
    Index(None, "customer_id", "at"),
    Index(None, "at", "journey_id", "message"),  # no list reads it: retention finds by it what is old, batch by batch
    Index(None, "status", "at", "journey_id", "message"),
    _some("ix_messages_channel_id", "channel_id", where="channel_id IS NOT NULL"),
    _some("ix_messages_reply_key", "reply_key", where="reply_key IS NOT NULL"),
)
ANSWERS = (
    _some("ix_answers_verdict", "verdict", where="revoked_at IS NULL"),
    Index(None, "at", "journey_id", "answer"),
)
FACTS = (
    UniqueConstraint("customer_id", "id"),
    Index(None, "status", "serial"),
    _some("ix_facts_journey_id_pending", "journey_id", "serial", where="status = 'pending'"),
    Index(None, "journey_id", "revision"),
    _some("ix_facts_set", "customer_id", "serial", where="kind = 'set'"),
)
