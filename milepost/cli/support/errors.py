"""What people get when something is wrong: one block on stderr that says what, why and what to do."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import typer

DEBUG_VARIABLE = "MILEPOST_DEBUG"
_OURS = frozenset({"activities", "milepost", "worker", "workflows"})


class CommandError(Exception):
    """A mistake that the person at the terminal can put right; `hint` says how."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        self.message = message
        self.hint = hint
        super().__init__(f"{message} {hint}" if hint else message)


@contextmanager
def told_kindly(*, debug: bool) -> Iterator[None]:
    """Turn every exception into a message and exit code 1; with `debug`, the traceback goes before it."""
    try:
        yield
    except Exception as error:
        if _belongs_to_typer(error) or (isinstance(error, OSError) and error.errno == errno.EPIPE):
            raise
        if debug or os.environ.get(DEBUG_VARIABLE, "").lower() not in ("", "0", "false", "no"):
            traceback.print_exc()
        tell(error)
        raise typer.Exit(1) from None


def tell(error: Exception) -> None:
    """Print the error on stderr, without colours and without breaking its lines: it may be searched for."""
    print(block(error), file=sys.stderr)  # noqa: T201 - a terminal is what this is for


def block(error: Exception) -> str:
    """The error as people read it."""
    if not _is_ours(error):
        said = f"Error: {type(error).__name__}: {error}".rstrip(": ")
        return f"{said}\n  Milepost did not expect this. Run the command again with --debug to see where it comes from."
    hint = getattr(error, "hint", None)
    message = getattr(error, "message", None) if hint else None
    lines = str(message or error).strip().splitlines() or [type(error).__name__]
    return "\n".join([f"Error: {lines[0]}", *lines[1:], *([f"  {hint}"] if hint else [])])


def _is_ours(error: Exception) -> bool:
    return type(error).__module__.partition(".")[0] in _OURS


def _belongs_to_typer(error: Exception) -> bool:
    return type(error).__module__.partition(".")[0] in ("typer", "click")
