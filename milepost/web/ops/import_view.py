"""The page of one import, as its template shows it: what was chosen, the first rows as read, and how far it is."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from milepost.customer import Customer, name_of
from milepost.errors import MilepostError
from milepost.imports.encodings import NAMES
from milepost.imports.layout import Layout
from milepost.imports.mapping_file import read_mapping, shipped_mappings
from milepost.imports.row_reader import BookRow, RowProblem
from milepost.imports.rows import Row
from milepost.imports.vocabulary import Vocabulary
from milepost.intake.import_sources import ImportChoiceError, ImportOptions, StoredFiles, stored_files
from milepost.intake.uploads import EDITED, OWN, PROPOSED, FirstRows, first_rows
from milepost.planner.entry_point import EntryPoint
from milepost.store import imports
from milepost.store.import_tables import ImportRow
from milepost.store.imports import ImportStatus
from milepost.web.services import Services

SHOWN = 5
"""Rows of a book that its page shows."""
ENCODINGS = {name: words for name, words in NAMES.items() if name not in ("utf-16-le", "utf-16-be")}
STATUS = {
    ImportStatus.DRAFT: "being prepared",
    ImportStatus.LOOKING: "dry run goes on",
    ImportStatus.LOOKED: "dry run is done",
    ImportStatus.QUEUED: "waits for its turn",
    ImportStatus.RUNNING: "runs",
    ImportStatus.CANCELLING: "stops",
    ImportStatus.DONE: "done",
    ImportStatus.CANCELLED: "cancelled",
    ImportStatus.FAILED: "failed",
}
COUNTS = {
    "imported": "new",
    "changed": "changed",
    "unchanged": "as they were",
    "enrolled": "journeys began",
    "unmatched": "without a map that fits",
    "refused": "refused",
}
_SAMPLES = 3  # cells of a column that are shown
_DOUBT = "doubt:"
_NAMELESS = re.compile(r'^  "(?P<name>[^"\\\n]+)": ""(?=\s*$)', re.MULTILINE)
"""A colleague in a proposed mapping, whose address somebody has to write."""


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """A column of the file: what it fills, if anything, and its first cells."""

    heading: str
    target: str | None
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row as it would be read: the customer's fields by their names, or what is wrong."""

    number: int
    title: str
    fields: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """The first rows of a book; `problems` are those that keep the whole file from being read."""

    columns: tuple[ReadColumn, ...] = ()
    rows: tuple[ReadRow, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen for an import, or is typed into the form and wrong: `complaints` are by field."""

    options: ImportOptions
    mapping: str | None
    complaints: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def sources(self) -> dict[str, str]:
        """Where a mapping may come from, in words."""
        shipped = {name: _title(name) for name in shipped_mappings()}
        own = {
            OWN: "None: the headings are those of Milepost",
            **shipped,
            PROPOSED: "Propose one from the file",
        }
        return {**own, EDITED: "As it is written below"} if self.mapping is not None else own

    @property
    def nameless(self) -> list[str]:
        """The colleagues whose addresses the mapping doesn't have yet."""
        return [match["name"] for match in _NAMELESS.finditer(self.mapping or "")]

    @property
    def doubts(self) -> list[str]:
        """The lines of the mapping that somebody should look at."""
        lines = enumerate((self.mapping or "").splitlines(), 1)
        marked = ((number, *line.partition(_DOUBT)) for number, line in lines)
        return [
            f"Line {number}, {before.strip(' #:') or 'see there'}: {after.strip()}"
            for number, before, mark, after in marked
            if mark and not before.startswith("# Proposed")
        ]


def with_addresses(mapping: str, addresses: Mapping[str, str]) -> str:
    """Returns a mapping with the addresses of colleagues, by their names, where it has none."""

    def filled(match: re.Match[str]) -> str:
        address = addresses.get(match["name"], "")
        return f'  "{match["name"]}": {json.dumps(address)}' if address else match[0]

    return _NAMELESS.sub(filled, mapping)


def _title(name: str) -> str:
    read = read_mapping(shipped_mappings()[name].read_text("utf-8"), name).mapping
    return read.mapping if read else name


@dataclass(frozen=True, slots=True)
class ImportView:
    """An import as its page shows it; `waits_for` is the one before it, `same` an earlier one of the same file."""

    row: ImportRow
    form: str | None
    choices: Choices
    sample: Sample | None
    stages: Mapping[str, str]
    titles: Mapping[str, str]
    files: frozenset[str]
    waits_for: ImportRow | None = None
    same: ImportRow | None = None
    is_away: bool = False

    @property
    def is_in_preparation(self) -> bool:
        return self.row.status in imports.IN_PREPARATION

    @property
    def is_at_work(self) -> bool:
        return self.row.status in imports.AT_WORK

    @property
    def is_over(self) -> bool:
        return self.row.status in imports.OVER

    @property
    def step(self) -> int:
        """Which of the four steps it is at: file, reading, dry run, import."""
        match self.row.status:
            case ImportStatus.DRAFT:
                return 2
            case ImportStatus.LOOKING | ImportStatus.LOOKED:
                return 3
            case _:
                return 4

    @property
    def percent(self) -> int:
        return min(100, 100 * self.row.done // max(self.row.total, 1))

    @property
    def journeys(self) -> Iterator[tuple[str, str, int]]:
        """Yields the map, the stage and the number of journeys that would stand there."""
        for each in self.row.preview["stages"] if self.row.preview else ():
            stage = self.stages.get(each["stage"], each["stage"])
            yield self.titles.get(each["map"], each["map"]), stage, each["journeys"]


def person(address: str | None) -> str:
    """Returns the name of a colleague, as the address spells it; nobody is said to be so."""
    if not address:
        return "nobody named"
    return name_of(address) if "@" in address else address


async def view_of(
    served: Services, row: ImportRow, form: str | None, typed: Choices | None = None, *, is_away: bool = False
) -> ImportView:
    """Returns the page of an import; `typed` is what came back from its form and is wrong."""
    compiled_maps = await served.compiled_maps.current()
    async with served.store.reading() as session:
        files = frozenset(await imports.kinds(session, row.number))
        waits_for = await imports.before_it(session, row) if row.status == ImportStatus.QUEUED else None
        same = await imports.same_file(session, row) if row.status in imports.IN_PREPARATION else None
    stored = await stored_files(served.intake.context, row.number) if row.status in imports.IN_PREPARATION else None
    sample = await asyncio.to_thread(_sample, row, stored, Vocabulary.of(compiled_maps)) if stored else None
    return ImportView(
        row,
        form,
        typed or Choices(ImportOptions.from_json(row.options), row.mapping),
        sample,
        {stage: each.stage.title for compiled in compiled_maps for stage, each in compiled.stages.items()},
        {compiled.map.map: compiled.map.title for compiled in compiled_maps},
        files,
        waits_for,
        same,
        is_away,
    )


def _sample(row: ImportRow, files: StoredFiles, vocabulary: Vocabulary) -> Sample:
    try:
        opened = files.open(row, vocabulary)
        first = first_rows(files.book, opened.source.form, SHOWN)
        read = list(islice(opened.book.rows, SHOWN))
    except ImportChoiceError as error:  # what was right when it was chosen may not be so for these files
        return Sample(problems=tuple(text for texts in error.problems.values() for text in texts))
    except MilepostError as error:
        return Sample(problems=(f"{error.message} {error.hint or ''}".strip(),))
    return Sample(
        tuple(_columns(first, opened.book.layout)),
        tuple(map(_read, read)),
        tuple(_sentence(problem) for problem in (*opened.book.problems, *opened.source.people.problems[:SHOWN])),
        opened.book.missing,
    )


def _sentence(problem: RowProblem) -> str:
    return f"{problem.column}: {problem.message}" if problem.column else problem.message


def _columns(first: FirstRows, layout: Layout) -> Iterator[ReadColumn]:
    targets = {placed.index: str(placed.target) for placed in layout.columns}
    for index, heading in enumerate(first.headings):
        cells = dict.fromkeys(cell for row in first.rows if (cell := _cell(row, index)))
        yield ReadColumn(heading or "(no heading)", targets.get(index), tuple(islice(cells, _SAMPLES)))


def _cell(row: Row, index: int) -> str:
    return row.cells[index].strip() if index < len(row.cells) else ""


def _read(row: BookRow | tuple[RowProblem, ...]) -> ReadRow:
    if not isinstance(row, BookRow):
        return ReadRow(row[0].row, "refused", problems=tuple(map(_sentence, row)))
    return ReadRow(row.number, row.customer.name, tuple(_fields(row.customer, row.entry)))


def _fields(customer: Customer, entry: EntryPoint | None) -> Iterator[tuple[str, str]]:
    yield "Id", customer.id
    yield "Time zone", customer.timezone
    if customer.country:
        yield "Country", customer.country
    if customer.language:
        yield "Language", customer.language
    for name, value in customer.attributes.items():
        yield name, {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    for contact in customer.contacts:
        yield ", ".join(contact.personas) or "contact", f"{contact.name} <{contact.email}>"
    for role, address in customer.team.items():
        yield role, f"{name_of(address)} <{address}>"
    if entry is not None:
        since = f" since {entry.since}" if entry.since else ""
        yield "Stands", f"in stage {entry.stage}{since}" if entry.stage else "where its columns say"
