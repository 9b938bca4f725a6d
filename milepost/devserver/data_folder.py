"""The data folder of `milepost up`: everything that one installation keeps, with one owner at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from milepost.devserver.locks import Holder, Lock, LockHeldError, acquire, holder_of
from milepost.errors import MilepostError
from milepost.settings import Settings
from milepost.temporal.connection import TemporalAddress

_ORPHAN_DIES_WITHIN = 5.0  # seconds; child_wrapper.py needs milliseconds


class FolderInUseError(MilepostError):
    """Another `milepost up` owns the folder, or its Temporal server is still running."""

    code = "folder_in_use"

    def __init__(self, folder: Path, holder: Holder, *, user: str = "another `milepost up`") -> None:
        self.folder = folder
        self.holder = holder
        stop = "stop it" if holder.pid is None else f"stop it (kill {holder.pid})"
        super().__init__(
            f"Data folder {str(folder)!r} is in use by {user} ({holder}).",
            f"Two on one folder would damage it: {stop}, or choose another folder with --data.",
        )


class FolderUnusableError(MilepostError):
    """The folder can't be created or written to."""

    code = "folder_unusable"

    def __init__(self, folder: Path, why: str) -> None:
        self.folder = folder
        super().__init__(f"Can't use {str(folder)!r} as data folder: {why}.", "Choose another with --data.")


class DataFolder:
    """A data folder that this process owns until it closes it or dies."""

    def __init__(self, path: Path, lock: Lock) -> None:
        self.path = path
        self._lock = lock

    @classmethod
    def open(cls, path: Path) -> Self:
        """Creates the folder (for this user alone) if need be, and owns it.

        Raises:
            FolderInUseError: another process owns it, or an orphaned Temporal server still uses its database.
            FolderUnusableError: it can't be created or written to.
            LocksUnsupportedError: the file system has no locks.
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
        """The lock that the Temporal server holds as long as it runs, even after its parent is gone."""
        return self.path / "temporal.lock"

    def announce(self, **listens: str) -> None:
        """Publishes where the parts listen (`temporal`, `ui`, `web`), for other commands on this folder."""
        self._lock.announce(**listens)

    def close(self) -> None:
        """Gives up the folder."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _wait_for_orphan(self) -> None:
        try:
            acquire(self.temporal_lock, wait=_ORPHAN_DIES_WITHIN).release()
        except LockHeldError as held:
            self.close()
            user = "the Temporal server of an earlier `milepost up`"
            raise FolderInUseError(self.path, held.holder, user=user) from None


def owner_of(path: Path) -> Holder | None:
    """Returns the process that runs `milepost up` on this folder, and where its parts listen; None if there is none."""
    return holder_of(path.expanduser().resolve() / "milepost.lock")


def address_of(settings: Settings) -> TemporalAddress:
    """Returns Temporal's address: from the settings, else of a running `milepost up`, else from Temporal's own files.

    An embedded server has one namespace and no TLS, so the other settings are ignored for it.
    """
    owner = owner_of(settings.data) if settings.temporal_address is None else None
    embedded = owner.listens.get("temporal") if owner else None
    if embedded:
        return TemporalAddress(address=embedded, alone=True)
    key = settings.temporal_api_key
    return TemporalAddress(
        address=settings.temporal_address,
        namespace=settings.temporal_namespace,
        api_key=key.get_secret_value() if key else None,
        tls=settings.temporal_tls,
        tls_ca=settings.temporal_tls_ca,
        tls_cert=settings.temporal_tls_cert,
        tls_key=settings.temporal_tls_key,
        tls_server_name=settings.temporal_tls_server_name,
        profile=settings.temporal_profile,
    )
