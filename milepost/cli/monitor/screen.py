"""The terminal of `milepost up`: programs that start, die and come back, and the addresses of everything."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from milepost.cli.support.output import clean
from milepost.devserver.restarts import Change

_NAMES = {"temporal": "Temporal server", "worker": "worker", "web": "web application"}


class Screen:
    """The terminal, or a file where there is none."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._died: set[str] = set()

    def say(self, line: str, style: str = "") -> None:
        """Print a line; only a terminal breaks it."""
        self.console.print(Text(clean(line), style=style), soft_wrap=True)

    def change(self, program: str, change: Change, how: str) -> None:
        """Say what happened to a program, if people want to know."""
        name = _NAMES.get(program, program)
        match change:
            case Change.STARTING if program not in self._died:
                self.say(f"Starting the {name} ...", "dim")
            case Change.DIED:
                self._died.add(program)
                self.say(f"The {name} died ({how}).", "bold yellow")
            case Change.RESTARTING:
                self.say(f"The {name} starts again {how}.", "yellow")
            case Change.READY if program in self._died:
                self._died.discard(program)
                self.say(f"The {name} is back.", "green")
            case Change.STOPPING:
                self.say(f"Stopping the {name} ...", "dim")

    def links(self, links: Mapping[str, str]) -> None:
        """Print where everything is, one address per line."""
        width = max(len(name) for name in links) + 2
        self.console.print()
        for name, address in links.items():
            self.say(f"  {name:{width}}{address}", "bold" if address.startswith("http") else "")
        self.console.print()
