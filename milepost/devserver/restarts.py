"""Keeps one program running: starts it, waits until it is ready, restarts it whenever it dies."""

from __future__ import annotations

import asyncio
import signal
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from milepost.devserver.children import Child, OnLine, Program
from milepost.errors import MilepostError

_KILLED = 128  # and the signal's number, in an exit code


class Change(StrEnum):
    """A change in the life of a program."""

    STARTING = "starting"
    READY = "ready"
    DIED = "died"
    RESTARTING = "restarting"
    STOPPING = "stopping"
    STOPPED = "stopped"


OnChange = Callable[[str, Change, str], None]
"""Takes the name of a program, what happened to it, and a detail (an exit code, a delay)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarts:
    """How soon a program that dies is restarted. None is given up: the others do what they can without it.

    Attributes:
        first_pause: Seconds before the first restart; doubled at every further death within `within` seconds.
        longest_pause: The longest pause, in seconds.
        within: Seconds.
    """

    first_pause: float = 0.2
    longest_pause: float = 60.0
    within: float = 600.0


class ProgramFailedError(MilepostError):
    """A program did not start."""

    code = "program_failed"

    def __init__(self, name: str, why: str, tail: tuple[str, ...]) -> None:
        self.name = name
        self.tail = tail
        output = "".join(f"\n  {line}" for line in tail) or "\n  (nothing)"
        super().__init__(f"{name} {why}. The last lines of its output:{output}")


class ProgramEndedError(ProgramFailedError):
    """A program ended before it was ready."""

    code = "program_ended"


class ProgramSupervisor:
    """Starts a program and, after `keep`, restarts it whenever it dies."""

    def __init__(self, program: Program, restarts: Restarts, on_line: OnLine, on_change: OnChange) -> None:
        self.program = program
        self.child: Child | None = None
        self.restarting: asyncio.Task[None] | None = None
        self._restarts = restarts
        self._on_line = on_line
        self._on_change = on_change
        self._deaths: deque[float] = deque()

    async def begin(self) -> None:
        """Starts it and waits until it is ready; what ends before gets its further attempts.

        Raises:
            ProgramFailedError: it ended, or was not ready in time.
            LockHeldError: another process holds its lock.
        """
        for _ in range(1, self.program.attempts):
            with suppress(ProgramEndedError):
                return await self._begin()
        return await self._begin()

    async def _begin(self) -> None:
        self._report(Change.STARTING)
        self.child = await Child.spawn(self.program, self._on_line)
        await self._until_ready(self.child)
        self._report(Change.READY)

    def keep(self) -> None:
        """Restarts it from now on whenever it dies."""
        self.restarting = asyncio.create_task(self._keep_running())

    async def stop(self, hurry: asyncio.Event) -> None:
        """Stops it for good; it gets its time to stop unless `hurry` is set."""
        if self.restarting is not None:
            self.restarting.cancel()
            await asyncio.gather(self.restarting, return_exceptions=True)
        if self.child is None:
            return
        if self.child.alive:
            self._report(Change.STOPPING)
        code = await self.child.stop(hurry)
        self._report(Change.STOPPED, _ending(code))

    async def _keep_running(self) -> None:
        while True:
            assert self.child is not None
            code = await self.child.wait()
            self._report(Change.DIED, _ending(code))
            pause = self._pause_after_death()
            self._report(Change.RESTARTING, f"in {pause:g} s")
            await asyncio.sleep(pause)
            try:
                await self._begin()
            except ProgramFailedError:
                # It counts as a death: kill what is left of it, and the loop sees its end.
                self.child.kill()

    def _pause_after_death(self) -> float:
        now = asyncio.get_running_loop().time()
        self._deaths.append(now)
        while self._deaths[0] < now - self._restarts.within:
            self._deaths.popleft()
        pause = self._restarts.first_pause * 2.0 ** (min(len(self._deaths), 20) - 1)
        return min(pause, self._restarts.longest_pause)

    async def _until_ready(self, child: Child) -> None:
        if self.program.ready is None:
            return
        try:
            async with asyncio.timeout(self.program.start_within):
                await first_of(child.wait(), self.program.ready())
        except TimeoutError:
            why = f"was not ready within {self.program.start_within:g} s"
            raise ProgramFailedError(self.program.name, why, child.tail()) from None
        if not child.alive:
            ending = _ending(await child.wait())
            raise ProgramEndedError(self.program.name, f"did not start ({ending})", child.tail())

    def _report(self, change: Change, detail: str = "") -> None:
        self._on_change(self.program.name, change, detail)


async def first_of(*coroutines: Coroutine[Any, Any, Any]) -> None:
    """Waits until the first one ends, raises its exception if it has one, and cancels the others."""
    tasks = {asyncio.create_task(coroutine) for coroutine in coroutines}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


def _ending(code: int) -> str:
    if code > _KILLED:
        return f"killed by {signal.Signals(code - _KILLED).name}"
    return f"exit code {code}"
