"""Absences as pages show them: people by their names, days in words."""

from __future__ import annotations

from dataclasses import dataclass

from milepost.explain.local_time import date_text
from milepost.explain.people_names import colleague_name
from milepost.store.stand_ins import Absence


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
    def of(absence: Absence) -> AwayNote:
        some = absence.customers
        parts = [f"as {absence.role.replace('_', ' ')}"] if absence.role else []
        parts += [f"for {', '.join(sorted(some))}"] if some is not None else []
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
