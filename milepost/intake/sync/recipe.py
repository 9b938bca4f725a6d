"""What of a book in step is read, and how: as somebody said it, and as the database keeps it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from milepost.imports.mapping import Mapping
from milepost.imports.mapping_file import read_mapping, shipped_mappings
from milepost.intake.sync.errors import InvalidSyncError
from milepost.text import did_you_mean, listing, nearest

MOST_VANISHED = 50


def mapping_text(name: str | None) -> tuple[str | None, str | None]:
    """Returns the name and the text of a mapping: a file, or a shipped one; None of both without a name.

    Raises:
        InvalidSyncError: there is no such mapping.
    """
    if name is None:
        return None, None
    shipped = shipped_mappings()
    path = shipped[name] if name in shipped and not Path(name).is_file() else Path(name)
    try:
        return name, path.read_text("utf-8-sig")
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        near = did_you_mean(nearest(name, shipped)) or "."
        hint = f"Name a file, or a mapping that Milepost ships: {listing(list(shipped))}."
        raise InvalidSyncError(f"The mapping {name!r} can't be read ({why}){near}", hint) from None


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is read, and how.

    Attributes:
        source: A folder, a file, or an http(s) address.
        contacts: The same for a second file, with the customers' contacts.
        mapping: The text of the mapping; None: the book is in Milepost's own form.
        mapping_name: What people call it: a file, or a shipped mapping.
        newest: Of a folder only the file that was changed last is the book; else all files together are.
        most_vanished: Percent of the customers; a book that lacks as many or more is refused.
    """

    source: str
    contacts: str | None = None
    mapping: str | None = None
    mapping_name: str | None = None
    newest: bool = False
    most_vanished: int = MOST_VANISHED

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(data: dict[str, Any]) -> Recipe:
        return Recipe(**{name: data[name] for name in (each.name for each in fields(Recipe)) if name in data})

    def read_mapping(self) -> Mapping | None:
        """Returns the mapping.

        Raises:
            InvalidSyncError: it has errors, or doesn't say what the file of contacts holds.
        """
        read = read_mapping(self.mapping, self.mapping_name or "mapping") if self.mapping is not None else None
        mapping = read.mapping if read else None
        if read is not None and mapping is None:
            problems = "; ".join(map(str, read.problems))
            raise InvalidSyncError(f"The mapping can't be used: {problems}.", "`milepost lint` tells what is wrong.")
        if self.contacts is not None and (mapping is None or mapping.contacts is None):
            hint = "Add it; docs/import.md shows how."
            raise InvalidSyncError("A file of contacts needs a mapping with a section 'contacts'.", hint)
        return mapping
