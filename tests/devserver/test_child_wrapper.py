from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from milepost.devserver.children import Child, Program
from milepost.devserver.locks import LockHeldError, acquire
from tests.devserver.processes import SLEEPER, STUBBORN, gone, program_pid, until, wait_until

PARENT = """
import asyncio
from milepost.devserver.children import Child, Program
async def main():
    up = asyncio.Event()
    child = await Child.spawn(Program(name="sleeper", argv={argv!r}), lambda _name, _line: up.set())
    await up.wait()
    print(child.pid, flush=True)
    await child.wait()
asyncio.run(main())
"""


async def spawn(argv: list[str], **changes) -> tuple[Child, list[str]]:
    lines: list[str] = []
    program = Program(name="program", argv=argv, **changes)
    return await Child.spawn(program, lambda _name, line: lines.append(line)), lines


def test_kill_9_of_the_parent_takes_the_child_with_it(other_process) -> None:
    parent = other_process(PARENT.format(argv=SLEEPER))
    wrapper = int(parent.stdout.readline())
    program = program_pid(wrapper)
    assert not gone(wrapper)
    assert not gone(program)
    parent.kill()
    wait_until(lambda: gone(wrapper) and gone(program))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere the wrapper itself must live")
async def test_kill_9_of_the_wrapper_takes_the_child_with_it() -> None:
    child, lines = await spawn(SLEEPER)
    await until(lambda: lines == ["up"])
    program = program_pid(child.pid)
    os.kill(child.pid, signal.SIGKILL)
    assert await child.wait() == 128 + signal.SIGKILL
    await until(lambda: gone(program))


async def test_the_exit_code_and_the_last_lines_are_the_childs() -> None:
    child, lines = await spawn([sys.executable, "-c", "import sys; print('a'); print('b'); sys.exit(7)"])
    assert await child.wait() == 7
    assert lines == ["a", "b"]
    assert child.tail() == ("a", "b")
    assert not child.alive
    assert program_pid(child.pid) is None


async def test_a_line_of_many_megabytes_does_not_stop_the_reading() -> None:
    child, lines = await spawn([sys.executable, "-c", "print('x' * 3_000_000); print('end')"])
    assert await child.wait() == 0
    assert lines[-1] == "end"


async def test_a_command_that_is_not_there_is_a_clear_line() -> None:
    child, lines = await spawn(["no-such-command"])
    assert await child.wait() == 127
    assert lines == ["Can't run 'no-such-command': No such file or directory"]


async def test_stopping_lets_the_child_end_by_itself() -> None:
    child, lines = await spawn(SLEEPER)
    await until(lambda: lines == ["up"])
    assert await child.stop() == 128 + signal.SIGTERM


async def test_a_child_that_does_not_stop_in_time_is_killed() -> None:
    child, lines = await spawn(STUBBORN, stop_within=0.1)
    await until(lambda: lines == ["up"])
    program = program_pid(child.pid)
    assert await child.stop() == 128 + signal.SIGKILL
    await until(lambda: gone(program))


async def test_ctrl_c_in_the_terminal_reaches_the_parent_alone() -> None:
    child, lines = await spawn(SLEEPER)
    await until(lambda: lines == ["up"])
    assert os.getpgid(program_pid(child.pid)) != os.getpgid(0)
    await child.stop()


async def test_the_child_holds_the_lock_after_its_parent_let_go_of_it(tmp_path: Path) -> None:
    child, lines = await spawn(SLEEPER, sole=tmp_path / "lock")
    await until(lambda: lines == ["up"])
    with pytest.raises(LockHeldError) as caught:
        acquire(tmp_path / "lock", wait=0)
    assert caught.value.holder.pid == child.pid
    await child.stop()
    acquire(tmp_path / "lock", wait=0).release()


async def test_variables_can_be_given_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "ours")
    show = [sys.executable, "-c", "import os; print(os.environ.get('SECRET'), os.environ.get('GIVEN'))"]
    child, lines = await spawn(show, env={"SECRET": None, "GIVEN": "yes"})
    await child.wait()
    assert lines == ["None yes"]


async def test_the_program_is_one_process_under_its_wrapper() -> None:
    child, lines = await spawn(SLEEPER)
    await until(lambda: lines == ["up"])
    assert psutil.Process(program_pid(child.pid)).ppid() == child.pid
    await child.stop()


async def test_what_a_program_leaves_running_ends_with_it() -> None:
    leaves = f"import subprocess; print(subprocess.Popen({SLEEPER!r}).pid, flush=True)"
    child, lines = await spawn([sys.executable, "-c", leaves])
    assert await child.wait() == 0
    await until(lambda: gone(int(lines[0])))
