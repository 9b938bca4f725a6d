"""Absences in words, for the commands about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from milepost.explain.local_time import date_text
from milepost.explain.people_names import colleague_name
from milepost.planner.instants import Instant
from milepost.store.stand_ins import Absence
from milepost.text import listing


def absence_lines(absences: Iterable[Absence], now: Instant, *, numbers: bool = True) -> Iterator[str]:
    """Yields a sentence for each absence."""
    for each in absences:
        number = f"Absence {each.number}: " if numbers else ""
        about = f" as {each.role}" if each.role else ""
        about += f" for {listing(sorted(each.customers))}" if each.customers is not None else ""
        days = f"from {date_text(each.first_day)} to {date_text(each.last_day)} ({each.timezone})"
        people = f"{colleague_name(each.delegate)} stands in for {colleague_name(each.person)}"
        yield f"{number}{people}{about} {days}{_status(each, now)}."


def _status(absence: Absence, now: Instant) -> str:
    status = absence.status(now)
    if absence.ended_at is not None:
        return ", ended early" + (f" by {colleague_name(absence.ended_by)}" if absence.ended_by else "")
    return {"running": ", now", "over": ", over"}.get(status, "")
