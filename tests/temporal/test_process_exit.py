"""A process that used Temporal's core ends with the code of its program, whatever the core's threads still do."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HELD_FOR = 0.2  # seconds for which a thread keeps Python to itself: without our care one in three then aborts

USES_THE_CORE = """
    import asyncio, sys
    from temporalio.client import Client
    from milepost.temporal.process_exit import run_and_leave

    async def ask():
        try:
            await Client.connect("127.0.0.1:1")
        except RuntimeError:
            print("nobody listens there")

    sys.setswitchinterval({hold})
"""


def _run(program: str) -> subprocess.CompletedProcess[str]:
    code = textwrap.dedent(USES_THE_CORE.format(hold=HELD_FOR)) + textwrap.dedent(program)
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=ROOT, check=False
    )


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("run_and_leave(lambda: asyncio.run(ask()))", 0),
        ("run_and_leave(lambda: sys.exit(asyncio.run(ask())))", 0),
        ("run_and_leave(lambda: sys.exit(asyncio.run(ask()) or 3))", 3),
        ("run_and_leave(lambda: sys.exit(asyncio.run(ask()) or 'it ends'))", 1),
        ("run_and_leave(lambda: asyncio.run(ask()) or 1 / 0)", 1),
    ],
)
def test_the_exit_code_is_that_of_the_program(program: str, code: int) -> None:
    for _ in range(3):
        ended = _run(program)
        assert ended.returncode == code, ended.stderr
        assert ended.stdout == "nobody listens there\n"
        assert "Fatal Python error" not in ended.stderr


def test_what_ends_a_program_is_still_told() -> None:
    assert "ZeroDivisionError" in _run("run_and_leave(lambda: asyncio.run(ask()) or 1 / 0)").stderr
    assert _run("run_and_leave(lambda: sys.exit(asyncio.run(ask()) or 'it ends'))").stderr == "it ends\n"


def test_threads_and_exit_handlers_are_waited_for() -> None:
    program = """
    import atexit, threading

    def work():
        atexit.register(print, "handler")
        asyncio.run(ask())
        go_on = threading.Event()
        threading.Thread(target=lambda: (go_on.wait(), print("thread"))).start()
        go_on.set()

    run_and_leave(work)
    """
    assert _run(program).stdout.splitlines() == ["nobody listens there", "thread", "handler"]
