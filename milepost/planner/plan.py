"""The planner: one pure function from a map, a state, facts and an instant to what happens.

Production, simulation, scenario tests, forecasts and previews all run on `plan`. It knows no clock, no chance and no
database; what it does at an instant depends on nothing but its arguments.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from milepost.planner.added_tasks import forget_closed
from milepost.planner.agreement_mails import send_clicked
from milepost.planner.branches import open_stage, plan_opening
from milepost.planner.commands import Command
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.earlier_states import bring_up_to_date
from milepost.planner.entrance import enter
from milepost.planner.entry_point import PLAIN
from milepost.planner.enums import MessageReason
from milepost.planner.fact_effects import apply_fact
from milepost.planner.facts import Fact
from milepost.planner.fixpoint import settle
from milepost.planner.instants import Instant
from milepost.planner.invitations import keep_calendars
from milepost.planner.messages import flush
from milepost.planner.opting_out import drop_unwanted
from milepost.planner.outcomes import asked
from milepost.planner.request_tasks import date_requests
from milepost.planner.situation import Situation
from milepost.planner.state import Queued, State
from milepost.planner.state_forms import FORMAT
from milepost.planner.steps import finish_step
from milepost.planner.timeline import Entry, JourneyStarted
from milepost.planner.timers import fire, keep_wake, known_wake, next_due, passed_by, wake_at
from milepost.planner.turn import Turn


@dataclass(frozen=True, slots=True)
class Plan:
    """The result of a plan: the next state, what to do, what to report, when to look again (None: at the next fact).

    `moves_at` is when a stage was about to open that the journey enters on the version `state.moving_to`. What comes
    after that instant is to be planned on that version: see `plan_across_versions`.
    """

    state: State
    commands: tuple[Command, ...]
    timeline: tuple[Entry, ...]
    wake_at: Instant | None
    moves_at: Instant | None = None


def plan(compiled_map: CompiledMap, state: State, facts: Iterable[Fact], now: Instant) -> Plan:
    """Bring a journey up to an instant.

    Timers that fell due before `now` happen at their own instants, facts at the instant at which they were taken
    in (or where the journey's clock already stands, if that is later; at the latest now), facts before timers. The
    state given is not changed. With a state that has not begun, the journey starts.

    Facts take effect however often they come: whoever calls has to give each of them once.

    Raises:
        EndlessMapError: the map brings about more and more at one instant.
        NeverOpensError: a calendar of the map has no working day within ten years.
    """
    turn = Turn(Situation(compiled_map, state.copy(), state.clock))
    if state.format < FORMAT:
        bring_up_to_date(compiled_map, turn.state)
    turn.state.revision += 1
    wake = known_wake(turn) if turn.state.begun else _begin(turn)
    if date_requests(turn):
        wake = wake_at(turn)
    for at, together in _by_instant(facts, turn.state.clock, now):
        _run_until(turn, at - 1, wake)
        _happen(turn, at, together)
        wake = wake_at(turn)
    wake = _run_until(turn, now, wake)
    keep_wake(turn, wake)
    if turn.state.added:
        forget_closed(turn.state)
    turn.state.clock = max(turn.state.clock, now)
    turn.state.entries += len(turn.entries)
    return Plan(turn.state, tuple(turn.commands), tuple(turn.entries), wake, turn.moves_at)


def _begin(turn: Turn) -> Instant | None:
    state, compiled_map = turn.state, turn.compiled_map
    state.begun = True
    turn.invalidate_all()
    start, state.start = state.start or PLAIN, None
    if start.enters is not None:
        enter(turn, start.enters, start)
    else:
        turn.report(JourneyStarted(turn.at, map=state.map, version=state.version, again=start.again, by=start.by))
        for stage in compiled_map.stages.values():
            plan_opening(turn, stage)
        open_stage(turn, next(iter(compiled_map.stages.values())))
    settle(turn)
    _happen(turn, turn.at, [])
    return wake_at(turn)


def _by_instant(facts: Iterable[Fact], clock: Instant, now: Instant) -> list[tuple[Instant, list[Fact]]]:
    """Facts put together by the instant at which they act, in their order."""
    out: dict[Instant, list[Fact]] = {}
    for fact in facts:
        out.setdefault(max(clock, min(fact.at, now)), []).append(fact)
    return sorted(out.items())


def _run_until(turn: Turn, until: Instant, wake: Instant | None) -> Instant | None:
    """Fire every timer up to an instant; returns the next one after it."""
    while wake is not None and wake <= until:
        _happen(turn, max(wake, turn.at), [])
        wake = wake_at(turn)
    return wake


def _happen(turn: Turn, at: Instant, facts: list[Fact]) -> None:
    """Everything of one instant: facts, timers in the order of the file, messages, and what follows from those."""
    turn.move_to(at)
    turn.state.clock = max(turn.state.clock, at)
    for fact in facts:
        apply_fact(turn, fact)
        settle(turn)
        _catch_up(turn)
    _go_on(turn)
    if turn.state.invitations:
        keep_calendars(turn)
    if turn.state.queue:
        send_clicked(turn)


def _go_on(turn: Turn) -> None:
    """Timers, messages and what follows from those, until nothing more happens at this instant."""
    while not turn.state.ended:
        _fire_timers(turn)
        if drop_unwanted(turn):
            continue
        anything = False
        for queued in flush(turn):
            anything = True
            _went_out(turn, queued)
        settle(turn)
        if not anything:
            return


def _catch_up(turn: Turn) -> None:
    """Fire what was due in a pause now, in order of time."""
    while turn.passed is not None and turn.state.is_open:
        ahead = [at for at in passed_by(turn) if at > turn.passed]
        if not ahead:
            break
        turn.passed = ahead[0]
        turn.invalidate_all()
        _fire_timers(turn)
    if turn.passed is not None:
        turn.passed = None
        turn.invalidate_all()
        settle(turn)


def _fire_timers(turn: Turn) -> None:
    settle(turn)
    while turn.state.is_open:
        timer = next_due(turn)
        if timer is None:
            return
        fire(turn, timer)
        settle(turn)


def _went_out(turn: Turn, queued: Queued) -> None:
    """Does what follows from a message that was sent: an outcome is asked, a mail touchpoint is done."""
    step = turn.compiled_map.steps[queued.step]
    if turn.state.ended or not turn.state.step(step.id).is_open:
        return
    if queued.reason is MessageReason.REQUEST:
        asked(turn, step)
    elif queued.reason is MessageReason.TOUCHPOINT:
        finish_step(turn, step, by="milepost")
