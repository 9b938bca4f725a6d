"""Everything that is held on one person, as one document of plain data, by the inventory that forgetting goes by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.orm import Session

from milepost.store.contact_erasure import Change, mentions
from milepost.store.pseudonyms import Person, Pseudonymiser, new_pseudonym
from milepost.store.tables import CustomerRow, JourneyRow

_SOMEBODY = new_pseudonym("somebody")
_SHARED = {CustomerRow.__tablename__, JourneyRow.__tablename__}
"""Tables whose rows hold much about others: of these, only what mentions the person."""


def export(session: Session, person: Person, ids: Sequence[str]) -> dict[str, Any]:
    """Returns what these customers' data, and data of no customer, holds on a person.

    Each record says where it stands and by what it was found: `address or name`, or `part of a name`, which may mean
    somebody else. Other contacts are left out of it.
    """
    changes = [change for customer in (*ids, None) for change in mentions(session, person, _SOMEBODY, customer)]
    records = [_record(person, change) for change in changes]
    return {"address": person.address, "names": sorted(person.all_names()), "customers": list(ids), "records": records}


def _record(person: Person, change: Change) -> dict[str, Any]:
    row = dict(change.row)
    pseudonymiser = Pseudonymiser(person, _SOMEBODY)
    data: Any = _without_others(person, row)
    if change.place.table.name in _SHARED:
        data = dict(_paths(pseudonymiser, data, ""))
    certain = any(pseudonymiser.text(text, strictly=True) != text for text in _texts(change.place.content(change.row)))
    return {
        "customer": change.customer,
        "table": change.place.table.name,
        "key": {column.name: row[column.name] for column in change.place.table.primary_key},
        "found_by": "address or name" if certain else "part of a name",
        "data": data,
    }


def _without_others(person: Person, data: Any) -> Any:
    """Returns plain data without the entries of other contacts."""
    if isinstance(data, list):
        return [_without_others(person, item) for item in data if not _is_other(person, item)]
    if isinstance(data, dict):
        return {key: _without_others(person, value) for key, value in data.items()}
    return data


def _is_other(person: Person, data: Any) -> bool:
    return isinstance(data, dict) and "email" in data and not person.is_at(data["email"])


def _paths(pseudonymiser: Pseudonymiser, data: Any, key: str, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yields the smallest parts of plain data that mention the person, with their paths."""
    if pseudonymiser.rewritten(data, key) == data:
        return
    if isinstance(data, dict) and not pseudonymiser.person.is_at(data.get("email")):
        for name, value in data.items():
            inner = f"{path}.{name}".lstrip(".")
            if pseudonymiser.text(name, strictly=True) != name:
                yield inner, value
            else:
                yield from _paths(pseudonymiser, value, name, inner)
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _paths(pseudonymiser, value, key, f"{path}[{number}]")
    else:
        yield path, data


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, list):
        for item in data:
            yield from _texts(item)
    elif isinstance(data, dict):
        yield from data
        for value in data.values():
            yield from _texts(value)
