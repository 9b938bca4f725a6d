"""Writes a book of customers in the form that `milepost.imports.customer_book` reads: what is read back is the same."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import IO

from milepost.customer import Contact, Customer, Mail
from milepost.imports.cell_text import cell_text
from milepost.imports.layout import COLUMNS

_FIELDS = ("first_name", "last_name", "salutation", "timezone", "country", "language")


class BookWriter:
    """Writes one row a customer to a file that was opened with `newline=""`, below a heading with all `attributes`."""

    def __init__(self, file: IO[str], attributes: Sequence[str]) -> None:
        self._writer, self._attributes = csv.writer(file), attributes
        self._writer.writerow((*COLUMNS, *attributes))

    def write(self, customer: Customer) -> None:
        """Writes one customer; attributes that the heading doesn't name are left out."""
        self._writer.writerow(_row(customer, self._attributes))


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
