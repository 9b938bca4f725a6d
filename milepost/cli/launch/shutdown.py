"""Waiting side by side: until somebody asks to stop, or the time is over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from milepost.devserver.supervisor import Supervisor


async def until_stopped(supervisor: Supervisor, seconds: float | None, *beside: asyncio.Task[Any]) -> bool:
    """Wait until somebody asks to stop, `seconds` are over, or something beside it fails; whether the time was over.

    Raises:
        ProgramFailedError: a program died too often and was given up.
    """
    waiting = asyncio.create_task(supervisor.wait())
    try:
        done, _ = await asyncio.wait({waiting, *beside}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
    for task in done:
        task.result()
    return not done


@asynccontextmanager
async def running(coroutine: Coroutine[Any, Any, None]) -> AsyncIterator[asyncio.Task[None]]:
    """Run something beside the block; it is cancelled at its end."""
    task = asyncio.create_task(coroutine)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
