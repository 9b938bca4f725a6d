"""The page of one import, as its template shows it: what was chosen, the first rows as read, and how far it is."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from milepost.customer import Customer
from milepost.errors import MilepostError
from milepost.explain.people_names import colleague_name
from milepost.explain.titles_of_maps import map_titles, persona_titles, role_titles, titles_by_id, titles_by_map
from milepost.imports.audience import Absent, Maps
from milepost.imports.book_source import BookSource
from milepost.imports.encodings import NAMES
from milepost.imports.layout import Layout
from milepost.imports.mapping_file import read_mapping, shipped_mappings
from milepost.imports.proposal import DOUBT
from milepost.imports.proposed_columns import SUCH_AS
from milepost.imports.row_reader import BookRow, RowProblem
from milepost.imports.rows import Row
from milepost.imports.vocabulary import Vocabulary
from milepost.imports.workbook import UnreadableFileError
from milepost.intake.book_sheets import FirstRows, first_rows, sheets_of
from milepost.intake.import_sources import ImportChoiceError, ImportOptions, StoredFiles, stored_files
from milepost.intake.likely_doubles import Doubles
from milepost.intake.uploads import EDITED, OWN, PROPOSED
from milepost.planner.entry_point import EntryPoint
from milepost.store import imports, rehearsals
from milepost.store.import_tables import ImportRow
from milepost.store.imports import FileKind, ImportStatus
from milepost.store.rehearsal_tables import RehearsalRow
from milepost.text import yes_or_no
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
    """The first rows of a book; `problems` are those that keep the whole file from being read.

    `gaps` are those of the text of its mapping.
    """

    columns: tuple[ReadColumn, ...] = ()
    rows: tuple[ReadRow, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()


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
        """What somebody has to decide, with the lines of the mapping where it is written."""
        lines = enumerate((self.mapping or "").splitlines(), 1)
        marked = ((number, *line.partition(DOUBT)) for number, line in lines)
        return [
            f"Line {number}, {before.strip(' #:') or 'see there'}: {after.partition(f'; {SUCH_AS}')[0].strip()}"
            for number, before, mark, after in marked
            if mark
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
    own_stages: Mapping[tuple[str, str], str]
    titles: Mapping[str, str]
    roles: Mapping[str, str]
    files: frozenset[str]
    waits_for: ImportRow | None = None
    same: ImportRow | None = None
    is_away: bool = False
    sheets: tuple[str, ...] = ()
    rehearsal: RehearsalRow | None = None

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
    def can_look(self) -> bool:
        """Whether the file is read as it is to be, so that a dry run can begin."""
        return self.sample is not None and not (self.sample.problems or self.sample.gaps or self.choices.complaints)

    @property
    def absent(self) -> Iterator[str]:
        """Yields a sentence for each persona and role whom the maps need and customers don't have."""
        for each in (self.row.preview or {}).get("nobody", ()):
            names = {name: value for name, value in each.items() if name != "customers"}
            yield Absent(**names).sentence(each["customers"])

    @property
    def doubles(self) -> tuple[str, ...]:
        """Sentences about new customers who may be there already, or may have been."""
        found = (self.row.account if self.is_over else self.row.preview) or {}
        return tuple(Doubles.from_json(found.get("doubles")).sentences(are_stored=self.is_over))

    @property
    def text_gaps(self) -> tuple[str, ...]:
        """What the text of the mapping lacks, unless it is only addresses, which have fields of their own."""
        gaps = self.sample.gaps if self.sample and not self.choices.complaints else ()
        return gaps if len(gaps) != len(self.choices.nameless) else ()

    @property
    def shown_gaps(self) -> tuple[str, ...]:
        """The same beside the text, unless nobody has changed it: then it is said what there is to decide."""
        is_untouched = self.choices.options.choice == PROPOSED and self.choices.doubts
        return () if is_untouched else self.text_gaps

    @property
    def has_exact_total(self) -> bool:
        """Whether somebody has read the file to its end, so that the number of its rows is known."""
        return self.row.preview is not None or self.row.status == ImportStatus.DONE

    @property
    def rest(self) -> int:
        """The rows of an import that was cancelled on the way, and may go on; 0 where there are none."""
        can_go_on = self.row.status == ImportStatus.CANCELLED and FileKind.BOOK in self.files
        return max(0, self.row.total - self.row.done) if can_go_on else 0

    @property
    def percent(self) -> int:
        return min(100, 100 * self.row.done // max(self.row.total, 1))

    @property
    def journeys(self) -> Iterator[tuple[str, str, int]]:
        """Yields the map, the stage and the number of journeys that would stand there."""
        for each in self.row.preview["stages"] if self.row.preview else ():
            stage = self.own_stages.get((each["map"], each["stage"]), each["stage"])
            yield self.titles.get(each["map"], each["map"]), stage, each["journeys"]


def person(address: str | None) -> str:
    """Returns the name of a colleague; nobody is said to be so."""
    if not address:
        return "nobody named"
    return colleague_name(address)


async def names_in(row: ImportRow) -> Mapping[str, str]:
    """Returns the names of colleagues, by address, that an import has in its mapping and that it has yet to store."""
    if row.mapping is None or row.status not in imports.IN_PREPARATION:
        return {}
    return BookSource((await asyncio.to_thread(read_mapping, row.mapping, "mapping")).mapping).names


async def view_of(
    served: Services, row: ImportRow, form: str | None, typed: Choices | None = None, *, is_away: bool = False
) -> ImportView:
    """Returns the page of an import; `typed` is what came back from its form and is wrong."""
    compiled_maps = await served.compiled_maps.readable()
    async with served.store.reading() as session:
        files = frozenset(await imports.kinds(session, row.number))
        waits_for = await imports.before_it(session, row) if row.status == ImportStatus.QUEUED else None
        same = await imports.same_file(session, row) if row.status in imports.IN_PREPARATION else None
        rehearsal = await rehearsals.of_import(session, row.number)
    stored = await stored_files(served.intake.context, row.number) if row.status in imports.IN_PREPARATION else None
    sheets = await asyncio.to_thread(_sheets, stored.book) if stored else ()
    maps = Maps(compiled_maps, served.now())
    sample = await asyncio.to_thread(_sample, row, stored, maps) if stored else None
    return ImportView(
        row,
        form,
        typed or Choices(ImportOptions.from_json(row.options), row.mapping),
        sample,
        titles_by_id(compiled_maps),
        titles_by_map(compiled_maps),
        map_titles(compiled_maps),
        role_titles(compiled_maps),
        files,
        waits_for,
        same,
        is_away,
        sheets,
        rehearsal,
    )


def _sheets(data: bytes) -> tuple[str, ...]:
    try:
        return sheets_of(data)
    except UnreadableFileError:
        return ()


def _sample(row: ImportRow, files: StoredFiles, maps: Maps) -> Sample:
    try:
        opened = files.open(row, Vocabulary.of(maps.compiled_maps))
        first = first_rows(files.book, opened.source.form, SHOWN)
        read = list(islice(opened.book.rows, SHOWN))
    except ImportChoiceError as error:  # what was right when it was chosen may not be so for these files
        others = (text for name, texts in error.problems.items() if name != "mapping" for text in texts)
        return Sample(problems=tuple(others), gaps=tuple(error.problems.get("mapping", ())))
    except MilepostError as error:
        return Sample(problems=(f"{error.message} {error.hint or ''}".strip(),))
    return Sample(
        tuple(_columns(first, opened.book.layout)),
        tuple(_read(each, maps) for each in read),
        tuple(_sentence(problem) for problem in (*opened.book.problems, *islice(opened.source.people.problems, SHOWN))),
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


def _read(row: BookRow | tuple[RowProblem, ...], maps: Maps) -> ReadRow:
    if not isinstance(row, BookRow):
        return ReadRow(row[0].row, "refused", problems=tuple(map(_sentence, row)))
    entry = row.entry.on(maps.map_of(row.customer) or "") if row.entry else None
    titles = {**persona_titles(maps.compiled_maps), **role_titles(maps.compiled_maps)}
    return ReadRow(row.number, row.customer.name, tuple(_fields(row.customer, entry, titles)))


def _fields(customer: Customer, entry: EntryPoint | None, titles: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yields what is known of a customer; `titles` are those of personas and roles."""
    yield "Id", customer.id
    yield "Time zone", customer.timezone
    if customer.country:
        yield "Country", customer.country
    if customer.language:
        yield "Language", customer.language
    for name, value in customer.attributes.items():
        yield name, yes_or_no(value) if isinstance(value, bool) else str(value)
    for contact in customer.contacts:
        yield (
            ", ".join(titles.get(each, each) for each in contact.personas) or "Contact",
            f"{contact.name} <{contact.email}>",
        )
    for role, address in customer.team.items():
        yield titles.get(role, role), f"{colleague_name(address)} <{address}>"
    if entry is not None:
        since = f" since {entry.since}" if entry.since else ""
        yield "Stands", f"in stage {entry.stage}{since}" if entry.stage else f"at the beginning{since}"
