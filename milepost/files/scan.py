"""Lets a command look at a file: its last argument is the path, and how it ends tells what it found."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from enum import StrEnum

import structlog

log = structlog.get_logger()
SECONDS = 120
_CLEAN, _FOUND = 0, 1


class Finding(StrEnum):
    """What a check found; `failed`: nothing is known, and it is to be tried again."""

    CLEAN = "clean"
    FOUND = "found"
    FAILED = "failed"


async def look_through(command: Sequence[str], data: bytes, *, seconds: float = SECONDS) -> Finding:
    """Runs the command on a copy of the content, which only its owner can read: 0 is clean, 1 is found.

    Any other end, or none in time, tells nothing. The file's name, which somebody chose, isn't given to the command.
    """
    descriptor, path = await asyncio.to_thread(tempfile.mkstemp, prefix="milepost-check-")
    try:
        await asyncio.to_thread(_fill, descriptor, data)
        code = await _run([*command, path], seconds)
    except (OSError, TimeoutError) as error:
        log.warning("a file couldn't be checked", command=command[0], why=type(error).__name__)
        return Finding.FAILED
    finally:
        with suppress(FileNotFoundError):  # the command may have taken it away
            os.unlink(path)  # noqa: PTH108 - the path came as a text
    if code not in (_CLEAN, _FOUND):
        log.warning("a file couldn't be checked", command=command[0], ended_with=code)
        return Finding.FAILED
    return Finding.CLEAN if code == _CLEAN else Finding.FOUND


def _fill(descriptor: int, data: bytes) -> None:
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)


async def _run(command: Sequence[str], seconds: float) -> int:
    silent = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *command, stdin=silent, stdout=silent, stderr=silent, start_new_session=True
    )
    try:
        async with asyncio.timeout(seconds):
            return await process.wait()
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)  # with whatever the command began itself
            await process.wait()
