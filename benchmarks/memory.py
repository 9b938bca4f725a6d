"""Memory of what reads a whole book: at 100,000 rows it should be what it is at 1,000.

`python -m benchmarks.memory` measures all of it; `make bench` stops at a tenth of the rows, to be done in time.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from temporalio.client import Client

from benchmarks.book import HEADER, MAP, ROW, fill
from benchmarks.figures import Figure
from benchmarks.installation import ROOT, in_a_folder, installation
from benchmarks.workbook import write_workbook

FEW, MANY = 1000, 100_000
STARTED = 10_000
"""Journeys that a Temporal server starts: so many take some minutes."""
REFUSED = 20_000
PEAK = "int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]) / 1024"  # of this program alone
READS = f"""
import re, sys
from milepost.imports.book_source import BookSource
from milepost.imports.mapping_file import read_mapping
from milepost.imports.people_file import ReadPeople, read_people
mapping, people = None, ReadPeople()
if len(sys.argv) > 2:
    mapping = read_mapping("mapping: M\\ncolumns: {{id: id, name: name}}\\n"
        "contacts: {{columns: {{company: customer, mail: email, name: name}}}}\\n", "m").mapping
    with open(sys.argv[2], "rb") as file:
        people = read_people(file, mapping.contacts, mapping.defaults)
with open(sys.argv[1], "rb") as file:
    book = BookSource(mapping, people).open(file)
    rows = sum(1 for _ in book.rows)
print("peak", {PEAK})
"""
COMMAND = f"""
import re
from milepost.cli.main import app
try:
    app()
finally:
    print("peak", {PEAK})
"""
LOOKS = f"""
import asyncio, re, sys
from pathlib import Path
from benchmarks.book import fill
from milepost.intake import import_runs, uploads
from milepost.intake.intake import Intake
from milepost.planner.clock import JourneyClock
from milepost.store.database import open_store
from milepost.store.imports import ImportStatus
from milepost.store.schema_upgrade import upgrade
async def look(book, url):
    await upgrade(url)
    async with open_store(url) as store:
        await fill(store)
        intake = Intake(store, None, JourneyClock())
        file, looking = uploads.UploadedFile(book.name, book.read_bytes()), uploads.Chosen(status=ImportStatus.LOOKING)
        number = (await uploads.receive(intake.context, "form", file, None, by=None, chosen=looking)).number
        while (await import_runs.go_on(intake, number, lambda: None)).seconds is not None:
            pass
asyncio.run(look(Path(sys.argv[1]), sys.argv[2]))
print("peak", {PEAK})
"""
Files = Callable[[Path, int], list[Path]]


def figures(many: int = MANY // 10) -> Iterator[Figure]:
    """The peak of each at so many rows, beside that at a thousand."""
    with TemporaryDirectory(prefix="milepost-bench-") as name:
        folder = Path(name)
        for what, files in (("one file", _book), ("two files", _two), ("a workbook", _workbook)):
            yield _figure(f"reading {many:,} rows, {what}: memory", partial(_reading, files, folder), many)
        published = partial(_command, folder, is_published=True)
        yield _figure(f"dry run of {many:,} customers: memory", partial(published, _book, "--dry-run"), many)
        what = f"dry run of {many:,} customers of a workbook: memory"
        yield _figure(what, partial(published, _workbook, "--dry-run"), many)
        yield _figure(f"dry run of {many:,} customers on the page: memory", partial(_looking, folder), many)
        what = f"import of {REFUSED:,} rows that are refused: memory"
        yield _figure(what, partial(published, _unreadable), REFUSED)
        what = f"import of {many:,} customers, without a map: memory"
        yield _figure(what, partial(_command, folder, _book), many)
        what = f"import of {many:,} customers, whose journeys wait for Temporal: memory"
        yield _figure(what, partial(published, _book), many)
    yield _figure(f"import of {STARTED:,} customers, whose journeys start: memory", _starting, STARTED)


def _figure(what: str, measure: Callable[[int], float], many: int) -> Figure:
    few = measure(FEW)
    return Figure(what, measure(many), "MB", f"as with {FEW:,}", few)


def _reading(files: Files, folder: Path, rows: int) -> float:
    return _peak([sys.executable, "-c", READS, *map(str, files(folder, rows))], os.environ)


def _looking(folder: Path, rows: int) -> float:
    """Returns what a worker takes that looks at a book which was sent on the page; here it has taken the file, too."""
    [book] = _book(folder, rows)
    with TemporaryDirectory(dir=folder) as data:
        return _peak([sys.executable, "-c", LOOKS, str(book), f"sqlite:///{data}/milepost.db"], os.environ)


def _command(folder: Path, files: Files, *options: str | int, is_published: bool = False) -> float:
    """Returns what `milepost import` takes in a data folder of its own, without a Temporal server."""
    *words, rows = options
    with TemporaryDirectory(dir=folder) as data:
        others = {name: value for name, value in os.environ.items() if not name.startswith("MILEPOST_")}
        environment = others | {"MILEPOST_DATA": data}
        if is_published:
            publish = [sys.executable, "-m", "milepost", "publish", str(MAP)]
            subprocess.run(publish, cwd=ROOT, env=environment, check=True, capture_output=True)
        book = files(folder, int(rows))[0]
        return _peak([sys.executable, "-c", COMMAND, "import", str(book), *map(str, words)], environment)


def _peak(command: Sequence[str], environment: Mapping[str, str]) -> float:
    """Runs a program that says in its last line how many megabytes it held; its exit code tells of refused rows."""
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    _, mark, peak = done.stdout.rpartition("peak ")
    if not mark or "Traceback" in done.stderr:
        raise RuntimeError(f"{command[-2:]} failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return float(peak)


def _starting(rows: int) -> float:
    return in_a_folder(partial(_started, rows))


async def _started(rows: int, client: Client, folder: Path) -> float:
    [book] = _book(folder, rows)
    async with installation(client, folder, fill) as here:
        command = [sys.executable, "-c", COMMAND, "import", str(book)]
        peak = await asyncio.to_thread(_peak, command, {**os.environ, **here.environment})
        assert here.count("journeys") == rows
        return peak


# The files.


def _book(folder: Path, rows: int) -> list[Path]:
    return _written(folder / f"book{rows}.csv", (ROW.format(number) for number in range(rows)))


def _unreadable(folder: Path, rows: int) -> list[Path]:
    """Rows none of which can be taken, each for a reason of its own."""
    lines = (ROW.format(number).replace("America", f"Mars{number}") for number in range(rows))
    return _written(folder / f"refused{rows}.csv", lines)


def _two(folder: Path, rows: int) -> list[Path]:
    contacts = folder / f"contacts{rows}.csv"
    contacts.write_text("company,mail,name\n" + "".join(f"c{n},sam@c{n}.example,Sam Poe\n" for n in range(rows)))
    return [*_book(folder, rows), contacts]


def _workbook(folder: Path, rows: int) -> list[Path]:
    file = folder / f"book{rows}.xlsx"
    if not file.exists():
        with file.open("wb") as target:
            write_workbook(target, (line.strip().split(",") for line in _lines(rows)))
    return [file]


def _lines(rows: int) -> Iterator[str]:
    yield HEADER
    yield from (ROW.format(number) for number in range(rows))


def _written(file: Path, lines: Iterator[str]) -> list[Path]:
    file.write_text(HEADER + "".join(lines))
    return [file]


if __name__ == "__main__":
    for each in figures(MANY):
        print(each.to_json(), flush=True)
