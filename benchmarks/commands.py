"""What commands cost: a dry run of a book, and a fact that is told."""

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

TELLINGS = 9
LOOKED_AHEAD = 5000


def figures() -> Iterator[Figure]:
    """The time of a dry run and of `milepost tell`."""
    with TemporaryDirectory(prefix="milepost-bench-") as name:
        folder = Path(name)
        environment = _environment(folder)
        _run(environment, "publish", str(MAP))
        book = _book(folder, LOOKED_AHEAD)
        wall, processor = _run(environment, "import", str(book), "--dry-run", "--json")
        yield Figure(f"dry run of {LOOKED_AHEAD:,} customers", wall, "s", "30")
        yield Figure(f"dry run of {LOOKED_AHEAD:,} customers: processor time", processor, "s", "")
        book = _book(folder, 1)
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


def _book(folder: Path, rows: int) -> Path:
    file = folder / f"book{rows}.csv"
    file.write_text(HEADER + "".join(ROW.format(number) for number in range(rows)))
    return file


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
