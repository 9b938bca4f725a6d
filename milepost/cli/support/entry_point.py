"""Running the `milepost` command as a process of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable

from milepost.temporal.process_exit import run_and_leave


def run_as_process(app: Callable[[], None]) -> None:
    """Run the command that the arguments name, and leave the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")  # an old terminal shall not end a command
    run_and_leave(app)
