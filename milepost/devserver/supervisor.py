"""Runs programs side by side in a terminal: starts them in order, restarts the dead, stops all in reverse."""

from __future__ import annotations

import asyncio
import signal
from types import TracebackType
from typing import Self

from milepost.devserver.children import Child, OnLine, Program
from milepost.devserver.restarts import OnChange, ProgramSupervisor, Restarts, first_of


class StopRequestedError(Exception):
    """Somebody asked to stop while programs were starting; `async with Supervisor()` ends quietly then."""


class Supervisor:
    """Keeps programs running while its block lasts.

    Ctrl-C, SIGTERM and SIGHUP ask it to stop; a second one kills what is still there.
    """

    def __init__(
        self,
        *,
        on_line: OnLine = lambda _name, _line: None,
        on_change: OnChange = lambda _name, _change, _how: None,
        restarts: Restarts | None = None,
    ) -> None:
        self._on_line = on_line
        self._on_change = on_change
        self._restarts = restarts or Restarts()
        self._keepers: list[ProgramSupervisor] = []
        self._stop = asyncio.Event()
        self._hurry = asyncio.Event()
        self._signals = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # else `nohup` wants us to outlive the terminal
            self._signals.append(signal.SIGHUP)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        for number in self._signals:
            loop.add_signal_handler(number, self.request_stop)
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _where: TracebackType | None
    ) -> bool:
        try:
            await self._stop_all()
        finally:
            loop = asyncio.get_running_loop()
            for number in self._signals:
                loop.remove_signal_handler(number)
        return isinstance(error, StopRequestedError)

    def request_stop(self) -> None:
        """Ask for the end; asked twice, what is still there is killed."""
        if self._stop.is_set():
            self._hurry.set()
        self._stop.set()

    async def start(self, program: Program) -> None:
        """Start a program, wait until it is ready, and keep it running from then on.

        Raises:
            ProgramFailedError: It ended, or was not ready in time.
            LockHeldError: Something else holds its lock.
            StopRequestedError: Somebody asked to stop meanwhile.
        """
        if self._stop.is_set():
            raise StopRequestedError
        keeper = ProgramSupervisor(program, self._restarts, self._on_line, self._on_change)
        self._keepers.append(keeper)
        await first_of(self._stop.wait(), keeper.begin())
        if self._stop.is_set():
            raise StopRequestedError
        keeper.keep()

    async def wait(self) -> None:
        """Wait until somebody asks to stop.

        Raises:
            ProgramFailedError: A program died too often and was given up.
        """
        keeping = {keeper.keeping for keeper in self._keepers if keeper.keeping is not None}
        stop = asyncio.create_task(self._stop.wait())
        try:
            done, _ = await asyncio.wait({stop, *keeping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
        for task in done:
            task.result()

    def child(self, name: str) -> Child:
        """The program of that name as it runs now."""
        for keeper in self._keepers:
            if keeper.program.name == name and keeper.child is not None:
                return keeper.child
        raise KeyError(name)

    async def _stop_all(self) -> None:
        self._stop.set()
        while self._keepers:
            await self._keepers.pop().stop(self._hurry)
