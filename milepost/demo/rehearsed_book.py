"""A book of one's own that is rehearsed: its maps, its file, and how that is read. `check` reads it all beforehand."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

from milepost.customer import Contact
from milepost.demo.setup import BY
from milepost.errors import MilepostError
from milepost.imports.book_source import BookSource
from milepost.imports.row_reader import BookRow, RowProblem
from milepost.imports.vocabulary import Vocabulary
from milepost.intake import people
from milepost.intake.book import import_customers
from milepost.intake.enrolment import Enrolment
from milepost.intake.intake import Intake
from milepost.language.loader import MAP_FILE, load
from milepost.language.model import Map
from milepost.language.problems import errors_in
from milepost.people.map_check import check_maps
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.entry_point import EntryPoint
from milepost.planner.instants import Instant
from milepost.text import count_of

_MOST_PROBLEMS = 20  # lines


class RehearsalFilesError(MilepostError):
    """The maps or the book of a rehearsal can't be used; `problems` says why, line by line."""

    code: ClassVar[str] = "rehearsal_files"

    def __init__(self, path: Path, problems: Sequence[str], hint: str) -> None:
        self.path = path
        self.problems = tuple(problems)
        more = [f"and {len(problems) - _MOST_PROBLEMS} more"] if len(problems) > _MOST_PROBLEMS else []
        lines = "".join(f"\n  {line}" for line in [*problems[:_MOST_PROBLEMS], *more])
        super().__init__(f"{str(path)!r} can't be rehearsed:{lines}", hint)


@dataclass(frozen=True, slots=True)
class RehearsedBook:
    """Maps with their files, and the book. `begins` is the journey time at which everybody comes in.

    `people` is how many made-up people each customer gets for a persona that the book names nobody for. `refused` is
    what was wrong with rows that could be read, and not imported, `entries` the stages that customers entered in the
    middle, by customer.
    """

    maps: tuple[tuple[Map, Mapping[str, str]], ...]
    path: Path
    data: bytes
    source: BookSource
    begins: Instant
    people: int = 0
    entries: dict[str, str] = field(default_factory=dict)
    refused: list[RowProblem] = field(default_factory=list)

    @property
    def compiled_maps(self) -> dict[str, CompiledMap]:
        """The maps compiled, by id."""
        return {each.map: CompiledMap.of(each, each.map) for each, _ in self.maps}

    def check(self) -> list[RowProblem]:
        """Reads the whole book; returns what is wrong with the rows that will be refused.

        Raises:
            RehearsalFilesError: no row can be read.
            UnreadableFileError: the file can't be read.
        """
        book = self.source.open(io.BytesIO(self.data), Vocabulary.of(list(self.compiled_maps.values())))
        good, problems = 0, list(book.problems)
        for row in book.rows:
            good += isinstance(row, BookRow)
            problems += [] if isinstance(row, BookRow) else row
        if not good:
            hint = "A mapping says what the columns mean: `milepost import BOOK --propose` writes one."
            raise RehearsalFilesError(self.path, [str(each) for each in problems] or ["it has no customers"], hint)
        return problems

    async def import_into(self, intake: Intake) -> None:
        """Imports the customers that can be read, as `milepost import` does, and begins their journeys."""
        vocabulary = Vocabulary.of(await intake.context.compiled_maps.current())
        book = self.source.open(io.BytesIO(self.data), vocabulary)
        await people.add_names(intake.context, self.source.names)
        personas = [persona for each, _ in self.maps for persona in each.personas]
        rows = (with_people(row, personas, self.people) for row in book.rows if isinstance(row, BookRow))
        places = self.source.places(book) | ({"contacts"} if self.people else set())
        entering: dict[str, EntryPoint] = {}
        async for imported in import_customers(intake, _noting(rows, entering), places, by=BY):
            if imported.problem is not None:
                self.refused.append(imported.problem)
            entry, begun = entering.pop(imported.customer.id, None), imported.enrolment
            if entry is not None and isinstance(begun, Enrolment) and (stage := entry.on(begun.map).stage):
                self.entries[imported.customer.id] = stage  # others begin at the beginning


def _noting(rows: Iterable[BookRow], entering: dict[str, EntryPoint]) -> Iterator[BookRow]:
    for row in rows:
        if row.entry is not None:
            entering[row.customer.id] = row.entry
        yield row


def with_people(row: BookRow, personas: Iterable[str], count: int) -> BookRow:
    """Returns a row whose customer has `count` made-up people for each persona that it has nobody for."""
    customer = row.customer
    present = {persona for contact in customer.contacts for persona in contact.personas}
    missing = [persona for persona in dict.fromkeys(personas) if persona not in present]
    if not (count and missing):
        return row
    digest = hashlib.sha256(customer.id.encode()).hexdigest()[:12]
    made_up = [
        Contact(f"Made-up {persona} {number}", f"{persona}{number}@{digest}.example", (persona,))
        for persona in missing
        for number in range(1, count + 1)
    ]
    return replace(row, customer=replace(customer, contacts=(*customer.contacts, *made_up)))


def maps_in(folder: Path) -> tuple[tuple[Map, Mapping[str, str]], ...]:
    """Returns the map in a folder, or those in the folders in it, each with its files.

    Raises:
        RehearsalFilesError: there are none, or one has errors.
    """
    files = [folder / MAP_FILE] if (folder / MAP_FILE).is_file() else sorted(folder.glob(f"*/{MAP_FILE}"))
    if not files:
        raise RehearsalFilesError(folder, [f"there is no {MAP_FILE} in it"], "Name a folder of a map, or of maps.")
    loaded = [load(file) for file in files]
    errors = [str(problem) for problem in errors_in(check_maps(loaded))]
    if errors:
        raise RehearsalFilesError(folder, errors, f"{count_of(len(errors), 'error')}; `milepost lint` shows them, too.")
    return tuple((each.map, dict(each.files or {})) for each in loaded if each.map is not None)
