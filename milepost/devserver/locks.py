"""One owner per file: locks that the operating system releases when their last holder dies.

A lock belongs to the open file, not to the process: a child that inherits the descriptor holds it too.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from milepost.errors import MilepostError

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]

_POLL = 0.02  # seconds


@dataclass(frozen=True, slots=True)
class Holder:
    """The holder of a lock, as it wrote itself into the file. All fields are empty if it died while writing.

    Attributes:
        pid: The holder's process id.
        since: When it took the lock, in UTC.
        listens: Where its parts can be reached: `temporal` as host:port, `ui` and `web` as addresses, and
            `commands`, where the web application works on the folder's own database and takes the folder's key.
    """

    pid: int | None = None
    since: datetime | None = None
    listens: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        who = "another process" if self.pid is None else f"process {self.pid}"
        return who if self.since is None else f"{who}, since {self.since:%Y-%m-%d %H:%M:%S} UTC"


class LockHeldError(MilepostError):
    """Another process holds the lock."""

    code = "lock_held"

    def __init__(self, path: Path, holder: Holder) -> None:
        self.path = path
        self.holder = holder
        super().__init__(f"{path} is locked by {holder}")


class LocksUnsupportedError(MilepostError):
    """This system, or the file system of the file, has no locks."""

    code = "locks_unsupported"

    def __init__(self, path: Path, why: str) -> None:
        self.path = path
        super().__init__(
            f"Can't lock {path}: {why}.",
            "Put the data folder on a local disk (--data), or use a Temporal server of your own (--server HOST:PORT).",
        )


class Lock:
    """A held lock. `fd` may be handed to children; the lock ends with the last of them."""

    def __init__(self, path: Path, fd: int) -> None:
        self.path = path
        self.fd = fd
        self._since = datetime.now(UTC)
        self.announce()

    def announce(self, **listens: str) -> None:
        """Writes who holds the lock into the file, for processes that are refused and for those that look for us."""
        self._write(os.getpid(), listens)

    def hand_to(self, pid: int) -> None:
        """Leaves the lock to the child `pid`, which was started with `fd`."""
        self._write(pid, {})
        self.release()

    def release(self) -> None:
        """Releases it here; children that inherited it keep it."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def _write(self, pid: int, listens: dict[str, str]) -> None:
        holder = {"pid": pid, "since": self._since.isoformat(), "listens": listens}
        text = json.dumps(holder).encode()
        os.pwrite(self.fd, text, 0)
        os.ftruncate(self.fd, len(text))


def acquire(path: Path, *, wait: float = 0.5) -> Lock:
    """Takes the lock of `path`, trying for `wait` seconds; the file is created if need be.

    Raises:
        LockHeldError: another process still holds it after that.
        LocksUnsupportedError: there are no locks here.
    """
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(path, fd, exclusive=True, wait=wait)
        return Lock(path, fd)
    except BaseException:
        os.close(fd)
        raise


def holder_of(path: Path) -> Holder | None:
    """Returns the current holder of the lock of `path`; None if there is none."""
    try:
        fd = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        # Shared, so that processes that ask don't refuse each other; owners try for longer than this lasts.
        _take(path, fd, exclusive=False, wait=0)
    except LockHeldError as held:
        return held.holder
    finally:
        os.close(fd)
    return None


def _take(path: Path, fd: int, *, exclusive: bool, wait: float) -> None:
    if fcntl is None:  # pragma: no cover - Windows
        raise LocksUnsupportedError(path, "this system has no file locks")
    operation = (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB
    give_up_at = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(fd, operation)
        except BlockingIOError:
            if time.monotonic() >= give_up_at:
                raise LockHeldError(path, _read(fd)) from None
            time.sleep(_POLL)
        except OSError as error:
            raise LocksUnsupportedError(path, error.strerror or str(error)) from error
        else:
            return


def _read(fd: int) -> Holder:
    try:
        record: dict[str, Any] = json.loads(os.pread(fd, 65_536, 0))
        return Holder(record["pid"], datetime.fromisoformat(record["since"]), record["listens"])
    except (ValueError, KeyError):
        return Holder()
