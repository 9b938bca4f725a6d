"""A book as it is to be imported: its mapping, the contacts of a second file, and what somebody chose besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import IO

from milepost.errors import MilepostError
from milepost.imports.customer_book import OpenBook, open_rows
from milepost.imports.dates import read_date
from milepost.imports.layout import WHOLE
from milepost.imports.mapping import Mapping as ColumnMapping
from milepost.imports.people_file import ReadPeople
from milepost.imports.rows import ANY_FORMAT, FileFormat, read_rows
from milepost.imports.vocabulary import Vocabulary
from milepost.planner.entry_point import EntryPoint


class EntryOptionError(MilepostError):
    """What was chosen for all customers doesn't say where they stand; `field` is `stage` or `since`."""

    code = "entry_option"

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class BookSource:
    """How a book is read.

    `entry` is where those customers stand whose rows don't say, `whole` what the book has in full (`layout.WHOLE`),
    `encoding` and `sheet` those that somebody chose by hand.
    """

    mapping: ColumnMapping | None = None
    people: ReadPeople = field(default_factory=ReadPeople)
    entry: EntryPoint | None = None
    whole: tuple[str, ...] = ()
    encoding: str | None = None
    sheet: str | None = None

    @property
    def form(self) -> FileFormat:
        """The form of the book's file."""
        form = self.mapping.form if self.mapping else ANY_FORMAT
        return replace(form, encoding=self.encoding or form.encoding, sheet=self.sheet or form.sheet)

    @property
    def names(self) -> Mapping[str, str]:
        """The names of the colleagues whom the mapping knows, by address; of several the first."""
        people = self.mapping.people if self.mapping else {}
        return {address: " ".join(name.split()) for name, address in reversed(people.items()) if "@" not in name}

    def open(self, file: IO[bytes], vocabulary: Vocabulary | None = None) -> OpenBook:
        """Reads the book row by row; of the rows that were read, only the ids are kept, on disk.

        Raises:
            UnreadableFileError: it is a workbook that can't be read.
        """
        source = read_rows(file, self.form)
        return open_rows(source, vocabulary, self.mapping, self.people.contacts, self.entry)

    def places(self, book: OpenBook) -> frozenset[str]:
        """What of a customer the files decide."""
        whole = {*self.whole, *(self.mapping.whole if self.mapping else ())}
        of_people = {"contacts"} if self.people.contacts.count else set()
        return book.layout.places | {WHOLE[part] for part in whole} | of_people


def entry_for_all(stage: str | None, since: str | None) -> EntryPoint | None:
    """Returns where customers enter whose rows don't say; `since` is a date as people write it.

    Raises:
        EntryOptionError: the date can't be read, or there is no stage with it.
    """
    if since and not stage:
        raise EntryOptionError("since", "It says since when customers are in a stage; name the stage, too.")
    try:
        return EntryPoint(stage, read_date(since).isoformat() if since else None) if stage else None
    except ValueError as error:
        raise EntryOptionError("since", str(error)) from None
