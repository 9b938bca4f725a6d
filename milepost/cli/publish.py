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
from milepost.explain.sentences import version_text
from milepost.intake.move_preview import MoveCounts
from milepost.intake.publication import Draft, Impact, Publication, VersionImpact, impact_of
from milepost.intake.publication import publish as publish_drafts
from milepost.intake.rollouts import BATCH, PER_MINUTE, Pace, Reason
from milepost.language.loader import Loaded, load
from milepost.language.problems import errors_in
from milepost.people.map_check import check_maps
from milepost.planner.instants import Instant
from milepost.scenarios.discovery import scenario_files
from milepost.scenarios.runs import run_scenarios
from milepost.store.database import Store
from milepost.text import count_of, listing

_CHANGES = 8  # that are shown; `milepost diff` has all
_GONE = 5
_NAMED = 3
_WIDEST = 150
_COMMANDS = 3
_ORDER = ("removed", "renamed", "moved", "added", "changed")  # what affects customers most comes first


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
        if commands := list(_comparisons(impact, publication.number)):
            say("  What moving would do, customer by customer:", *(f"    {command}" for command in commands))
    elif publication.staying:
        stay = f"{count_of(publication.staying, 'journey')} {'stays' if publication.staying == 1 else 'stay'}"
        say(f"  {stay} on another version; nobody was moved.")
    if publication.waiting:
        free = count_of(publication.waiting, "customer")
        say(f"  Next: {free} without a journey match; `milepost enroll --all` begins their journeys.")
    elif publication.became == "new":
        say("  Next: customers who match begin on it when they are imported: `milepost import BOOK.csv`.")


# The impact of a publication in a few lines, for people.


def _comparisons(impact: Impact, number: int) -> Iterator[str]:
    """The commands that show it customer by customer, once this is version `number`; the most journeys first."""
    readable = [each for each in impact.versions if each.moves is not None]
    for each in sorted(readable, key=lambda each: -each.journeys)[:_COMMANDS]:
        yield f"milepost diff {impact.map}@{each.number} {impact.map}@{number} --customers"


def _changes(impact: Impact) -> Iterator[str]:
    before = version_text(impact.number, impact.hash)
    if impact.changes is None:
        yield f"{impact.map}: this Milepost can't read {before}, so it can't tell what changed since."
    elif not impact.changes:
        yield f"{impact.map}: its content is the same as {before}; only its files are written differently."
    else:
        yield f"{impact.map}: {count_of(len(impact.changes), 'change')} since {before}:"
        for change in sorted(impact.changes, key=lambda change: _ORDER.index(change.what))[:_CHANGES]:
            yield f"  {textwrap.shorten(str(change), _WIDEST, placeholder=' ...')}"
        if len(impact.changes) > _CHANGES:
            yield f"  ... and {count_of(len(impact.changes) - _CHANGES, 'more change')}"


def _journeys(impact: Impact, policy: Policy) -> Iterator[str]:
    if not impact.journeys:
        yield "No journey is open on another version of it, so there is nobody to move."
        return
    many = count_of(impact.journeys, "open journey")
    if policy is Policy.STAY:
        stay = "stays" if impact.journeys == 1 else "stay"
        yield f"Publishing moves nobody: {many} {stay} on another version."
    else:
        yield f"{many} {'is' if impact.journeys == 1 else 'are'} on another version, and will move."
    yield "Moving them to this one now would do this at once:"
    for version in impact.versions:
        yield from _version(version)


def _version(version: VersionImpact) -> Iterator[str]:
    which = f"  {count_of(version.journeys, 'journey')} on {version_text(version.number, version.hash)}:"
    if version.moves is None:
        yield f"{which} nobody can tell, since this Milepost can't read that version."
    elif version.moves.unchanged.count == version.journeys:
        yield f"{which} nothing."
    else:
        yield which
        yield from (f"    {line}" for line in _counts(version.moves))


def _counts(moves: MoveCounts) -> Iterator[str]:
    if moves.on_gone:
        stand = "stands" if moves.on_gone == 1 else "stand"
        yield f"{count_of(moves.on_gone, 'customer')} {stand} on something that is gone:"
        gone = sorted(moves.gone.items(), key=lambda each: (-each[1].count, each[0]))
        for what, customers in gone[:_GONE]:
            yield f"  {what}: {customers.named(_NAMED)}"
        if len(gone) > _GONE:
            yield f"  ... and {len(gone) - _GONE} more that are gone"
    steps = ((moves.withdrawn, "withdrawn"), (moves.opened, "opened"), (moves.redated, "kept with another date"))
    if parts := [f"{count_of(count, 'step')} {what}" for count, what in steps if count]:
        yield ", ".join(parts)
    if unchanged := moves.unchanged.count:
        yield f"nothing for {count_of(unchanged, 'customer')}"
    if moves.unknown.count:
        yield f"nobody can tell for {count_of(moves.unknown.count, 'customer')}: {moves.unknown.named(_NAMED)}"
        yield f"  {textwrap.shorten(moves.why or '', _WIDEST, placeholder=' ...')}"
