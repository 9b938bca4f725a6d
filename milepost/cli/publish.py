"""`milepost publish`: a map becomes an immutable version, the one that new journeys begin on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.cli.lint import map_files
from milepost.cli.publication.impact import Upcoming, upcoming
from milepost.cli.publication.scenarios import warn_of_scenarios
from milepost.cli.publication.summary import comparisons, tell
from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.database import now_of, opened
from milepost.cli.support.errors import CommandError
from milepost.cli.support.output import AsJson, aside, count_of, print_json, say
from milepost.explain.sentences import version_said
from milepost.language.loader import Loaded, content_hash, load
from milepost.language.model import Map
from milepost.language.problems import Problem, errors_in
from milepost.people.map_check import check_maps
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.segment_match import matches
from milepost.settings import Settings
from milepost.store import customers, journeys, maps
from milepost.store.database import Store
from milepost.store.tables import MapVersionRow


@dataclass(frozen=True, slots=True)
class Ready:
    """A map without errors, compiled, with its files by relative name."""

    map: Map
    files: dict[str, str]
    compiled_map: CompiledMap


@dataclass(frozen=True, slots=True)
class Out:
    """What publishing a map did. `waiting` customers would begin on it; `staying` journeys are on other versions.

    `not_recorded` are the options of which nothing was kept, as a version that exists is never changed. `before` is
    what was told before.
    """

    map: str
    number: int
    hash: str
    became: str
    waiting: int
    staying: int
    not_recorded: str | None
    before: Upcoming | None

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in Out.__slots__ if name != "before"}


def publish(
    paths: Annotated[list[Path], typer.Argument(metavar="MAP_FOLDER...", help="A map's folder, or a folder of maps.")],
    *,
    context: typer.Context,
    by: Annotated[str | None, typer.Option(help="Who publishes it.", show_default=False)] = None,
    why: Annotated[str | None, typer.Option(help="What changed, and why.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Publish maps: each becomes an immutable version, the one that new journeys begin on.

    Maps are linted first; if any has an error, nothing is published and the exit code is 1. Their scenarios are run;
    one that fails is told, and stops nothing. Journeys that run stay on the version that they began on; what changed
    since the version before, and what moving them would do, is told first, in counts. The same content is the same
    version.
    """
    files = {file.resolve(): file for path in paths for file in map_files(path)}
    loaded = [load(file) for file in files.values()]
    problems = check_maps(loaded)
    _tell(problems, as_json=as_json)
    if errors_in(problems):
        raise CommandError("Nothing was published: a map with errors never is.", "Correct what is listed above.")
    warn_of_scenarios(loaded, as_json=as_json)
    ready = [_ready(each) for each in loaded]
    for out in asyncio.run(_publish(settings_of(context), ready, by, why, as_json=as_json)):
        _report(out, as_json=as_json)


def _tell(problems: Iterable[Problem], *, as_json: bool) -> None:
    for problem in problems:
        if as_json:
            print_json({"kind": "problem", **problem.to_json()})
        else:
            aside(str(problem))


def _ready(loaded: Loaded) -> Ready:
    assert loaded.map is not None  # lint found no error
    files = dict(loaded.files or {})
    return Ready(loaded.map, files, CompiledMap.of(loaded.map, content_hash(files)))


async def _publish(
    settings: Settings, ready: list[Ready], by: str | None, why: str | None, *, as_json: bool
) -> list[Out]:
    """Say what is about to change; then publish all of them, or, if anything goes wrong, none."""
    async with opened(settings, make=True) as store:
        told = [await _look_ahead(store, each, as_json=as_json) for each in ready]
        async with store.transaction() as session:
            now = await now_of(session)
            return [
                await _publish_one(session, each, now, by, why, before)
                for each, before in zip(ready, told, strict=True)
            ]


async def _look_ahead(store: Store, ready: Ready, *, as_json: bool) -> Upcoming | None:
    async with store.reading() as session:
        found = await upcoming(session, ready.compiled_map, ready.files, silent=as_json)
    if found is not None and as_json:
        print_json({"kind": "preview", **found.to_json()})
    elif found is not None:
        tell(found)
    return found


async def _publish_one(  # noqa: PLR0917 - one map, and what is noted of it
    session: AsyncSession, ready: Ready, now: Instant, by: str | None, why: str | None, before: Upcoming | None
) -> Out:
    current = {row.hash for row in await maps.current(session)}
    published = await maps.publish(session, ready.map.map, ready.map.title, ready.files, now, by=by, why=why)
    version = published.version
    became = "new" if published.new else ("unchanged" if version.hash in current else "current_again")
    free = await customers.without_open_journey(session)
    running = await journeys.count_by_version(session, version.map)
    return Out(
        map=version.map,
        number=version.number,
        hash=version.hash,
        became=became,
        waiting=sum(matches(ready.compiled_map, customer, now) for customer in free),
        staying=sum(many for other, many in running.items() if other != version.hash),
        not_recorded=None if published.new else _not_recorded(version, by, why),
        before=before,
    )


def _not_recorded(version: MapVersionRow, by: str | None, why: str | None) -> str | None:
    """What was said with a version that is there already, and is not what stands with it."""
    given = {"--by": (by, version.published_by), "--why": (why, version.why)}
    return " and ".join(name for name, (said, kept) in given.items() if said and said != kept) or None


_BECAME = {
    "new": "published as {}",
    "unchanged": "already {}; nothing changed",
    "current_again": "{} again; the same content had been published before",
}


def _report(out: Out, *, as_json: bool) -> None:
    if as_json:
        print_json({"kind": "version", **out.to_json()})
        return
    say(f"{out.map}: {_BECAME[out.became].format(version_said(out.number, out.hash))}.")
    if out.not_recorded:
        say(f"  Not recorded: {out.not_recorded}. The version exists already, with what was said when it was new.")
    if out.before is not None:
        _name_comparisons(out.before, out.number)
    elif out.staying:
        stay = "1 journey stays" if out.staying == 1 else f"{out.staying} journeys stay"
        say(f"  {stay} on another version; nobody was moved.")
    if out.waiting:
        say(
            f"  Next: {count_of(out.waiting, 'customer')} without a journey match; `milepost enroll --all` begins them."
        )
    elif out.became == "new":
        say("  Next: customers who match begin on it when they are imported: `milepost import BOOK.csv`.")


def _name_comparisons(before: Upcoming, number: int) -> None:
    commands = list(comparisons(before, number))
    if commands:
        say("  What moving would do, customer by customer:", *(f"    {command}" for command in commands))
