"""One program kept running through all its lives."""

from __future__ import annotations

import asyncio
import signal
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from milepost.devserver.children import Child, OnLine, Program

_KILLED = 128  # and the signal's number, in an exit code


class Change(StrEnum):
    """What happened to a program."""

    STARTING = "starting"
    READY = "ready"
    DIED = "died"
    RESTARTING = "restarting"
    STOPPING = "stopping"
    STOPPED = "stopped"


OnChange = Callable[[str, Change, str], None]
"""Takes the name of a program, what happened to it, and a word about how (an exit code, a delay)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarts:
    """How patient to be with a program that dies.

    Attributes:
        first_pause: Seconds before the first restart; every further death doubles them.
        longest_pause: Seconds that a pause never exceeds.
        deaths: So many deaths within `within` seconds, and the program is given up.
        within: Seconds.
    """

    first_pause: float = 0.2
    longest_pause: float = 10.0
    deaths: int = 6
    within: float = 60.0


class ProgramFailedError(Exception):
    """A program did not start, or died too often."""

    def __init__(self, name: str, why: str, tail: tuple[str, ...]) -> None:
        self.name = name
        self.tail = tail
        said = "".join(f"\n  {line}" for line in tail) or "\n  (it wrote nothing)"
        super().__init__(f"{name} {why}. The last it wrote:{said}")


class ProgramSupervisor:
    """Starts a program and, once told to keep it, starts it again whenever it dies."""

    def __init__(self, program: Program, restarts: Restarts, on_line: OnLine, on_change: OnChange) -> None:
        self.program = program
        self.child: Child | None = None
        self.keeping: asyncio.Task[None] | None = None
        self._restarts = restarts
        self._on_line = on_line
        self._on_change = on_change
        self._deaths: deque[float] = deque()

    async def begin(self) -> None:
        """Start it and wait until it is ready.

        Raises:
            ProgramFailedError: It ended, or was not ready in time.
            LockHeldError: Something else holds its lock.
        """
        self._tell(Change.STARTING)
        self.child = await Child.spawn(self.program, self._on_line)
        await self._until_ready(self.child)
        self._tell(Change.READY)

    def keep(self) -> None:
        """Restart it from now on whenever it dies; `keeping` fails when it is given up."""
        self.keeping = asyncio.create_task(self._keep_running())

    async def stop(self, hurry: asyncio.Event) -> None:
        """End it for good, kindly unless `hurry` is set."""
        if self.keeping is not None:
            self.keeping.cancel()
            await asyncio.gather(self.keeping, return_exceptions=True)
        if self.child is None:
            return
        if self.child.alive:
            self._tell(Change.STOPPING)
        code = await self.child.stop(hurry)
        self._tell(Change.STOPPED, _how_it_ended(code))

    async def _keep_running(self) -> None:
        while True:
            assert self.child is not None
            code = await self.child.wait()
            self._tell(Change.DIED, _how_it_ended(code))
            pause = self._pause_after_death(self.child, code)
            self._tell(Change.RESTARTING, f"in {pause:g} s")
            await asyncio.sleep(pause)
            try:
                await self.begin()
            except ProgramFailedError:
                # It counts as a death: what is left of it goes, and the loop sees its end.
                self.child.kill()

    def _pause_after_death(self, child: Child, code: int) -> float:
        now = asyncio.get_running_loop().time()
        self._deaths.append(now)
        while self._deaths[0] < now - self._restarts.within:
            self._deaths.popleft()
        deaths = len(self._deaths)
        if deaths >= self._restarts.deaths:
            often = f"died {deaths} times within {self._restarts.within:g} s ({_how_it_ended(code)})"
            raise ProgramFailedError(self.program.name, often, child.tail())
        return float(min(self._restarts.first_pause * 2 ** (deaths - 1), self._restarts.longest_pause))

    async def _until_ready(self, child: Child) -> None:
        if self.program.ready is None:
            return
        try:
            async with asyncio.timeout(self.program.start_within):
                await first_of(child.wait(), self.program.ready())
        except TimeoutError:
            late = f"was not ready within {self.program.start_within:g} s"
            raise ProgramFailedError(self.program.name, late, child.tail()) from None
        if not child.alive:
            ended = _how_it_ended(await child.wait())
            raise ProgramFailedError(self.program.name, f"did not start ({ended})", child.tail())

    def _tell(self, change: Change, how: str = "") -> None:
        self._on_change(self.program.name, change, how)


async def first_of(*coroutines: Coroutine[Any, Any, Any]) -> None:
    """Wait for the first to end, raise what it raised, and cancel the others."""
    tasks = {asyncio.create_task(coroutine) for coroutine in coroutines}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


def _how_it_ended(code: int) -> str:
    if code > _KILLED:
        return f"killed by {signal.Signals(code - _KILLED).name}"
    return f"exit code {code}"
