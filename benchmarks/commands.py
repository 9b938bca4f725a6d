"""What commands cost: a book that is read, looked ahead at and imported, its memory; and a fact that is told."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx

from benchmarks.book import HEADER, MAP, ROW
from benchmarks.figures import Figure
from benchmarks.installation import ROOT
from milepost.devserver.data_folder import owner_of

FEW, MANY = 1000, 100_000
REFUSED_FEW, REFUSED_MANY = 1000, 20_000
TELLINGS = 9
LOOKED_AHEAD = 5000
READS = """
import re, sys
from milepost.imports.book_source import BookSource
from milepost.imports.mapping_file import read_mapping
from milepost.imports.people_file import ReadPeople, read_people
mapping, people = None, ReadPeople()
if len(sys.argv) > 2:
    mapping = read_mapping("mapping: M\\ncolumns: {id: id, name: name}\\n"
        "contacts: {columns: {company: customer, mail: email, name: name}}\\n", "m").mapping
    with open(sys.argv[2], "rb") as file:
        people = read_people(file, mapping.contacts, mapping.defaults)
with open(sys.argv[1], "rb") as file:
    book = BookSource(mapping, people).open(file)
    rows = sum(1 for _ in book.rows)
peak = re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]  # of this program alone
print(rows, int(peak) / 1024)
"""


def figures() -> Iterator[Figure]:
    """Memory of reading a book, and the time of a dry run and of `milepost tell`."""
    with TemporaryDirectory(prefix="milepost-bench-") as name:
        folder = Path(name)
        for what, files in (("one file", _book), ("two files", _two)):
            few, many = (_memory(files(folder, rows)) for rows in (FEW, MANY))
            yield Figure(f"reading {MANY:,} rows, {what}: memory", many, "MB", f"as with {FEW:,}", few)
        environment = _environment(folder)
        _run(environment, "publish", str(MAP))
        few, many = (_refused(environment, folder, rows) for rows in (REFUSED_FEW, REFUSED_MANY))
        yield Figure(f"import of {REFUSED_MANY:,} rows that are refused: memory", many, "MB", "as with 1,000", few)
        (book,) = _book(folder, LOOKED_AHEAD)
        wall, processor = _run(environment, "import", str(book), "--dry-run", "--json")
        yield Figure(f"dry run of {LOOKED_AHEAD:,} customers", wall, "s", "30")
        yield Figure(f"dry run of {LOOKED_AHEAD:,} customers: processor time", processor, "s", "")
        (book,) = _book(folder, 1)
        _run(environment, "import", str(book))
        yield from _telling(environment, "milepost tell, alone", "")
        with _up(environment, folder / "data"):
            yield from _telling(environment, "milepost tell, beside `milepost up`", "0.5")


def _telling(environment: dict[str, str], what: str, goal: str) -> Iterator[Figure]:
    times = [_run(environment, "tell", "c0", "note", f"Note {number}") for number in range(TELLINGS)]
    yield Figure(what, median(wall for wall, _ in times), "s", goal)
    yield Figure(f"{what}: processor time", median(processor for _, processor in times), "s", "")


@contextmanager
def _up(environment: dict[str, str], data: Path) -> Iterator[None]:
    """A running `milepost up` that takes facts."""
    command = [sys.executable, "-m", "milepost", "up", "--port", "0"]
    with (data.parent / "up.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        while not _answers(data):
            if process.poll() is not None:
                raise RuntimeError(f"milepost up has ended: {(data.parent / 'up.log').read_text()}")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def _answers(data: Path) -> bool:
    owner = owner_of(data)
    try:
        return owner is not None and httpx.get(f"{owner.listens['web']}/health").is_success
    except (KeyError, httpx.TransportError):
        return False


def _book(folder: Path, rows: int) -> list[Path]:
    file = folder / f"book{rows}.csv"
    file.write_text(HEADER + "".join(ROW.format(number) for number in range(rows)))
    return [file]


def _two(folder: Path, rows: int) -> list[Path]:
    contacts = folder / f"contacts{rows}.csv"
    contacts.write_text("company,mail,name\n" + "".join(f"c{n},sam@c{n}.example,Sam Poe\n" for n in range(rows)))
    return [*_book(folder, rows), contacts]


def _memory(files: list[Path]) -> float:
    out = subprocess.run([sys.executable, "-c", READS, *map(str, files)], cwd=ROOT, check=True, capture_output=True)
    return float(out.stdout.split()[1])


def _refused(environment: dict[str, str], folder: Path, rows: int) -> float:
    """Returns the megabytes that an import takes none of whose rows can be taken, each for a reason of its own."""
    file = folder / f"refused{rows}.csv"
    file.write_text(HEADER + "".join(ROW.format(number).replace("America", f"Mars{number}") for number in range(rows)))
    program = "import resource; from milepost.cli.main import app\ntry: app()\nfinally: "
    peak = "print('peak', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    command = [sys.executable, "-c", program + peak, "import", str(file)]
    out = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    return float(out.stdout.rpartition("peak ")[2])


def _environment(folder: Path) -> dict[str, str]:
    """The variables of an installation of its own: modules are compiled once, as they are for everybody else."""
    ours = {"MILEPOST_DATA": str(folder / "data"), "PYTHONPYCACHEPREFIX": str(folder / "modules")}
    others = (name for name in os.environ if not name.startswith("MILEPOST_"))
    return {name: os.environ[name] for name in others if name != "PYTHONDONTWRITEBYTECODE"} | ours


def _run(environment: dict[str, str], *words: str) -> tuple[float, float]:
    """Runs a command, and returns its time on the wall clock and of the processor."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "milepost", *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"milepost {' '.join(words)} failed: {done.stdout}{done.stderr}")
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
