"""`milepost publish`: a map becomes an immutable version, the one that new journeys begin on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from commands.lint import map_files
from commands.support.errors import CommandError
from commands.support.opening import now_of, opened
from commands.support.output import AsJson, aside, count_of, print_json, say
from journeys.advising import examine
from journeys.language.loader import Loaded, content_hash, load
from journeys.language.model import Map
from journeys.language.problems import Problem
from journeys.matching import matches
from journeys.planner.chart import Chart
from journeys.planner.instants import Instant
from settings import Settings
from store import customers, journeys, maps


@dataclass(frozen=True, slots=True)
class Ready:
    """A map without errors, compiled, with its files by relative name."""

    map: Map
    files: dict[str, str]
    chart: Chart


@dataclass(frozen=True, slots=True)
class Out:
    """What publishing a map did. `waiting` customers would begin on it; `staying` journeys are on other versions."""

    map: str
    number: int
    hash: str
    became: str
    waiting: int
    staying: int


def publish(
    paths: Annotated[list[Path], typer.Argument(metavar="MAP_FOLDER...", help="A map's folder, or a folder of maps.")],
    *,
    settings: Settings,
    by: Annotated[str | None, typer.Option(help="Who publishes it.", show_default=False)] = None,
    why: Annotated[str | None, typer.Option(help="What changed, and why.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Publish maps: each becomes an immutable version, the one that new journeys begin on.

    Maps are linted first; if any has an error, nothing is published and the exit code is 1. Journeys that run stay
    on the version that they began on. The same content is the same version.
    """
    loaded = [load(file) for path in paths for file in map_files(path)]
    problems = [problem for each in loaded for problem in examine(each)]
    _tell(problems, as_json=as_json)
    if any(problem.severity == "error" for problem in problems):
        raise CommandError("Nothing was published: a map with errors never is.", "Correct what is listed above.")
    ready = [_ready(each) for each in loaded]
    for out in asyncio.run(_publish(settings, ready, by, why)):
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
    return Ready(loaded.map, files, Chart.of(loaded.map, content_hash(files)))


async def _publish(settings: Settings, ready: list[Ready], by: str | None, why: str | None) -> list[Out]:
    """Publish all of them, or, if anything goes wrong, none."""
    async with opened(settings, make=True) as store, store.transaction() as session:
        now = await now_of(session)
        return [await _publish_one(session, each, now, by, why) for each in ready]


async def _publish_one(session: AsyncSession, ready: Ready, now: Instant, by: str | None, why: str | None) -> Out:
    before = {row.hash for row in await maps.current(session)}
    published = await maps.publish(session, ready.map.map, ready.map.title, ready.files, now, by=by, why=why)
    version = published.version
    became = "new" if published.new else ("unchanged" if version.hash in before else "current_again")
    free = await customers.without_open_journey(session)
    running = await journeys.running(session)
    return Out(
        map=version.map,
        number=version.number,
        hash=version.hash,
        became=became,
        waiting=sum(matches(ready.chart, customer, now) for customer in free),
        staying=sum(row.map == version.map and row.version != version.hash for row in running),
    )


_BECAME = {
    "new": "published as version {}",
    "unchanged": "already version {}; nothing changed",
    "current_again": "version {} again; the same content had been published before",
}


def _report(out: Out, *, as_json: bool) -> None:
    if as_json:
        data: dict[str, Any] = {name: getattr(out, name) for name in Out.__slots__}
        print_json({"kind": "version", **data})
        return
    say(f"{out.map}: {_BECAME[out.became].format(out.number)} ({out.hash[:12]}).")
    if out.staying:
        say(f"  {count_of(out.staying, 'journey')} stay on the version that they began on.")
    if out.waiting:
        say(
            f"  Next: {count_of(out.waiting, 'customer')} without a journey match; `milepost enroll --all` begins them."
        )
    elif out.became == "new":
        say("  Next: customers who match begin on it when they are imported: `milepost import BOOK.csv`.")
