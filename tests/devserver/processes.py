"""Programs to start in tests, and waiting for what becomes of them."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable

import psutil

SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(600)",
]


def program_pid(wrapper: int) -> int | None:
    """The process of a program, by that of its wrapper; None before it has started and after it has ended."""
    try:
        children = psutil.Process(wrapper).children()
    except psutil.NoSuchProcess:
        return None
    return children[0].pid if children else None


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_until(condition: Callable[[], bool], *, within: float = 8.0) -> None:
    give_up_at = time.monotonic() + within
    while not condition():
        assert time.monotonic() < give_up_at, "the condition never came true"
        time.sleep(0.01)


async def until(condition: Callable[[], bool], *, within: float = 8.0) -> None:
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - the condition is not ours to make an event of
            await asyncio.sleep(0.01)
