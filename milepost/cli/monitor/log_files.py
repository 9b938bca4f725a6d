"""The log files of the programs that `milepost up` runs: their output goes there, not to the terminal."""

from __future__ import annotations

import os
from logging import INFO, Formatter, Handler, LogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path

_BYTES = 5_000_000
_FILES = 3


class Logs:
    """One file for each program; the oldest lines go when a file is full."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)
        self._files: dict[str, Handler] = {}

    def path(self, program: str) -> Path:
        return self.folder / f"{program}.log"

    def write(self, program: str, line: str) -> None:
        """Add a line to a program's file."""
        self._file(program).emit(LogRecord(program, INFO, "", 0, line, (), None))

    def close(self) -> None:
        for handler in self._files.values():
            handler.close()

    def _file(self, program: str) -> Handler:
        if program not in self._files:
            path = self.path(program)
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
            handler = RotatingFileHandler(path, maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8")
            handler.setFormatter(Formatter("%(message)s"))
            self._files[program] = handler
        return self._files[program]
