from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from milepost.store import schema_upgrade as migrate
from milepost.store.database import open_store
from milepost.store.errors import StoreTooNewError, StoreUnreachableError
from milepost.store.schema_upgrade import config, upgrade
from milepost.store.tables import METADATA


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.server)])
def empty_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'folder' / 'milepost.db'}"
    return request.getfixturevalue("empty_postgres_url")


async def differences(url):
    store = open_store(url)
    async with store.engine.connect() as connection:
        found = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync, opts={"compare_type": True}), METADATA)
        )
        tables = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    await store.close()
    return found, tables


async def test_upgrading_an_empty_database_gives_exactly_the_tables_of_the_models(empty_url):
    revision = await upgrade(empty_url)
    found, tables = await differences(empty_url)
    assert found == []
    assert tables == {*METADATA.tables, "alembic_version"}
    assert await upgrade(empty_url) == revision


async def test_processes_that_upgrade_at_once_all_succeed(empty_url):
    revisions = await asyncio.gather(*(upgrade(empty_url) for _ in range(8)))
    assert len(set(revisions)) == 1
    assert (await differences(empty_url))[0] == []


async def test_a_database_of_a_later_version_is_refused_and_not_changed(database_url):
    store = open_store(database_url)
    async with store.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    await store.close()
    with pytest.raises(StoreTooNewError, match="'9999'"):
        await upgrade(database_url)


async def test_a_migration_that_is_cut_off_leaves_nothing_behind(empty_url, monkeypatch):
    def fail(*_args, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("alembic.operations.Operations.create_index", fail)
        with pytest.raises(KeyboardInterrupt):
            await upgrade(empty_url)
    assert (await differences(empty_url))[1] == set()


async def test_a_database_that_cannot_be_opened_is_named_without_its_password(tmp_path):
    file = tmp_path / "file"
    file.write_text("no folder")
    with pytest.raises(StoreUnreachableError):
        await upgrade(f"sqlite:///{file / 'milepost.db'}")
    with pytest.raises(StoreUnreachableError) as raised:
        await upgrade("postgresql://milepost:hidden@127.0.0.1:1/milepost")
    assert "127.0.0.1:1" in str(raised.value)
    assert "hidden" not in str(raised.value)


def test_migrations_lie_inside_the_package_so_that_an_installed_milepost_has_them():
    folder = Path(config().get_main_option("script_location"))
    assert folder.parent == Path(migrate.__file__).parent
    assert list((folder / "versions").glob("0001*.py"))
