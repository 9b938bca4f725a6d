"""Writes a book of customers in the form that `milepost.imports.customer_book` reads: what is read back is the same."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import IO

from milepost.customer import Contact, Customer, Mail
from milepost.imports.cell_text import cell_text
from milepost.imports.layout import COLUMNS
from milepost.planner.entry_point import EntryPoint

_FIELDS = ("first_name", "last_name", "salutation", "timezone", "country", "language")


class BookWriter:
    """Writes one row a customer to a file that was opened with `newline=""`.

    Above them stands a heading with all `attributes` and columns of entries (`entry_cells`).
    """

    def __init__(self, file: IO[str], attributes: Sequence[str], entry_columns: Sequence[str] = ()) -> None:
        self._writer, self._attributes, self._entry_columns = csv.writer(file), attributes, entry_columns
        self._writer.writerow((*COLUMNS, *attributes, *entry_columns))

    def write(self, customer: Customer, entry: Mapping[str, str] | None = None) -> None:
        """Writes one customer, and the cells of where it stands; what the heading doesn't name is left out."""
        cells = ((entry or {}).get(column, "") for column in self._entry_columns)
        self._writer.writerow((*_row(customer, self._attributes), *cells))


def entry_cells(entry: EntryPoint | None, ended: str | None = None) -> dict[str, str]:
    """Returns where a customer stands, by column; `ended` is why its journey is over."""
    if entry is None:
        return {"enters.ended": ended} if ended else {}
    cells = {"enters.stage": entry.stage, "enters.since": entry.since or ""}
    for step, done in entry.done.items():
        cells[f"enters.done.{step}"] = done.at or "yes"
        cells[f"enters.result.{step}"] = done.result or ""
    for outcome, answer in entry.outcomes.items():
        of = f"enters.outcomes.{outcome}"
        cells |= {f"{of}.verdict": answer.verdict, f"{of}.value": cell_text(answer.value), f"{of}.at": answer.at or ""}
    cells |= {f"enters.skipped.{step}": "yes" for step in entry.skipped}
    cells |= {f"enters.plays.{play}": since or "yes" for play, since in entry.plays.items()}
    for step, each in entry.open.items():
        cells |= {f"enters.open.{step}": each.at or "yes", f"enters.due.{step}": each.due or ""}
    for step, agreed in entry.agreed.items():
        cells |= {f"enters.agreed.{step}.{name}": str(value) for name, value in agreed.items()}
    cells["enters.paused"] = entry.paused or ""
    cells |= {f"enters.counts.{event}": str(count) for event, count in entry.counts.items()}
    return {column: cell for column, cell in cells.items() if cell}


def _row(customer: Customer, attributes: Sequence[str]) -> list[str]:
    return [
        customer.id,
        customer.name,
        customer.timezone,
        customer.country or "",
        customer.language or "",
        "; ".join(map(_contact, customer.contacts)),
        "; ".join(f"{role}={address}" for role, address in customer.team.items()),
        *(cell_text(customer.attributes.get(name)) for name in attributes),
    ]


def _contact(contact: Contact) -> str:
    name = '"' + " ".join(contact.name.split()).replace('"', '""') + '"'
    more = [f"{field}={value}" for field in _FIELDS if (value := getattr(contact, field))]
    mail = [f"mail={contact.mail}"] if contact.mail is not Mail.ALL else []
    return " ".join((name, f"<{contact.email}>", "+".join(contact.personas), *more, *mail)).strip()
