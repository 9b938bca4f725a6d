"""Absences as pages show them: people by their names, days in words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from milepost.explain.local_time import date_text
from milepost.explain.people_names import colleague_name
from milepost.store.stand_ins import Absence
from milepost.text import count_of, listing


@dataclass(frozen=True, slots=True)
class AwayNote:
    """An absence in words; `about` says which part of the tasks it is about, empty for all."""

    number: int
    person: str
    person_name: str
    delegate: str
    delegate_name: str
    first_day: str
    last_day: str
    about: str

    @staticmethod
    def of(absence: Absence, known: Collection[str] | None = None) -> AwayNote:
        """Returns it for a reader who may know these customers, and of others how many; None: all."""
        parts = [f"as {absence.role.replace('_', ' ')}"] if absence.role else []
        parts += [f"for {_customers(absence.customers, known)}"] if absence.customers is not None else []
        return AwayNote(
            absence.number,
            absence.person,
            colleague_name(absence.person),
            absence.delegate,
            colleague_name(absence.delegate),
            date_text(absence.first_day),
            date_text(absence.last_day),
            " ".join(parts),
        )


def _customers(some: Collection[str], known: Collection[str] | None) -> str:
    named = sorted(each for each in some if known is None or each in known)
    return listing(named, count=len(some)) if named else count_of(len(some), "customer")
