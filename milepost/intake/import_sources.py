"""The source of an import that people follow on pages: how its files are read, by what was chosen for them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from milepost.errors import MilepostError
from milepost.imports.book_source import BookSource, EntryOptionError, entry_for_all
from milepost.imports.customer_book import OpenBook
from milepost.imports.mapped_stages import Stages
from milepost.imports.mapping import Mapping as ColumnMapping
from milepost.imports.mapping_file import read_mapping
from milepost.imports.people_file import ReadPeople, read_people
from milepost.imports.vocabulary import Vocabulary
from milepost.intake.context import IntakeContext
from milepost.store import imports
from milepost.store.import_tables import ImportRow
from milepost.store.imports import FileKind
from milepost.text import did_you_mean, nearest

_NO_CONTACTS = (
    "The file of contacts needs a section 'contacts' in the mapping: which of its columns are customer and email"
)


class ImportChoiceError(MilepostError):
    """What was chosen for an import can't be used; `problems` are sentences by field, all that is wrong."""

    code = "import_choice"

    def __init__(self, problems: Mapping[str, list[str]]) -> None:
        self.problems = problems
        super().__init__("; ".join(text for texts in problems.values() for text in texts))


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What somebody chose for an import, as it was typed.

    Attributes:
        choice: Where the mapping comes from: `own` (none is needed), the name of a shipped one, `proposed` or `edited`.
        stage: The stage that all customers are in whose rows don't say; empty: they begin at the beginning.
        since: Since when, as people write dates.
        whole: What the book has in full: `team`, `contacts`.
        encoding: Of the book's file; empty: told by the file.
        sheet: Of a workbook; empty: the one that it opens with.
        again: Open journeys begin again that began elsewhere than the file says, if nothing has happened in them.
    """

    choice: str = "own"
    stage: str = ""
    since: str = ""
    whole: tuple[str, ...] = ()
    encoding: str = ""
    sheet: str = ""
    again: bool = False

    def to_json(self) -> dict[str, Any]:
        """Returns what was chosen, without what was left as it is."""
        return {name: value for name, value in asdict(self).items() if value}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> ImportOptions:
        """Reads what `to_json` wrote."""
        return ImportOptions(**{**data, "whole": tuple(data.get("whole", ()))})


@dataclass(slots=True)
class _Checked:
    mapping: ColumnMapping | None = None
    problems: dict[str, list[str]] = field(default_factory=dict)


def source_of(
    options: ImportOptions, mapping: str | None, contacts: bytes | None, stages: Stages | None = None
) -> BookSource:
    """Returns how a book is read, with the contacts of the second file.

    `stages` are those of the published maps; None: they aren't looked at.

    Raises:
        ImportChoiceError: something chosen can't be used.
        UnreadableFileError: the file of contacts can't be read.
    """
    checked = _Checked()
    if mapping is not None:
        read = read_mapping(mapping, "mapping", stages or {})
        checked.mapping = read.mapping
        if read.problems:
            checked.problems["mapping"] = [f"Line {each.line}: {each.message}" for each in read.problems]
    if contacts is not None and checked.mapping is not None and checked.mapping.contacts is None:
        checked.problems["mapping"] = [_NO_CONTACTS]
    if contacts is not None and mapping is None:
        checked.problems["choice"] = ["A file of contacts needs a mapping that says what its columns are"]
    everywhere = None if stages is None else {stage for of_map in stages.values() for stage in of_map}
    if options.stage and everywhere is not None and options.stage not in everywhere:
        near = did_you_mean(nearest(options.stage, everywhere))
        checked.problems["stage"] = [f"No map has a stage {options.stage!r} that customers are in{near}"]
    try:
        entry = entry_for_all(options.stage, options.since)
    except EntryOptionError as error:
        checked.problems[error.field] = [error.message]
    if checked.problems:
        raise ImportChoiceError(checked.problems)
    of_people = checked.mapping.contacts if checked.mapping else None
    people = ReadPeople()
    if contacts is not None and checked.mapping is not None and of_people is not None:
        people = read_people(io.BytesIO(contacts), of_people, checked.mapping.defaults)
    return BookSource(checked.mapping, people, entry, options.whole, options.encoding or None, options.sheet or None)


@dataclass(frozen=True, slots=True)
class OpenImport:
    """The opened book of an import."""

    source: BookSource
    book: OpenBook
    data: bytes

    @property
    def places(self) -> frozenset[str]:
        """What of a customer the files decide."""
        return self.source.places(self.book)


@dataclass(frozen=True, slots=True)
class StoredFiles:
    """The uploaded files of an import."""

    book: bytes
    contacts: bytes | None

    def open(self, row: ImportRow, vocabulary: Vocabulary) -> OpenImport:
        """Opens the book as it is to be read; call it in a thread, as that may take seconds.

        Raises:
            ImportChoiceError: something chosen can't be used.
            UnreadableFileError: a file can't be read.
        """
        source = source_of(ImportOptions.from_json(row.options), row.mapping, self.contacts)
        return OpenImport(source, source.open(io.BytesIO(self.book), vocabulary), self.book)


async def stored_files(context: IntakeContext, number: int) -> StoredFiles | None:
    """Returns the uploaded files of an import; None if they have been removed."""
    async with context.store.reading() as session:
        book = await imports.file(session, number, FileKind.BOOK)
        contacts = await imports.file(session, number, FileKind.CONTACTS)
    return None if book is None else StoredFiles(book, contacts)
