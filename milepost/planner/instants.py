"""Instants: whole seconds since 1970-01-01T00:00Z, and their text form."""

from __future__ import annotations

from datetime import UTC, datetime

Instant = int
"""A point in time in whole seconds since 1970-01-01T00:00Z: plain data, compared and stored without a zone."""


def instant(moment: datetime) -> Instant:
    """The instant of an aware datetime, without its fraction of a second.

    Raises:
        ValueError: the datetime is naive, so it names no instant.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no UTC offset, so it names no instant; write one, such as 'Z'")
    return int(moment.timestamp() // 1)


def moment(at: Instant) -> datetime:
    """The instant as an aware datetime in UTC."""
    return datetime.fromtimestamp(at, UTC)


def text(at: Instant) -> str:
    """The instant as `2026-03-02T15:00:00Z`."""
    return moment(at).strftime("%Y-%m-%dT%H:%M:%SZ")


def optional_text(at: Instant | None) -> str | None:
    """The instant as `text` writes it; None without one."""
    return None if at is None else text(at)


def parse(value: str) -> Instant:
    """Read ISO 8601 text with an offset.

    Raises:
        ValueError: the text isn't a datetime or has no offset.
    """
    return instant(datetime.fromisoformat(value))
