"""Has a PDF looked at by a process of its own, which ends when it takes too long."""

from __future__ import annotations

import asyncio
import sys
from enum import StrEnum

SECONDS = 15
"""The time of a processor that a PDF may take."""
CLEAN = "clean"
"""What the process says of a PDF that may be taken; else it says a `PdfPart`."""
_COMMAND = (sys.executable, "-I", "-m", "milepost.files.pdf_parts")


class PdfPart(StrEnum):
    """Why a PDF isn't taken as it is: a script, files within, a password, or nobody knows what is in it."""

    SCRIPT = "script"
    FILES = "files"
    PASSWORD = "password"  # noqa: S105 - the word, not one
    UNREADABLE = "unreadable"


async def look_into(data: bytes, *, seconds: float = 2 * SECONDS) -> PdfPart | None:
    """Returns what keeps a PDF from being taken, None where nothing does; unreadable is what can't be read in time."""
    pipe, silent = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*_COMMAND, stdin=pipe, stdout=pipe, stderr=silent, env={})
    try:
        async with asyncio.timeout(seconds):
            said, _ = await process.communicate(data)
    except TimeoutError:
        return PdfPart.UNREADABLE
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        return PdfPart.UNREADABLE
    return None if said.decode() == CLEAN else PdfPart(said.decode())
