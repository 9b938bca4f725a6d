"""Copies of a SQLite database: one consistent file, made while everything runs, and put back when nothing does.

PostgreSQL has tools of its own for this; nothing here is for it.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from milepost.store import schema_upgrade
from milepost.store.errors import BackupInvalidError, StoreInUseError, StoreTooNewError

_COMPANIONS = ("-wal", "-shm", "-journal")
_OWNER_ONLY = 0o600
_MAGIC = b"SQLite format 3\0"


def back_up(database: Path, file: Path) -> str:
    """Writes the database's content as of one moment to `file`, for its owner only; returns its revision.

    Others may read and write the database meanwhile. A file of that name is replaced, in one step at the end.

    Raises:
        BackupInvalidError: the database is damaged, or isn't Milepost's.
        OSError: the file can't be written.
    """
    with _new_file(file) as new:
        _copy(database, new)
        revision = checked_revision(new, of=database)
        new.replace(file)
        _flush_folder(file.parent)
    return revision


def restore(file: Path, database: Path, now: datetime) -> Path | None:
    """Puts the backup `file` in the place of the database; returns where the replaced one is kept, if there was one.

    The database holds the one or the other at every moment, though the power fails.

    Raises:
        BackupInvalidError: the backup is damaged, or isn't Milepost's.
        StoreTooNewError: a later Milepost wrote it.
        StoreInUseError: somebody has the database open.
        OSError: a file can't be written.
    """
    revision = checked_revision(file)
    if revision not in schema_upgrade.known_revisions():
        raise StoreTooNewError(revision)
    with _new_file(database) as new:
        _copy(file, new)
        checked_revision(new, of=file)
        kept = _set_aside(database, now) if database.exists() else None
        new.replace(database)
        _flush_folder(database.parent)
    return kept


def checked_revision(file: Path, *, of: Path | None = None) -> str:
    """Returns the revision of a sound Milepost database; `of` is the file that errors name.

    Raises:
        BackupInvalidError: the file is damaged, or isn't Milepost's.
    """
    try:
        with closing(_open(file)) as connection:
            [(verdict,), *_] = connection.execute("PRAGMA quick_check(1)").fetchall()
            if verdict != "ok":
                raise BackupInvalidError(of or file, f"it is damaged ({verdict})")
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not {"alembic_version", "journeys"} <= tables:
                raise BackupInvalidError(of or file, "it holds no tables of Milepost" if tables else "it is empty")
            [(revision,)] = connection.execute("SELECT version_num FROM alembic_version").fetchall()
            return str(revision)
    except (sqlite3.Error, ValueError) as error:
        raise BackupInvalidError(of or file, str(error)) from error


def _open(file: Path) -> sqlite3.Connection:
    """Opens a file that is there already."""
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)


def _copy(source: Path, target: Path) -> None:
    try:
        with closing(_open(source)) as reading, closing(_open(target)) as writing:
            reading.backup(writing)
            writing.execute("PRAGMA journal_mode=DELETE")  # all of it in one file
    except sqlite3.DatabaseError as error:
        raise BackupInvalidError(source, str(error)) from error
    with target.open("rb+") as written:
        os.fsync(written.fileno())


@contextmanager
def _new_file(file: Path) -> Iterator[Path]:
    """An empty file beside `file`, for its owner only; it is gone at the end, unless it was renamed."""
    new = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY))
    try:
        yield new
    finally:
        for ending in ("", *_COMPANIONS):
            new.with_name(new.name + ending).unlink(missing_ok=True)


def _set_aside(database: Path, now: datetime) -> Path:
    """Gives the database a second name with the date, and moves away what belongs to it."""
    _close_log(database)
    kept = _free_name(database.with_name(f"{database.name}.{now:%Y-%m-%d-%H%M%S}"))
    for ending in _COMPANIONS:  # a log that stayed would be written into the database that comes in its place
        with suppress(FileNotFoundError):
            database.with_name(database.name + ending).rename(kept.with_name(kept.name + ending))
    os.link(database, kept)
    return kept


def _free_name(wanted: Path) -> Path:
    """Returns a name that no file has: the wanted one, or with a number behind it."""
    numbered = (wanted.with_name(f"{wanted.name}-{number}") for number in count(2))
    return next(name for name in chain([wanted], numbered) if not name.exists())


def _close_log(database: Path) -> None:
    """Writes the write-ahead log into the database and does away with it, which is possible while nobody has it open.

    Raises:
        StoreInUseError: somebody has.
    """
    with database.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            return  # SQLite would throw the log away, which may be all that is left
    try:
        with closing(_open(database)) as connection:
            connection.execute("PRAGMA busy_timeout=500")
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise StoreInUseError(database) from error
    except sqlite3.DatabaseError:
        pass  # it is damaged: there is nothing to write, and a backup to put in its place


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
