from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from milepost.devserver.children import Program
from milepost.devserver.restarts import Change, ProgramFailedError, Restarts
from milepost.devserver.supervisor import Supervisor
from tests.devserver.processes import SLEEPER, STUBBORN, gone, program_pid, until

QUICK = Restarts(first_pause=0.01, longest_pause=0.04)


class Log:
    """The reports of a supervisor."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.changes: list[tuple[str, Change]] = []
        self.pauses: list[str] = []

    def line(self, name: str, line: str) -> None:
        self.lines.append((name, line))

    def change(self, name: str, change: Change, how: str) -> None:
        self.changes.append((name, change))
        if change is Change.RESTARTING:
            self.pauses.append(how)

    def supervisor(self, restarts: Restarts = QUICK) -> Supervisor:
        return Supervisor(on_line=self.line, on_change=self.change, restarts=restarts)

    def count(self, change: Change) -> int:
        return sum(1 for _, happened in self.changes if happened is change)


async def test_programs_start_in_order_and_stop_in_reverse() -> None:
    log = Log()
    async with log.supervisor() as supervisor:
        for name in ("temporal", "worker", "web"):
            await supervisor.start(Program(name=name, argv=SLEEPER))
    assert [name for name, change in log.changes if change is Change.READY] == ["temporal", "worker", "web"]
    assert [name for name, change in log.changes if change is Change.STOPPED] == ["web", "worker", "temporal"]


async def test_the_next_program_starts_when_the_one_before_is_ready() -> None:
    log = Log()

    async def ready() -> None:
        await until(lambda: ("first", "up") in log.lines)

    async with log.supervisor() as supervisor:
        await supervisor.start(Program(name="first", argv=SLEEPER, ready=ready))
        assert ("first", Change.READY) in log.changes


async def test_a_killed_program_is_started_again() -> None:
    log = Log()
    async with log.supervisor() as supervisor:
        await supervisor.start(Program(name="worker", argv=SLEEPER))
        await until(lambda: log.lines == [("worker", "up")])
        os.kill(program_pid(supervisor.child("worker").pid), signal.SIGKILL)
        await until(lambda: log.lines == [("worker", "up")] * 2)
    assert log.count(Change.DIED) == 1


async def test_a_program_that_dies_again_and_again_is_started_more_and_more_seldom_and_ends_no_other() -> None:
    log = Log()
    dying = [sys.executable, "-c", "raise SystemExit(3)"]
    async with log.supervisor() as supervisor:
        await supervisor.start(Program(name="web", argv=SLEEPER))
        await supervisor.start(Program(name="worker", argv=dying))
        await until(lambda: log.count(Change.DIED) > 7)
        assert supervisor.child("web").alive
    assert log.pauses[:4] == ["in 0.01 s", "in 0.02 s", "in 0.04 s", "in 0.04 s"]


async def test_a_program_that_ends_before_it_is_ready_says_why() -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    dying = [sys.executable, "-c", "print('wrong setting'); raise SystemExit(2)"]
    async with Supervisor() as supervisor:
        with pytest.raises(ProgramFailedError, match=r"did not start \(exit code 2\)") as failed:
            await supervisor.start(Program(name="web", argv=dying, ready=never))
    assert failed.value.tail == ("wrong setting",)


async def test_a_program_that_ends_before_it_is_ready_gets_its_attempts_each_after_what_has_to_be_done_before(
    tmp_path: Path,
) -> None:
    starts: list[str] = []
    mark = tmp_path / "third"

    def before() -> None:
        starts.append("start")
        if len(starts) == 3:
            mark.touch()

    async def ready() -> None:
        await until(mark.exists)
        await until(lambda: ("temporal", "up") in log.lines)

    program = Program(
        name="temporal",
        argv=["sh", "-c", f"test -e {mark} && echo up && sleep 600"],
        ready=ready,
        before=before,
        attempts=3,
    )
    log = Log()
    async with log.supervisor() as supervisor:
        await supervisor.start(program)
        assert supervisor.child("temporal").alive
    assert len(starts) == 3
    assert log.count(Change.DIED) == 0


async def test_a_program_that_is_never_ready_is_given_up_and_stopped() -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    async with Supervisor() as supervisor:
        with pytest.raises(ProgramFailedError, match=r"not ready within 0\.3 s"):
            await supervisor.start(Program(name="web", argv=SLEEPER, ready=never, start_within=0.3))
        wrapper = supervisor.child("web").pid
    assert gone(wrapper)


@pytest.fixture
def _no_nohup() -> Iterator[None]:
    """As from a terminal, however the tests themselves were started: SIGHUP is not ignored."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("_no_nohup")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_stops_all(number: signal.Signals) -> None:
    log = Log()
    async with log.supervisor() as supervisor:
        await supervisor.start(Program(name="worker", argv=SLEEPER))
        os.kill(os.getpid(), number)
        await supervisor.wait()
    assert log.changes[-1] == ("worker", Change.STOPPED)


async def test_a_signal_while_programs_start_ends_the_block_quietly() -> None:
    async def asks_to_stop() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.Event().wait()

    log = Log()
    async with log.supervisor() as supervisor:
        await supervisor.start(Program(name="web", argv=SLEEPER, ready=asks_to_stop))
        pytest.fail("start goes on only when the program is ready")
    assert log.changes[-1] == ("web", Change.STOPPED)


async def test_a_second_signal_kills_what_does_not_stop() -> None:
    log = Log()
    async with log.supervisor() as supervisor:
        await supervisor.start(Program(name="worker", argv=STUBBORN, stop_within=60))
        await until(lambda: log.lines == [("worker", "up")])
        supervisor.request_stop()
        supervisor.request_stop()
    assert log.changes[-1] == ("worker", Change.STOPPED)


async def test_under_nohup_the_end_of_the_terminal_stops_nothing() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        async with Supervisor() as supervisor:
            os.kill(os.getpid(), signal.SIGHUP)
            await supervisor.start(Program(name="worker", argv=SLEEPER))
            assert supervisor.child("worker").alive
    finally:
        signal.signal(signal.SIGHUP, before)
