"""The files of a book on the command line: the book itself, a mapping, and the file of refused rows."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer

from milepost.cli.support.errors import CommandError, file_errors
from milepost.cli.support.output import aside
from milepost.imports.mapped_stages import Stages
from milepost.imports.mapping import Mapping
from milepost.imports.mapping_file import ReadMapping, read_mapping, shipped_mappings
from milepost.imports.people_file import ReadPeople, read_people
from milepost.imports.refused_rows import REFUSED, encoding_to_write, refused_stem, write_rows
from milepost.imports.row_problems import RowProblems
from milepost.imports.rows import FileFormat
from milepost.language.loader import read_file
from milepost.language.problems import Problem
from milepost.text import did_you_mean, listing, nearest

STDIN = Path("-")
_ANY_STAGES: Stages = {}
MappingName = Annotated[
    str | None, typer.Option(metavar="MAPPING", help="What the columns mean: a file, or `hubspot` or `salesforce`.")
]


@contextmanager
def book_file(path: Path) -> Iterator[IO[bytes]]:
    """Opens a file for reading; `-` is standard input, kept on disk meanwhile so that it can be read twice.

    Raises:
        CommandError: the file can't be read.
    """
    if path == STDIN:
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy)
            yield copy
        return
    with file_errors("read", path, "Name a CSV or XLSX file."):
        file = path.open("rb")
    with file:
        yield file


def mapping_of(name: str | None, stages: Stages = _ANY_STAGES) -> Mapping | None:
    """Reads a mapping: a file, or one that Milepost ships, by its name; `stages` are those of the maps.

    Raises:
        CommandError: there is no such mapping, or it has errors (which are printed).
    """
    if name is None:
        return None
    shipped = shipped_mappings()
    path = shipped[name] if name in shipped and not Path(name).is_file() else Path(name)
    if not path.is_file():
        raise _no_mapping(name, list(shipped))
    text = read_file(path, str(path))
    read = ReadMapping(None, (text,)) if isinstance(text, Problem) else read_mapping(text, str(path), stages)
    aside(*map(str, read.problems))
    if read.mapping is None:
        hint = "Correct what is listed above; docs/import.md explains every field."
        raise CommandError("The mapping can't be used.", hint)
    return read.mapping


def _no_mapping(name: str, shipped: list[str]) -> CommandError:
    """Returns what to say of a mapping that isn't there.

    A shipped one isn't taken for a file of its name: somebody's own file, looked for in the wrong folder, says more.
    """
    stem = Path(name).stem
    if name != stem and stem in shipped:
        hint = f"Write `--mapping {stem}` for the mapping that Milepost ships, or the path of a file of your own."
        return CommandError(f"There is no file {name!r}.", hint)
    near = did_you_mean(nearest(name, shipped)) or "."
    hint = f"Name a file, or a mapping that Milepost ships: {listing(shipped)}. --propose writes one."
    return CommandError(f"There is no mapping {name!r}{near}", hint)


def people_of(path: Path | None, mapping: Mapping | None) -> ReadPeople:
    """Reads the second file, with the customers' contacts.

    Raises:
        CommandError: the mapping says nothing of it, or the file can't be read.
    """
    if path is None:
        return ReadPeople()
    if mapping is None or mapping.contacts is None:
        raise CommandError(
            "A file of contacts needs a mapping with a section 'contacts'.", "Add it; docs/import.md shows how."
        )
    with book_file(path) as file:
        return read_people(file, mapping.contacts, mapping.defaults)


def write_refused(book: Path, form: FileFormat, headings: Sequence[str], problems: RowProblems, target: Path) -> int:
    """Writes the refused rows of a book to a file, which may be the book itself; returns how many there are."""
    half = target.with_name(f"{target.name}.part")
    with file_errors("write", target, "Name a file with --refused."):
        with book_file(book) as file, half.open("w", encoding=encoding_to_write(form), newline="") as out:
            count = write_rows(file, form, headings, problems, out)
        half.replace(target)
    return count


def refused_beside(book: Path) -> Path:
    """Returns the file of a book's refused rows: what of such a file is refused again goes into it once more."""
    return book.with_name(f"{refused_stem(book.stem)}{REFUSED}.csv")
