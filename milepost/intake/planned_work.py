"""Who would get which mails and tasks of an import, for people to look through: the first of them, and all as CSV."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from milepost.intake.import_preview import PreviewedCustomer, TaskCount
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
    _out: io.StringIO = field(default_factory=lambda: io.StringIO(newline=""))
    _rows: int = 0

    def add(self, previewed: PreviewedCustomer) -> None:
        """Adds what a customer's journey would do."""
        customer, journey = previewed.customer, previewed.journey
        for mail in journey.mails if journey else ():
            self._write(customer.id, customer.name, "mail", mail.template, mail.contact, text(mail.at), mail.is_today)
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
            who = task.person or task.role
            self._write(customer.id, customer.name, "task", task.title, who, text(task.at), task.is_today)
            whose = (task.person or "", task.role)
            if whose in self.by_person or len(self.by_person) < _PERSONS:
                self.by_person.setdefault(whose, TaskCount()).add(task)
                self.titles.setdefault(whose, Counter())[task.title] += 1

    def _write(self, *cells: object) -> None:
        writer = csv.writer(self._out)
        if not self._rows:
            writer.writerow(["customer", "name", "what", "title", "to", "at", "today"])
        self._rows += 1
        writer.writerow([*cells[:-1], "yes" if cells[-1] else "no"])

    def to_csv(self) -> bytes:
        """Returns all mails and tasks, one a row; nothing if there are none."""
        return self._out.getvalue().encode("utf-8-sig") if self._rows else b""

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
