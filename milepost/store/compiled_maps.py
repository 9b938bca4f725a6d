"""Published versions of maps, compiled: once in each process, since a version never changes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.orm import Session

from milepost.language.loader import from_files
from milepost.language.templates.source import text_digests
from milepost.planner.compiled_map import CompiledMap
from milepost.store import maps
from milepost.store.database import Store
from milepost.store.errors import UnknownVersionError, UnreadableVersionError
from milepost.store.table_types import table_of
from milepost.store.tables import MapVersionRow

_versions = table_of(MapVersionRow)
_CURRENT = select(_versions.c.hash).where(_versions.c.current.is_(True)).order_by(_versions.c.map)


def _row(session: Session, version: str) -> MapVersionRow:
    row = session.get(MapVersionRow, version)
    if row is None:
        raise UnknownVersionError(version)
    return row


class CompiledMaps:
    """The compiled maps that this process has used, by the hash of their version, with their files."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._compiled: dict[str, CompiledMap] = {}
        self._files: dict[str, Mapping[str, str]] = {}
        self._digests: dict[str, Mapping[str, str]] = {}
        self._unreadable: dict[str, str] = {}  # why, by version

    def add(self, compiled_map: CompiledMap, files: Mapping[str, str]) -> None:
        """Keeps a map that was compiled elsewhere."""
        self._compiled[compiled_map.version] = compiled_map
        self._files[compiled_map.version] = files

    async def of(self, version: str) -> CompiledMap:
        """Returns the compiled map of the version with this hash.

        Raises:
            UnknownVersionError: there is none.
            UnreadableVersionError: this Milepost can't read it.
        """
        if version not in self._compiled:
            async with self._store.reading() as session:
                row = await session.run_sync(_row, version)
            await asyncio.to_thread(self._compile, row)  # that takes a while, in which others are answered
        return self._compiled[version]

    async def find(self, version: str) -> CompiledMap | None:
        """Returns the compiled map of a version; None: this Milepost can't read it.

        Raises:
            UnknownVersionError: there is none.
        """
        with suppress(UnreadableVersionError):
            return await self.of(version)
        return None

    def load(self, session: Session, version: str) -> CompiledMap:
        """Returns the compiled map of the version with this hash, read with `session` if need be.

        Raises:
            UnknownVersionError: there is none.
            UnreadableVersionError: this Milepost can't read it.
        """
        if version not in self._compiled:
            self._compile(_row(session, version))
        return self._compiled[version]

    def _compile(self, row: MapVersionRow) -> None:
        if row.hash in self._unreadable:
            raise UnreadableVersionError(row.hash, self._unreadable[row.hash])
        loaded = from_files(row.files)
        if loaded.map is None:
            first, *others = map(str, loaded.problems)
            self._unreadable[row.hash] = f"{first}, and {len(others)} more" if others else first
            raise UnreadableVersionError(row.hash, self._unreadable[row.hash])
        self.add(CompiledMap.of(loaded.map, row.hash, row.files), dict(row.files))

    async def files(self, version: str) -> Mapping[str, str]:
        """Returns the files of the version of this hash, by relative name.

        Raises:
            UnknownVersionError: there is none.
        """
        await self.of(version)
        return self._files[version]

    def message_digests(self, session: Session, version: str) -> Mapping[str, str]:
        """Returns the digest of each message of a version, of its text in all languages.

        Raises:
            UnknownVersionError: there is none.
            UnreadableVersionError: this Milepost can't read it.
        """
        if version not in self._digests:
            self.load(session, version)
            self._digests[version] = text_digests(self._files[version])
        return self._digests[version]

    async def current(self) -> list[CompiledMap]:
        """Returns the compiled maps that new journeys begin on, ordered by map.

        Raises:
            UnreadableVersionError: this Milepost can't read one.
        """
        return [await self.of(version) for version in await self._current_versions()]

    async def readable(self, versions: Iterable[str] | None = None) -> list[CompiledMap]:
        """Returns those of some versions that this Milepost can read; without any, of the current ones, ordered by map.

        Pages go by them. Whatever enrols or takes in customers must know all, and goes by `current`.
        """
        wanted = await self._current_versions() if versions is None else versions
        return [each for each in [await self.find(version) for version in wanted] if each is not None]

    async def unreadable(self) -> dict[str, UnreadableVersionError]:
        """Returns why current versions can't be read, by map."""
        found = {}
        async with self._store.reading() as session:
            rows = await maps.current(session)
        for row in rows:
            try:
                await self.of(row.hash)
            except UnreadableVersionError as error:
                found[row.map] = error
        return found

    async def _current_versions(self) -> list[str]:
        async with self._store.reading() as session:
            return list(await session.scalars(_CURRENT))

    def load_current(self, session: Session) -> list[CompiledMap]:
        """Returns the compiled maps that new journeys begin on, ordered by map, read with `session` if need be."""
        return [self.load(session, version) for version in session.connection().scalars(_CURRENT)]

    async def warm_up(self) -> None:
        """Compiles all versions in use now, so that no journey has to wait for it; unreadable ones are left out."""
        async with self._store.reading() as session:
            versions = await maps.in_use(session)
        await self.readable(versions)
