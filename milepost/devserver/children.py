"""Child processes that never outlive this process, even if it is killed with `kill -9`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from milepost.devserver.locks import Lock, LockHeldError, acquire

_WRAPPER = Path(__file__).with_name("child_wrapper.py")
_LONGEST_LINE = 1_000_000  # bytes; longer ones are dropped
_TAIL = 20  # lines kept to explain why it died
_LAST_LINES_WITHIN = 1.0  # seconds
_PREDECESSOR_DIES_WITHIN = 10.0  # seconds
_POLL = 0.02  # seconds

OnLine = Callable[[str, str], None]
"""Takes the name of a program and one line of its output, without the line break."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program to run, and how to tell that it is ready.

    Attributes:
        name: Its name for people: `temporal`, `worker`, `web`.
        argv: The command.
        env: Changes to our own environment; None removes a variable.
        ready: Returns once the program is ready to serve; asked again after a restart. None: ready at once.
        sole: A lock file that the program holds while it runs, so that there are never two at once.
        before: Called before each start, while `sole` is held.
        attempts: How often it is started at first, if it ends before it is ready.
        start_within: Seconds until it must be ready.
        stop_within: Seconds it has to stop by itself before it is killed.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str | None] | None = None
    ready: Callable[[], Coroutine[Any, Any, None]] | None = None
    sole: Path | None = None
    before: Callable[[], None] | None = None
    attempts: int = 1
    start_within: float = 30.0
    stop_within: float = 10.0


class Child:
    """One run of a program."""

    def __init__(self, program: Program, process: asyncio.subprocess.Process, on_line: OnLine) -> None:
        self.program = program
        self._process = process
        self._tail: deque[str] = deque(maxlen=_TAIL)
        self._lines = asyncio.create_task(self._read(on_line))

    @classmethod
    async def spawn(cls, program: Program, on_line: OnLine) -> Child:
        """Starts the program.

        Raises:
            LockHeldError: Its predecessor still holds `sole` after ten seconds.
        """
        lock = None
        if program.sole is not None:
            lock = await _acquire_after_predecessor(program.sole)
        try:
            if program.before is not None:
                program.before()
            process = await _start(program, lock)
            if lock is not None:
                lock.hand_to(process.pid)
        finally:
            if lock is not None:
                lock.release()
        return cls(program, process, on_line)

    @property
    def pid(self) -> int:
        """The process of the wrapper; the program itself is its child."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """True while it is running."""
        return self._process.returncode is None

    def tail(self) -> tuple[str, ...]:
        """Returns the last lines of its output."""
        return tuple(self._tail)

    async def wait(self) -> int:
        """Waits until it ends; returns the exit code, or 128 + N if signal N ended it."""
        code = await self._process.wait()
        # Not awaited directly: a caller that is cancelled must not stop the reading. And a process that the program
        # left running may keep the pipe open.
        await asyncio.wait({self._lines}, timeout=_LAST_LINES_WITHIN)
        self._lines.cancel()
        return code if code >= 0 else 128 - code

    async def stop(self, hurry: asyncio.Event | None = None) -> int:
        """Asks it to stop, and kills it if it takes too long or `hurry` is set; returns the exit code."""
        ended = asyncio.create_task(self.wait())
        hurried = asyncio.create_task((hurry or asyncio.Event()).wait())
        if self.alive:
            self._process.terminate()
        await asyncio.wait({ended, hurried}, timeout=self.program.stop_within, return_when=asyncio.FIRST_COMPLETED)
        hurried.cancel()
        if not ended.done():
            self.kill()
        return await ended

    def kill(self) -> None:
        """Kills it and everything that it started."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:  # all are gone, or the wrapper has not made its group yet
            if self.alive:
                self._process.kill()

    async def _read(self, on_line: OnLine) -> None:
        stream = self._process.stdout
        assert stream is not None
        while True:
            try:
                raw = await stream.readline()
            except ValueError:
                continue
            if not raw:
                return
            line = raw.decode(errors="replace").rstrip()
            self._tail.append(line)
            on_line(self.program.name, line)


async def _acquire_after_predecessor(path: Path) -> Lock:
    give_up_at = time.monotonic() + _PREDECESSOR_DIES_WITHIN
    while True:
        try:
            return acquire(path, wait=0)
        except LockHeldError:
            if time.monotonic() >= give_up_at:
                raise
        await asyncio.sleep(_POLL)


async def _start(program: Program, lock: Lock | None) -> asyncio.subprocess.Process:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", **(program.env or {})}
    # -I -S: the wrapper needs the standard library only, and starts three times as fast.
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-I", "-S", str(_WRAPPER)),
        *program.argv,
        env={name: value for name, value in environment.items() if value is not None},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        pass_fds=() if lock is None else (lock.fd,),
        limit=_LONGEST_LINE,
    )
