from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from milepost.store.database import Store, open_store


@pytest.fixture
async def sqlite_store(sqlite_url: str) -> AsyncIterator[Store]:
    """An open store on a fresh SQLite file."""
    opened = open_store(sqlite_url)
    yield opened
    await opened.close()
