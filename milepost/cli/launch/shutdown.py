"""Running things side by side until somebody asks to stop or the time is up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from milepost.devserver.supervisor import Supervisor


async def until_stopped(supervisor: Supervisor, seconds: float | None, *others: asyncio.Task[Any]) -> bool:
    """Wait until somebody asks to stop, `seconds` are over or one of `others` fails; True: the time was over."""
    stopped = asyncio.create_task(supervisor.wait())
    try:
        done, _ = await asyncio.wait({stopped, *others}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
    for task in done:
        task.result()
    return not done


@asynccontextmanager
async def background(coroutine: Coroutine[Any, Any, None]) -> AsyncIterator[asyncio.Task[None]]:
    """Run something beside the block; it is cancelled at its end."""
    task = asyncio.create_task(coroutine)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
