"""`milepost diff OLD NEW`: compares two versions of a map, and previews moving its customers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.database import now_of, open_database
from milepost.cli.support.output import AsJson, heading, print_json, say
from milepost.cli.support.versions import Version, version_of
from milepost.explain.local_time import time_of
from milepost.explain.sentences import Wording
from milepost.intake.move_preview import preview_moves
from milepost.planner.timeline import StepDueChanged
from milepost.text import count_of
from milepost.versions import Change, Move, compare
from milepost.versions.move_counts import MoveCounts

_LINES = 8
"""Lines of a changed message that are shown; --json has them all."""


async def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A map's folder, MAP@NUMBER, MAP, or a version's hash.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The version to compare it with, in the same forms.")],
    *,
    context: typer.Context,
    customers: Annotated[
        bool, typer.Option("--customers", help="Also print what moving each open journey on OLD to NEW would do now.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print what changed between two versions of a map, in the words of the map.

    MAP@NUMBER is a published version, MAP alone the current one. Journeys keep their state by id, so a renamed part is
    another one to them unless it says `was: OLD_ID`.
    """
    settings = settings_of(context)
    before, after = [await version_of(settings, each) for each in (old, new)]
    changes = compare(before.compiled_map.map, after.compiled_map.map, before.files, after.files)
    if as_json:
        for change in changes:
            print_json({"kind": "change", **change.to_json()})
    else:
        _print(before, after, changes)
    if customers and _is_movable(before, after):
        async with open_database(settings) as store, store.reading() as session:
            moves = preview_moves(session, before.compiled_map, after.compiled_map, await now_of(session))
            if not as_json:
                await _print_moves(before, after, moves)
                return
            async for move, zone in moves:
                print_json({"kind": "move", **move.to_json(Wording(after.compiled_map, zone))})


def _is_movable(old: Version, new: Version) -> bool:
    """Returns True if journeys can move from one to the other: only between versions of one map."""
    return old.compiled_map.map.map == new.compiled_map.map.map


def _print(old: Version, new: Version, changes: Sequence[Change]) -> None:
    say(f"{old.name} → {new.name}: {count_of(len(changes), 'change') if changes else 'no change'}")
    if not _is_movable(old, new):
        say("These are two maps, not two versions of one: no journey can move from one to the other.")
    for change in changes:
        say(f"  {change}")
        for line in change.lines[:_LINES]:
            say(f"      {line}")
        if len(change.lines) > _LINES:
            say(f"      ... and {count_of(len(change.lines) - _LINES, 'more line')}")


async def _print_moves(old: Version, new: Version, moves: AsyncIterator[tuple[Move, str]]) -> None:
    """Print each move, then the totals."""
    heading("What moving the open journeys would do now")
    counts = MoveCounts()
    async for move, zone in moves:
        counts.add(move)
        if not move.changes_nothing:
            _print_move(move, Wording(new.compiled_map, zone))
    if not counts.journeys:
        say(f"No open journey is on {old.name}.")
        return
    if still := counts.unchanged.count:
        say(f"Nothing changes at once for {count_of(still, 'customer')}: {counts.unchanged.named(_LINES)}.")
    say(
        f"Of {count_of(counts.journeys, 'open journey')}: "
        f"{count_of(counts.on_gone, 'customer')} on something that is gone; "
        f"{count_of(counts.withdrawn, 'step')} withdrawn, {counts.opened} opened, "
        f"{counts.redated} kept with another date."
    )
    if counts.unknown.count:
        say(f"Nobody can tell for {count_of(counts.unknown.count, 'customer')}: {counts.unknown.named(_LINES)}.")


def _print_move(move: Move, wording: Wording) -> None:
    say(f"{move.customer}:")
    if move.problem:
        say(f"  Nobody can tell: {move.problem}")
    for gone in move.stands_on:
        say(f"  stands on {gone}, which is gone")
    for each in move.redated:
        before, after = (time_of(at, wording.zone) if at is not None else "no date" for at in (each.before, each.after))
        say(f"  “{each.title}” is kept; {'due' if each.field == 'due' else 'opens'} {before} → {after}")
    dated = {each.id for each in move.redated if each.field == "due"}
    for entry in move.entries:
        if not (isinstance(entry, StepDueChanged) and entry.step in dated):
            say(f"  {wording.sentence(entry)}")
