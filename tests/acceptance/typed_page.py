"""The console blocks of a page of the docs, typed into real terminals; what they print is compared with the page."""

from __future__ import annotations

import re
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)
_PROMPT = "$ "
_ANYTHING = "..."
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class TypedCommand:
    """A command as a page has it, and the lines that the page shows below it; `...` stands for anything."""

    text: str
    shown: tuple[str, ...]

    @property
    def pattern(self) -> re.Pattern[str]:
        """What the command has to print: the shown lines, with any dates. Nothing shown: anything may be printed."""
        lines = [
            r"(?:.*\n)*?" if line == _ANYTHING else _line_pattern(line) + r"[ ]*\n"
            for line in self.shown or (_ANYTHING,)
        ]
        return re.compile("".join(lines))


def _line_pattern(line: str) -> str:
    parts = (r"\d{4}-\d{2}-\d{2}".join(map(re.escape, _DATE.split(part))) for part in line.split(_ANYTHING))
    return ".*".join(parts)


def commands_of(page: str) -> Iterator[TypedCommand]:
    """Yields the commands of all console blocks, in the page's order; a backslash joins lines as in a shell."""
    for block in _BLOCK.findall(page):
        for part in block.removeprefix(_PROMPT).split(f"\n{_PROMPT}"):
            text, *shown = re.sub(r" *\\\n *", " ", part.rstrip("\n")).split("\n")
            yield TypedCommand(text, tuple(shown))


class Terminal:
    """A shell that somebody types into, in a folder; what it prints can be read meanwhile."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._log = folder / f".terminal-{uuid.uuid4().hex}"
        self._written = self._log.open("wb")
        self.process = subprocess.Popen(
            ["bash", "--norc", "--noprofile"],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=self._written,
            stderr=subprocess.STDOUT,
        )

    @property
    def output(self) -> str:
        """All that was printed so far."""
        return self._log.read_text()

    def begin(self, command: str) -> None:
        """Type a command, and don't wait for it to end."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{command}\n".encode())
        self.process.stdin.flush()

    def type(self, command: str) -> str:
        """Type a command and wait for its end; returns what it printed. It is an error if it fails."""
        before, mark = len(self.output), uuid.uuid4().hex
        self.begin(f"{command}\nprintf '\\n%s %s\\n' {mark} $?")  # what a command prints may end within a line
        ended = re.compile(rf"^{mark} (\d+)\n", re.MULTILINE)
        self.until(lambda: ended.search(self.output[before:]))
        printed = self.output[before:]
        end = ended.search(printed)
        assert end is not None
        assert end[1] == "0", f"{command!r} ended with {end[1]}:\n{printed}"
        return printed[: end.start()]

    def until(self, condition: Callable[[], object], within: float = 180.0) -> None:
        """Wait until a condition is true; it is an error if the shell ends before."""
        give_up_at = time.monotonic() + within
        while not condition():
            assert self.process.poll() is None, f"the terminal was closed:\n{self.output[-3000:]}"
            assert time.monotonic() < give_up_at, f"never came true:\n{self.output[-3000:]}"
            time.sleep(0.05)

    def close(self) -> None:
        """Leave the shell."""
        self.process.kill()
        self.process.communicate()
        self._written.close()
