"""`milepost rollout`: moves running journeys to another version of their map, batch by batch, and back."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import CommandError
from milepost.cli.support.intake_access import OpenIntake, open_intake
from milepost.cli.support.local_timezone import local_time
from milepost.cli.support.output import AsJson, aside, print_json, say, table
from milepost.intake import rollouts
from milepost.intake.rollout_words import NOBODY, NOBODY_BACK, STATES, target_text
from milepost.intake.rollouts import BATCH, PER_MINUTE, Pace, Reason
from milepost.planner.instants import optional_text, text
from milepost.store import maps
from milepost.store import rollouts as stored
from milepost.store.rollouts import MovePolicy, MoveState, RolloutStatus, StuckMove
from milepost.store.tables import MapVersionRow, RolloutRow
from milepost.store.version_names import find_version, version_hint

_LISTED = 20
_MOST_STUCK = 1000
_EXAMPLE = "milepost rollout start MAP@NUMBER"


class When(StrEnum):
    """When journeys move, as it is typed."""

    NOW = "now"
    NEXT_STAGE = "next-stage"

    @property
    def policy(self) -> MovePolicy:
        return MovePolicy(self.value.replace("-", "_"))


Batch = Annotated[int, typer.Option(min=1, max=1000, help="How many journeys are told at once.")]
Rate = Annotated[int, typer.Option("--rate", min=1, max=100_000, metavar="N", help="The most journeys in a minute.")]


async def rollout(
    action: Annotated[
        str | None, typer.Argument(metavar="[ACTION]", help="start, pause, resume, cancel, back; or a NUMBER to show.")
    ] = None,
    subject: Annotated[
        str | None, typer.Argument(metavar="[SUBJECT]", help="MAP or MAP@NUMBER to start; else the rollout's number.")
    ] = None,
    *,
    context: typer.Context,
    policy: Annotated[When, typer.Option(help="When a journey moves: now, or when its next stage opens.")] = When.NOW,
    batch: Batch = BATCH,
    rate: Rate = PER_MINUTE,
    by: Annotated[str | None, typer.Option(metavar="EMAIL", help="Who starts it.")] = None,
    why: Annotated[str | None, typer.Option(help="Why.")] = None,
    as_json: AsJson = False,
) -> None:
    """Move running journeys to another version of their map, in batches, and watch how far that is.

    Without ACTION it lists rollouts. `start` moves every journey of the map that is on another version. `pause` stops
    before the next batch, `resume` goes on, `cancel` ends it, and `back` moves its journeys to the versions where they
    were. A journey that can't be planned on the new version stays, parked, with the reason.
    """
    reason = Reason(by, why)
    async with open_intake(settings_of(context)) as opened:
        match action, subject:
            case None, None:
                await _list(opened, as_json=as_json)
                return
            case "start", str():
                row = await start(opened, subject, policy.policy, Pace(batch, rate), reason)
            case (("pause" | "resume" | "cancel" | "back"), str()):
                row = await _act(opened, action, _number(subject), reason)
            case str(), None if action.isdecimal():
                async with opened.intake.context.store.reading() as session:
                    row = await stored.get(session, _number(action))
            case _:
                raise CommandError(
                    f"{' '.join(each for each in (action, subject) if each)!r} is nothing that a rollout can do.",
                    f"Write `{_EXAMPLE}`, or `milepost rollout pause`, `resume`, `cancel` or `back` with its number.",
                )
        await show(opened, row, as_json=as_json)


async def start(opened: OpenIntake, typed: str, policy: MovePolicy, pace: Pace, reason: Reason) -> RolloutRow:
    """Starts a rollout to the version that somebody typed, `MAP` being its current one.

    Raises:
        CommandError: there is no such version.
    """
    context = opened.intake.context
    async with context.store.reading() as session:
        rows = await maps.versions(session)
    version = find_version(rows, typed)
    if version is None:
        of_map = [row for row in rows if row.map == typed.partition("@")[0]]
        names = ", ".join(sorted({row.map for row in rows}))
        hint = version_hint(of_map) if of_map else f"Published are {names}." if names else "No map is published here."
        raise CommandError(f"There is no published version {typed!r}.", hint)
    return await rollouts.start(context, version, policy, pace, reason)


async def _act(opened: OpenIntake, action: str, number: int, reason: Reason) -> RolloutRow:
    context = opened.intake.context
    if action == "back":
        return await rollouts.back(context, number, reason)
    act = {"pause": rollouts.pause, "resume": rollouts.resume, "cancel": rollouts.cancel}[action]
    return await act(context, number)


def _number(typed: str) -> int:
    if not typed.isdecimal() or len(typed) > len(str(2**31)):
        raise CommandError(f"{typed!r} isn't the number of a rollout.", "`milepost rollout` lists them.")
    return int(typed)


async def _list(opened: OpenIntake, *, as_json: bool) -> None:
    async with opened.intake.context.store.reading() as session:
        rows = await stored.latest(session, limit=_LISTED)
        counts = await stored.counts(session, [row.number for row in rows])
        versions = {version.hash: version for version in await maps.versions(session)}
    if as_json:
        for row in rows:
            print_json(_data(row, versions, counts[row.number]))
        return
    if not rows:
        say(f"No rollout yet. `{_EXAMPLE}` moves running journeys to that version of their map.")
        return
    table(
        None,
        ["Rollout", "Map", "To", "Status", "Moved", "Journeys"],
        [
            (
                row.number,
                row.map,
                target_text(row, versions),
                row.status,
                counts[row.number].get(MoveState.MOVED, 0),
                sum(counts[row.number].values()),
            )
            for row in rows
        ],
    )


async def show(opened: OpenIntake, row: RolloutRow, *, as_json: bool) -> None:
    """Prints how far a rollout is, and which journeys are stuck."""
    async with opened.intake.context.store.reading() as session:
        counts = (await stored.counts(session, [row.number]))[row.number]
        stuck = await stored.stuck(session, row.number, limit=_MOST_STUCK)
        versions = {version.hash: version for version in await maps.versions(session, row.map)}
    if as_json:
        print_json(_data(row, versions, counts) | {"stuck": [_stuck_data(each) for each in stuck]})
        return
    when = " at their next stage" if row.policy == MovePolicy.NEXT_STAGE else ""
    say(f"Rollout {row.number}, {row.status}: journeys of {row.map} to {target_text(row, versions)}{when}.")
    started = f"Started {local_time(row.started_at)}" + (f" by {row.started_by}" if row.started_by else "")
    say(f"{started}, {row.batch} at once, {row.per_minute} a minute." + (f" Why: {row.why}" if row.why else ""))
    for state, words in STATES.items():
        if counts.get(state):
            say(f"{counts[state]:>8}  {words}")
    if not counts:
        say(NOBODY_BACK if row.back_of else NOBODY)
    if stuck:
        table("Stuck", ["Customer", "State", "Why"], [(each.customer, each.state, each.why) for each in stuck])
    if opened.away is not None and row.status in stored.AT_WORK:
        aside(f"It goes on {opened.later}")
    elif counts and row.status == RolloutStatus.RUNNING:
        say(f"Next: `milepost rollout {row.number}` shows progress, `milepost rollout pause {row.number}` stops it.")


def _data(row: RolloutRow, versions: dict[str, MapVersionRow], counts: dict[str, int]) -> dict[str, Any]:
    version = None if row.version is None else {"number": versions[row.version].number, "hash": row.version}
    return {
        "rollout": row.number,
        "map": row.map,
        "version": version,
        "back_of": row.back_of,
        "policy": row.policy,
        "status": row.status,
        "batch": row.batch,
        "per_minute": row.per_minute,
        "started_at": text(row.started_at),
        "ended_at": optional_text(row.ended_at),
        "by": row.started_by,
        "why": row.why,
        "journeys": {str(state): counts.get(state, 0) for state in MoveState},
    }


def _stuck_data(move: StuckMove) -> dict[str, str]:
    return {"journey": move.journey, "customer": move.customer, "state": move.state, "why": move.why}
