"""What publishing a map is about to change: the map itself, and what moving the open journeys to it would do.

Publishing moves nobody; this is for whoever decides whether somebody else shall.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.cli.support.moves import Moves, moves_of
from milepost.cli.support.output import console
from milepost.language.loader import from_files
from milepost.planner.compiled_map import CompiledMap
from milepost.store import journeys, maps
from milepost.store.tables import MapVersionRow
from milepost.versions import Change, compare


@dataclass(frozen=True, slots=True)
class Standing:
    """The open journeys on another version of the map; `moves` counts what moving them would do.

    `moves` is None where this Milepost cannot read that version.
    """

    number: int
    hash: str
    journeys: int
    moves: Moves | None

    def to_json(self) -> dict[str, Any]:
        counted = None if self.moves is None else self.moves.to_json()
        return {"version": self.number, "hash": self.hash, "journeys": self.journeys, "moving": counted}


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What is about to be published, against the version that is the current one until then.

    `changes` is None where this Milepost cannot read that version. `standing` has the versions that journeys are on,
    newest first.
    """

    map: str
    number: int
    hash: str
    changes: tuple[Change, ...] | None
    standing: tuple[Standing, ...]

    @property
    def journeys(self) -> int:
        """How many open journeys stay on other versions."""
        return sum(each.journeys for each in self.standing)

    def to_json(self) -> dict[str, Any]:
        changes = None if self.changes is None else [change.to_json() for change in self.changes]
        return {
            "map": self.map,
            "since": {"version": self.number, "hash": self.hash},
            "changes": changes,
            "journeys": self.journeys,
            "stay_on": [each.to_json() for each in self.standing],
        }


async def upcoming(
    session: AsyncSession, compiled_map: CompiledMap, files: dict[str, str], *, silent: bool
) -> Upcoming | None:
    """What publishing this would change; None for a map's first version, and for what is the current one already."""
    rows = await maps.versions(session, compiled_map.map.map)
    current = next((row for row in rows if row.current), None)
    if current is None or current.hash == compiled_map.version:
        return None
    before = _chart(current)
    changes = None if before is None else compare(before.map, compiled_map.map, dict(current.files), files)
    many = await journeys.count_by_version(session, compiled_map.map.map)
    there = [row for row in rows if row.hash in many and row.hash != compiled_map.version]
    with _progress(sum(many[row.hash] for row in there), silent=silent) as advance:
        standing = [await _standing(session, row, many[row.hash], compiled_map, advance) for row in there]
    return Upcoming(compiled_map.map.map, current.number, current.hash, changes, tuple(standing))


def _chart(row: MapVersionRow) -> CompiledMap | None:
    loaded = from_files(row.files)
    return None if loaded.map is None else CompiledMap.of(loaded.map, row.hash)


async def _standing(
    session: AsyncSession, row: MapVersionRow, many: int, new: CompiledMap, advance: Callable[[], None]
) -> Standing:
    old = _chart(row)
    if old is None:
        return Standing(row.number, row.hash, many, None)
    moves = Moves()
    async for move, _ in moves_of(session, old, new):
        moves.take(move)
        advance()
    return Standing(row.number, row.hash, moves.journeys, moves)


@contextmanager
def _progress(journeys: int, *, silent: bool) -> Iterator[Callable[[], None]]:
    errors = console(errors=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=errors, transient=True, disable=silent or not errors.is_terminal) as progress:
        task = progress.add_task("Looking at open journeys", total=journeys)
        yield lambda: progress.advance(task)
