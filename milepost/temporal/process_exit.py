"""Ends a process in which Temporal's core ran, without Python aborting on the way out.

The core delivers results in threads of its own, doesn't report when they are done with Python, and can't be shut down.
Before Python 3.14 a thread that returns to Python while the interpreter is shutting down is ended in a way that the
core answers with `abort()`: "PyGILState_Release: thread state must be current when releasing", exit code 134, although
all work was done (github.com/temporalio/sdk-python/issues/300). So once threads are joined and exit handlers have run,
such a process exits at once.
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable

_CORE = "temporalio.bridge.temporal_sdk_bridge"
_COULD_NOT_WRITE = 120  # Python's exit code for that


def run_and_leave(program: Callable[[], None]) -> None:
    """Run a program and end the process; it should be all that the process does.

    If Temporal's core was used, exit handlers that were registered earlier don't run; those registered later do.
    """
    ending = _Ending()
    atexit.register(ending.leave)
    try:
        program()
    except SystemExit as end:
        ending.code = _exit_code(end)
        raise
    except BaseException:
        ending.code = 1
        raise


class _Ending:
    """The exit code of the process, and leaving with it."""

    def __init__(self) -> None:
        self.code = 0

    def leave(self) -> None:
        """Exit handlers run in reverse order, so this one, the first, is the last thing that Python does."""
        if _CORE not in sys.modules:
            return
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError):
                self.code = self.code or _COULD_NOT_WRITE
        os._exit(self.code)


def _exit_code(end: SystemExit) -> int:
    match end.code:
        case None:
            return 0
        case int(code):
            return code & 0xFF
        case _:
            return 1  # Python prints it
