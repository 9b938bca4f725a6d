"""`milepost publish`: a map becomes an immutable version, the one that new journeys begin on."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from milepost.cli.rollout import Batch, Rate, When, show, start
from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.database import now_of, open_database
from milepost.cli.support.errors import CommandError
from milepost.cli.support.intake_access import open_intake
from milepost.cli.support.map_folders import map_files
from milepost.cli.support.output import AsJson, aside, aside_or_json, print_json, progress_bar, say
from milepost.intake.publication import Draft, Impact, Publication, impact_of
from milepost.intake.publication import publish as publish_drafts
from milepost.intake.publication_words import (
    MOVES_LEAD,
    by_weight,
    changes_lead,
    journeys_lead,
    published_lead,
    version_lead,
    waiting_text,
)
from milepost.intake.rollouts import BATCH, PER_MINUTE, Pace, Reason
from milepost.language.loader import Loaded, load
from milepost.language.problems import errors_in
from milepost.people.map_check import check_maps
from milepost.planner.instants import Instant
from milepost.scenarios.discovery import scenario_files
from milepost.scenarios.runs import run_scenarios
from milepost.store.database import Store
from milepost.text import count_of, listing
from milepost.versions.move_words import WIDEST, sentences

_CHANGES = 8  # that are shown; `milepost diff` has all
_NAMED = 3
_COMMANDS = 3


class Policy(StrEnum):
    """What running journeys do when a version is published."""

    STAY = "stay"
    NOW = "now"
    NEXT_STAGE = "next-stage"


async def publish(
    paths: Annotated[list[Path], typer.Argument(metavar="MAP_FOLDER...", help="A map's folder, or a folder of maps.")],
    *,
    context: typer.Context,
    by: Annotated[str | None, typer.Option(help="Who publishes it.")] = None,
    why: Annotated[str | None, typer.Option(help="What changed, and why.")] = None,
    policy: Annotated[
        Policy, typer.Option(help="What running journeys do: stay, or move now or when their next stage opens.")
    ] = Policy.STAY,
    batch: Batch = BATCH,
    rate: Rate = PER_MINUTE,
    anyway: Annotated[bool, typer.Option("--anyway", help="Publish although a scenario fails.")] = False,
    as_json: AsJson = False,
) -> None:
    """Publish maps: each becomes an immutable version, the one that new journeys begin on.

    Maps are linted first, and their scenarios are run; if any has an error or fails, nothing is published and the exit
    code is 1. Running journeys stay on their version, unless --policy begins a rollout (see `milepost rollout`). What
    changed since the previous version, and what moving those journeys would do, is shown first, in counts. Publishing
    the same content again gives the same version.
    """
    files = {file.resolve(): file for path in paths for file in map_files(path)}
    loaded = [load(file) for file in files.values()]
    problems = check_maps(loaded)
    for problem in problems:
        aside_or_json(str(problem), {"kind": "problem", **problem.to_json()}, as_json=as_json)
    if errors_in(problems):
        raise CommandError("Nothing was published: a map with errors never is.", "Correct what is listed above.")
    _run_scenarios(loaded, anyway=anyway, as_json=as_json)
    drafts = [Draft.of(each) for each in loaded]
    async with open_database(settings_of(context), create=True) as store:
        async with store.reading() as session:
            now = await now_of(session)
        impacts = [await _impact(store, draft, now, policy, as_json=as_json) for draft in drafts]
        publications = await publish_drafts(store, drafts, now, by=by, why=why)
    for publication, impact in zip(publications, impacts, strict=True):
        _print(publication, impact, as_json=as_json)
    if policy is not Policy.STAY:
        await _roll_out(context, publications, When(policy), Pace(batch, rate), Reason(by, why), as_json=as_json)


async def _roll_out(
    context: typer.Context,
    publications: Iterable[Publication],
    when: When,
    pace: Pace,
    reason: Reason,
    *,
    as_json: bool,
) -> None:
    """Begin a rollout of each map that has journeys on other versions."""
    async with open_intake(settings_of(context)) as opened:
        for publication in publications:
            if publication.staying:
                row = await start(opened, publication.hash, when.policy, pace, reason)
                await show(opened, row, as_json=as_json)


def _run_scenarios(maps: Iterable[Loaded], *, anyway: bool, as_json: bool) -> None:
    """Run the scenarios beside each map.

    Raises:
        CommandError: some fail, and it isn't `anyway`.
    """
    failed = False
    for folder in (loaded.folder for loaded in maps if loaded.folder is not None):
        report = run_scenarios(scenario_files(folder))
        failing = [str(file) for file in report.failing]
        failed = failed or bool(failing)
        if as_json:
            print_json({"kind": "scenarios", "folder": str(folder), "run": report.total, "failing": failing})
        elif failing:
            aside(
                f"{folder}: {len(failing)} of {count_of(report.total, 'scenario')} "
                f"{'fails' if len(failing) == 1 else 'fail'}: {listing(failing, most=_NAMED)}. "
                f"See why: milepost test {folder}"
            )
    if failed and not anyway:
        raise CommandError(
            "Nothing was published: a scenario fails.",
            "Correct the map or the scenario; --anyway publishes regardless.",
        )


async def _impact(store: Store, draft: Draft, now: Instant, policy: Policy, *, as_json: bool) -> Impact | None:
    """Show what publishing a draft is about to change."""
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
        say(*_changes(impact), *_journeys(impact, policy), "")
    return impact


def _print(publication: Publication, impact: Impact | None, *, as_json: bool) -> None:
    if as_json:
        print_json({"kind": "version", **publication.to_json()})
        return
    say(published_lead(publication))
    if publication.not_recorded:
        say(f"  Not recorded: {publication.not_recorded}. The version exists already, as it was recorded at the time.")
    if impact is not None:
        if commands := list(_comparisons(impact, publication.number)):
            say("  What moving would do, customer by customer:", *(f"    {command}" for command in commands))
    elif publication.staying:
        stay = f"{count_of(publication.staying, 'journey')} {'stays' if publication.staying == 1 else 'stay'}"
        say(f"  {stay} on another version; nobody was moved.")
    if waiting := waiting_text(publication):
        say(f"  {waiting}")


# The impact of a publication in a few lines, for people.


def _comparisons(impact: Impact, number: int) -> Iterator[str]:
    """The commands that show it customer by customer, once this is version `number`; the most journeys first."""
    readable = [each for each in impact.versions if each.moves is not None]
    for each in sorted(readable, key=lambda each: -each.journeys)[:_COMMANDS]:
        yield f"milepost diff {impact.map}@{each.number} {impact.map}@{number} --customers"


def _changes(impact: Impact) -> Iterator[str]:
    yield changes_lead(impact)
    changes = by_weight(impact.changes or ())
    for change in changes[:_CHANGES]:
        yield f"  {textwrap.shorten(str(change), WIDEST, placeholder=' ...')}"
    if len(changes) > _CHANGES:
        yield f"  ... and {count_of(len(changes) - _CHANGES, 'more change')}"


def _journeys(impact: Impact, policy: Policy) -> Iterator[str]:
    yield journeys_lead(impact, moves=policy is not Policy.STAY)
    if not impact.journeys:
        return
    yield MOVES_LEAD
    for version in impact.versions:
        yield f"  {version_lead(version)}"
        if version.moves is None or version.moves.unchanged.count == version.journeys:
            continue
        for sentence, listed in sentences(version.moves):
            yield f"    {sentence}"
            yield from (f"      {each}" for each in listed)
