"""How the command line reports an error: one block on stderr that says what is wrong, why and what to do."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from milepost.errors import MilepostError

DEBUG_VARIABLE = "MILEPOST_DEBUG"
_OURS = frozenset({"activities", "milepost", "worker", "workflows"})


class CommandError(MilepostError):
    """A mistake that the person at the terminal can put right; `hint` says how."""

    code = "command_error"


@contextmanager
def reported_errors(*, debug: bool) -> Iterator[None]:
    """Turn every exception into a message and exit code 1; with `debug`, the traceback goes before it."""
    try:
        yield
    except Exception as error:
        if _package(error) == "typer" or (isinstance(error, OSError) and error.errno == errno.EPIPE):
            raise
        if debug or os.environ.get(DEBUG_VARIABLE, "").lower() not in ("", "0", "false", "no"):
            traceback.print_exc()
        # No colours and no wrapping: people search for what they read here.
        print(error_block(error), file=sys.stderr)  # noqa: T201
        raise typer.Exit(1) from None


def error_block(error: Exception) -> str:
    """The error as people read it."""
    if _package(error) not in _OURS:
        headline = f"Error: {type(error).__name__}: {error}".rstrip(": ")
        return f"{headline}\n  Milepost did not expect this. Run it again with --debug to see where it comes from."
    hint = getattr(error, "hint", None)
    message = getattr(error, "message", None) if hint else None
    lines = str(message or error).strip().splitlines() or [type(error).__name__]
    return "\n".join([f"Error: {lines[0]}", *lines[1:], *([f"  {hint}"] if hint else [])])


def _package(error: Exception) -> str:
    return type(error).__module__.partition(".")[0]
