"""What forgetting deletes or replaces, in sentences, as the command line and the pages say it."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.explain.row_counts import rows_text
from milepost.intake.contact_erasure import ContactErasure
from milepost.intake.erasure import Erasure
from milepost.text import count_of, listing

BACKUPS = "Backups made before still hold the customer."


def question(name: str, customer: str) -> str:
    """Returns what is asked before a customer is forgotten."""
    return f"Delete everything about {name} ({customer})? This can't be undone."


def of_customer(erasure: Erasure) -> Iterator[str]:
    """Yields what was deleted."""
    customer = erasure.ids[0]
    if erasure.rows:
        earlier = f", with what came from {listing(erasure.ids[1:])}" if erasure.ids[1:] else ""
        yield f"{customer} is forgotten{earlier}. Removed from the database: {rows_text(erasure.rows)}."
    if erasure.runs is not None:
        yield f"Temporal deletes {count_of(erasure.runs, 'run')} with all history, within a minute or two."
    yield BACKUPS


def left_in_temporal(erasure: Erasure) -> str | None:
    """Returns what Temporal still holds, as it was away, and what removes it."""
    if erasure.runs is not None:
        return None
    return (
        "Temporal is away. It still has the customer's id, with numbers and instants but nothing about people; "
        f"{listing([f'`milepost forget {each} --yes`' for each in erasure.ids])} removes that when it is back."
    )


def of_person(address: str, erasure: ContactErasure, *, dry_run: bool) -> Iterator[str]:
    """Yields what was replaced, or with `dry_run` would be."""
    if erasure.is_empty:
        yield f"Nothing is held on {address}."
        return
    if not dry_run:
        yield f"{address} is forgotten; {erasure.pseudonym} stands in every place."
    verb = "to replace" if dry_run else "replaced"
    for customer, rows in erasure.customers.items():
        yield f"{customer}: rows {verb}: {rows_text(rows)}."
    if erasure.elsewhere:
        yield f"Of no customer: rows {verb}: {rows_text(erasure.elsewhere)}."
    for customer in erasure.named_after:
        yield f"The customer {customer} is itself named after the person; `milepost forget {customer}` deletes it."
    if not dry_run:
        yield "Backups made before still hold the person, and an import that has the person brings a new contact."
