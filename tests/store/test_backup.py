"""Backups: one consistent file while others write, and what may take the place of a database."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from milepost.store import backup, customers
from milepost.store.database import check, open_store
from milepost.store.errors import BackupInvalidError, StoreInUseError, StoreTooNewError
from tests.store.book import START, customer

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def database(sqlite_url: str) -> Path:
    return Path(sqlite_url.removeprefix("sqlite:///"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder / "milepost.backup"


def save(file: Path, *ids: str) -> None:
    async def save_them() -> None:
        async with open_store(f"sqlite:///{file}") as store, store.transaction() as session:
            await customers.save(session, [customer(each) for each in ids], START)

    asyncio.run(save_them())


async def read_ids(file: Path) -> list[str]:
    async with open_store(f"sqlite:///{file}") as store, store.reading() as session:
        return await customers.ids(session)


def ids_in(file: Path) -> list[str]:
    return asyncio.run(read_ids(file))


def mode_of(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


async def test_a_backup_is_one_file_with_what_was_committed_for_its_owner_only(database: Path, copy: Path) -> None:
    async with open_store(f"sqlite:///{database}") as store:
        async with store.transaction() as session:
            await customers.save(session, [customer("acme")], START)
        async with store.transaction() as session:
            await customers.save(session, [customer("bolt")], START)
            await asyncio.to_thread(backup.back_up, database, copy)
    assert mode_of(copy) == 0o600
    assert set(contents(copy.parent)) == {copy.name}
    assert await read_ids(copy) == ["acme"]
    assert await read_ids(database) == ["acme", "bolt"]


async def test_a_backup_made_while_others_write_is_of_one_moment(database: Path, copy: Path) -> None:
    """Each transaction writes two customers: a copy that held one of a pair would be of no moment at all."""
    async with open_store(f"sqlite:///{database}") as store:
        stop = asyncio.Event()

        async def write() -> int:
            number = 0
            while not stop.is_set():
                pair = [customer(f"{side}{number}") for side in ("left", "right")]
                async with store.transaction() as session:
                    await customers.save(session, pair, START)
                number += 1
            return number

        writing = asyncio.create_task(write())
        counts = []
        for _ in range(10):
            await asyncio.to_thread(backup.back_up, database, copy)
            ids = await read_ids(copy)
            counts.append(len(ids))
            assert sorted(each.replace("left", "right") for each in ids if each.startswith("left")) == sorted(
                each for each in ids if each.startswith("right")
            )
        stop.set()
        assert 2 * await writing >= counts[-1] > counts[0]


def test_a_backup_that_fails_leaves_the_earlier_one_and_nothing_else(tmp_path: Path, copy: Path) -> None:
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(os.urandom(8192))
    copy.write_text("the earlier one")
    with pytest.raises(BackupInvalidError, match=r"damaged\.db"):
        backup.back_up(damaged, copy)
    assert contents(copy.parent) == {copy.name: b"the earlier one"}


def test_a_restored_database_is_the_backup_and_the_one_before_is_kept_whole(database: Path, copy: Path) -> None:
    save(database, "acme")
    backup.back_up(database, copy)
    save(database, "bolt")
    kept = backup.restore(copy, database, NOW)
    assert kept == database.with_name("milepost.db.2026-03-02-093000")
    assert ids_in(database) == ["acme"]
    assert ids_in(kept) == ["acme", "bolt"]
    assert mode_of(database) == 0o600
    assert ids_in(copy) == ["acme"]


def test_a_backup_goes_to_a_folder_without_a_database_too(database: Path, copy: Path, tmp_path: Path) -> None:
    save(database, "acme")
    backup.back_up(database, copy)
    assert backup.restore(copy, tmp_path / "new.db", NOW) is None
    assert ids_in(tmp_path / "new.db") == ["acme"]


def test_a_database_that_is_open_is_not_replaced(database: Path, copy: Path) -> None:
    save(database, "acme")
    backup.back_up(database, copy)
    save(database, "bolt")

    async def restore_while_open() -> None:
        async with open_store(f"sqlite:///{database}") as store:
            await check(store)
            backup.restore(copy, database, NOW)

    with pytest.raises(StoreInUseError, match=r"milepost\.db' is in use"):
        asyncio.run(restore_while_open())
    assert ids_in(database) == ["acme", "bolt"]
    assert not list(database.parent.glob("milepost.db.*"))


def test_a_damaged_database_gives_way_to_a_backup_with_its_log(database: Path, copy: Path) -> None:
    save(database, "acme")
    backup.back_up(database, copy)
    database.write_bytes(os.urandom(8192))
    log = database.with_name("milepost.db-wal")
    log.write_bytes(b"of another database")
    kept = backup.restore(copy, database, NOW)
    assert kept is not None
    assert kept.with_name(f"{kept.name}-wal").read_bytes() == b"of another database"
    assert not log.exists()
    assert ids_in(database) == ["acme"]


def _foreign(file: Path) -> None:
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE invoices (id)")


def _damaged(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4096:12288] = os.urandom(8192)
    file.write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda file: file.write_bytes(os.urandom(8192)), "not a database"),
        (lambda file: file.write_bytes(b""), "it is empty"),
        (lambda file: file.write_bytes(file.read_bytes()[:20_000]), "damaged|malformed"),
        (_damaged, "damaged|malformed"),
        (lambda file: (file.unlink(), _foreign(file)), "no tables of Milepost"),
    ],
    ids=["garbage", "empty", "cut short", "damaged", "foreign"],
)
def test_a_file_that_is_no_backup_replaces_nothing(database: Path, copy: Path, spoil, why: str) -> None:
    save(database, "acme")
    backup.back_up(database, copy)
    spoil(copy)
    before = contents(database.parent)
    with pytest.raises(BackupInvalidError, match=why):
        backup.restore(copy, database, NOW)
    assert contents(database.parent) == before


def test_a_backup_of_a_later_version_is_refused(database: Path, copy: Path) -> None:
    backup.back_up(database, copy)
    with closing(sqlite3.connect(copy)) as later, later:
        later.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreTooNewError, match="9999"):
        backup.restore(copy, database, NOW)
