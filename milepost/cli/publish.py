"""`milepost publish`: a map becomes an immutable version, the one that new journeys begin on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from milepost.cli.publication_summary import comparisons, print_impact
from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.database import now_of, open_database
from milepost.cli.support.errors import CommandError
from milepost.cli.support.map_folders import map_files
from milepost.cli.support.output import AsJson, aside, aside_or_json, print_json, progress_bar, say
from milepost.explain.sentences import version_text
from milepost.intake.publication import Draft, Impact, Publication, impact_of
from milepost.intake.publication import publish as publish_drafts
from milepost.language.loader import Loaded, load
from milepost.language.problems import errors_in
from milepost.people.map_check import check_maps
from milepost.planner.instants import Instant
from milepost.scenarios.discovery import scenario_files
from milepost.scenarios.runs import run_scenarios
from milepost.settings import Settings
from milepost.store.database import Store
from milepost.text import count_of, listing

_NAMED = 3


def publish(
    paths: Annotated[list[Path], typer.Argument(metavar="MAP_FOLDER...", help="A map's folder, or a folder of maps.")],
    *,
    context: typer.Context,
    by: Annotated[str | None, typer.Option(help="Who publishes it.")] = None,
    why: Annotated[str | None, typer.Option(help="What changed, and why.")] = None,
    as_json: AsJson = False,
) -> None:
    """Publish maps: each becomes an immutable version, the one that new journeys begin on.

    Maps are linted first; if any has an error, nothing is published and the exit code is 1. Their scenarios are run;
    a failing one is reported, but doesn't stop the publication. Running journeys stay on their version. What changed
    since the previous version, and what moving those journeys would do, is shown first, in counts. Publishing the same
    content again gives the same version.
    """
    files = {file.resolve(): file for path in paths for file in map_files(path)}
    loaded = [load(file) for file in files.values()]
    problems = check_maps(loaded)
    for problem in problems:
        aside_or_json(str(problem), {"kind": "problem", **problem.to_json()}, as_json=as_json)
    if errors_in(problems):
        raise CommandError("Nothing was published: a map with errors never is.", "Correct what is listed above.")
    _warn_of_scenarios(loaded, as_json=as_json)
    drafts = [Draft.of(each) for each in loaded]
    for publication, impact in asyncio.run(_publish(settings_of(context), drafts, by, why, as_json=as_json)):
        _print(publication, impact, as_json=as_json)


def _warn_of_scenarios(maps: Iterable[Loaded], *, as_json: bool) -> None:
    """Run the scenarios beside each map. They stop nothing: a test may lag behind its map."""
    for folder in (loaded.folder for loaded in maps if loaded.folder is not None):
        report = run_scenarios(scenario_files(folder))
        failing = [str(file) for file in report.failing]
        if as_json:
            print_json({"kind": "scenarios", "folder": str(folder), "run": report.total, "failing": failing})
        elif failing:
            aside(
                f"{folder}: {len(failing)} of {count_of(report.total, 'scenario')} "
                f"{'fails' if len(failing) == 1 else 'fail'}: {listing(failing, most=_NAMED)}. "
                f"See why: milepost test {folder}"
            )


async def _publish(
    settings: Settings, drafts: list[Draft], by: str | None, why: str | None, *, as_json: bool
) -> list[tuple[Publication, Impact | None]]:
    """Show what is about to change, then publish."""
    async with open_database(settings, create=True) as store:
        async with store.reading() as session:
            now = await now_of(session)
        impacts = [await _impact(store, draft, now, as_json=as_json) for draft in drafts]
        return list(zip(await publish_drafts(store, drafts, now, by=by, why=why), impacts, strict=True))


async def _impact(store: Store, draft: Draft, now: Instant, *, as_json: bool) -> Impact | None:
    with progress_bar(silent=as_json) as progress:
        task = progress.add_task("Looking at open journeys", total=0)
        async with store.reading() as session:
            impact = await impact_of(
                session,
                draft,
                now,
                on_total=lambda total: progress.update(task, total=total),
                on_journey=lambda: progress.advance(task),
            )
    if impact is not None and as_json:
        print_json({"kind": "preview", **impact.to_json()})
    elif impact is not None:
        print_impact(impact)
    return impact


_BECAME = {
    "new": "published as {}",
    "unchanged": "already {}; nothing changed",
    "current_again": "{} again; the same content had been published before",
}


def _print(publication: Publication, impact: Impact | None, *, as_json: bool) -> None:
    if as_json:
        print_json({"kind": "version", **publication.to_json()})
        return
    version = version_text(publication.number, publication.hash)
    say(f"{publication.map}: {_BECAME[publication.became].format(version)}.")
    if publication.not_recorded:
        say(f"  Not recorded: {publication.not_recorded}. The version exists already, as it was recorded at the time.")
    if impact is not None:
        if commands := list(comparisons(impact, publication.number)):
            say("  What moving would do, customer by customer:", *(f"    {command}" for command in commands))
    elif publication.staying:
        stay = f"{count_of(publication.staying, 'journey')} {'stays' if publication.staying == 1 else 'stay'}"
        say(f"  {stay} on another version; nobody was moved.")
    if publication.waiting:
        free = count_of(publication.waiting, "customer")
        say(f"  Next: {free} without a journey match; `milepost enroll --all` begins their journeys.")
    elif publication.became == "new":
        say("  Next: customers who match begin on it when they are imported: `milepost import BOOK.csv`.")
