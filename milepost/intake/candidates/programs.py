"""Starts the programs that look at candidates, hands them what they need, and ends them when they take too long."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from milepost.errors import MilepostError
from milepost.intake.candidates import check_program, move_program
from milepost.intake.candidates.report import Check
from milepost.planner.instants import Instant
from milepost.versions.move_counts import MoveCounts

_PACKAGE = "milepost.intake.candidates"
_LINES = 100  # that are handed over at once
States = AsyncIterator[tuple[str, Mapping[str, Any]]]


class ProgramEndedError(MilepostError):
    """A program that looks at a candidate took more time or memory than it may, or failed."""

    code = "candidate_not_looked_at"


@dataclass(frozen=True, slots=True)
class VersionFiles:
    """A version of a map: its hash, and its files by name."""

    hash: str
    files: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        return {"hash": self.hash, "files": dict(self.files)}


async def check(name: str, files: Mapping[str, str], *, seconds: float = 2 * check_program.SECONDS) -> Check:
    """Returns what the files of a map's folder say.

    Raises:
        ProgramEndedError: it took too long, or too much memory.
    """
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="milepost-map-"))
    said = b""
    try:
        async with _started("check_program", folder, seconds) as process:
            said, _ = await process.communicate(json.dumps({"name": name, "files": dict(files)}).encode())
        return Check.from_json(_answer(process, said, seconds))
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def count_moves(
    old: VersionFiles,
    new: VersionFiles,
    states: States,
    now: Instant,
    on_journey: Callable[[], None],
    *,
    seconds: float = 2 * move_program.SECONDS,
) -> MoveCounts:
    """Counts what moving journeys would do; `on_journey` is called as each is handed over.

    Raises:
        ProgramEndedError: it took too long, or too much memory.
    """
    order = {"old": old.to_json(), "new": new.to_json(), "now": now}
    said = b""
    async with _started("move_program", Path(tempfile.gettempdir()), seconds) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(BrokenPipeError, ConnectionResetError):  # it has ended: its answer says so
            process.stdin.write(f"{json.dumps(order)}\n".encode())
            async for customer, state in states:
                process.stdin.write(f"{json.dumps([customer, state])}\n".encode())
                await process.stdin.drain()
                on_journey()
            process.stdin.close()
        said = await process.stdout.read()
        await process.wait()
    answer = _answer(process, said, seconds)
    return MoveCounts.from_json(answer["moves"], answer["journeys"])


@asynccontextmanager
async def _started(program: str, folder: Path, seconds: float) -> AsyncIterator[asyncio.subprocess.Process]:
    """Starts a program that knows no setting of this machine; it ends at the latest with this context."""
    pipe, silent = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    command = (sys.executable, "-I", "-m", f"{_PACKAGE}.{program}")
    process = await asyncio.create_subprocess_exec(
        *command, stdin=pipe, stdout=pipe, stderr=silent, env={"PYTHONUTF8": "1"}, cwd=folder
    )
    try:
        async with asyncio.timeout(seconds):
            yield process
    except TimeoutError:
        pass  # what it has said by then is no answer
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _answer(process: asyncio.subprocess.Process, said: bytes, seconds: float) -> Any:
    if process.returncode:
        raise ProgramEndedError(
            f"The map could not be looked at: that takes more than {seconds:.0f} seconds or 2 GB of memory, or failed.",
            "At the terminal nothing limits it: `milepost publish MAP_FOLDER`.",
        )
    return json.loads(said)
