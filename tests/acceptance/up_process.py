"""`milepost up` as a process of its own, as people start it, and its programs to be killed."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
import psutil

from milepost.devserver.data_folder import owner_of

LOG = "up.log"


class Up:
    """A running `milepost up` on a data folder; `settings` are environment variables of its own."""

    def __init__(self, folder: Path, *options: str, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        self.folder = folder
        self.folder.mkdir(exist_ok=True)
        self._output = (folder / LOG).open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "milepost", "up", "--data", str(folder), "--port", "0", *options],
            stdout=self._output,
            stderr=subprocess.STDOUT,
            env=environment() | settings,
        )

    @property
    def output(self) -> str:
        """All that was printed, by earlier ones on the folder too."""
        return (self.folder / LOG).read_text()

    def wait(self, within: float) -> int:
        """Wait for its end; the exit code."""
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {within} s:\n{self.output[-3000:]}") from None

    def until(self, condition: Callable[[], Any], within: float = 60.0) -> None:
        """Wait until a condition is true; it is an error if `up` ends before."""
        give_up_at = time.monotonic() + within
        while not condition():
            assert self.process.poll() is None, f"it ended:\n{self.output[-3000:]}"
            assert time.monotonic() < give_up_at, f"never came true:\n{self.output[-3000:]}"
            time.sleep(0.05)

    def kill(self, program: str) -> None:
        """`kill -9` the program itself, which its supervisor has to notice."""
        os.kill(self.pid_of(program), signal.SIGKILL)

    def pid_of(self, program: str) -> int:
        """The process of `temporal`, `worker` or `web`; waits until there is one."""
        found: list[int] = []
        self.until(lambda: found.extend(self._pids(program)) or found)
        return found[0]

    def _pids(self, program: str) -> list[int]:
        mark = "start-dev" if program == "temporal" else program
        pids = []
        for child in psutil.Process(self.process.pid).children(recursive=True):
            try:
                command = child.cmdline()
            except psutil.Error:
                continue
            if mark in command and not any("child_wrapper" in part for part in command):
                pids.append(child.pid)
        return pids

    def web(self) -> str:
        """Where the web application listens."""
        self.until(lambda: (owner := owner_of(self.folder)) and owner.listens.get("web"))
        owner = owner_of(self.folder)
        assert owner is not None
        return owner.listens["web"]

    def sign_in_link(self) -> str:
        """The path of the link that it printed last for whoever runs it."""
        links: list[str] = []
        self.until(
            lambda: links.extend(re.findall(r"Sign in, once\s+http\S+?(/sign-in/link/\S+)", self.output)) or links
        )
        return links[-1]

    def close(self) -> None:
        """Kill it if it still runs; its programs go with it."""
        self.process.kill()
        self.process.wait()
        self._output.close()

    # What the store says, read beside its writers.

    def count(self, table: str, where: str = "1=1") -> int:
        """How many rows a table has; 0 before there is one."""
        return self._ask(f"SELECT count(*) FROM {table} WHERE {where}")

    def latest(self, table: str, column: str) -> int:
        """The greatest value; 0 where there is none."""
        return self._ask(f"SELECT max({column}) FROM {table}")

    def _ask(self, query: str) -> int:
        with closing(sqlite3.connect(self.folder / "milepost.db", timeout=30)) as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'clock'").fetchone():
                return 0
            return int(connection.execute(query).fetchone()[0] or 0)


class Teller:
    """Somebody outside who tells facts through the API all the time, and notes down what was promised."""

    def __init__(self, up: Up, customers: list[str]) -> None:
        key = up.folder / "api_key"
        up.until(key.exists)
        self._client = httpx.Client(
            base_url=up.web(),
            headers={"Authorization": f"Bearer {key.read_text().strip()}"},
            timeout=5.0,
            trust_env=False,
        )
        self._customers = customers
        self._number = 0
        self.promised: dict[str, str] = {}

    def tell(self) -> None:
        """Tell one more fact; what is answered by a success is promised."""
        self._number += 1
        customer = self._customers[self._number % len(self._customers)]
        fact = f"outside {self._number}"
        try:
            answer = self._client.post(
                "/api/v1/facts", json={"customer": customer, "id": fact, "set": {"seats": self._number}}
            )
        except httpx.TransportError:
            return
        if answer.is_success and answer.json()["new"]:
            self.promised[fact] = customer

    def close(self) -> None:
        self._client.close()


def environment() -> dict[str, str]:
    """Our own, without what would point `up` elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("MILEPOST_", "TEMPORAL_"))}
