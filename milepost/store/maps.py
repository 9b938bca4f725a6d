"""Published maps: immutable versions, identified by the hash of their files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import exists, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.language.loader import content_hash
from milepost.planner.instants import Instant
from milepost.store.errors import UnknownVersionError
from milepost.store.tables import JourneyRow, MapVersionRow


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """The version that was published; `new` is False if the same files had been published before."""

    version: MapVersionRow
    new: bool


async def publish(
    session: AsyncSession,
    map_id: str,
    title: str,
    files: Mapping[str, str],
    now: Instant,
    *,
    by: str | None = None,
    why: str | None = None,
) -> PublishedVersion:
    """Stores a version of a map (`files`: relative name to text) and makes it the one that new journeys begin on.

    Files that were published before are the version that they were then; it becomes the current one again.
    """
    digest = content_hash(files)
    version = await session.get(MapVersionRow, digest)
    new = version is None
    if version is None:
        last = await session.scalar(select(func.max(MapVersionRow.number)).where(MapVersionRow.map == map_id))
        version = MapVersionRow(
            hash=digest,
            map=map_id,
            number=(last or 0) + 1,
            title=title,
            files=dict(files),
            current=True,
            published_at=now,
            published_by=by,
            why=why,
        )
        session.add(version)
    version.current = True
    await session.flush()
    await session.execute(
        update(MapVersionRow)
        .where(MapVersionRow.map == map_id, MapVersionRow.hash != digest)
        .values(current=False)
        .execution_options(synchronize_session="fetch"),
    )
    return PublishedVersion(version, new)


async def hold(session: AsyncSession) -> None:
    """Lets two who publish at once take turns, so that the second sees the first; a new map has no row to lock."""
    if session.get_bind().dialect.name != "sqlite":  # there only one writes at a time
        await session.execute(text("LOCK TABLE map_versions IN SHARE ROW EXCLUSIVE MODE"))


async def get(session: AsyncSession, version: str) -> MapVersionRow:
    """Returns the version of this hash.

    Raises:
        UnknownVersionError: no version has this hash.
    """
    row = await session.get(MapVersionRow, version)
    if row is None:
        raise UnknownVersionError(version)
    return row


async def files(session: AsyncSession, version: str) -> dict[str, str]:
    """Returns the files of the version of this hash.

    Raises:
        UnknownVersionError: no version has this hash.
    """
    return dict((await get(session, version)).files)


async def current(session: AsyncSession) -> list[MapVersionRow]:
    """Returns the version of every map that new journeys begin on, ordered by map."""
    query = select(MapVersionRow).where(MapVersionRow.current.is_(True)).order_by(MapVersionRow.map)
    return list(await session.scalars(query))


async def titles(session: AsyncSession) -> dict[str, str]:
    """Returns the titles of all maps that new journeys begin on, by map."""
    query = select(MapVersionRow.map, MapVersionRow.title).where(MapVersionRow.current.is_(True))
    return dict((await session.execute(query.order_by(MapVersionRow.map))).all())


async def versions(session: AsyncSession, map_id: str | None = None) -> list[MapVersionRow]:
    """Returns all versions, of one map or of all, newest first within a map."""
    query = select(MapVersionRow).order_by(MapVersionRow.map, MapVersionRow.number.desc())
    if map_id is not None:
        query = query.where(MapVersionRow.map == map_id)
    return list(await session.scalars(query))


async def in_use(session: AsyncSession) -> list[str]:
    """Returns the hashes of all versions that a journey is on or may begin on, sorted; they use product events."""
    is_used = exists().where(JourneyRow.version == MapVersionRow.hash, JourneyRow.ended_at.is_(None))
    query = select(MapVersionRow.hash).where(or_(MapVersionRow.current.is_(True), is_used))
    return sorted(await session.scalars(query))
