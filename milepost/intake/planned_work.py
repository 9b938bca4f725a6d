"""Who would get which mails and tasks of an import, for people to look through: the first of them, or all as CSV."""

from __future__ import annotations

import csv
import io
import weakref
from collections import Counter
from dataclasses import dataclass, field
from operator import itemgetter
from tempfile import TemporaryFile
from typing import Any

from milepost.customer import Customer
from milepost.intake.csv_rows import safe_cell
from milepost.intake.import_preview import PlannedMail, PlannedTask, PreviewedCustomer, TaskCount
from milepost.planner.instants import text

_FIRST = 20  # mails that the page shows
_PERSONS = 100  # whose tasks are summed up
_TITLES = 5  # of a person's tasks that the page names


@dataclass(slots=True)
class PlannedWork:
    """Collects the mails and tasks of a dry run: the first mails with their recipients, and tasks by person."""

    first_mails: list[dict[str, Any]] = field(default_factory=list)
    by_person: dict[tuple[str, str], TaskCount] = field(default_factory=dict)
    titles: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)

    def add(self, previewed: PreviewedCustomer) -> None:
        """Adds what a customer's journey would do."""
        customer, journey = previewed.customer, previewed.journey
        for mail in journey.mails if journey else ():
            if len(self.first_mails) < _FIRST:
                names = {each.address_key: each.name for each in customer.contacts}
                self.first_mails.append(
                    {
                        "customer": customer.name,
                        "template": mail.template,
                        "to": mail.contact,
                        "name": names.get(mail.contact.casefold(), mail.contact),
                        "today": mail.is_today,
                    }
                )
        for task in journey.tasks if journey else ():
            whose = (task.person or "", task.role)
            if whose in self.by_person or len(self.by_person) < _PERSONS:
                self.by_person.setdefault(whose, TaskCount()).add(task)
                self.titles.setdefault(whose, Counter())[task.title] += 1

    def to_json(self) -> dict[str, Any]:
        return {
            "first_mails": self.first_mails,
            "people": [
                {
                    "person": person or None,
                    "role": role,
                    **count.to_json(),
                    "hours": count.hours,
                    "titles": self.titles[person, role].most_common(_TITLES),
                    "more_titles": max(0, len(self.titles[person, role]) - _TITLES),
                }
                for (person, role), count in sorted(self.by_person.items(), key=itemgetter(0))
            ],
        }


class PlannedRows:
    """Writes all mails and tasks of a dry run as CSV, one a row, to a temporary file."""

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - it is closed with the object
        weakref.finalize(self, self._file.close)
        self._text = io.TextIOWrapper(self._file, "utf-8-sig", newline="", write_through=True)
        self._writer = csv.writer(self._text)
        self._is_empty = True

    def add(self, previewed: PreviewedCustomer) -> None:
        """Adds what a customer's journey would do."""
        journey = previewed.journey
        for mail in journey.mails if journey else ():
            self._write(previewed.customer, "mail", mail.template, mail.contact, mail)
        for task in journey.tasks if journey else ():
            self._write(previewed.customer, "task", task.title, task.person or task.role, task)

    def _write(self, customer: Customer, what: str, title: str, to: str, planned: PlannedMail | PlannedTask) -> None:
        if self._is_empty:
            self._writer.writerow(["customer", "name", "what", "title", "to", "at", "today"])
            self._is_empty = False
        today = "yes" if planned.is_today else "no"
        row = [customer.id, customer.name, what, title, to, text(planned.at), today]
        self._writer.writerow(map(safe_cell, row))

    def to_bytes(self) -> bytes:
        """Returns the file; nothing if there is nothing to do."""
        self._text.flush()
        self._file.seek(0)
        return self._file.read()
