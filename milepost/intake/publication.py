"""Publishes maps, and tells beforehand what that would change.

Publishing moves nobody. Its impact is for whoever decides whether the customers on other versions should move.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.actor import actor
from milepost.audit_kinds import Kind
from milepost.intake.move_preview import preview_moves
from milepost.language.loader import Loaded, content_hash, from_files
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.segment_match import matches
from milepost.store import audit, customers, journeys, maps
from milepost.store.audit import Entry
from milepost.store.database import Store
from milepost.store.tables import MapVersionRow
from milepost.versions import Change, compare
from milepost.versions.move_counts import MoveCounts


@dataclass(frozen=True, slots=True)
class Draft:
    """A map that is ready to be published: compiled, with its files by relative name."""

    compiled_map: CompiledMap
    files: Mapping[str, str]

    @staticmethod
    def of(loaded: Loaded) -> Draft:
        """Returns the draft of a map that `check_map` found no error in."""
        assert loaded.map is not None
        files = dict(loaded.files or {})
        return Draft(CompiledMap.of(loaded.map, content_hash(files), files), files)


@dataclass(frozen=True, slots=True)
class VersionImpact:
    """The open journeys on another version of the map; `moves` counts what moving them would do.

    `moves` is None where this Milepost can't read that version.
    """

    number: int
    hash: str
    journeys: int
    moves: MoveCounts | None

    def to_json(self) -> dict[str, Any]:
        moves = None if self.moves is None else self.moves.to_json()
        return {"version": self.number, "hash": self.hash, "journeys": self.journeys, "moving": moves}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> VersionImpact:
        moves = None if data["moving"] is None else MoveCounts.from_json(data["moving"], data["journeys"])
        return VersionImpact(data["version"], data["hash"], data["journeys"], moves)


@dataclass(frozen=True, slots=True)
class Impact:
    """The changes that publishing a draft would bring, compared with the version that is current until then.

    `changes` is None where this Milepost can't read that version. `versions` are those that journeys are on, newest
    first.
    """

    map: str
    number: int
    hash: str
    changes: tuple[Change, ...] | None
    versions: tuple[VersionImpact, ...]

    @property
    def journeys(self) -> int:
        """The number of open journeys that stay on other versions."""
        return sum(each.journeys for each in self.versions)

    def to_json(self) -> dict[str, Any]:
        changes = None if self.changes is None else [change.to_json() for change in self.changes]
        return {
            "map": self.map,
            "since": {"version": self.number, "hash": self.hash},
            "changes": changes,
            "journeys": self.journeys,
            "stay_on": [each.to_json() for each in self.versions],
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Impact:
        changes = None if data["changes"] is None else tuple(map(Change.from_json, data["changes"]))
        versions = tuple(map(VersionImpact.from_json, data["stay_on"]))
        return Impact(data["map"], data["since"]["version"], data["since"]["hash"], changes, versions)


@dataclass(frozen=True, slots=True)
class Publication:
    """The result of publishing a map.

    Attributes:
        became: `new`; `unchanged` if it was the current version already; `current_again` if it was an earlier one.
        waiting: Customers without a journey that would begin on it.
        staying: Open journeys on other versions.
        not_recorded: The options that were ignored, as a version that exists is never changed.
    """

    map: str
    number: int
    hash: str
    became: Literal["new", "unchanged", "current_again"]
    waiting: int
    staying: int
    not_recorded: str | None

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in Publication.__slots__}


CountMoves = Callable[[MapVersionRow], Awaitable[MoveCounts | None]]
"""Counts what moving the open journeys of a version would do; None where this Milepost can't read it."""


async def impact_of(
    session: AsyncSession,
    draft: Draft,
    now: Instant,
    *,
    on_total: Callable[[int], None] = lambda _: None,
    on_journey: Callable[[], None] = lambda: None,
) -> Impact | None:
    """Returns what publishing would change; None for a map's first version, and for the current one.

    It plans every open journey of the map, which takes a while for thousands: `on_total` gets their number first,
    `on_journey` is called after each.
    """
    rows = await maps.versions(session, draft.compiled_map.map.map)
    current = next((row for row in rows if row.current), None)
    if current is None or current.hash == draft.compiled_map.version:
        return None

    async def count_moves(row: MapVersionRow) -> MoveCounts | None:
        old = compiled_version(row)
        if old is None:
            return None
        moves = MoveCounts()
        async for move, _ in preview_moves(session, old, draft.compiled_map, now):
            moves.add(move)
            on_journey()
        return moves

    return await impact_since(session, rows, current, draft, count_moves, on_total)


async def impact_since(  # noqa: PLR0917 - the versions, the draft, and how to count
    session: AsyncSession,
    rows: Sequence[MapVersionRow],
    current: MapVersionRow,
    draft: Draft,
    count_moves: CountMoves,
    on_total: Callable[[int], None],
) -> Impact:
    """Returns what a draft changes, compared with the current one of all the versions, and for whom."""
    new = draft.compiled_map
    old = compiled_version(current)
    changes = None if old is None else compare(old.map, new.map, dict(current.files), draft.files)
    counts = await journeys.count_by_version(session, new.map.map)
    in_use = [row for row in rows if row.hash in counts and row.hash != new.version]
    on_total(sum(counts[row.hash] for row in in_use))
    versions = []
    for row in in_use:
        moves = await count_moves(row)
        many = counts[row.hash] if moves is None else moves.journeys
        versions.append(VersionImpact(row.number, row.hash, many, moves))
    return Impact(new.map.map, current.number, current.hash, changes, tuple(versions))


def compiled_version(row: MapVersionRow) -> CompiledMap | None:
    """Returns a published version, compiled; None where this Milepost can't read it."""
    loaded = from_files(row.files)
    return None if loaded.map is None else CompiledMap.of(loaded.map, row.hash, row.files)


async def publish(
    store: Store, drafts: Iterable[Draft], now: Instant, *, by: str | None = None, why: str | None = None
) -> list[Publication]:
    """Publishes all drafts or, if anything goes wrong, none: new journeys begin on these versions.

    Content that was published before is the version that it was then; it becomes the current one again.
    """
    async with store.transaction() as session:
        return [await publish_within(session, draft, now, by, why) for draft in drafts]


async def publish_within(
    session: AsyncSession, draft: Draft, now: Instant, by: str | None, why: str | None
) -> Publication:
    """Publishes a draft in a transaction of somebody else's."""
    map_ = draft.compiled_map.map
    current = {row.hash for row in await maps.current(session)}
    published = await maps.publish(session, map_.map, map_.title, draft.files, now, by=by, why=why)
    version = published.version
    details = {"version": version.number, "new": published.new}
    audit.record(session, Entry(int(time.time()), by or actor(), Kind.MAP_PUBLISHED, version.map, why, details))
    free = await customers.without_open_journey(session)
    running = await journeys.count_by_version(session, version.map)
    return Publication(
        map=version.map,
        number=version.number,
        hash=version.hash,
        became="new" if published.new else "unchanged" if version.hash in current else "current_again",
        waiting=sum(matches(draft.compiled_map, customer, now) for customer in free),
        staying=sum(count for other, count in running.items() if other != version.hash),
        not_recorded=None if published.new else _not_recorded(version, by, why),
    )


def _not_recorded(version: MapVersionRow, by: str | None, why: str | None) -> str | None:
    """Returns the options that contradict what was recorded when the version was new."""
    options = {"--by": (by, version.published_by), "--why": (why, version.why)}
    return " and ".join(name for name, (value, recorded) in options.items() if value and value != recorded) or None
