"""The data folder of `milepost up`: everything that one embedded Milepost keeps, with one owner at a time."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from milepost.devserver.locks import Holder, Lock, LockHeldError, acquire, holder_of

_ORPHAN_DIES_WITHIN = 5.0  # seconds; a leash needs milliseconds


class FolderInUseError(Exception):
    """Another `milepost up` owns the folder, or its Temporal server is still there."""

    def __init__(self, folder: Path, holder: Holder, *, what: str = "another `milepost up`") -> None:
        self.folder = folder
        self.holder = holder
        stop = "stop it" if holder.pid is None else f"stop it (kill {holder.pid})"
        super().__init__(
            f"Data folder {str(folder)!r} is in use by {what} ({holder}). "
            f"Two on one folder would damage it: {stop}, or choose another folder with --data."
        )


class FolderUnusableError(Exception):
    """The folder can't be made or written to."""

    def __init__(self, folder: Path, why: str) -> None:
        self.folder = folder
        super().__init__(f"Can't use {str(folder)!r} as data folder: {why}. Choose another with --data.")


class DataFolder:
    """A data folder that this process owns until it closes it or dies."""

    def __init__(self, path: Path, lock: Lock) -> None:
        self.path = path
        self._lock = lock

    @classmethod
    def open(cls, path: Path) -> Self:
        """Make the folder (for this user alone) if need be, and own it.

        Raises:
            FolderInUseError: Somebody else owns it, or an orphaned Temporal server still uses its database.
            FolderUnusableError: It can't be made or written to.
            LocksUnsupportedError: Nothing can be locked there.
        """
        path = path.expanduser().resolve()
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = acquire(path / "milepost.lock")
        except LockHeldError as held:
            raise FolderInUseError(path, held.holder) from None
        except OSError as error:
            raise FolderUnusableError(path, error.strerror or str(error)) from error
        folder = cls(path, lock)
        folder._wait_for_orphan()
        return folder

    @property
    def temporal_database(self) -> Path:
        """The embedded Temporal server's file."""
        return self.path / "temporal.db"

    @property
    def temporal_lock(self) -> Path:
        """What the Temporal server holds as long as it lives, even when its parent is gone."""
        return self.path / "temporal.lock"

    def announce(self, **listens: str) -> None:
        """Tell other commands on this folder where the parts listen: `temporal`, `ui`, `web`."""
        self._lock.announce(**listens)

    def close(self) -> None:
        """Give the folder up."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _where: TracebackType | None
    ) -> None:
        self.close()

    def _wait_for_orphan(self) -> None:
        try:
            acquire(self.temporal_lock, wait=_ORPHAN_DIES_WITHIN).release()
        except LockHeldError as held:
            self.close()
            what = "the Temporal server of an earlier `milepost up`"
            raise FolderInUseError(self.path, held.holder, what=what) from None


def owner_of(path: Path) -> Holder | None:
    """Who runs `milepost up` on this folder now, and where its parts listen; None when nobody does."""
    return holder_of(path.expanduser().resolve() / "milepost.lock")
