"""Runs programs side by side in a terminal: starts them in order, restarts those that die, stops them in reverse."""

from __future__ import annotations

import asyncio
import signal
from typing import Self

from milepost.devserver.children import Child, OnLine, Program
from milepost.devserver.restarts import OnChange, ProgramSupervisor, Restarts, first_of
from milepost.errors import MilepostError


class StopRequestedError(MilepostError):
    """Somebody asked to stop while programs were starting; `async with Supervisor()` then ends quietly."""

    code = "stop_requested"

    def __init__(self) -> None:
        super().__init__("Stopped while programs were starting.")


class Supervisor:
    """Keeps programs running while its block lasts.

    Ctrl-C, SIGTERM and SIGHUP ask it to stop; a second one kills the programs that are still running.
    """

    def __init__(
        self,
        *,
        on_line: OnLine = lambda _name, _line: None,
        on_change: OnChange = lambda _name, _change, _detail: None,
        restarts: Restarts | None = None,
    ) -> None:
        self._on_line = on_line
        self._on_change = on_change
        self._restarts = restarts or Restarts()
        self._programs: list[ProgramSupervisor] = []
        self._stop = asyncio.Event()
        self._hurry = asyncio.Event()
        self._signals = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # `nohup` wants us to outlive the terminal
            self._signals.append(signal.SIGHUP)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        for number in self._signals:
            loop.add_signal_handler(number, self.request_stop)
        return self

    async def __aexit__(self, _kind: object, error: object, _where: object) -> bool:
        self._stop.set()
        try:
            while self._programs:
                await self._programs.pop().stop(self._hurry)
        finally:
            loop = asyncio.get_running_loop()
            for number in self._signals:
                loop.remove_signal_handler(number)
        return isinstance(error, StopRequestedError)

    def request_stop(self) -> None:
        """Asks everything to stop; asked twice, kill whatever is still running."""
        if self._stop.is_set():
            self._hurry.set()
        self._stop.set()

    async def start(self, program: Program) -> None:
        """Starts a program, wait until it is ready, and keeps it running from then on.

        Raises:
            ProgramFailedError: it ended, or was not ready in time.
            LockHeldError: another process holds its lock.
            StopRequestedError: somebody asked to stop meanwhile.
        """
        if self._stop.is_set():
            raise StopRequestedError
        supervised = ProgramSupervisor(program, self._restarts, self._on_line, self._on_change)
        self._programs.append(supervised)
        await first_of(self._stop.wait(), supervised.begin())
        if self._stop.is_set():
            raise StopRequestedError
        supervised.keep()

    async def wait(self) -> None:
        """Waits until somebody asks to stop."""
        restarting = {each.restarting for each in self._programs if each.restarting is not None}
        stop = asyncio.create_task(self._stop.wait())
        try:
            done, _ = await asyncio.wait({stop, *restarting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
        for task in done:
            task.result()

    def child(self, name: str) -> Child:
        """Returns the current run of the program of this name."""
        for each in self._programs:
            if each.program.name == name and each.child is not None:
                return each.child
        raise KeyError(name)
