"""Reports the errors of the command line: one block on stderr that says what is wrong, why and what to do."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from milepost.errors import MilepostError

DEBUG_VARIABLE = "MILEPOST_DEBUG"
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


class CommandError(MilepostError):
    """A mistake that the person at the terminal can put right; `hint` says how."""

    code = "command_error"


@contextmanager
def reported_errors(*, debug: bool) -> Iterator[None]:
    """Turn every exception into a message and exit code 1; with `debug`, the traceback goes before it."""
    try:
        yield
    except Exception as error:
        from_typer = type(error).__module__.startswith("typer")
        if from_typer or (isinstance(error, OSError) and error.errno == errno.EPIPE):
            raise
        if debug or os.environ.get(DEBUG_VARIABLE, "").lower() not in ("", "0", "false", "no"):
            traceback.print_exc()
        # No colours and no wrapping: people search for what they read here.
        print(error_block(error), file=sys.stderr)  # noqa: T201 - not through Rich
        raise typer.Exit(1) from None


@contextmanager
def file_errors(verb: str, file: Path, hint: str | None = None) -> Iterator[None]:
    """Report a file that the system doesn't let us `read` or `write`, which is the `verb`."""
    try:
        yield
    except OSError as error:
        raise CommandError(f"Can't {verb} {str(file)!r}: {error.strerror}.", hint) from error


def error_block(error: Exception) -> str:
    """The error as people read it."""
    if isinstance(error, MilepostError):
        return "\n".join([f"Error: {error.message}", *([f"  {error.hint}"] if error.hint else [])])
    if isinstance(error, OSError) and error.errno in _NO_SPACE:
        return (
            f"Error: {error.strerror}: {error.filename or 'a file'}.\n  Free space there; all that is recorded stays."
        )
    headline = f"Error: {type(error).__name__}: {_words(error)}".rstrip(": ")
    return f"{headline}\n  Milepost did not expect this. Run it again with --debug to see where it comes from."


def _words(error: Exception) -> str:
    """Returns what an error says; a database would quote the values that it refuses."""
    if not type(error).__module__.startswith("sqlalchemy"):
        return str(error)
    from milepost.store.failures import cause_of  # noqa: PLC0415 - it is loaded by now, and slow to load

    return cause_of(error)
