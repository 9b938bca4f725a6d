"""Planning a journey that moves to another version of its map: what comes before happens on the version before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeGuard

from milepost.planner.commands import Command
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import Ended, Fact, MapChanged
from milepost.planner.instants import Instant
from milepost.planner.plan import Plan, plan
from milepost.planner.state import State
from milepost.planner.timeline import Entry

Load = Callable[[str], CompiledMap | None]
"""Returns the compiled map of a version (a hash); None where there is none."""


def plan_across_versions(
    compiled_map: CompiledMap, state: State, facts: Sequence[Fact], now: Instant, load: Load
) -> tuple[Plan, CompiledMap]:
    """Brings a journey up to an instant as `plan` does, and moves it on the way; returns the map that it ends on.

    The facts come in order of time. All is one plan with one revision.
    """
    commands: tuple[Command, ...] = ()
    entries: tuple[Entry, ...] = ()
    revision = state.revision + 1
    ahead = list(facts)
    while True:
        until, leg, following = _leg(compiled_map, state, ahead, now, load)
        ahead = ahead[len(leg) :]
        result = plan(compiled_map, state, leg, until)
        if result.moves_at is not None:
            until, later = result.moves_at, [fact for fact in leg if _acts_at(fact, state, now) > result.moves_at]
            result = plan(compiled_map, state, leg[: len(leg) - len(later)], until)
            following = load(result.state.moving_to or "") or compiled_map
            ahead = [next_stage_move(following, until), *later, *ahead]
        state, commands, entries = result.state, commands + result.commands, entries + result.timeline
        if following is None:
            state.revision = revision
            return Plan(state, commands, entries, result.wake_at), compiled_map
        compiled_map = following


def next_stage_move(to: CompiledMap, at: Instant) -> MapChanged:
    """Returns the fact that lets a journey enter its next stage on another version; on its own one it stays there."""
    return MapChanged(id="next_stage", at=at, version=to.version)


def freeing_first(state: State, facts: Sequence[Fact]) -> tuple[str, list[Fact]]:
    """Puts the last fact that frees a journey which can't be planned first, at the instant that it has reached.

    A journey is freed by its end, and by its move to another version. Returns the version to plan on, which for a move
    is the new one: the one before may be what can't be planned.

    Raises:
        LookupError: there is no such fact.
    """
    ways_out = [fact for fact in facts if isinstance(fact, Ended) or _moves(fact, state.version)]
    if not ways_out:
        raise LookupError("nothing that waits frees the journey")
    freeing = ways_out[-1]
    version = freeing.version if isinstance(freeing, MapChanged) else state.version
    return version, [replace(freeing, at=state.clock), *(fact for fact in facts if fact is not freeing)]


def _leg(
    compiled_map: CompiledMap, state: State, facts: Sequence[Fact], now: Instant, load: Load
) -> tuple[Instant, list[Fact], CompiledMap | None]:
    """Returns the facts up to the next move, until when they are planned, and the map that is moved to.

    A fact at the instant of the move belongs to the version before.
    """
    for place, fact in enumerate(facts):
        following = load(fact.version) if _moves(fact, compiled_map.version) else None
        if following is not None:
            leg = list(facts[:place])
            at = _acts_at(fact, state, now)
            is_same_instant = any(earlier.at >= at for earlier in leg)
            return at if is_same_instant else at - 1, leg, following
    return now, list(facts), None


def _moves(fact: Fact, version: str) -> TypeGuard[MapChanged]:
    return isinstance(fact, MapChanged) and not fact.at_next_stage and fact.version != version


def _acts_at(fact: Fact, state: State, now: Instant) -> Instant:
    return max(state.clock, min(fact.at, now))
