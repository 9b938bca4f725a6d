"""Runs a command that ends when our parent ends, however that happens.

    python child_wrapper.py COMMAND [ARGUMENT...]

Standard input is a pipe whose other end only the parent holds. When the parent is gone, even by `kill -9`, the pipe
ends, and the wrapper kills itself and its command. If the wrapper is killed first, Linux kills the command
(PR_SET_PDEATHSIG; set here, in a process with one thread, because it follows the thread that forked, not the process).
On other systems the command would then run on until somebody stops it.

Descriptors that the parent passes are passed on to the command, so that it can hold a lock. Signals to stop are
forwarded. Files that the command creates are for this user alone: they hold personal data. The exit code is the
command's, or 128 + N if signal N killed it.

It is run by its path, without `site`, so that it starts in a few milliseconds: it imports nothing of ours.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from types import FrameType

_PR_SET_PDEATHSIG = 1
_COMMAND_NOT_FOUND = 127


def main(command: list[str]) -> int:
    """Runs `command` until it ends or the parent is gone, and returns its exit code."""
    if os.getpgrp() != os.getpid():
        os.setsid()  # Ctrl-C in the terminal is for the parent; and the group can be killed as one
    os.umask(0o077)
    child: subprocess.Popen[bytes] | None = None
    pending_signals: list[int] = []

    def forward(number: int, _frame: FrameType | None) -> None:
        if child is None:
            pending_signals.append(number)
        else:
            child.send_signal(number)

    for stop in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(stop, forward)
    try:
        child = subprocess.Popen(  # noqa: S603 - the command is our caller's
            command,
            stdin=subprocess.DEVNULL,
            close_fds=False,
            preexec_fn=_die_with_parent(),  # noqa: PLW1509 - there is only one thread yet
        )
    except OSError as error:
        print(f"Can't run {command[0]!r}: {error.strerror}", file=sys.stderr)  # noqa: T201
        return _COMMAND_NOT_FOUND
    threading.Thread(target=_kill_group_when_parent_is_gone, daemon=True).start()
    for number in pending_signals:
        child.send_signal(number)
    code = child.wait()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)  # whatever the command left running
    return code if code >= 0 else 128 - code


def _die_with_parent() -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    wrapper = os.getpid()

    def ask_kernel() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != wrapper:  # it died before we asked
            os._exit(1)

    return ask_kernel


def _kill_group_when_parent_is_gone() -> None:
    while os.read(0, 4096):
        pass
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    exit_code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(exit_code)  # the thread that watches the pipe never ends
