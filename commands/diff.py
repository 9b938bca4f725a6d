"""`milepost diff OLD NEW`: what changed between two versions of a map, and what moving its customers would do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from commands.support.opening import now_of, opened
from commands.support.output import AsJson, count_of, heading, print_json, say
from commands.support.versions import Version, version_of
from journeys.comparing import Change, Move, compare, preview
from journeys.comparing.moves import Redated
from journeys.local_time import time_of
from journeys.planner.state import State
from journeys.wording import Wording
from settings import Settings
from store import journeys

_LINES = 8
"""Lines of a changed message that are shown; --json has them all."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions, their changes, and, where asked for, what moving each open journey would do, with its zone."""

    old: Version
    new: Version
    changes: tuple[Change, ...]
    moves: tuple[tuple[Move, str], ...] | None


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A map's folder, MAP@NUMBER, MAP, or a version's hash.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same for what it is compared with.")],
    *,
    settings: Settings,
    customers: Annotated[
        bool, typer.Option("--customers", help="Also what moving each open journey on OLD to NEW would do now.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what changed between two versions of a map, in the words of the map.

    MAP@NUMBER is a published version, MAP alone the current one. A part that was renamed is another one to journeys:
    they keep what they have by its id.
    """
    compared = asyncio.run(_compare(settings, old, new, customers=customers))
    if as_json:
        _print_json(compared)
    else:
        _print(compared)


async def _compare(settings: Settings, old: str, new: str, *, customers: bool) -> Compared:
    before, after = [await version_of(settings, each) for each in (old, new)]
    changes = compare(before.chart.map, after.chart.map, before.files, after.files)
    movable = before.chart.map.map == after.chart.map.map
    moves = await _moves(settings, before, after) if customers and movable else None
    return Compared(before, after, changes, moves)


async def _moves(settings: Settings, old: Version, new: Version) -> tuple[tuple[Move, str], ...]:
    """What moving would do to each open journey on the old version; one by one, so that memory does not grow."""
    async with opened(settings) as store, store.reading() as session:
        now = await now_of(session)
        states = [State.from_json(row.state) for row in await journeys.running(session) if row.version == old.hash]
    return tuple((preview(old.chart, new.chart, state, now), state.customer.timezone) for state in states)


def _print(compared: Compared) -> None:
    old, new = compared.old, compared.new
    say(f"{old.name} → {new.name}: {count_of(len(compared.changes), 'change') if compared.changes else 'no change'}")
    if old.chart.map.map != new.chart.map.map:
        say("These are two maps, not two versions of one: no journey can move from the one to the other.")
    for change in compared.changes:
        say(f"  {change}")
        for line in change.lines[:_LINES]:
            say(f"      {line}")
        if len(change.lines) > _LINES:
            say(f"      ... and {count_of(len(change.lines) - _LINES, 'more line')}")
    if compared.moves is not None:
        _print_moves(compared, compared.moves)


def _print_moves(compared: Compared, moves: Sequence[tuple[Move, str]]) -> None:
    heading("What moving the open journeys would do now")
    if not moves:
        say(f"No open journey is on {compared.old.name}.")
        return
    still = [move.customer for move, _ in moves if move.changes_nothing]
    for move, zone in moves:
        if not move.changes_nothing:
            _print_move(move, Wording(compared.new.chart, zone))
    if still:
        named = ", ".join(still[:_LINES]) + (", ..." if len(still) > _LINES else "")
        say(f"Nothing changes at once for {count_of(len(still), 'customer')}: {named}.")
    gone = sum(bool(move.stands_on) for move, _ in moves)
    withdrawn, opened_ = (sum(len(each) for each in which) for which in _both(moves))
    kept = sum(len(move.redated) for move, _ in moves)
    say(
        f"Of {count_of(len(moves), 'open journey')}: {count_of(gone, 'customer')} on something that is gone; "
        f"{count_of(withdrawn, 'step')} withdrawn, {opened_} opened, {kept} kept with another date."
    )


def _both(moves: Sequence[tuple[Move, str]]) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    return [move.withdrawn for move, _ in moves], [move.opened for move, _ in moves]


def _print_move(move: Move, wording: Wording) -> None:
    say(f"{move.customer}:")
    if move.problem:
        say(f"  It can't be told: {move.problem}")
    for gone in move.stands_on:
        say(f"  stands on {gone}, which is gone")
    for each in move.redated:
        say(f"  {_dates(each, wording.zone)}")
    for entry in move.entries:
        say(f"  {wording.sentence(entry.kind.value, entry.more)}")


def _dates(each: Redated, zone: str) -> str:
    before, after = (time_of(at, zone) if at is not None else "no date" for at in (each.before, each.after))
    return f"“{each.title}” is kept; {'due' if each.field == 'due' else 'opens'} {before} → {after}"


def _print_json(compared: Compared) -> None:
    for change in compared.changes:
        print_json({"kind": "change", **change.to_json()})
    for move, zone in compared.moves or ():
        told: dict[str, Any] = move.to_json(Wording(compared.new.chart, zone))
        print_json({"kind": "move", **told})
